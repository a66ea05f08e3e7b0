package httpapi_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/checks/pgtest"
	"github.com/carnet-project/carnet/internal/checks/sqlitetest"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/httpapi"
	"github.com/carnet-project/carnet/internal/jobs"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/postgres"
	"github.com/carnet-project/carnet/internal/store/sqlite"
)

// madeSQLite makes the file that the others are copies of.
func madeSQLite(path string) (io.Closer, error) {
	return sqlite.Open(context.Background(), sqlite.Options{Path: path})
}

func openSQLite(t *testing.T) store.Backend {
	t.Helper()
	b, err := sqlite.Open(t.Context(), sqlite.Options{Path: sqlitetest.Path(t, madeSQLite)})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// openPostgres makes a database of its own for a test.
func openPostgres(t *testing.T) func(*testing.T) store.Backend {
	empty := pgtest.NewTemplate(t, postgres.Migrate)
	return func(t *testing.T) store.Backend {
		t.Helper()
		b, err := postgres.Open(t.Context(), postgres.Options{DSN: empty.Database(t)})
		if err != nil {
			t.Fatal(err)
		}
		return ownClock{b}
	}
}

// ownClock counts requests by the clock of the test instead of the database's.
type ownClock struct{ store.Backend }

func (b ownClock) UpdateWindow(ctx context.Context, space contact.SpaceID, bucket access.Bucket, now contact.Time, change store.WindowChange) error {
	return b.Backend.UpdateWindow(ctx, space, bucket, now, func(w access.Window, _ contact.Time) access.Window { return change(w, now) })
}

// world is an API over a database, with the Spaces and keys that conversations
// speak of, and a clock that stands until it is set.
type world struct {
	handler    http.Handler
	book       *book.Book
	store      *store.Store
	log        *lockedBuffer
	secrets    map[string]string // by the name of the key
	keyIDs     map[string]int64
	spaces     map[string]contact.SpaceID // likewise
	space      contact.SpaceID            // of most keys
	requestIDs map[string]bool            // that answers had

	mu   sync.Mutex
	now  time.Time
	pace time.Duration // by which the clock goes on each time that it is looked at
}

func newWorld(t *testing.T, b store.Backend) *world { return newWorldWith(t, b, httpapi.Options{}) }

func newWorldWith(t *testing.T, b store.Backend, o httpapi.Options) *world {
	t.Helper()
	w := &world{
		log: &lockedBuffer{}, secrets: map[string]string{}, keyIDs: map[string]int64{}, spaces: map[string]contact.SpaceID{}, requestIDs: map[string]bool{},
		now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
	}
	log := slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.store = store.New(b, store.Options{Log: log, Clock: w.clock})
	w.book = book.New(w.store, book.Options{Log: log, Clock: w.clock})
	t.Cleanup(func() {
		w.book.Close()
		if err := w.store.Close(); err != nil {
			t.Error(err)
		}
	})
	o.Log = log
	w.handler = httpapi.New(w.book, o)

	var none, few access.Limits
	for _, bucket := range access.Buckets {
		none, few = none.With(bucket, 0), few.With(bucket, 2)
	}
	hour := contact.Time(time.Hour / time.Microsecond)
	now := contact.TimeOf(w.now)
	w.space = w.addSpace(t, access.Active, none)
	w.addKey(t, "main", w.space, access.DefaultScopes, 0)
	w.addKey(t, "reader", w.space, access.ScopesOf(access.Read), 0)
	w.addKey(t, "writer", w.space, access.ScopesOf(access.Write), 0)
	w.addKey(t, "planner", w.space, access.ScopesOf(access.Plan), 0)
	w.addKey(t, "planner2", w.space, access.ScopesOf(access.Plan), 0)
	w.addKey(t, "admin", w.space, access.ScopesOf(access.Admin), 0)
	w.addKey(t, "expired", w.space, access.DefaultScopes, now-hour)
	w.addKey(t, "expiring", w.space, access.DefaultScopes, now+hour)
	w.addKey(t, "revoked", w.space, access.DefaultScopes, 0)
	w.revoke(t, "revoked")
	w.addKey(t, "other", w.addSpace(t, access.Active, none), access.DefaultScopes, 0)
	w.addKey(t, "inactive", w.addSpace(t, access.Inactive, few), access.DefaultScopes, 0)
	w.addKey(t, "usual", w.addSpace(t, access.Active, access.Limits{}), access.DefaultScopes, 0)
	limited := w.addSpace(t, access.Active, few)
	w.addKey(t, "limited", limited, access.DefaultScopes, 0)
	w.addKey(t, "limited_planner", limited, access.ScopesOf(access.Plan), 0)
	w.addKey(t, "limited_reader", limited, access.ScopesOf(access.Read), 0)
	w.addKey(t, "eraser", w.space, access.DefaultScopes|access.ScopesOf(access.Erase), 0)
	w.addKey(t, "blind_eraser", w.space, access.ScopesOf(access.Erase), 0)
	w.addKey(t, "limited_eraser", limited, access.ScopesOf(access.Erase), 0)
	w.secrets["unknown"] = newSecret(t).Reveal()
	return w
}

func newSecret(t *testing.T) access.Secret {
	t.Helper()
	secret, err := access.NewSecret(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func (w *world) addSpace(t *testing.T, s access.Subscription, l access.Limits) contact.SpaceID {
	t.Helper()
	space, err := w.store.CreateSpace(t.Context(), access.Act{Who: "test"}, access.Space{
		Name: "A Space", TimeZone: "UTC", Region: "GB", Subscription: s, Limits: l, Created: contact.TimeOf(w.clock())})
	if err != nil {
		t.Fatal(err)
	}
	return space.ID
}

func (w *world) addKey(t *testing.T, name string, space contact.SpaceID, scopes access.Scopes, expires contact.Time) {
	t.Helper()
	secret := newSecret(t)
	key, err := w.store.CreateKey(t.Context(), access.Act{Who: "test"}, access.APIKey{
		Space: space, Name: name, Hash: secret.Hash(), Scopes: scopes, Created: contact.TimeOf(w.clock()), Expires: expires})
	if err != nil {
		t.Fatal(err)
	}
	w.secrets[name], w.keyIDs[name], w.spaces[name] = secret.Reveal(), key.ID, space
}

func (w *world) revoke(t *testing.T, name string) {
	t.Helper()
	_, err := w.store.UpdateKey(t.Context(), access.Act{Who: "test"}, w.keyIDs[name], func(k *access.APIKey) error {
		k.Revoked = contact.TimeOf(w.clock())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// expire has a key end after a time, and waits until that holds.
func (w *world) expire(t *testing.T, name string, after time.Duration) {
	t.Helper()
	_, err := w.store.UpdateKey(t.Context(), access.Act{Who: "test"}, w.keyIDs[name], func(k *access.APIKey) error {
		k.Expires = contact.TimeOf(w.clock().Add(after))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.wait(time.Second)
}

// setQuota sets the quota of the Space that a key is for.
func (w *world) setQuota(t *testing.T, key string, q access.Quota) {
	t.Helper()
	_, err := w.store.UpdateSpace(t.Context(), access.Act{Who: "test"}, w.spaces[key], func(s *access.Space) error {
		s.Quota = q
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// setRegion changes the region of the Space that a key is for.
func (w *world) setRegion(t *testing.T, key, region string) {
	t.Helper()
	_, err := w.book.UpdateSpace(t.Context(), "test", w.spaces[key], func(s *access.Space) error {
		s.Region = region
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// setRemember has the Space that a key is for remember who is erased, or not.
func (w *world) setRemember(t *testing.T, key string, on bool) {
	t.Helper()
	_, err := w.book.UpdateSpace(t.Context(), "test", w.spaces[key], func(s *access.Space) error {
		book.RememberErased(s, on)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// work does so many rounds of the jobs, with enough time between them that each finds
// what the one before put off.
func (w *world) work(t *testing.T, rounds int) {
	t.Helper()
	runner := w.runner()
	for range rounds {
		if _, err := runner.Round(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.wait(10 * time.Second)
	}
}

// runner does jobs, as a server does them.
func (w *world) runner() *jobs.Runner {
	r := jobs.New(w.store, jobs.Options{Log: slog.New(slog.DiscardHandler), Clock: w.clock})
	r.Does(store.EraseJob, jobs.Work{Step: w.book.EraseStep})
	r.Does(book.PlanBuildJob, jobs.Work{Step: w.book.BuildPlan, Failed: w.book.FailPlan})
	r.Does(book.PlanApplyJob, jobs.Work{Step: w.book.ApplyPlanStep, Failed: w.book.FailPlan})
	r.Does(book.ExportJob, jobs.Work{Step: w.book.ExportStep, Failed: w.book.FailExport})
	return r
}

// setPace has the clock go on by so much each time that it is looked at.
func (w *world) setPace(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pace = d
}

// addJob puts a job into the Space that a key is for, as it is.
func (w *world) addJob(t *testing.T, key string, j *store.Job) store.Job {
	t.Helper()
	j.Space, j.Created, j.Due = w.spaces[key], contact.TimeOf(w.clock()), contact.TimeOf(w.clock())
	if j.Closed() {
		j.Completed = j.Created
	}
	made, err := w.store.CreateJob(t.Context(), *j)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// setBudget sets the budget of a key, and waits until it holds.
func (w *world) setBudget(t *testing.T, key string, budget access.Budget) {
	t.Helper()
	if _, err := w.book.SetBudget(t.Context(), "test", w.keyIDs[key], func(b *access.Budget) { *b = budget }); err != nil {
		t.Fatal(err)
	}
	w.wait(time.Second)
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(w.pace)
	return w.now
}

func (w *world) wait(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// lockedBuffer takes the lines of a log from many goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
