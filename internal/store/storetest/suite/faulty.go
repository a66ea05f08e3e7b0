package suite

import (
	"context"
	"sync/atomic"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// Step is a moment in the life of a write transaction.
type Step int

// The steps, in their order.
const (
	AtBegin      Step = iota // instead of Begin
	AtSpaces                 // instead of Tx.Spaces
	AtLoad                   // instead of Tx.Load
	AtNewIDs                 // instead of Tx.NewIDs
	AtSave                   // instead of Tx.Save
	BeforeCommit             // instead of Commit: the transaction is rolled back
	AfterCommit              // beside Commit: the transaction is committed
	AtSaved                  // instead of Saved
	AtRegistry               // instead of a change of the registry
)

var stepNames = [...]string{"Begin", "Spaces", "Load", "NewIDs", "Save", "before Commit", "after Commit", "Saved", "registry"}

// String gives the name that failed tests print.
func (s Step) String() string { return stepNames[s] }

// Hook is called at every step of every transaction, with what the transaction
// saves once that is known. The error that it returns is the step's; where it
// returns nil the step goes on. It may block, which holds the transaction up.
type Hook func(step Step, save *store.Save) error

// Faulty is a Backend that fails, waits and counts where a test tells it to.
// The reads go straight through.
type Faulty struct {
	store.Backend
	hook    atomic.Pointer[Hook]
	watcher atomic.Pointer[func(error)]
}

// NewFaulty wraps a backend. Until a hook is set, nothing differs.
func NewFaulty(b store.Backend) *Faulty { return &Faulty{Backend: b} }

// SetHook puts a hook in place of the one before, for all later steps.
func (f *Faulty) SetHook(h Hook) { f.hook.Store(&h) }

func (f *Faulty) at(step Step, save *store.Save) error {
	if h := f.hook.Load(); h != nil {
		return (*h)(step, save)
	}
	return nil
}

// Watch keeps whom Fail tells, and passes it on.
func (f *Faulty) Watch(failed func(error)) {
	f.watcher.Store(&failed)
	f.Backend.Watch(failed)
}

// Fail tells the watcher what a backend tells it that finds its storage broken by
// itself, as a read or a check in the background may.
func (f *Faulty) Fail(err error) { (*f.watcher.Load())(err) }

// Begin opens a transaction whose steps the hook sees.
func (f *Faulty) Begin(ctx context.Context, lane int64) (store.Tx, error) {
	if err := f.at(AtBegin, nil); err != nil {
		return nil, err
	}
	tx, err := f.Backend.Begin(ctx, lane)
	if err != nil {
		return nil, err
	}
	return &faultyTx{Tx: tx, f: f}, nil
}

// Saved asks the backend unless the hook has an error.
func (f *Faulty) Saved(ctx context.Context, mark store.Mark) (bool, error) {
	if err := f.at(AtSaved, nil); err != nil {
		return false, err
	}
	return f.Backend.Saved(ctx, mark)
}

// CreateSpace goes on unless the hook has an error.
func (f *Faulty) CreateSpace(ctx context.Context, s access.Space, about access.Entry) (access.Space, error) {
	if err := f.at(AtRegistry, nil); err != nil {
		return access.Space{}, err
	}
	return f.Backend.CreateSpace(ctx, s, about)
}

// FirstSpace goes on unless the hook has an error.
func (f *Faulty) FirstSpace(ctx context.Context, s access.Space, about access.Entry) (access.Space, bool, error) {
	if err := f.at(AtRegistry, nil); err != nil {
		return access.Space{}, false, err
	}
	return f.Backend.FirstSpace(ctx, s, about)
}

// UpdateSpace goes on unless the hook has an error.
func (f *Faulty) UpdateSpace(ctx context.Context, id contact.SpaceID, change func(*access.Space) (store.WithSpace, error)) (access.Space, error) {
	if err := f.at(AtRegistry, nil); err != nil {
		return access.Space{}, err
	}
	return f.Backend.UpdateSpace(ctx, id, change)
}

// CreateKey goes on unless the hook has an error.
func (f *Faulty) CreateKey(ctx context.Context, k access.APIKey, about access.Entry) (access.APIKey, error) {
	if err := f.at(AtRegistry, nil); err != nil {
		return access.APIKey{}, err
	}
	return f.Backend.CreateKey(ctx, k, about)
}

// UpdateKey goes on unless the hook has an error.
func (f *Faulty) UpdateKey(ctx context.Context, id int64, change func(*access.APIKey) (*access.Entry, error)) (access.APIKey, error) {
	if err := f.at(AtRegistry, nil); err != nil {
		return access.APIKey{}, err
	}
	return f.Backend.UpdateKey(ctx, id, change)
}

// CreateSession goes on unless the hook has an error.
func (f *Faulty) CreateSession(ctx context.Context, s access.Session, link bool) error {
	if err := f.at(AtRegistry, nil); err != nil {
		return err
	}
	return f.Backend.CreateSession(ctx, s, link)
}

// UseLink goes on unless the hook has an error.
func (f *Faulty) UseLink(ctx context.Context, link [32]byte, s access.Session) (access.Session, bool, error) {
	if err := f.at(AtRegistry, nil); err != nil {
		return access.Session{}, false, err
	}
	return f.Backend.UseLink(ctx, link, s)
}

// EndSession goes on unless the hook has an error.
func (f *Faulty) EndSession(ctx context.Context, hash [32]byte) error {
	if err := f.at(AtRegistry, nil); err != nil {
		return err
	}
	return f.Backend.EndSession(ctx, hash)
}

// EndSessions goes on unless the hook has an error.
func (f *Faulty) EndSessions(ctx context.Context, key int64) error {
	if err := f.at(AtRegistry, nil); err != nil {
		return err
	}
	return f.Backend.EndSessions(ctx, key)
}

// Close does nothing: the suite closes the backend below.
func (f *Faulty) Close() error { return nil }

type faultyTx struct {
	store.Tx
	f    *Faulty
	save *store.Save
}

func (x *faultyTx) Spaces(ctx context.Context, ids []contact.SpaceID) ([]store.SpaceRow, error) {
	if err := x.f.at(AtSpaces, nil); err != nil {
		return nil, err
	}
	return x.Tx.Spaces(ctx, ids)
}

func (x *faultyTx) Load(ctx context.Context, w *store.Wants) (store.Loaded, error) {
	if err := x.f.at(AtLoad, nil); err != nil {
		return store.Loaded{}, err
	}
	return x.Tx.Load(ctx, w)
}

func (x *faultyTx) NewIDs(ctx context.Context, n int64) (contact.ID, error) {
	if err := x.f.at(AtNewIDs, nil); err != nil {
		return 0, err
	}
	return x.Tx.NewIDs(ctx, n)
}

func (x *faultyTx) Save(ctx context.Context, s *store.Save) error {
	x.save = s
	if err := x.f.at(AtSave, s); err != nil {
		return err
	}
	return x.Tx.Save(ctx, s)
}

func (x *faultyTx) Commit(ctx context.Context) error {
	if err := x.f.at(BeforeCommit, x.save); err != nil {
		x.Tx.Rollback()
		return err
	}
	if err := x.Tx.Commit(ctx); err != nil {
		return err
	}
	return x.f.at(AfterCommit, x.save)
}
