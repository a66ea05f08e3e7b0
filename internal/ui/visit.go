package ui

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/httpapi"
	"github.com/carnet-project/carnet/internal/wire"
)

// visit is a request on its way to its handler, and what is known of it.
type visit struct {
	*http.Request
	ui      *ui
	client  context.Context // ends when the client goes away, and not at the deadline
	id      string          // X-Request-Id, and what a write is known by
	grant   access.Grant
	session access.Session
	zone    *time.Location // of the Space
	now     time.Time
	began   time.Time // for what it took
	screen  *screen
	status  int
	listing bool                     // it has its turn to make a page of many contacts
	conn    *http.ResponseController // by which it came
}

// maxForm is how many octets a form may have.
const maxForm = 1 << 20

// serve takes a request through its screen: every page and every line of the log
// comes from here.
func (u *ui) serve(s *screen, w http.ResponseWriter, r *http.Request) {
	v := &visit{Request: r, ui: u, client: r.Context(), id: httpapi.NewRequestID(), now: u.Clock(), began: time.Now(), screen: s, zone: time.UTC, conn: http.NewResponseController(w)}
	setHeaders(w.Header(), v)
	defer u.count(v)
	defer u.recoverPanic(v, w)
	a, err := u.handle(v)
	if err != nil {
		a = u.problem(v, err)
	}
	if err := a.send(v, w); err != nil {
		u.Log.Error("a page could not be made", "request_id", v.id, "pattern", s.pattern, "error", err)
		if v.status == 0 {
			v.status = http.StatusInternalServerError
			http.Error(w, "This page could not be made. The server's log says why.", v.status)
		}
	}
}

// handle checks a request in the order of CONTRACT D1, and runs its handler.
func (u *ui) handle(v *visit) (answer, error) {
	if !u.Hosts.Expects(v.Host) {
		return nil, httpapi.UnexpectedHost()
	}
	if err := u.origin.Check(v.Request); err != nil {
		return nil, errForeign
	}
	ctx := v.Context()
	if v.Method == http.MethodPost {
		ctx = context.WithoutCancel(ctx) // a write goes on when its client has gone: it may be in a batch
	}
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	v.Request = v.WithContext(ctx)
	if v.screen.scope != open {
		err := v.identify()
		if e, ok := errors.AsType[*fault.Error](err); ok && e.Kind == fault.Unauthenticated {
			if v.screen.scope != anybody {
				return u.toDoor(v), nil
			}
			err = nil
		}
		if err != nil {
			return nil, err
		}
	}
	if v.screen.takesFile() { // for which there are places of its own
		return v.screen.handle(u, v)
	}
	if !u.places.Take(v.grant.Space.ID, 1) {
		return nil, errCrowded
	}
	defer u.places.Give(v.grant.Space.ID, 1)
	if err := v.readForm(); err != nil {
		return nil, err
	}
	defer v.leaveTurn()
	return v.screen.handle(u, v)
}

// identify finds out who is here: whose session it is, and what its key may do. Of
// somebody whose key may not do this, too, it is known who that is.
func (v *visit) identify() (err error) {
	v.grant, v.session, _, err = v.ui.book.EnterSession(v.Context(), v.token(), access.UI, v.screen.scopes()...)
	if err == nil {
		v.zone = v.grant.Space.Zone()
	}
	return err
}

// readForm reads what a form sent, and what stands in the address.
func (v *visit) readForm() error {
	if v.Method == http.MethodPost {
		v.Body = http.MaxBytesReader(nil, v.Body, maxForm)
	}
	if err := v.ParseForm(); err != nil {
		return errForm
	}
	return nil
}

// turn waits until a page of many contacts may be made: see book.BeginPage. It
// ends with the visit.
func (v *visit) turn() error {
	err := v.ui.book.BeginPage(v.Context(), v.grant)
	v.listing = err == nil
	return err
}

func (v *visit) leaveTurn() {
	if v.listing {
		v.ui.book.EndPage(v.grant)
	}
}

// ref reads the id of a contact of the address.
func (v *visit) ref() (contact.ID, error) {
	id, ok := wire.ParseID(v.PathValue("id"))
	if !ok {
		return 0, errNoContact
	}
	return id, nil
}

// terms says what a write is known by in history: the session's key, and who reads.
func (v *visit) terms() book.Terms {
	return book.Terms{RequestID: v.id, Name: v.session.Name, Reason: strings.TrimSpace(v.PostForm.Get("reason"))}
}

// may tells whether the session's key permits what needs a scope.
func (v *visit) may(s access.Scope) bool { return v.grant.Key.Scopes.Allow(s) }

// address gives this page's own address with some parameters set, or taken out where
// a value is "".
func (v *visit) address(set ...string) string {
	q := url.Values{}
	for name, values := range v.URL.Query() {
		q[name] = values
	}
	for i := 0; i+1 < len(set); i += 2 {
		if set[i+1] == "" {
			q.Del(set[i])
		} else {
			q.Set(set[i], set[i+1])
		}
	}
	return addressOf(v.URL.EscapedPath(), q)
}

func addressOf(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// recoverPanic answers where a handler panicked, without what it panicked with: that
// may hold personal data.
func (u *ui) recoverPanic(v *visit, w http.ResponseWriter) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler || v.status != 0 {
		panic(http.ErrAbortHandler)
	}
	u.Log.Error("a page's handler panicked", "request_id", v.id, "pattern", v.screen.pattern, "stack", httpapi.FunctionNames())
	v.status = http.StatusInternalServerError
	http.Error(w, "Something went wrong on our side. The server's log says where.", v.status)
}

// count counts a request that was answered, and logs it, without anything that says
// whose it was.
func (u *ui) count(v *visit) {
	took := time.Since(v.began)
	u.Metrics.Request(v.screen.method, v.screen.pattern, v.status, took)
	u.Log.LogAttrs(context.Background(), slog.LevelDebug, "page",
		slog.String("method", v.screen.method), slog.String("pattern", v.screen.pattern), slog.Int("status", v.status),
		slog.Duration("duration", took), slog.String("request_id", v.id),
		slog.Int64("space_id", int64(v.grant.Space.ID)), slog.Int64("key_id", v.grant.Key.ID))
}
