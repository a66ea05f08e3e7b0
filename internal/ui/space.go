package ui

import (
	"errors"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
)

// The Space: its settings, how much of it may be used, and who set what.
var spaceScreens = []screen{
	{"GET", "/ui/space", access.Admin, (*ui).space},
	{"POST", "/ui/space", access.Admin, (*ui).setSpace},
}

// spacePage is what the page of the Space shows.
type spacePage struct {
	Rekeying               *rekeyingView // nil for none
	ID                     int64
	Name, TimeZone, Region string
	Wrong                  map[string]string // by the name of a field
	Saved                  bool
	Settings               string // the command that sets them as they are
	Command                string // that sets what an operator alone may set
	Limits                 []limitView
	Forgetting             []limitView
	ForgetCommand          string // that sets what becomes of who is deleted, and erased
	Log                    []entryView
}

// limitView is a bound, and how far it is used up.
type limitView struct {
	Name, Says string
	Meter      *meter // nil where nothing is measured
}

// meter is a bar of a hundred.
type meter struct {
	Filled int
	Low    bool // nearly used up
	Label  string
}

// meterOf makes the bar of so much of a whole.
func meterOf(used, whole int64, label string) *meter {
	if whole <= 0 {
		return nil
	}
	filled := int(min(100, float64(used)/float64(whole)*100))
	return &meter{filled, filled >= 90, label}
}

// entryView is an entry of the log of a Space or of a key.
type entryView struct {
	At    moment
	Who   string
	Did   string
	Lines []settingView
}

// settingView is a setting before and after.
type settingView struct{ Setting, Before, After string }

// logShown is how many entries of a log a page has: the newest.
const logShown = 20

func (u *ui) space(v *visit) (answer, error) {
	s, _, err := u.book.SpaceNow(v.Context(), v.grant)
	if err != nil {
		return nil, err
	}
	saved := v.Form.Has("saved")
	return v.spacePage(&spacePage{Name: s.Name, TimeZone: s.TimeZone, Region: s.Region, Saved: saved}, http.StatusOK)
}

// spacePage fills in what is beside the form.
func (v *visit) spacePage(show *spacePage, status int) (answer, error) {
	s, usage, err := v.ui.book.SpaceNow(v.Context(), v.grant)
	if err != nil {
		return nil, err
	}
	show.ID = int64(s.ID)
	show.Limits, show.Forgetting = limitsOf(&s, usage), forgettingOf(&s)
	show.ForgetCommand = "carnet space set " + strconv.FormatInt(int64(s.ID), 10) + " --bin-days 30 --remember-erased on"
	show.Settings = "carnet space set " + strconv.FormatInt(int64(s.ID), 10) + " --name " + quoted(s.Name) + " --timezone " + quoted(s.TimeZone) + " --region " + quoted(s.Region)
	show.Command = "carnet space set " + strconv.FormatInt(int64(s.ID), 10) + " --limit update=600 --quota 10GiB"
	if show.Rekeying, err = v.rekeying(&s); err != nil {
		return nil, err
	}
	show.Log, err = v.entryViews(v.ui.book.SpaceLog(v.Context(), s.ID))
	return &page{name: "space", title: "Space", here: "s", status: status, body: show}, err
}

// rekeying tells how far a change of region is; nil where none is under way.
func (v *visit) rekeying(s *access.Space) (*rekeyingView, error) {
	if s.Rekeying.Phase == access.NotRekeying || !v.may(access.Read) {
		return nil, nil
	}
	list, _, err := v.ui.book.Jobs(v.Context(), v.grant, "", jobsLookedAt)
	at := slices.IndexFunc(list, func(j store.Job) bool { return j.Kind == store.RekeyJob && !j.Closed() })
	if err != nil || at < 0 {
		return nil, err
	}
	show := &rekeyingView{Finds: s.FindRegion() == s.Region, Done: number(int(list[at].Done), "contact", "contacts")}
	if show.Meter = meterOf(list[at].Done, list[at].Total, show.Done); show.Meter != nil {
		show.Meter.Low = false // to be full is what it is for
	}
	return show, nil
}

// jobsLookedAt is among how many of the newest jobs that of a region is looked for.
const jobsLookedAt = 100

// rekeyingView is how far a change of region is.
type rekeyingView struct {
	Finds bool // phones are found by the new region
	Done  string
	Meter *meter // nil while it is not known how many there are
}

