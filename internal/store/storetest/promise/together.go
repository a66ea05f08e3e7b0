package promise

import (
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var togetherTests = []suite.Test{
	{"what rests on history is refused where its write has touched that", testSplitBatch},
	{"what rests on history goes with what does not touch that", testRestsOnOthers},
}

// story is a Space to take back in: a contact of two versions, into which another was
// merged, and one that was split off it and is so no more.
type story struct {
	t      *testing.T
	s      *store.Store
	space  contact.SpaceID
	id     contact.ID // what all is about
	alias  contact.ID // leads to it
	split  contact.ID // was split off it, and stands by itself
	other  contact.ID // has nothing to do with it
	put    contact.Seq
	merge  contact.Seq
	splits contact.Seq
}

func newStory(t *testing.T, b store.Backend, s *store.Store) *story {
	t.Helper()
	space := suite.NewSpace(t, b, "")
	y := &story{t: t, s: s, space: space}
	y.id, y.alias = made(t, s, space, name("A")), made(t, s, space, name("M"))
	y.split, y.other = made(t, s, space, name("S")), made(t, s, space, name("O"))
	y.put = done(t, s, putting(space, y.id, name("B"))).Op
	done(t, s, putting(space, y.alias, list(contact.Emails, "m@example.com")))
	done(t, s, merging(space, y.id, y.split))
	y.merge = done(t, s, merging(space, y.id, y.alias)).Op
	y.splits = done(t, s, unmerging(t, s, space, y.id, y.split)).Op
	return y
}

// gathered gives a verb with the past that it needs.
func (y *story) gathered(verb contact.Verb) contact.Verb {
	y.t.Helper()
	if err := y.s.Gather(bg, y.space, verb); err != nil {
		y.t.Fatal(err)
	}
	return verb
}

// historic are the verbs that rest on history.
var historic = map[string]func(*story) contact.Verb{
	"put from a base": func(y *story) contact.Verb {
		return &contact.Put{Ref: y.id, Base: contact.Base{Version: 1}, Patch: list(contact.Phones, "+1 555 0100")}
	},
	"put from a base by an alias": func(y *story) contact.Verb {
		return &contact.Put{Ref: y.alias, Base: contact.Base{Version: 1}, Patch: list(contact.Phones, "+1 555 0100")}
	},
	"patch from a base": func(y *story) contact.Verb {
		v := &contact.Amend{Ref: y.id, Base: contact.Base{Version: 2}}
		v.Amendment.Values[contact.Phones] = contact.ListAmendment{Named: true, Add: []string{"+1 555 0100"}}
		return v
	},
	"unmerge":                      func(y *story) contact.Verb { return &contact.Unmerge{Ref: y.id, Merged: y.alias} },
	"unmerge by the alias":         func(y *story) contact.Verb { return &contact.Unmerge{Ref: y.alias, Merged: y.alias} },
	"undo":                         func(y *story) contact.Verb { return &contact.Undo{Ref: y.id, Op: y.put, Resolve: true} },
	"undo by the alias":            func(y *story) contact.Verb { return &contact.Undo{Ref: y.alias, Op: y.put, Resolve: true} },
	"undo of a merge":              func(y *story) contact.Verb { return &contact.Undo{Ref: y.id, Op: y.merge} },
	"undo of a split":              func(y *story) contact.Verb { return &contact.Undo{Ref: y.id, Op: y.splits} },
	"undo of a split by the other": func(y *story) contact.Verb { return &contact.Undo{Ref: y.split, Op: y.splits} },
}

// touches are the verbs that change what those rest on.
var touches = map[string]func(*story) contact.Verb{
	"itself":         func(y *story) contact.Verb { return renamed(y.id, "New") },
	"by an alias":    func(y *story) contact.Verb { return renamed(y.alias, "New") },
	"merged away":    func(y *story) contact.Verb { return &contact.Merge{Survivor: y.other, Merged: []contact.ID{y.id}} },
	"merged with":    func(y *story) contact.Verb { return &contact.Merge{Survivor: y.id, Merged: []contact.ID{y.other}} },
	"deleted":        func(y *story) contact.Verb { return &contact.Delete{Ref: y.id} },
	"split":          func(y *story) contact.Verb { return y.gathered(&contact.Unmerge{Ref: y.id, Merged: y.alias}) },
	"taken back":     func(y *story) contact.Verb { return y.gathered(&contact.Undo{Ref: y.id, Op: y.merge}) },
	"its other half": func(y *story) contact.Verb { return renamed(y.split, "New") },
}

// rests tells whether a verb rests on what another touches: all but the other half of
// a split do, which only the undo of that rests on.
func rests(verb, touch string) bool {
	return touch != "its other half" || verb == "undo of a split" || verb == "undo of a split by the other"
}

// wholePast are those that look at all of a history, which a neighbour adds to.
var wholePast = map[string]bool{"unmerge": true, "unmerge by the alias": true, "undo of a merge": true, "undo of a split": true, "undo of a split by the other": true}

// CONTRACT D33: together all are refused; where each stands by itself, those that look at
// a whole history alone: of a dry run, and else the write ends before them.
func testSplitBatch(t *testing.T, b store.Backend) {
	s := suite.NewStore(t, b, store.Options{})
	for verb, of := range historic {
		y := newStory(t, b, s) // nothing of what is refused is done, so one will do
		before := suite.Counters(t, b, y.space)[0].NextSeq
		for touch, with := range touches {
			if !rests(verb, touch) {
				continue
			}
			verbs := []contact.Verb{with(y), y.gathered(of(y)), renamed(y.other, "Other")}
			if out, err := s.Do(bg, writing(y.space, verbs...)); suite.CodeOf(err) != "split_batch" || codes(out) != "ok" {
				t.Errorf("%s, %s, together: %v, %s", verb, touch, err, codes(out))
			}
			dry := each(writing(y.space, verbs[:2]...))
			dry.Terms.Dry = true
			out, err := s.Do(bg, dry)
			if refused := codes(out) == "ok split_batch"; err != nil || len(out) != 2 || refused != wholePast[verb] {
				t.Errorf("%s, %s, dry: %v, %s", verb, touch, err, codes(out))
			}
		}
		if after := suite.Counters(t, b, y.space)[0].NextSeq; after != before {
			t.Errorf("%s: %d changes came of what was refused", verb, after-before)
		}
		verbs := []contact.Verb{renamed(y.id, "New"), y.gathered(of(y)), renamed(y.split, "New"), y.gathered(of(y)), renamed(y.other, "Other")}
		if verb == "undo of a split by the other" {
			verbs[0] = renamed(y.split, "New")
		}
		if wholePast[verb] {
			wantCodes(t, s, each(writing(y.space, verbs...)), "ok")
		} else if out, err := s.Do(bg, each(writing(y.space, verbs...))); err != nil || len(out) != len(verbs) || strings.Contains(codes(out), "split_batch") {
			t.Errorf("%s: %v, %s", verb, err, codes(out))
		}
		suite.Audit(t, b, y.space)
	}
}

// CONTRACT D33.
func testRestsOnOthers(t *testing.T, b store.Backend) {
	s := suite.NewStore(t, b, store.Options{})
	for verb, of := range historic {
		y := newStory(t, b, s)
		verbs := []contact.Verb{
			renamed(y.other, "New"), // which is another
			&contact.Put{Ref: y.id, Patch: list(contact.Names, suite.Texts(got(t, s, y.space, y.id), contact.Names)...)}, // changes nothing
			&contact.Create{Patch: name("One more")},
			renamed(y.id+9999, "nobody"),
			y.gathered(of(y)),
			renamed(y.other, "Newer"),
		}
		want := "ok ok ok contact_not_found ok ok"
		if !rests(verb, "its other half") {
			verbs, want = append(verbs, renamed(y.split, "New")), want+" ok"
			verbs[4], verbs[6] = verbs[6], verbs[4] // before it
		}
		if out, err := s.Do(bg, each(writing(y.space, verbs...))); err != nil || codes(out) != want {
			t.Errorf("%s: %v, %s; want %s", verb, err, codes(out), want)
		}
		suite.Audit(t, b, y.space)
	}
}
