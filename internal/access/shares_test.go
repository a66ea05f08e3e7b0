package access

import (
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/carnet-project/carnet/internal/contact"
)

// FAULT A2, A3: whatever is taken and given back, nobody has more than a share,
// all have no more than the whole, and who has nothing is let in while the
// others leave room for it.
func TestShares(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.Int64Range(1, 40).Draw(t, "whole")
		s, each := Halves(whole), max(1, whole/2)
		has := map[contact.SpaceID]int64{}
		var used int64
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			space := contact.SpaceID(rapid.IntRange(0, 3).Draw(t, "space"))
			n := rapid.Int64Range(1, whole).Draw(t, "n")
			if rapid.Bool().Draw(t, "give") {
				n = min(n, has[space])
				s.Give(space, n)
				used, has[space] = used-n, has[space]-n
			} else {
				fits := used+n <= whole && has[space]+n <= each
				if got := s.Take(space, n); got != fits {
					t.Fatalf("Take(%d, %d) = %v with %v of %d taken", space, n, got, has, whole)
				}
				if fits {
					used, has[space] = used+n, has[space]+n
				}
			}
			if s.Used() != used {
				t.Fatalf("%d are used, want %d", s.Used(), used)
			}
		}
		for space, n := range has {
			s.Give(space, n)
		}
		if s.Used() != 0 || len(s.by) != 0 {
			t.Fatalf("when all is given back %d are used, by %v", s.Used(), s.by)
		}
	})
}

// What must not be refused any more is counted against what comes later.
func TestSharesCount(t *testing.T) {
	s := NewShares(10, 5)
	s.Count(1, 7)
	for _, c := range []struct {
		space contact.SpaceID
		n     int64
		want  bool
	}{{1, 1, false}, {2, 4, false}, {2, 3, true}, {3, 1, false}} {
		if got := s.Take(c.space, c.n); got != c.want {
			t.Errorf("Take(%d, %d) = %v", c.space, c.n, got)
		}
	}
	s.Give(1, 7)
	if !s.Take(1, 5) || s.Take(1, 1) {
		t.Error("what was given back is not there, or too much of it")
	}
}

func TestSharesAtOnce(t *testing.T) {
	s := Halves(64)
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			for range 200 {
				if s.Take(contact.SpaceID(i%3), 3) {
					s.Give(contact.SpaceID(i%3), 3)
				}
			}
		})
	}
	all.Wait()
	if s.Used() != 0 {
		t.Errorf("%d are used in the end", s.Used())
	}
}
