package ui

import (
	"net/http"

	"github.com/carnet-project/carnet/internal/access"
)

// screen is one thing that can be asked for.
type screen struct {
	method, pattern string // of http.ServeMux; GET serves HEAD as well
	scope           access.Scope
	handle          func(*ui, *visit) (answer, error)
}

// open is the scope of what needs no sign-in, signedIn of what any key may see, and
// anybody of what is the same for all, but stands in the frame of who is signed in.
const (
	open     access.Scope = ""
	signedIn access.Scope = "any"
	anybody  access.Scope = "anybody"
)

// scopes gives what a key needs to have for the screen.
func (s *screen) scopes() []access.Scope {
	if s.scope == signedIn || s.scope == anybody {
		return nil
	}
	return []access.Scope{s.scope}
}

// screens lists them all, one file of this package after the other.
var screens = [][]screen{
	doorScreens,
	contactsScreens,
	whereScreens,
	createScreens,
	binScreens,
	contactScreens,
	historyScreens,
	personScreens,
	eraseScreens,
	mergeScreens,
	splitScreens,
	distinctScreens,
	activityScreens,
	planScreens,
	jobScreens,
	exportScreens,
	importScreens,
	mappingScreens,
	keyScreens,
	fieldScreens,
	spaceScreens,
	systemScreens,
}

// newMux makes the mux of the table.
func (u *ui) newMux() *http.ServeMux {
	mux := http.NewServeMux()
	for _, of := range screens {
		for _, s := range of {
			mux.HandleFunc(s.method+" "+s.pattern, func(w http.ResponseWriter, r *http.Request) { u.serve(&s, w, r) })
		}
	}
	mux.HandleFunc("GET "+assetPath+"{hash}/{file}", u.asset)
	nowhere := screen{scope: anybody, handle: func(*ui, *visit) (answer, error) { return nil, errNowhere }}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { u.serve(&nowhere, w, r) })
	return mux
}
