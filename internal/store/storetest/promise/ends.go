package promise

import (
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var endTests = []suite.Test{
	{"a Space whose numbers of changes are used up refuses writes", testLastChange},
}

// FAULT B13: the change after the last number would have been another Space's
// first.
func testLastChange(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	suite.Commit(t, b, b.Lane(space), &store.Save{Spaces: []store.SpaceRow{{Space: space, NextSeq: contact.MaxSeq}}})
	s := suite.NewStore(t, suite.NewFaulty(b), store.Options{})
	made(t, s, space, name("A"))
	if _, err := s.Do(bg, creation(space, name("B"))); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a change beyond the last is answered %v", err)
	}
	if last, err := b.LastSeq(bg, space); last != contact.MaxSeq || err != nil {
		t.Errorf("the last change is %d, %v", last, err)
	}
	for id, ok := range map[contact.SpaceID]bool{0: false, 1: true, contact.MaxSpaceID: true, contact.MaxSpaceID + 1: false} {
		if err := store.CheckSpaceID(id); (err == nil) != ok {
			t.Errorf("Space %d: %v", id, err)
		}
	}
}
