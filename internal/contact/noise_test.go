package contact

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// What a split names is worth a look (CONTRACT D30): where nobody took anything of anybody
// else's, it names nothing, however those came together and in whatever order they part.
func TestNothingIsNamedWithoutADoubt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newStory(t)
		for n := range rapid.IntRange(2, 4).Draw(t, "contacts") {
			s.ids = append(s.ids, ID(n+1))
			s.ask(&Create{Patch: named(fmt.Sprint("N", n+1))}, "create")
		}
		for n := range rapid.IntRange(1, 12).Draw(t, "steps") {
			switch s.pick("what", "add", "add", "fill", "merge", "unmerge") {
			case "add":
				s.adds(s.id("ref"), n)
			case "fill":
				s.fills(s.id("ref"), n)
			case "merge":
				if a, b := s.id("survivor"), s.id("merged"); s.root(a).ID != s.root(b).ID {
					s.ask(&Merge{Survivor: a, Merged: []ID{b}, Confirm: true}, "merge %d %d", a, b)
				}
			case "unmerge":
				s.partsQuietly()
			}
		}
		for s.partsQuietly() {
		}
	})
}

// adds adds an email that nobody else has.
func (s *story) adds(ref ID, n int) {
	l := ListAmendment{Add: []string{fmt.Sprintf("%d-%d@x.c", ref, n)}}
	s.ask(&Amend{Ref: ref, Amendment: Amendment{Values: [NumCollections]ListAmendment{Emails: l}}}, "add to %d", ref)
}

// fills fills the slot that only this id writes to.
func (s *story) fills(ref ID, n int) {
	a := Amendment{Fields: FieldsPatch{Sent: true}}
	a.Fields.Named[ref], a.Fields.Texts[ref] = true, fmt.Sprint(n)
	s.ask(&Amend{Ref: ref, Amendment: a}, "fill slot of %d", ref)
}

// partsQuietly splits off any that is merged, and tells whether there was one.
func (s *story) partsQuietly() bool {
	id := s.alias()
	if id == 0 {
		return false
	}
	if _, remains := s.ask(&Unmerge{Ref: s.root(id).ID, Merged: id}, "unmerge %d", id); len(remains) > 0 {
		s.fail("%+v is named", remains)
	}
	s.compare()
	return true
}
