package store

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"github.com/carnet-project/carnet/internal/contact"
)

// FAULT A1: however many reads of a Space there are, half of the readers stay for
// others; who waits comes in turn, and ends with its context.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := halfOf(8)
		bg := t.Context()
		for range 4 {
			if err := s.Enter(bg, 1); err != nil {
				t.Fatal(err)
			}
		}
		var came []int
		given, giveUp := context.WithCancel(bg)
		var gaveUp error
		for n := range 4 {
			go func() {
				ctx := bg
				if n == 1 {
					ctx = given
				}
				if err := s.Enter(ctx, 1); err != nil {
					gaveUp = err
					return
				}
				came = append(came, n)
			}()
			synctest.Wait()
		}
		if len(came) > 0 {
			t.Fatalf("reads %v came in beside as many as may", came)
		}
		for range 4 { // which another Space does not notice
			if err := s.Enter(bg, 2); err != nil {
				t.Fatal(err)
			}
		}
		giveUp()
		synctest.Wait()
		if !errors.Is(gaveUp, context.Canceled) {
			t.Errorf("whose context ended is told %v", gaveUp)
		}
		for range 3 {
			s.Leave(1)
			synctest.Wait()
		}
		if want := []int{0, 2, 3}; !slices.Equal(came, want) {
			t.Errorf("they came as %v, want %v", came, want)
		}
		for range 4 {
			s.Leave(1)
			s.Leave(2)
		}
		if len(s.spaces) != 0 {
			t.Errorf("when all have left, %d Spaces are kept", len(s.spaces))
		}
	})
}

// A place that comes to somebody who gives up at that moment goes on to the next.
func TestTurnGivenUp(t *testing.T) {
	s := halfOf(2)
	if s.queue(1) != nil {
		t.Fatal("the first has to wait")
	}
	first, second := s.queue(1), s.queue(1)
	s.Leave(1)
	<-first // and has given up meanwhile:
	s.giveUp(1, first)
	<-second
	s.Leave(1)
	if len(s.spaces) != 0 {
		t.Error("a place was lost")
	}
}

// Whatever comes and goes, no Space has more than half, and none waits beside a
// free place of its own.
func TestTurnsHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		readers := rapid.IntRange(1, 9).Draw(t, "readers")
		s, most := halfOf(readers), max(1, readers/2)
		now, waiting := map[contact.SpaceID]int{}, map[contact.SpaceID][]chan struct{}{}
		for range rapid.IntRange(1, 50).Draw(t, "steps") {
			space := contact.SpaceID(rapid.IntRange(1, 2).Draw(t, "space"))
			queue := waiting[space]
			switch step := rapid.IntRange(0, 2).Draw(t, "step"); {
			case step == 0:
				if turn := s.queue(space); turn != nil {
					waiting[space] = append(queue, turn)
				} else {
					now[space]++
				}
			case step == 1 && now[space] > 0:
				s.Leave(space)
				if len(queue) > 0 {
					<-queue[0]
					waiting[space] = queue[1:]
				} else {
					now[space]--
				}
			case step == 2 && len(queue) > 0:
				i := rapid.IntRange(0, len(queue)-1).Draw(t, "who")
				s.giveUp(space, queue[i])
				waiting[space] = slices.Delete(slices.Clone(queue), i, i+1)
			}
			if now[space] > most || len(waiting[space]) > 0 && now[space] < most {
				t.Fatalf("%d read and %d wait; at most %d may read", now[space], len(waiting[space]), most)
			}
		}
	})
}
