package httpapi

import (
	"net/http"
	"strings"
	"time"

	"github.com/carnet-project/carnet/internal/fault"
)

// health says that the process is up.
func (a *api) health(w http.ResponseWriter, r *request) error {
	answerOK(w, r)
	return nil
}

// ready says whether requests can be served.
func (a *api) ready(w http.ResponseWriter, r *request) error {
	if err := a.book.Ready(r.Context()); err != nil {
		return &fault.Error{Kind: fault.Unavailable, Code: fault.CodeNotReady, RetryAfter: time.Second, Err: err,
			Message: "The server cannot serve requests now."}
	}
	warning := strings.TrimSpace(a.book.ClockWarning() + " " + a.warning())
	if warning == "" {
		answerOK(w, r)
		return nil
	}
	answer(w, r, http.StatusOK, func(b jsonText) jsonText {
		return b.open('{').member("status").text("ok").member("warning").text(warning).end('}')
	})
	return nil
}

func answerOK(w http.ResponseWriter, r *request) {
	answer(w, r, http.StatusOK, func(b jsonText) jsonText { return b.open('{').member("status").text("ok").end('}') })
}
