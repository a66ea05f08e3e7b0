package jobs

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/sqlite"
)

// shop is a store with one Space, and a clock that the test sets.
type shop struct {
	*store.Store
	backend store.Backend
	space   access.Space
	now     time.Time
}

func newShop(t *testing.T) *shop {
	t.Helper()
	b, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "carnet.db")})
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{backend: b, Store: store.New(b, store.Options{Log: slog.New(slog.DiscardHandler)}), now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	s.space, err = s.CreateSpace(t.Context(), access.Act{Who: "test", Action: access.ActionCreate}, access.Space{Name: "Example", TimeZone: "UTC", Region: "US", Subscription: access.Active})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// runner knows one kind of jobs, whose steps are the test's.
func (s *shop) runner(step Step) *Runner {
	r := New(s.Store, Options{Log: slog.New(slog.DiscardHandler), Clock: func() time.Time { return s.now }})
	r.Does("test", Work{Step: step})
	return r
}

func (s *shop) job(t *testing.T, key int64) store.Job {
	t.Helper()
	j, err := s.CreateJob(t.Context(), store.Job{Space: s.space.ID, Kind: "test", State: store.JobQueued, Key: key, Created: 1, Due: 1})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// round does a round, which must do so many steps, and gives the job as it is then.
func (s *shop) round(t *testing.T, r *Runner, steps int, j store.Job) store.Job {
	t.Helper()
	if n, err := r.Round(t.Context()); err != nil || n != steps {
		t.Errorf("%d steps, %v; want %d", n, err, steps)
	}
	j, _, err := s.Job(t.Context(), j.Space, j.ID)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func counting(to int) Step {
	return func(_ context.Context, j *store.Job) error {
		at, _ := strconv.Atoi(j.Cursor)
		j.Cursor, j.Done, j.Total = strconv.Itoa(at+1), int64(at+1), int64(to)
		if at+1 == to {
			j.State = store.JobCompleted
		}
		return nil
	}
}

// A job goes on where it was, on whatever server; it ends when its step says so.
func TestSteps(t *testing.T) {
	s := newShop(t)
	one, two, j := s.runner(counting(3)), s.runner(counting(3)), s.job(t, 0)
	if j = s.round(t, one, 1, j); j.State != store.JobRunning || j.Cursor != "1" || j.Done != 1 || j.Total != 3 || j.Completed != 0 {
		t.Errorf("after one step: %+v", j)
	}
	s.round(t, two, 1, j)
	if j = s.round(t, one, 1, j); j.State != store.JobCompleted || j.Done != 3 || j.Completed != contact.TimeOf(s.now) {
		t.Errorf("at the end: %+v", j)
	}
	s.round(t, one, 0, j)
}

// While one server does a step no other does it, until so much time has passed that it
// is taken for dead; a step that puts the next one off is waited for.
func TestLease(t *testing.T) {
	s := newShop(t)
	j := s.job(t, 0)
	other := s.runner(counting(9))
	held := s.runner(func(ctx context.Context, j *store.Job) error {
		s.round(t, other, 0, *j)
		s.now = s.now.Add(31 * time.Second)
		s.round(t, other, 1, *j)
		j.Cursor = "what came too late"
		return nil
	})
	if j = s.round(t, held, 1, j); j.Cursor != "1" {
		t.Errorf("after a step that took too long: %+v", j)
	}
	later := s.runner(func(_ context.Context, j *store.Job) error {
		j.Due += contact.Time(time.Minute / time.Microsecond)
		return nil
	})
	s.round(t, later, 1, j)
	s.now = s.now.Add(59 * time.Second)
	s.round(t, other, 0, j)
	s.now = s.now.Add(2 * time.Second)
	s.round(t, other, 1, j)
}

func TestFailures(t *testing.T) {
	busy := &fault.Error{Kind: fault.Unavailable, Code: fault.CodeDatabaseBusy, Message: "Busy."}
	for name, c := range map[string]struct {
		err     error
		state   store.JobState
		message string
	}{
		"a fault is told":                 {fault.New(fault.Conflict, fault.CodeConflict, "It cannot be."), store.JobFailed, "It cannot be."},
		"what may hold data is not":       {errors.New("ada@example.com"), store.JobFailed, "Something went wrong on our side. The server's log says what."},
		"what is busy is tried once more": {busy, store.JobRunning, ""},
	} {
		s := newShop(t)
		j := s.round(t, s.runner(func(_ context.Context, j *store.Job) error { j.Cursor = "half"; return c.err }), 1, s.job(t, 0))
		if j.State != c.state || j.Message != c.message || (j.Completed != 0) != (c.state == store.JobFailed) {
			t.Errorf("%s: %+v", name, j)
		}
		if c.state == store.JobRunning {
			if j.Cursor != "" {
				t.Errorf("%s: it goes on from %q", name, j.Cursor)
			}
			s.now = s.now.Add(time.Minute)
			s.round(t, s.runner(counting(1)), 1, j)
		}
	}
}

// A step that panics ends its job and nothing else: what it panicked with is told nobody.
func TestPanic(t *testing.T) {
	s := newShop(t)
	j := s.round(t, s.runner(func(context.Context, *store.Job) error { panic("ada@example.com") }), 1, s.job(t, 0))
	if j.State != store.JobFailed || j.Message != "Something went wrong on our side. The server's log says what." {
		t.Errorf("got %+v", j)
	}
}

// A job that is needed goes on from where it was, whatever its step fails with, and is not
// tried more often than a server that died is waited for.
func TestNeeded(t *testing.T) {
	s := newShop(t)
	j, err := s.CreateJob(t.Context(), store.Job{Space: s.space.ID, Kind: store.RekeyJob, State: store.JobQueued, Created: 1, Due: 1})
	if err != nil {
		t.Fatal(err)
	}
	r := s.runner(nil)
	for name, step := range map[string]Step{
		"a fault": func(_ context.Context, j *store.Job) error {
			j.Cursor = "half"
			return fault.New(fault.Conflict, fault.CodeConflict, "No.")
		},
		"any error":   func(context.Context, *store.Job) error { return errors.New("no") },
		"not stored":  func(context.Context, *store.Job) error { return store.ErrRefused },
		"a row gone":  func(context.Context, *store.Job) error { return store.ErrNoRow },
		"what panics": func(context.Context, *store.Job) error { panic("no") },
	} {
		r.Does(store.RekeyJob, Work{Step: step})
		if j = s.round(t, r, 1, j); j.State != store.JobRunning || j.Cursor != "" || j.Message != "" || j.Completed != 0 {
			t.Errorf("%s: %+v", name, j)
		}
		s.round(t, r, 0, j)
		s.now = s.now.Add(31 * time.Second)
	}
	r.Does(store.RekeyJob, Work{Step: counting(1)})
	if j = s.round(t, r, 1, j); j.State != store.JobCompleted {
		t.Errorf("at last: %+v", j)
	}
}

// A job that is cancelled while a step runs stays so, and one of a kind that this server
// does not know is left to others.
func TestClosedMeanwhile(t *testing.T) {
	s := newShop(t)
	j := s.round(t, s.runner(func(ctx context.Context, j *store.Job) error {
		_, err := s.UpdateJob(ctx, j.Space, j.ID, func(j *store.Job) error { j.State, j.Completed = store.JobCancelled, 7; return nil })
		j.Cursor = "on"
		return err
	}), 1, s.job(t, 0))
	if j.State != store.JobCancelled || j.Completed != 7 || j.Cursor != "" {
		t.Errorf("got %+v", j)
	}
	r := s.runner(nil)
	delete(r.works, "test")
	if j := s.round(t, r, 0, s.job(t, 0)); j.State != store.JobQueued {
		t.Errorf("of a kind that nobody knows: %+v", j)
	}
}

// A job ends with the key that asked for it, and with its Space's subscription.
func TestKeysOfJobs(t *testing.T) {
	s := newShop(t)
	secret, err := access.NewSecret(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := s.CreateKey(t.Context(), access.Act{Who: "test", Action: access.ActionCreate}, access.APIKey{Space: s.space.ID, Name: "k", Hash: secret.Hash(), Scopes: access.DefaultScopes})
	if err != nil {
		t.Fatal(err)
	}
	r, j := s.runner(counting(9)), s.job(t, key.ID)
	s.round(t, r, 1, j)
	set := func(sub access.Subscription) {
		t.Helper()
		if _, err := s.UpdateSpace(t.Context(), access.Act{Who: "test"}, s.space.ID, func(s *access.Space) error { s.Subscription = sub; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	set(access.Inactive)
	if j = s.round(t, r, 1, j); j.State != store.JobFailed || j.Done != 1 || j.Message == "" {
		t.Errorf("of a Space that is not in use: %+v", j)
	}
	set(access.Active)
	j = s.job(t, key.ID)
	if _, err := s.UpdateKey(t.Context(), access.Act{Who: "test"}, key.ID, func(k *access.APIKey) error { k.Revoked = contact.TimeOf(s.now); return nil }); err != nil {
		t.Fatal(err)
	}
	if j = s.round(t, r, 1, j); j.State != store.JobFailed || j.Done != 0 {
		t.Errorf("with a key that is revoked: %+v", j)
	}
}

// Run does what is due, waits where nothing is, and ends with its context; a step that is
// broken off by that is done again.
func TestRun(t *testing.T) {
	s := newShop(t)
	j := s.job(t, 0)
	ctx, end := context.WithCancel(t.Context())
	began := make(chan bool)
	r := s.runner(func(ctx context.Context, j *store.Job) error {
		began <- true
		<-ctx.Done()
		j.Cursor = "half"
		return ctx.Err()
	})
	ended := make(chan bool)
	go func() { r.Run(ctx); close(ended) }()
	<-began
	end()
	<-ended
	j, _, err := s.Job(t.Context(), j.Space, j.ID)
	if err != nil || j.State != store.JobRunning || j.Cursor != "" {
		t.Errorf("%v: %+v", err, j)
	}
}
