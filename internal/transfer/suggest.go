package transfer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/carnet-project/carnet/internal/contact"
)

// Suggest makes the mapping that a file most likely needs: by the program that
// wrote it, by what its columns are called, and by what they hold. labels are
// those of the Space's slots. Every column is in it; those that a contact has no place for
// are ignored, and say so.
func (f *File) Suggest(labels contact.Labels) Mapping {
	s := suggestion{file: f, labels: labels, program: named(f.Recognised.Program, f.headers), done: make([]bool, len(f.Columns))}
	if f.Recognised.Format == VCard {
		s.program = &vcards
	}
	for i := range f.Columns {
		s.meanings = append(s.meanings, s.meaning(i))
	}
	s.ownNames()
	s.names()
	s.values(contact.Emails, isMail, AsEmail)
	s.values(contact.Phones, isPhone, AsPhone)
	s.addresses()
	s.slots()
	s.rest()
	return s.steps
}

type suggestion struct {
	file     *File
	labels   contact.Labels
	program  *program
	meanings []reasoned
	done     []bool
	steps    Mapping
}

// reasoned is what a column is about, with the reasons.
type reasoned struct {
	meaning
	why []string
}

// meaning decides what a column is about: by its name, else by what nine in ten of
// its cells are. What the cells are is told in any case.
func (s *suggestion) meaning(column int) reasoned {
	var m reasoned
	header := ""
	if column < len(s.file.headers) {
		header = s.file.headers[column]
	}
	told := false
	if m.meaning, told = s.program.meaning(header); m.concept != "" {
		by := "by its name"
		if told {
			by = "in files of " + s.program.name
		}
		m.why = append(m.why, fmt.Sprintf("The column is about: %s (%s).", m.concept, by))
	}
	facts := &s.file.facts[column]
	for k := emailKind; k < numKinds; k++ {
		if n := facts.kinds[k]; n > 0 && 10*n >= 9*facts.looked {
			m.why = append(m.why, fmt.Sprintf("Of %d cells that were looked at, %d are %s.", facts.looked, n, kindNouns[k]))
		} else if k == emailKind && m.concept == isMail && facts.looked > 0 {
			m.why = append(m.why, fmt.Sprintf("Of %d cells that were looked at, only %d are emails alone.", facts.looked, n))
		}
	}
	if m.concept == "" && !told {
		switch facts.mostly() {
		case emailKind:
			m.concept = isMail
		case phoneKind:
			m.concept = isPhone
		}
	}
	return m
}

// take adds a step of some columns, which are done with.
func (s *suggestion) take(to string, as Converter, rule Rule, columns ...int) {
	step := Step{To: to, As: as, Rule: rule}
	for _, column := range columns {
		step.From = append(step.From, s.file.Columns[column].Name)
		for _, why := range s.meanings[column].why {
			if !slices.Contains(step.Why, why) {
				step.Why = append(step.Why, why)
			}
		}
		s.done[column] = true
	}
	s.steps = append(s.steps, step)
}

// of gives the columns about something, in the order of the concepts.
func (s *suggestion) of(place string, concepts ...concept) (columns []int) {
	for _, c := range concepts {
		for i, m := range s.meanings {
			if !s.done[i] && m.concept == c && (place == anyPlace || m.place == place) {
				columns = append(columns, i)
			}
		}
	}
	return columns
}

// allOf gives the columns about any of some things, in the order of the file.
func (s *suggestion) allOf(concepts ...concept) (columns []int) {
	for i, m := range s.meanings {
		if !s.done[i] && slices.Contains(concepts, m.concept) {
			columns = append(columns, i)
		}
	}
	return columns
}

// anyPlace stands for columns of any of several addresses.
const anyPlace = "*"

// ownNames takes columns that are called as we call it: paths, and labels of
// slots. An id is one only in a file of ours.
func (s *suggestion) ownNames() {
	if s.file.exact() {
		for _, i := range s.of(anyPlace, isID) {
			s.take(idPath, "", Add, i)
		}
	}
	for i, c := range s.file.Columns {
		name := strings.ReplaceAll(strings.TrimPrefix(c.Name, "X-CARNET-"), "-", "_")
		if slot, ok := contact.SlotOf(strings.ToLower(name)); ok {
			name = slot.Path()
		}
		if t, ok := targetOf(name); ok && t.isSlot {
			s.meanings[i].why = append(s.meanings[i].why, "The column is called as the custom field is.")
			s.slot(i, t.slot)
		}
	}
}

// names takes what a person is called: the whole name, else its parts, else the
// company.
func (s *suggestion) names() {
	rule := Add
	for _, i := range s.of(anyPlace, isFullName) {
		as := AsName
		if s.file.exact() {
			as = AsText
		}
		s.take(contact.Names.String(), as, Add, i)
		rule = Fill
	}
	if parts := s.of(anyPlace, isPrefix, isGiven, isMiddle, isFamily, isSuffix); len(s.of(anyPlace, isGiven, isFamily)) > 0 {
		s.take(contact.Names.String(), AsName, rule, parts...)
	}
	if s.label(isCompany) != 0 {
		return
	}
	for _, i := range s.of(anyPlace, isCompany) {
		s.meanings[i].why = append(s.meanings[i].why, "A contact without a name is called by its company.")
		s.take(contact.Names.String(), AsText, Fill, i)
	}
}

