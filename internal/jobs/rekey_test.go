package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// region changes the region of the Space, and gives its newest job.
func (s *shop) region(t *testing.T, region string) store.Job {
	t.Helper()
	s.now = s.now.Add(time.Minute)
	_, err := s.UpdateSpace(t.Context(), access.Act{Who: "test", At: contact.TimeOf(s.now)}, s.space.ID, func(s *access.Space) error { s.Region = region; return nil })
	if err != nil {
		t.Fatal(err)
	}
	list, err := s.JobsOf(t.Context(), s.space.ID, 0, 1)
	if err != nil || len(list) != 1 {
		t.Fatalf("%v, jobs %+v", err, list)
	}
	return list[0]
}

// rekeying tells how far the change of region is.
func (s *shop) rekeying(t *testing.T) access.Rekeying {
	t.Helper()
	space, _, _, err := s.SpaceNow(t.Context(), s.space.ID)
	if err != nil {
		t.Fatal(err)
	}
	return space.Rekeying
}

// finish does what is due until nothing is under way.
func (s *shop) finish(t *testing.T) {
	t.Helper()
	r := New(s.Store, Options{Log: slog.New(slog.DiscardHandler), Clock: func() time.Time { return s.now }})
	for range 100 {
		s.now = s.now.Add(time.Minute)
		n, err := r.Round(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 && s.rekeying(t) == (access.Rekeying{}) {
			return
		}
	}
	t.Fatal("it does not end")
}

func (s *shop) create(t *testing.T, phones ...string) {
	t.Helper()
	var p contact.Patch
	p.Values[contact.Phones] = contact.List{Sent: true, Texts: phones}
	if _, err := s.Do(t.Context(), store.Write{Space: s.space.ID, Verbs: []contact.Verb{&contact.Create{Patch: p}}}); err != nil {
		t.Fatal(err)
	}
}

// finds tells how many are found by a phone in a region.
func (s *shop) finds(t *testing.T, phone, region string) int {
	t.Helper()
	q := store.Query{Space: s.space.ID, Keys: []contact.MatchKey{contact.MatchKeyOf(contact.Phones, phone, region)}}
	page, err := s.List(t.Context(), q, store.Place{}, 100)
	if err != nil {
		t.Fatal(err)
	}
	return len(page.Rows)
}

// slowly does something else in the middle of each step: when it has read the Space, and
// when it has read contacts.
type slowly struct {
	store.Backend
	meanwhile func()
}

func (b *slowly) now() {
	if f := b.meanwhile; f != nil {
		b.meanwhile = nil
		f()
	}
}

func (b *slowly) List(ctx context.Context, l store.Listing) (store.Walk, error) {
	walk, err := b.Backend.List(ctx, l)
	b.now()
	return walk, err
}

// A step that is broken off is done again, from where the last one ended: nobody is left
// out.
func TestBrokenOff(t *testing.T) {
	s := newShop(t)
	b := suite.NewFaulty(s.backend)
	flaky := store.New(b, store.Options{Log: slog.New(slog.DiscardHandler)})
	const people = 250 // more than one step takes
	for n := range people {
		s.create(t, fmt.Sprintf("020 7946 %04d", n))
	}
	j := s.region(t, "GB")
	saves := 0
	b.SetHook(func(step suite.Step, _ *store.Save) error {
		if step != suite.AtSave {
			return nil
		}
		if saves++; saves%2 == 1 {
			return store.ErrRefused
		}
		return nil
	})
	failed := 0
	for range 20 {
		if err := flaky.Rekey(t.Context(), &j); err != nil {
			failed++
		}
	}
	if j.State != store.JobCompleted || j.Done != 2*people || j.Total != 2*people || failed != 4 {
		t.Errorf("%d steps failed: %+v", failed, j)
	}
	for n := range people {
		if phone := fmt.Sprintf("020 7946 %04d", n); s.finds(t, phone, "GB") != 1 || s.finds(t, phone, "US") != 0 {
			t.Fatalf("number %d is not found by its new key, or by its old one", n)
		}
	}
}

// Jobs of several Spaces go on in turn, however much there is to do for one.
func TestTurns(t *testing.T) {
	s := newShop(t)
	other, err := s.CreateSpace(t.Context(), access.Act{Who: "test"}, access.Space{Name: "Other", TimeZone: "UTC", Subscription: access.Active})
	if err != nil {
		t.Fatal(err)
	}
	var order []contact.SpaceID
	r := s.runner(func(_ context.Context, j *store.Job) error {
		s.now = s.now.Add(time.Millisecond)
		order = append(order, j.Space)
		if j.Done++; j.Space == other.ID && j.Done == 3 {
			j.State = store.JobCompleted
		}
		return nil
	})
	long := s.job(t, 0)
	for range 5 {
		s.round(t, r, 1, long)
	}
	theirs, err := s.CreateJob(t.Context(), store.Job{Space: other.ID, Kind: "test", State: store.JobQueued, Created: 1, Due: contact.TimeOf(s.now)})
	if err != nil {
		t.Fatal(err)
	}
	order = nil
	for range 3 {
		theirs = s.round(t, r, 2, theirs)
	}
	if theirs.State != store.JobCompleted || len(order) != 6 {
		t.Errorf("steps of %v: %+v", order, theirs)
	}
}

// A step that was held up, as on a machine that sleeps, does no harm to what is under way
// when it goes on: whatever phase it was in, and whatever the phase is by then. Its job
// ends with the change of region that it was for.
func TestStepsOfAnotherChange(t *testing.T) {
	const phone = "020 7946 0101"
	for stepsBefore := range 6 {
		for _, stepsAfter := range []int{1, 4} { // keys come, keys leave
			s := newShop(t)
			slow := &slowly{Backend: s.backend}
			other := store.New(slow, store.Options{Log: slog.New(slog.DiscardHandler)})
			s.create(t, phone)
			j := s.region(t, "GB")
			step := func(j *store.Job) {
				if err := s.Rekey(t.Context(), j); err != nil {
					t.Fatal(err)
				}
			}
			for range stepsBefore {
				step(&j)
			}
			var then access.Rekeying
			slow.meanwhile = func() {
				s.finish(t)
				s.region(t, "US")
				s.finish(t)
				next := s.region(t, "GB")
				for range stepsAfter {
					step(&next)
				}
				then = s.rekeying(t)
			}
			if err := other.Rekey(t.Context(), &j); err != nil {
				t.Fatal(err)
			}
			slow.now() // where that step reads no contacts, it is late as a whole
			if err := other.Rekey(t.Context(), &j); err != nil {
				t.Fatal(err)
			}
			if now := s.rekeying(t); now != then || j.State != store.JobCompleted {
				t.Errorf("late after %d steps, when %d of another change were done: %+v, want %+v; %+v", stepsBefore, stepsAfter, now, then, j)
			}
			s.finish(t)
			if s.finds(t, phone, "GB") != 1 || s.finds(t, phone, "US") != 0 {
				t.Errorf("late after %d steps: found by %d new keys, %d old ones", stepsBefore, s.finds(t, phone, "GB"), s.finds(t, phone, "US"))
			}
		}
	}
}
