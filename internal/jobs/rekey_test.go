package jobs

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
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
