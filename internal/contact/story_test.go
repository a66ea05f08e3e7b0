package contact

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// story is what happens to a world at random.
type story struct {
	*world
	oracle  *oracle
	draw    *rapid.T
	ids     []ID
	log     []string
	excused map[string]bool // what may be otherwise than told, by id and field
}

func newStory(t *rapid.T) *story {
	w := newWorld(t)
	return &story{world: w, oracle: newOracle(w), draw: t, excused: map[string]bool{}}
}

// CONTRACT D30. Whatever happened, and in whatever order all are split off again: each has
// the values, the primaries and the custom fields that it would have had those merges never
// been, apart from what was named in conflicts. Where an undo took back what
// somebody who was split off since had a hand in, it did what the write had done then.
func TestUnmergeAsTheOracleTells(t *testing.T) {
	rapid.Check(t, unmergesAsTold)
}

func unmergesAsTold(t *rapid.T) {
	newStory(t).happens(3, 8)
}

// The same of longer ones.
func TestLongStoriesAsTheOracleTells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { newStory(t).happens(5, 20) })
}

// Where the history is too long to be read, each field that may be otherwise is named.
func TestUnmergeWithoutItsHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newStory(t)
		s.unread = true
		s.happens(3, 8)
	})
}

// happens makes up a story of so many contacts and steps at most, and takes it apart.
func (s *story) happens(contacts, steps int) {
	for range rapid.IntRange(2, contacts).Draw(s.draw, "contacts") {
		s.create()
	}
	for range rapid.IntRange(1, steps).Draw(s.draw, "steps") {
		s.step()
	}
	for id := s.alias(); id != 0; id = s.alias() { // all that is left, in any order
		s.unmerge(id)
	}
}

func FuzzUnmerge(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(unmergesAsTold))
}

func (s *story) step() {
	switch s.pick("what", "put", "put", "put", "patch", "set", "merge", "merge", "undo", "unmerge") {
	case "put":
		s.change()
	case "patch":
		s.amend()
	case "set":
		s.set()
	case "merge":
		s.merge()
	case "undo":
		s.undo()
	case "unmerge":
		if id := s.alias(); id != 0 {
			s.unmerge(id)
		}
	}
}

func (s *story) pick(what string, from ...string) string {
	return rapid.SampledFrom(from).Draw(s.draw, what)
}

func (s *story) id(what string) ID { return rapid.SampledFrom(s.ids).Draw(s.draw, what) }

// alias draws one, 0 where there is none.
func (s *story) alias() ID {
	var all []ID
	for _, id := range s.ids {
		if s.rows[id].Parent != 0 {
			all = append(all, id)
		}
	}
	if len(all) == 0 {
		return 0
	}
	return rapid.SampledFrom(all).Draw(s.draw, "alias")
}

// ask does something, and notes it. It tells whether something changed.
func (s *story) ask(verb Verb, format string, args ...any) (Seq, []Remains) {
	op, remains, err := s.try(verb)
	if op == 0 && err == nil {
		return 0, remains
	}
	line := fmt.Sprintf(format, args...)
	if err != nil {
		line += ": " + err.Error()
	}
	for _, c := range s.living() {
		line += fmt.Sprintf("  | %d is %s", c.ID, shows(c))
	}
	for _, r := range remains {
		line += fmt.Sprintf("\n      remains %+v", r)
	}
	s.log = append(s.log, fmt.Sprintf("%d: %s", op, line))
	return op, remains
}

func (s *story) living() (live []*Contact) {
	for _, id := range s.ids {
		if c := s.rows[id]; c != nil && c.State == Live {
			live = append(live, c)
		}
	}
	return live
}

func (s *story) fail(format string, args ...any) {
	s.draw.Helper()
	s.draw.Fatalf("%s\n%s", fmt.Sprintf(format, args...), strings.Join(s.log, "\n"))
}

func (s *story) create() {
	p := anyPatchOf(s.draw, nil)
	p.Values[Names] = List{Sent: true, Texts: []string{fmt.Sprint("N", len(s.ids)+1)}}
	s.ids = append(s.ids, ID(len(s.ids)+1))
	s.ask(&Create{Patch: p}, "create")
}

// anyPatchOf sends emails and slots, most of them as they are.
func anyPatchOf(t *rapid.T, now *Contact) Patch {
	var p Patch
	texts := []string{}
	if now != nil {
		for _, v := range now.Values[Emails] {
			if rapid.IntRange(0, 3).Draw(t, "keep") > 0 {
				texts = append(texts, v.Text)
			}
		}
	}
	for range rapid.IntRange(0, 2).Draw(t, "more") {
		text := rapid.SampledFrom([]string{"a@x.c", "b@x.c", "c@x.c", "d@x.c", "e@x.c", "f@x.c"}).Draw(t, "text")
		if !slices.Contains(texts, text) {
			texts = slices.Insert(texts, rapid.IntRange(0, len(texts)).Draw(t, "at"), text)
		}
	}
	p.Values[Emails] = List{Sent: true, Texts: texts}
	if p.Fields.Sent = rapid.Bool().Draw(t, "slots"); p.Fields.Sent {
		for i := range 2 {
			text := rapid.SampledFrom([]string{"=", "", "A", "B", "C"}).Draw(t, "slot")
			if text == "=" {
				text = ""
				if now != nil {
					text = now.Fields[i].Text
				}
			}
			p.Fields.Named[i], p.Fields.Texts[i] = true, text
		}
	}
	return p
}

