package ui

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/carnet-project/carnet/internal/contact"
)

// Values of a collection that are shown at once, and code points of a text.
const (
	valuesAtOnce = 20
	textAtOnce   = 600
	shortText    = 160 // what is shown of a longer one
)

// group is a collection, or the custom fields, as a contact's page has them.
type group struct {
	Key      string // "emails", "fields"
	Heading  string
	Count    int
	Values   []valueView
	More     string // the address that shows those that are left out; "" for none
	MoreText string
	Add      string // the address of the form that adds one; "" where there is none
	AddText  string
	Form     *editForm // that adds one
}

// valueView is a value, where it came from, and what can be done with it.
type valueView struct {
	ID      string // on the page, and in the addresses of its acts: "phones.2", "profile_field_3"
	Label   string // of a custom field
	Text    string
	Short   string // the beginning of a long one
	Length  string
	As      string // as in a line
	LTR     bool
	Primary bool
	Source  *sourceView
	Origins *originsView // nil unless all sources are shown
	Acts    *valueActs   // nil where the reader may do nothing
	Form    *editForm
}

// sourceView is where a value came from, in short: a link to the change that brought it.
type sourceView struct {
	Author author
	Who    string
	At     moment
	Merged string // the contact that it came from by a merge; "" for none
	Row    string // the line of a file that it came from; "" for none
	Link   string
}

// originsView is all that is known of where a value came from.
type originsView struct {
	Who, Action, Key string
	At               moment
	Contacts         []string
	Row              *fileRow
}

// valueActs are what can be done with a value.
type valueActs struct {
	Of, Edit string
	Curl     string // where its form goes to show what it would send
	First    bool   // it is not the primary one, and can be made that
	Gone     bool   // it is there, and can be taken away
	Light    bool   // it is far down a long list: its form has the others
}

// valuesOf tells of all values of a contact. then is the contact as the page shows it.
func (v *visit) valuesOf(show *contactPage, then *contact.Contact, e *edit) error {
	sources, err := v.ui.book.Sources(v.Context(), v.grant, then)
	if err != nil {
		return err
	}
	s := &valueSet{v: v, show: show, then: then, sources: sources, editing: e}
	for _, col := range shownOrder {
		show.Groups = append(show.Groups, s.list(col))
		show.Values += len(then.Values[col])
	}
	show.Groups = append(show.Groups, s.fields())
	return nil
}

// valueSet makes the views of values.
type valueSet struct {
	v       *visit
	show    *contactPage
	then    *contact.Contact
	sources map[contact.Seq]contact.Source
	editing *edit
}

// list makes the view of a collection.
func (s *valueSet) list(col contact.Collection) group {
	values := s.then.Values[col]
	g := group{Key: col.String(), Heading: collectionNames[col], Count: len(values)}
	shown := len(values)
	if shown > valuesAtOnce && s.v.Form.Get("all") != g.Key {
		shown = valuesAtOnce
		g.More, g.MoreText = s.v.address("all", g.Key, "done", ""), "Show "+strconv.Itoa(len(values)-shown)+" more"
	}
	placed := false
	for i := range values {
		at := place{col: col, index: i}
		form := s.formAt(at)
		placed = placed || form != nil
		if i >= shown && form == nil {
			continue
		}
		view := s.value(&values[i], at)
		view.Primary, view.Form = i == 0 && len(values) > 1, form
		g.Values = append(g.Values, view)
	}
	if s.show.Writes {
		g.Add, g.AddText = s.v.address("add", g.Key, "edit", "", "done", ""), "Add "+article(one[col])+" "+one[col]
		if e := s.editing; e != nil && e.place.slot == 0 && e.place.col == col && !placed {
			g.Form = s.v.editForm(e) // a new one, or one that is there no more
		}
	}
	return g
}

// fields makes the view of the custom fields: those that are filled, and all where the
// address asks for them.
func (s *valueSet) fields() group {
	g := group{Key: "fields", Heading: "Fields"}
	all := s.v.Form.Get("empty") != ""
	for i := range s.then.Fields {
		at, value := place{slot: contact.SlotAt(i)}, &s.then.Fields[i]
		form := s.formAt(at)
		if value.Text != "" {
			g.Count++
			s.show.Values++
		} else if !all && form == nil {
			s.show.Empty++
			continue
		}
		view := s.value(value, at)
		view.Label, view.Form = s.v.label(at.slot), form
		g.Values = append(g.Values, view)
	}
	return g
}

