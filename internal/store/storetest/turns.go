package storetest

import (
	"testing"

	"github.com/carnet-project/carnet/internal/store"
)

var turnTests = []test{
	{"one Space's flood does not starve another", testFlood},
	{"Spaces of one lane are served in turn", testTurns},
}

// Two batches after the flood began, everybody else has been served.
func testFlood(t *testing.T, b store.Backend) {
	g, flooding, quiet := gated(t, b), newSpace(t, b, ""), newSpace(t, b, "")
	g.only = flooding
	all := []*sent{g.holdUp(flooding)}
	for range 600 {
		all = append(all, g.send(bg, creation(flooding, name("A"))))
	}
	others := []*sent{g.send(bg, creation(quiet, name("B"))), g.send(bg, creation(quiet, name("C")))}
	g.pass(2)
	saved(t, others...)
	waiting(t, all[300:]...)
	g.pass(2)
	saved(t, all...)
	inHistory(t, audit(t, b, flooding), all...)
	inHistory(t, audit(t, b, quiet), others...)
}

func testTurns(t *testing.T, b store.Backend) {
	g, one, two := gated(t, b), newSpace(t, b, ""), newSpace(t, b, "")
	g.only = one // a Space with a lane of its own goes ahead by itself
	all := []*sent{g.holdUp(one)}
	for range 300 {
		all = append(all, g.send(bg, creation(one, name("A"))))
	}
	var others []*sent
	for range 100 {
		others = append(others, g.send(bg, creation(two, name("B"))))
	}
	g.pass(2)
	saved(t, others...)
	served := 0
	for _, p := range all[1:] {
		if p.done {
			served++
		}
	}
	if served < 156 || served > 256 {
		t.Errorf("beside 100 writes of the one Space, %d of the other were served", served)
	}
	g.pass(1)
	saved(t, all...)
}