func (s *story) change() {
	ref := s.id("ref")
	if s.root(ref).State != Live {
		return
	}
	p := anyPatchOf(s.draw, s.root(ref))
	s.ask(&Put{Ref: ref, Patch: p}, "put %d %v %q", ref, p.Values[Emails].Texts, p.Fields.Texts[:2])
}

func (s *story) amend() {
	ref := s.id("ref")
	text := func(what string) []string {
		return rapid.SliceOfN(rapid.SampledFrom([]string{"a@x.c", "b@x.c", "c@x.c", "d@x.c", "e@x.c", "f@x.c"}), 0, 1).Draw(s.draw, what)
	}
	l := ListAmendment{Remove: text("remove"), Add: text("add"), Primary: strings.Join(text("primary"), "")}
	if again := strings.Join(l.Remove, ""); slices.Contains(l.Add, again) || l.Primary == again {
		l.Remove = nil // taken away and brought again it is new, which edits by text do not tell
	}
	s.ask(&Amend{Ref: ref, Amendment: Amendment{Values: [NumCollections]ListAmendment{Emails: l}}}, "patch %d %+v", ref, l)
}

func (s *story) merge() {
	m := &Merge{Survivor: s.id("survivor"), Listed: true, Confirm: true, Prefer: map[Slot]ID{}}
	seen := []ID{s.root(m.Survivor).ID}
	for range rapid.IntRange(1, 2).Draw(s.draw, "many") {
		if id := s.id("merged"); !slices.Contains(seen, s.root(id).ID) {
			m.Merged, seen = append(m.Merged, id), append(seen, s.root(id).ID)
		}
	}
	for i := range 2 {
		if id := rapid.SampledFrom(seen).Draw(s.draw, "prefer"); s.rows[id].Fields[i].Text != "" && rapid.Bool().Draw(s.draw, "prefers") {
			m.Prefer[SlotAt(i)] = id
		}
	}
	if len(m.Merged) == 0 {
		return
	}
	if op, _ := s.ask(m, "merge %d %v %v", m.Survivor, m.Merged, m.Prefer); op != 0 && len(m.Prefer) > 0 {
		s.oracle.prefer[op] = m.Prefer
	}
}

func (s *story) undo() {
	ch := rapid.SampledFrom(s.changes).Draw(s.draw, "change")
	if st := ch.Edits.State; st != nil && !ch.merges() || ch.Action == ActionCreate {
		return
	}
	if s.oracle.splits(ch.Op) && ch.Op != s.changes[len(s.changes)-1].Op {
		return // of what was written in between, and then merged again, not all is known
	}
	u := &Undo{Ref: ch.Contact, Op: ch.Op, Resolve: true}
	before := s.values()
	op, remains := s.ask(u, "undo of %d", u.Op)
	if op != 0 {
		s.excuse(u, &ch)
	}
	s.keeps(before, remains)
	s.compare()
}

func (s *story) unmerge(id ID) {
	before := s.values()
	op, remains := s.ask(&Unmerge{Ref: s.root(id).ID, Merged: id}, "unmerge %d of %d", id, s.root(id).ID)
	if op == 0 {
		s.fail("%d is not split off", id)
	}
	s.keeps(before, remains)
	s.compare()
}

// excuse notes where an undo and the oracle mean two things: the one takes back what a
// write did then, of what is of those who are together to this day (CONTRACT D28), the
// other what it does where it is played again. These differ where somebody was split
// off since who had a hand in what the write found.
func (s *story) excuse(u *Undo, undone *Change) {
	if undone.merges() || s.oracle.splits(undone.Op) {
		return
	}
	for id, did := range s.oracle.tells().did[undone.Op] {
		back, was := did.Inverse(), undone.Edits.Inverse()
		was = was.part(func(o Origin) bool {
			return !slices.Contains(u.Brings(), o) || s.root(u.Whose.of(o)).ID == s.root(id).ID
		})
		l, w := back.Values[Emails], was.Values[Emails]
		if l == nil {
			l = &ListEdit{}
		}
		if w == nil {
			w = &ListEdit{}
		}
		if !sameTexts(l.Before, w.Before) || !sameTexts(l.After, w.After) {
			s.excuses(id, "emails")
		}
		for _, text := range append(missing(w.After, l.After), missing(l.After, w.After)...) {
			s.excuses(id, "emails "+text)
		}
		for _, text := range append(missing(w.Before, l.Before), missing(l.Before, w.Before)...) {
			s.excuses(id, "emails "+text)
		}
		for i := range 2 {
			f := func(e *Edits) (f FieldEdit) {
				for _, f = range e.Fields {
					if f.Slot == SlotAt(i) {
						return f
					}
				}
				return FieldEdit{}
			}
			if b, w := f(&back), f(&was); b.Before.Text != w.Before.Text || b.After.Text != w.After.Text {
				s.excuses(id, SlotAt(i).Path())
			}
		}
	}
}