// formAt gives the form that stands in the place of a value; nil for none.
func (s *valueSet) formAt(at place) *editForm {
	if e := s.editing; e != nil && s.show.Writes && e.stands(s.then) == at {
		f := s.v.editForm(e)
		if at.index >= 0 && e.was() != "" {
			f.Acts = actsOf(s.show.To, at, true)
		}
		return f
	}
	return nil
}

func (s *valueSet) value(value *contact.Value, at place) valueView {
	view := valueView{ID: at.String(), Text: value.Text, As: kindOf(at.slot), LTR: at.ltr()}
	if n := utf8.RuneCountInString(value.Text); n > textAtOnce {
		view.Short, view.Length = firstOf(value.Text, shortText), strconv.Itoa(n)
	}
	if value.Text != "" {
		view.Source = s.source(value)
		if s.show.Sourced {
			view.Origins = s.origins(value)
		}
	}
	if s.show.Writes {
		view.Acts = actsOf(s.show.To, at, value.Text != "")
		view.Acts.Edit = s.v.address("edit", view.ID, "add", "", "done", "")
		view.Acts.Light = at.slot == 0 && at.index >= valuesAtOnce
	}
	return view
}

// actsOf gives what else can be done with a value than to edit it.
func actsOf(to string, at place, filled bool) *valueActs {
	return &valueActs{Of: at.String(), Curl: to + "/edit?show=curl", First: at.slot == 0 && at.index > 0, Gone: filled}
}

// source tells in short where a value came from; nil where history does not know.
func (s *valueSet) source(value *contact.Value) *sourceView {
	oldest := value.Oldest()
	from, ok := s.sources[oldest.Op]
	if !ok {
		return nil
	}
	view := &sourceView{Author: s.v.authorOf(&from.Actor), At: s.v.day(from.At),
		Link: s.show.To + "/changes/" + contact.ChangeID{Space: s.v.grant.Space.ID, Op: oldest.Op}.String()}
	view.Who = view.Author.called()
	if row := s.v.fileRow(from.Actor.Import, from.At); row != nil {
		view.Row = row.Says
	}
	if oldest.Contact != s.then.ID {
		view.Merged = "#" + idText(oldest.Contact)
	}
	return view
}

// origins tells all that is known of where a value came from.
func (s *valueSet) origins(value *contact.Value) *originsView {
	view := &originsView{}
	if from, ok := s.sources[value.Oldest().Op]; ok {
		by := s.v.authorOf(&from.Actor)
		view.Who, view.Action, view.Key, view.At = by.Called(), string(from.Action), from.Actor.KeyName, s.v.moment(from.At)
		view.Row = s.v.fileRow(from.Actor.Import, from.At)
	}
	of := value.OldestContacts(contact.MaxSourceContacts)
	if len(of) == 1 && of[0] == s.then.ID {
		return view // that goes without saying
	}
	for _, id := range of {
		view.Contacts = append(view.Contacts, "#"+idText(id))
	}
	return view
}

// called gives an author in one word, where that is a person.
func (a author) called() string {
	if a.You {
		return "you"
	}
	if words := strings.Fields(a.Name); len(words) > 0 && !a.Square {
		return words[0]
	}
	return a.Name
}

// day gives the day of a time.
func (v *visit) day(t contact.Time) moment {
	m := v.moment(t)
	m.Text, _, _ = strings.Cut(m.Text, ",")
	return m
}

func kindOf(s contact.Slot) string {
	if s == 0 {
		return ""
	}
	switch s.Kind() {
	case contact.NumberField:
		return "number"
	case contact.DateField:
		return "date"
	}
	return ""
}

// firstOf gives the beginning of a text, so many code points and no part of a sign.
func firstOf(text string, n int) string {
	runes := []rune(text)
	for n < len(runes) && joins(runes[n]) {
		n++
	}
	return string(runes[:min(n, len(runes))])
}
