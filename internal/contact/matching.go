package contact

import (
	"fmt"
	"strings"

	"github.com/carnet-project/carnet/internal/fault"
)

// MatchBy is by what a row of a file is matched with a contact (CONTRACT D37): by one of
// MatchBys, or by the slot of which it is the key.
type MatchBy string

// What rows are matched by.
const (
	ByID    MatchBy = "id"
	ByEmail MatchBy = "email"
	ByPhone MatchBy = "phone"
)

// MatchBys are all of them that are no slots.
var MatchBys = [...]MatchBy{ByID, ByEmail, ByPhone}

// Slot gives the slot by which rows are matched; false where it is by something else.
func (m MatchBy) Slot() (Slot, bool) { return SlotOf(string(m)) }

// MatchSlots gives the slots by which rows are matched.
func MatchSlots(order []MatchBy) (slots Slots) {
	for _, by := range order {
		if s, ok := by.Slot(); ok {
			slots = slots.With(s, true)
		}
	}
	return slots
}

// slotMatch gives what two contents of a slot are compared by in whole, as EqualTo does. An index
// has less of it.
func slotMatch(s Slot, text string) MatchKey {
	if s.Kind() == TextField {
		text = FoldText(text)
	}
	return MatchKey{FieldKey, slotOfKey(s) + text}
}

// Where gives the filter that takes those who are matched with a row by a slot.
func (m MatchBy) Where(p *Patch) Filter {
	s, _ := m.Slot()
	return Filter{{Slot: s, Operator: EqualTo, Value: p.Fields.Texts[s.Index()]}}
}

// Keys gives the match keys by which a row is matched that says so much, each once; none of
// an id.
func (m MatchBy) Keys(p *Patch, region string) (keys []MatchKey) {
	if s, ok := m.Slot(); ok {
		if text := p.Fields.Texts[s.Index()]; text != "" {
			keys = append(keys, slotMatch(s, text))
		}
		return keys
	}
	col := Emails
	switch m {
	case ByID:
		return nil
	case ByPhone:
		col = Phones
	}
	seen := map[MatchKey]bool{}
	for _, text := range p.Values[col].Texts {
		if key := MatchKeyOf(col, text, region); !seen[key] {
			seen[key] = true
			keys = append(keys, key)
		}
	}
	return keys
}

// MatchedBy gives the match keys by which a contact is matched with rows, each once; none of no
// contact.
func MatchedBy(order []MatchBy, c *Contact, region string) (keys []MatchKey) {
	if c == nil || c.State != Live {
		return nil
	}
	of := Patch{}
	for _, col := range [...]Collection{Emails, Phones} {
		for _, v := range c.Values[col] {
			of.Values[col].Texts = append(of.Values[col].Texts, v.Text)
		}
	}
	for i := range c.Fields {
		of.Fields.Texts[i] = c.Fields[i].Text
	}
	for _, by := range order {
		keys = append(keys, by.Keys(&of, region)...)
	}
	return keys
}

// Matched decides which contact a row of a file is about, 0 for a new one (CONTRACT D37): what
// finds contacts first decides. found gives those that are found by something, each once;
// nobody is asked by an id where named, which is the row's, is 0. Several are refused, and so is an
// id that leads nowhere. call names a contact.
func Matched(order []MatchBy, named ID, found func(MatchBy) ([]ID, error), call func(ID) string) (ID, error) {
	for _, by := range order {
		if by == ByID && named == 0 {
			continue
		}
		ids, err := found(by)
		switch {
		case err != nil:
			return 0, err
		case len(ids) == 1:
			return ids[0], nil
		case len(ids) > 1:
			return 0, several(by, ids, call)
		case by == ByID:
			return 0, fault.At("row", fault.CodeMatchNothing,
				"The id of this row leads to no contact. Correct it, or leave id out of what rows are matched by.")
		}
	}
	return 0, nil
}

// maxCalled is how many of several contacts are named.
const maxCalled = 10

func several(by MatchBy, ids []ID, call func(ID) string) error {
	var names []string
	for _, id := range ids[:min(len(ids), maxCalled)] {
		names = append(names, call(id))
	}
	more := ""
	if len(ids) > maxCalled {
		more = " and others"
	}
	return fault.At("row", fault.CodeMatchSeveral, fmt.Sprintf(
		"By its %s this row is about several contacts: %s%s. Merge them, or match rows by something else.", by, strings.Join(names, ", "), more))
}

// WouldMatch refuses to make a contact that the import would find by now (CONTRACT D34).
func WouldMatch(id ID) error {
	r := refuse(fault.CodeConflict, "A contact with what this row is matched by has come since the plan was made. Nothing was made; import the file again.")
	r.Subject = id
	return r
}