// setSpace saves the settings that an admin may set.
func (u *ui) setSpace(v *visit) (answer, error) {
	show := &spacePage{Name: strings.TrimSpace(v.PostForm.Get("name")), TimeZone: strings.TrimSpace(v.PostForm.Get("timezone")),
		Region: strings.ToUpper(strings.TrimSpace(v.PostForm.Get("region")))}
	_, err := u.book.ChangeSpace(v.Context(), v.grant, v.by(), func(s *access.Space) error {
		s.Name, s.TimeZone, s.Region = show.Name, show.TimeZone, show.Region
		return nil
	})
	switch e, ok := errors.AsType[*fault.Error](err); {
	case ok && e.Kind == fault.Invalid:
		show.Wrong = byField(e)
		return v.spacePage(show, http.StatusUnprocessableEntity)
	case ok && e.Code == fault.CodeRekeying:
		show.Wrong = map[string]string{"region": e.Message}
		return v.spacePage(show, http.StatusConflict)
	case err != nil:
		return nil, err
	}
	return goOn{"/ui/space?saved="}, nil
}

// by is who acts, for the log of Spaces and keys.
func (v *visit) by() string { return v.session.Author(v.grant.Key) }

// byField gives what is wrong with each field of a form.
func byField(e *fault.Error) map[string]string {
	wrong := map[string]string{}
	for _, p := range e.At {
		wrong[p.Path] = strings.TrimSpace(wrong[p.Path] + " " + p.Message)
	}
	return wrong
}

// limitsOf tells of each bound of a Space in words.
func limitsOf(s *access.Space, usage access.Usage) []limitView {
	var all []limitView
	for _, b := range access.Buckets {
		says := "as many as come"
		if n := s.Limits.Get(b); n > 0 {
			says = number(n, "request", "requests") + " a minute"
		}
		all = append(all, limitView{Name: bucketNames[b], Says: says})
	}
	kept := limitView{Name: "Kept in all", Says: bytesText(usage.Bytes) + ", without bound"}
	if q := s.Quota.Bytes; q > 0 {
		kept.Says = bytesText(usage.Bytes) + " of " + bytesText(q)
		kept.Meter = meterOf(usage.Bytes, q, kept.Says)
	}
	minute := limitView{Name: "Written in a minute", Says: "as much as comes"}
	if q := s.Quota.Minute; q > 0 {
		minute.Says = "up to " + bytesText(q) + " of history"
	}
	return append(all, kept, minute)
}

// forgettingOf tells what becomes of contacts that were deleted, and of those that were erased.
func forgettingOf(s *access.Space) []limitView {
	bin, erased := "kept, until somebody erases it", "nothing is kept"
	if s.BinDays > 0 {
		bin = "erased for good after " + number(s.BinDays, "day", "days")
	}
	if s.Remember.On() {
		erased = "keyed hashes of emails and phones are kept, and the day: who makes the same person again is told"
	}
	return []limitView{{Name: "What was deleted", Says: bin}, {Name: "Of who was erased", Says: erased}}
}

// bucketNames say what a bucket counts.
var bucketNames = map[access.Bucket]string{
	access.Update: "Writes to a contact", access.Create: "New contacts", access.Get: "Reads of a contact",
	access.List: "Lists and feeds", access.Batch: "Batches", access.UI: "Pages of this book",
}

// bytesText gives an amount of memory: "3.2 MiB".
func bytesText(n int64) string {
	units := []string{"bytes", "KiB", "MiB", "GiB", "TiB"}
	f, i := float64(n), 0
	for f >= 1024 && i < len(units)-1 {
		f, i = f/1024, i+1
	}
	if i == 0 {
		return number(int(n), "byte", "bytes")
	}
	return strconv.FormatFloat(f, 'f', 1, 64) + " " + units[i]
}

// entryDid are what was done to a Space or a key.
var entryDid = map[access.Action]string{
	access.ActionCreate: "made it", access.ActionUpdate: "changed it", access.ActionRevoke: "revoked it", access.ActionRotate: "let another take its place",
}

// entryViews reads the newest entries of a log.
func (v *visit) entryViews(log iter.Seq2[access.Entry, error]) ([]entryView, error) {
	var views []entryView
	for e, err := range log {
		if err != nil {
			return nil, err
		}
		view := entryView{At: v.moment(e.At), Who: e.Who, Did: entryDid[e.Action]}
		for _, edit := range e.Edits {
			view.Lines = append(view.Lines, settingView{edit.Setting, edit.Before, edit.After})
		}
		if views = append(views, view); len(views) == logShown {
			break
		}
	}
	return views, nil
}
