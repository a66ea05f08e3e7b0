package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/wire"
)

// request is a request on its way to its handler, and what is known of it.
type request struct {
	*http.Request
	client context.Context // ends when the client goes away, and not at the deadline
	id     string          // X-Request-Id
	grant  access.Grant
	ref    contact.ID // of the path, 0 where it has none
	asked  asked      // by its parameters
	params url.Values // the same, for links; nil for none
	terms  book.Terms
	status int   // of the answer, 0 before there is one
	taken  taken // of its Space's shares
	body   arriving
	out    answerWriter // where its answer goes
	route  *route
	api    *api
}

// serve takes a request through its route: every answer, every error and every
// line of the log comes from here.
func (a *api) serve(rt *route, w http.ResponseWriter, hr *http.Request) {
	start := time.Now()
	r := &request{Request: hr, client: hr.Context(), id: NewRequestID(), body: newArriving(hr), route: rt, api: a}
	r.out = answerWriter{ResponseWriter: w, body: &r.body}
	setCommonHeaders(w.Header(), r.id)
	a.work(rt, &r.out, r, start)
	a.seeOff(r)
}

// work has a request answered, and gives back what it took for that.
func (a *api) work(rt *route, w http.ResponseWriter, r *request, start time.Time) {
	defer a.count(rt, r, start)
	defer a.letGo(r)
	defer a.recoverPanic(rt, w, r)
	if err := a.handle(rt, w, r); err != nil {
		a.fail(rt, w, r, err)
	}
}

// handle checks a request in the order of CONTRACT D1 and runs its handler. Of the
// body nothing has been read by then.
func (a *api) handle(rt *route, w http.ResponseWriter, r *request) error {
	if !a.hosts.Expects(r.Host) {
		return UnexpectedHost()
	}
	if rt.pattern == "" || rt.method == "" {
		return rt.handle(a, w, r)
	}
	ctx := r.Context()
	if rt.method != http.MethodGet {
		// A write goes on when its client has gone: it may be in a batch.
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, a.deadline)
	defer cancel()
	r.Request = r.WithContext(ctx)
	wrong := r.checkHead(rt) // of which nobody is told before it is known who asks
	if rt.scope != "" {
		secret, err := bearer(r.Header)
		if err != nil {
			return err
		}
		var scopes [2]access.Scope
		grant, verdict, err := a.book.Enter(ctx, secret, rt.bucket, scopes[:r.needs(rt, &scopes)]...)
		setLimitHeaders(w.Header(), verdict)
		a.setKeyHeader(w.Header(), grant)
		if err != nil {
			return err
		}
		r.grant = grant
	}
	if wrong != nil {
		return wrong
	}
	if rt.scope != "" && rt.method == http.MethodGet { // what has a body takes its place when that is there
		if err := a.place(r); err != nil {
			return err
		}
	}
	if rt.bucket == access.List {
		if err := a.turn(ctx, r); err != nil {
			return err
		}
	}
	return rt.handle(a, w, r)
}

// checkHead looks at everything before the body, and tells every problem.
func (r *request) checkHead(rt *route) error {
	var problems []fault.Problem
	if strings.Contains(rt.pattern, "{id}") {
		var ok bool
		if r.ref, ok = wire.ParseID(r.PathValue("id")); !ok {
			problems = append(problems, wire.InvalidID())
		}
	}
	var wrong []fault.Problem
	r.asked, r.params, wrong = readParams(r.URL.RawQuery, rt.params)
	problems = append(problems, wrong...)
	if rt.scope != "" && rt.method != http.MethodGet {
		r.terms.RequestID = r.id
		r.terms.Dry, r.terms.MaxRemovals = r.asked.dry, r.asked.maxRemovals
		problems = append(problems, attribute(r.Header, &r.terms)...)
		problems = append(problems, retryKey(r.Header, &r.terms)...)
	}
	return fault.Problems(problems)
}

// recoverPanic answers 500 where a handler panicked. What it panicked with is
// not logged: it may hold personal data. Where it was tells enough.
func (a *api) recoverPanic(rt *route, w http.ResponseWriter, r *request) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler {
		panic(p)
	}
	a.log.Error("a handler panicked", "request_id", r.id, "pattern", rt.pattern, "stack", FunctionNames())
	if r.status != 0 {
		panic(http.ErrAbortHandler) // an answer has begun: break it off
	}
	a.answerError(w, r, internalError(), nil)
}

// FunctionNames gives the names of the functions that panicked, innermost
// first, without their arguments.
func FunctionNames() []string {
	var at [32]uintptr
	frames := runtime.CallersFrames(at[:runtime.Callers(3, at[:])])
	var names []string
	for {
		f, more := frames.Next()
		names = append(names, f.Function+":"+strconv.Itoa(f.Line))
		if !more {
			return names
		}
	}
}

// count counts a request that was answered, and logs it.
func (a *api) count(rt *route, r *request, start time.Time) {
	took := time.Since(start)
	a.metrics.Request(rt.method, rt.pattern, r.status, took)
	a.logAccess(rt, r, took)
}

// logAccess writes a line a request. It has no path, query, header, address or
// value: what a person sent, or who is behind it, is none of the log's.
func (a *api) logAccess(rt *route, r *request, took time.Duration) {
	ctx := context.Background()
	if !a.log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	a.log.LogAttrs(ctx, slog.LevelDebug, "request",
		slog.String("method", rt.method), slog.String("pattern", rt.pattern), slog.Int("status", r.status),
		slog.Duration("duration", took), slog.String("request_id", r.id),
		slog.Int64("space_id", int64(r.grant.Space.ID)), slog.Int64("key_id", r.grant.Key.ID))
}
