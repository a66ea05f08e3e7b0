package promise

import (
	"fmt"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var elsewhereTests = []suite.Test{
	{"a merge is undone where what it merged is by now", testUndoOfMergeElsewhere},
	{"nothing of a deleted contact is undone by the path of another", testUndoOfDeletedElsewhere},
}

// CONTRACT D28: a merge touched its survivor, the id that it was asked by and all that
// it merged. By the path of each it is undone whole, wherever that has gone since.
func testUndoOfMergeElsewhere(t *testing.T, b store.Backend) {
	s := suite.NewStore(t, b, store.Options{})
	for about, test := range map[string]struct {
		ref, lost string // by which id it merged M and N, and who was split off then
		by        string // the paths that it is undone by
	}{
		"the id that it was asked by went": {"R", "R", "ARMN"},
		"one of the merged went":           {"A", "M", "ARMN"},
		"the other went, and by an alias":  {"R", "N", "ARMN"},
		"nobody went":                      {"R", "", "ARMN"},
	} {
		for _, by := range test.by {
			for _, then := range []string{"", "merged on"} {
				space, ids := suite.NewSpace(t, b, ""), map[string]contact.ID{}
				for _, who := range []string{"A", "R", "M", "N", "T"} {
					ids[who] = made(t, s, space, name(who))
				}
				done(t, s, merging(space, ids["A"], ids["R"]))
				op := done(t, s, writing(space, &contact.Merge{Survivor: ids[test.ref], Merged: []contact.ID{ids["M"], ids["N"]}})).Op
				if test.lost != "" {
					done(t, s, unmerging(t, s, space, ids["A"], ids[test.lost]))
				}
				root := got(t, s, space, ids[test.ref])
				names := map[contact.ID]string{root.ID: "[A R]", ids["A"]: "[A R]"}
				if root.ID == ids["R"] {
					names = map[contact.ID]string{root.ID: "[R]", ids["A"]: "[A]"}
				}
				survivor := root.ID
				if then != "" {
					done(t, s, merging(space, ids["T"], root.ID))
					names[root.ID], survivor = "[T "+names[root.ID][1:], ids["T"]
				}
				what := fmt.Sprintf("%s, by %c, %s", about, by, then)
				out, err := s.Do(bg, takingBack(t, s, space, ids[string(by)], op))
				if err != nil {
					t.Errorf("%s: %v", what, err)
					continue
				}
				if out[0].Subject.ID != survivor {
					t.Errorf("%s: it answers %d, want %d", what, out[0].Subject.ID, survivor)
				}
				wantNames(t, s, space, map[contact.ID]string{
					root.ID: fmt.Sprint(survivor, " ", names[root.ID]), ids["M"]: fmt.Sprint(ids["M"], " [M]"), ids["N"]: fmt.Sprint(ids["N"], " [N]"),
				})
				suite.Audit(t, b, space)
			}
		}
	}
}

// CONTRACT D28: of a deleted contact only what deleted it can be undone, whichever
// path is named. When it is back, so is all the rest.
func testUndoOfDeletedElsewhere(t *testing.T, b store.Backend) {
	s := suite.NewStore(t, b, store.Options{})
	for about, write := range map[string]func(space contact.SpaceID, r, m contact.ID) store.Write{
		"a put": func(space contact.SpaceID, r, _ contact.ID) store.Write {
			return putting(space, r, list(contact.Names, "A", "R", "R2"))
		},
		"a patch": func(space contact.SpaceID, r, _ contact.ID) store.Write { return adding(space, r, "R2") },
		"a merge": merging,
		"a wiping": func(space contact.SpaceID, r, _ contact.ID) store.Write {
			return putting(space, r, list(contact.Names))
		},
	} {
		for _, again := range []bool{false, true} {
			space := suite.NewSpace(t, b, "")
			a, r, m := made(t, s, space, name("A")), made(t, s, space, name("R")), made(t, s, space, name("M"))
			done(t, s, merging(space, a, r))
			op := done(t, s, write(space, r, m)).Op
			if again { // an undo and a redo bear the id too
				op = done(t, s, takingBack(t, s, space, a, op)).Op
				if about == "a merge" {
					continue // what that split is in the way, and told so
				}
				op = done(t, s, takingBack(t, s, space, r, op)).Op
			}
			done(t, s, unmerging(t, s, space, a, r))
			gone := done(t, s, deleting(space, r)).Op
			before := suite.Counters(t, b, space)
			for _, resolve := range []bool{false, true} {
				for ref, code := range map[contact.ID]string{a: "change_not_found", r: "contact_not_found"} {
					w := takingBack(t, s, space, ref, op)
					w.Verbs[0].(*contact.Undo).Resolve = resolve
					if _, err := s.Do(bg, w); suite.CodeOf(err) != code {
						t.Errorf("%s, by %d: %v, want %s", about, ref, err, code)
					}
				}
			}
			if after := suite.Counters(t, b, space); after[0].NextSeq != before[0].NextSeq {
				t.Errorf("%s: a deleted contact was changed", about)
			}
			done(t, s, takingBack(t, s, space, r, gone))
			if done(t, s, takingBack(t, s, space, a, op)).Op == 0 {
				t.Errorf("%s: of what came back nothing is undone", about)
			}
			suite.Audit(t, b, space)
		}
	}
}
