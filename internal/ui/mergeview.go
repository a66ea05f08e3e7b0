package ui

import (
	"slices"
	"strconv"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
)

// mergePage is what the review of a merge shows.
type mergePage struct {
	Notes    []string
	Records  []mergeRecord
	Into     int64
	Fields   []mergeField // which somebody has to decide
	Lists    []mergeList  // what the contact will hold
	Values   int          // how many that are
	Does     *mergeDoes   // nil where it cannot be
	Why      string       // why it cannot
	Distinct []string     // of whom somebody said that they are two
	Confirm  bool
	Refused  bool   // it was sent, and could not be done as it was
	Pair     string // where the form goes that says that they are two; "" for more than two
	All      string // "both", "all 3"
	Lead     string // what becomes of the ids
}

// mergeRecord is a contact of the review.
type mergeRecord struct {
	personView
	Letter  letter
	Chosen  bool
	Values  int
	Changes int64
	Most    bool // it changed most
	Since   moment
}

// letter names a record beside the values that it has.
type letter struct {
	Name, Hue string
	Off       bool // the record has not this value: its column stays empty
}

// mergeField is a slot in which records hold different texts.
type mergeField struct {
	Slot, Label string
	Options     []mergeOption
}

// mergeOption is one of them, with where it came from.
type mergeOption struct {
	ID      int64 // of the first record that has it
	Letters []letter
	Text    string
	As      string // as in a line
	Chosen  bool
	Author  *author
	Row     string // the line of a file that it came from; "" for none
	At      moment
}

// mergeList is the values of a collection, or the fields, that the contact will hold.
type mergeList struct {
	Heading string
	Count   int
	Values  []mergeValue
	Folded  []mergeValue // further ones
	More    string
}

// mergeValue is one of them. Also tells of records that spell it otherwise.
type mergeValue struct {
	Letters   []letter
	Label     string // of a field
	Text      string
	As        string // as in a line
	Also      []alsoTyped
	Primary   bool
	LTR       bool
	Preferred bool // another stands hidden behind it
}

// alsoTyped is a record's own spelling of a value.
type alsoTyped struct{ Text, In string }

// mergeDoes counts what the merge does.
type mergeDoes struct{ Come, Folded, Hidden int }

// letterHues are the hues of letters, neighbours far apart.
var letterHues = [...]string{"h1", "h4", "h3", "h2", "h5"}

func letterOf(i int) letter {
	return letter{Name: string(rune('A' + i)), Hue: letterHues[i%len(letterHues)]}
}

// maxColumns is how many letters stand in columns of their own: of more, those alone are
// shown that are there.
const maxColumns = 5

// letters gives the letters of the records that have something.
func (m *merging) letters(has func(*contact.Contact) bool) []letter {
	var all []letter
	for i := range m.records {
		l := letterOf(i)
		l.Off = !has(&m.records[i])
		if !l.Off || len(m.records) <= maxColumns {
			all = append(all, l)
		}
	}
	return all
}

// dress gives the page its records, and what is said of them.
func (p *mergePage) dress(v *visit, m *merging) {
	most := m.busiest()
	for i := range m.records {
		c := &m.records[i]
		p.Records = append(p.Records, mergeRecord{personOf(c), letterOf(i), i == m.into, held(c), c.Depth, i == most && c.Depth > 1, v.day(c.Created)})
	}
	p.All = "all " + strconv.Itoa(len(m.records))
	if len(m.records) == 2 {
		p.All, p.Pair = "both", pairPath(m.records[0].ID, m.records[1].ID)
	}
	ids := m.ids()
	lead := "go on working: all lead"
	switch len(ids) {
	case 2:
		lead = "goes on working: it leads"
	case 3:
		lead = "go on working: both lead"
	}
	p.Lead = numbered(ids[1:]) + " " + lead + " to #" + idText(ids[0]) + "."
}

// held counts the values of a contact.
func held(c *contact.Contact) int {
	n := 0
	for _, col := range contact.Collections {
		n += len(c.Values[col])
	}
	for i := range c.Fields {
		if c.Fields[i].Text != "" {
			n++
		}
	}
	return n
}

