package sqlite

import "testing"

// One who reads after another has the connection whose cache is warm, and those who read at
// once each have their own.
func TestTheLastReaderComesFirst(t *testing.T) {
	r := newReaders(3)
	for range r.all {
		r.give(new(conn))
	}
	take := func() *conn {
		t.Helper()
		c, err := r.take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first := take()
	for range 10 {
		r.give(first)
		if again := take(); again != first {
			t.Fatal("another one is lent")
		}
	}
	second, third := take(), take()
	if first == second || second == third || first == third {
		t.Error("one is lent twice")
	}
	r.give(third)
	r.give(first)
	if take() != first || take() != third {
		t.Error("the one that was given back last does not come first")
	}
}