// values takes emails or phones, which have a column each.
func (s *suggestion) values(col contact.Collection, of concept, as Converter) {
	columns := s.of(anyPlace, of)
	if s.program != nil && s.program.starred {
		var pairs []int
		for _, i := range columns {
			if i > 0 && !s.done[i-1] && s.meanings[i-1].concept == isNotTheirs {
				pairs = append(pairs, i, i-1)
			}
		}
		if len(pairs) == 2*len(columns) && len(pairs) > 0 {
			s.take(col.String(), AsPrimaryMarked, Add, pairs...)
			return
		}
	}
	for _, i := range columns {
		s.take(col.String(), as, Add, i)
	}
}

// addresses puts the parts of each address together.
func (s *suggestion) addresses() {
	var seen []string
	for _, i := range s.allOf(isAddress, isStreet, isBox, isCity, isRegion, isPostcode, isCountry) {
		if m := s.meanings[i]; !slices.Contains(seen, m.place) {
			seen = append(seen, m.place)
		}
	}
	locations := contact.Locations.String()
	for _, place := range seen {
		whole := s.of(place, isAddress)
		parts := s.of(place, isStreet, isBox, isCity, isRegion, isPostcode, isCountry)
		cities := s.of(place, isStreet, isCity, isPostcode)
		switch {
		case len(whole) == 1 && len(s.of(place, isStreet)) > 0: // Google has the whole and the parts
			s.take(locations, AsWholeAddress, Add, append(whole, parts...)...)
		case len(whole) > 0 && len(cities) > 0: // its lines, and the rest
			s.take(locations, AsAddress, Add, append(whole, parts...)...)
		case len(whole) > 0:
			for _, i := range whole {
				s.take(locations, s.asLocation(), Add, i)
			}
		case len(cities) > 0:
			s.take(locations, AsAddress, Add, parts...)
		case len(parts) > 0 && place == "":
			s.take(locations, AsAddress, Add, parts...)
		}
	}
}

func (s *suggestion) asLocation() Converter {
	if s.file.exact() {
		return AsText
	}
	return AsAddress
}

// slots takes columns that are called as a slot of the Space is, or that are about the
// same: first those that are called so to the letter, as two slots may differ in case alone.
func (s *suggestion) slots() {
	taken := map[int]bool{}
	s.slotsBy(taken, func(label string, column int) bool { return s.file.Columns[column].Name == label })
	s.slotsBy(taken, func(label string, column int) bool {
		about, m := meaningOf(label).concept, &s.meanings[column]
		return fold(s.file.Columns[column].Name) == fold(label) || about != "" && about == m.concept && m.place == ""
	})
}

// slotsBy takes for each slot that has no column yet the first that is the same.
func (s *suggestion) slotsBy(taken map[int]bool, same func(label string, column int) bool) {
	for i, label := range s.labels {
		if label == "" || taken[i] {
			continue
		}
		for column := range s.file.Columns {
			if !s.done[column] && same(label, column) {
				taken[i] = true
				s.meanings[column].why = append(s.meanings[column].why, "A custom field is called the same, or is about the same.")
				s.slot(column, contact.SlotAt(i))
				break
			}
		}
	}
}

// label gives the slot whose label is about something, 0 for none.
func (s *suggestion) label(c concept) contact.Slot {
	for i, label := range s.labels {
		if label != "" && meaningOf(label).concept == c {
			return contact.SlotAt(i)
		}
	}
	return 0
}

// slot takes a column for a slot. Where it cannot be told how it is to be read, it
// is ignored until somebody says so.
func (s *suggestion) slot(column int, slot contact.Slot) {
	as, why := s.file.converterFor(target{isSlot: true, slot: slot}, []int{column})
	if why != "" {
		s.meanings[column].why = append(s.meanings[column].why, why)
		s.take(slot.Path(), "", Ignore, column)
		return
	}
	s.take(slot.Path(), as, Add, column)
}

// rest ignores what is left, and says why.
func (s *suggestion) rest() {
	for i := range s.meanings {
		if s.done[i] {
			continue
		}
		why := "A contact has no place for it by itself. Choose a custom field to keep it."
		switch {
		case s.file.Columns[i].Filled == 0:
			why = "Nothing stands in it."
		case s.meanings[i].concept == "":
			why = "It is not known what it is about. Choose where it goes, such as names or a custom field, to keep it."
		case s.meanings[i].concept == isFax:
			why = "It is no number to speak to. Choose phones to keep it."
		case s.meanings[i].concept == isNotTheirs:
			why = "It says something of another column, or is somebody else's."
		}
		s.meanings[i].why = append(s.meanings[i].why, why)
		s.take("", "", Ignore, i)
	}
}