// tell shows what the merge leaves, and counts what it does.
func (p *mergePage) tell(v *visit, m *merging, w *book.Written) {
	for _, col := range shownOrder {
		if values := w.Contact.Values[col]; len(values) > 0 {
			l := mergeList{Heading: collectionNames[col], Count: len(values)}
			for i := range values {
				l.Values = append(l.Values, m.value(col, values[i].Text, i == 0, v.grant.Space.Region))
			}
			p.add(l)
		}
	}
	fields := mergeList{Heading: "Fields"}
	for i := range w.Contact.Fields {
		if text := w.Contact.Fields[i].Text; text != "" {
			fields.Count++
			fields.Values = append(fields.Values, mergeValue{Label: v.label(contact.SlotAt(i)), Text: text, As: kindOf(contact.SlotAt(i)), Preferred: len(m.texts(i)) > 1,
				Letters: m.letters(func(c *contact.Contact) bool { return c.Fields[i].Text == text })})
		}
	}
	if fields.Count > 0 {
		p.add(fields)
	}
	edits := w.Changed()
	come, gone := counted(&edits)
	hidden := len(w.Hides())
	merged := 0
	for i := range m.records {
		if i != m.into {
			merged += held(&m.records[i])
		}
	}
	p.Does = &mergeDoes{Come: come, Folded: max(0, merged-come-hidden), Hidden: hidden + gone}
}

func (p *mergePage) add(l mergeList) {
	p.Values += l.Count
	if len(l.Values) > maxLines {
		l.Values, l.Folded = l.Values[:maxLines], l.Values[maxLines:]
		l.More = "Show " + strconv.Itoa(len(l.Folded)) + " more"
	}
	p.Lists = append(p.Lists, l)
}

// value tells which records have a value, and how they spell it.
func (m *merging) value(col contact.Collection, text string, first bool, region string) mergeValue {
	key := contact.MatchText(col, text, region)
	val := mergeValue{Text: text, Primary: first, LTR: leftToRight(col)}
	spelled := map[int]string{} // by record
	for i := range m.records {
		for _, own := range m.records[i].Values[col] {
			if contact.MatchText(col, own.Text, region) != key {
				continue
			}
			if _, known := spelled[i]; !known || own.Text == text {
				spelled[i] = own.Text
			}
		}
	}
	for i := range m.records {
		own, has := spelled[i]
		l := letterOf(i)
		l.Off = !has
		if has || len(m.records) <= maxColumns {
			val.Letters = append(val.Letters, l)
		}
		if has && own != text {
			val.Also = append(val.Also, alsoTyped{own, l.Name})
		}
	}
	return val
}

// texts gives what the records hold in a slot, each once.
func (m *merging) texts(slot int) []string {
	var all []string
	for i := range m.records {
		if text := m.records[i].Fields[slot].Text; text != "" && !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}

// addFields lists the slots of which somebody has to say what they show.
func (p *mergePage) addFields(v *visit, m *merging) error {
	sources, err := m.sources(v)
	if err != nil {
		return err
	}
	for slot := range contact.NumSlots {
		texts := m.texts(slot)
		if len(texts) < 2 {
			continue
		}
		f := mergeField{Slot: contact.SlotAt(slot).String(), Label: v.label(contact.SlotAt(slot))}
		for _, text := range texts {
			has := func(c *contact.Contact) bool { return c.Fields[slot].Text == text }
			c := &m.records[slices.IndexFunc(m.records, func(c contact.Contact) bool { return has(&c) })]
			o := mergeOption{ID: int64(c.ID), Letters: m.letters(has), Text: text, As: kindOf(contact.SlotAt(slot)), Chosen: text == m.shows(slot)}
			if s, known := sources[c.Fields[slot].Oldest().Op]; known {
				by := v.authorOf(&s.Actor)
				o.Author, o.At = &by, v.moment(s.At)
				if row := v.fileRow(s.Actor.Import, s.At); row != nil {
					o.Row = row.Says
				}
			}
			f.Options = append(f.Options, o)
		}
		p.Fields = append(p.Fields, f)
	}
	return nil
}

// sources tells where the texts of slots came from, of all records at once.
func (m *merging) sources(v *visit) (map[contact.Seq]contact.Source, error) {
	var all contact.Contact
	for slot := range contact.NumSlots {
		if len(m.texts(slot)) > 1 {
			for i := range m.records {
				all.Values[contact.Names] = append(all.Values[contact.Names], m.records[i].Fields[slot])
			}
		}
	}
	return v.ui.book.Sources(v.Context(), v.grant, &all)
}