// excuses notes it of all that lead to where a ref does.
func (s *story) excuses(ref ID, what string) {
	for _, id := range s.ids {
		if s.root(id).ID == s.root(ref).ID {
			s.excused[fmt.Sprint(id, " ", what)] = true
		}
	}
}

// values gives all that anybody has.
func (s *story) values() map[string]bool {
	all := map[string]bool{}
	for _, c := range s.living() {
		for _, v := range c.Values[Emails] {
			all["emails "+v.Text] = true
		}
		for i, v := range c.Fields {
			if v.Text != "" {
				all[SlotAt(i).Path()+" "+v.Text] = true
			}
		}
	}
	return all
}

// keeps makes sure that nothing is lost.
func (s *story) keeps(before map[string]bool, remains []Remains) {
	if !s.oracle.splits(s.changes[len(s.changes)-1].Op) {
		return // what a merge hides is there still
	}
	after := s.values()
	for _, c := range s.rows { // a slot that is hidden is there still
		for i, v := range c.Fields {
			after[SlotAt(i).Path()+" "+v.Text] = true
		}
	}
	for _, r := range remains {
		for _, text := range r.Values {
			after[r.Field+" "+text] = true
			s.excuses(r.Contact, "named "+r.Field+" "+text)
			if s.unread { // of the whole field nobody knows
				s.excuses(r.Contact, "named "+r.Field)
			}
		}
	}
	for text := range before {
		if !after[text] && !s.wasNamed(text) {
			s.fail("%s is lost", text)
		}
	}
}

// wasNamed tells whether an unmerge before this one named a value: it had come back though
// its own contact had taken it away as well, and goes again with that.
func (s *story) wasNamed(text string) bool {
	return slices.ContainsFunc(s.ids, func(id ID) bool { return s.excused[fmt.Sprint(id, " named ", text)] })
}

// isNamed tells whether a split named a value that one has, or the whole field.
func (s *story) isNamed(id ID, field, text string) bool {
	return s.excused[fmt.Sprint(id, " named ", field)] || s.excused[fmt.Sprint(id, " named ", field, " ", text)]
}

// compare holds the world against what the oracle tells.
func (s *story) compare() {
	told := s.oracle.tells()
	for _, id := range s.ids {
		have, want := s.root(id), told.leads(id)
		if have.ID != want.ID {
			s.fail("%d leads to %d, want %d", id, have.ID, want.ID)
		}
		if have.ID != id {
			continue
		}
		h, w := textsOf(have.Values[Emails]), textsOf(want.Values[Emails])
		if len(h) > 0 && len(w) > 0 && h[0] != w[0] && !s.excused[fmt.Sprint(id, " emails")] && !s.isNamed(id, "emails", h[0]) && !s.isNamed(id, "emails", w[0]) {
			s.fail("%d has the primary %s, want %s", id, h[0], w[0])
		}
		for _, text := range slices.Concat(h, w) {
			if slices.Contains(h, text) != slices.Contains(w, text) && !s.excused[fmt.Sprint(id, " emails ", text)] && !s.isNamed(id, "emails", text) {
				s.fail("%d has %v, want %v", id, h, w)
			}
		}
		for i := range 2 {
			if h, w := have.Fields[i].Text, want.Fields[i].Text; h != w && !s.excused[fmt.Sprint(id, " ", SlotAt(i).Path())] && !s.isNamed(id, SlotAt(i).Path(), h) && !s.isNamed(id, SlotAt(i).Path(), w) {
				s.fail("%d has %q in slot %d, want %q", id, h, i+1, w)
			}
		}
	}
}

// set fills a slot, or empties it.
func (s *story) set() {
	ref, slot := s.id("ref"), rapid.IntRange(0, 1).Draw(s.draw, "slot")
	a := Amendment{Fields: FieldsPatch{Sent: true}}
	a.Fields.Named[slot] = true
	a.Fields.Texts[slot] = rapid.SampledFrom([]string{"", "A", "B", "C"}).Draw(s.draw, "content")
	s.ask(&Amend{Ref: ref, Amendment: a}, "set %d %d:%s", ref, slot+1, a.Fields.Texts[slot])
}
