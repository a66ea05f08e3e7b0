package main

import (
	"context"
	"fmt"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
)

// Those of the story in the contact book, behind those of the story in the terminal.
const (
	emptied   = storyPeople + iota // whose emails and phones a sync wiped
	merged                         // who is merged with
	mistaken                       // somebody else
	eventful                       // whom several have written to
	bookEnds                       // the first who is in no story
	nightly   = "nightly-sync"
	frontDesk = "front-desk"
)

// bookCast gives those whom the contact book tells about, by their places.
func bookCast() map[int]contact.Patch {
	return map[int]contact.Patch{
		emptied: made([]string{"Ines Calloway"}, []string{"ines.calloway@example.com", "ines@calloway.example"},
			[]string{"+1 555 0142", "+1 555 0167"}, map[contact.Slot]string{1: "Enterprise", 3: "Saltmarrow Energy", 26: "2019-04-02"}),
		merged: made([]string{"Robin Alder"}, []string{"robin.alder@example.com"}, []string{"+1 555 0118"},
			map[contact.Slot]string{1: "Team", 3: "Quillfeather Press"}),
		mistaken: made([]string{"Robin Alder"}, []string{"r.alder@example.org"}, []string{"+1 555 0193"},
			map[contact.Slot]string{3: "Mossgrave Timber", 27: "1971-11-20"}),
		eventful: made([]string{"Mara Thistlewood"}, []string{"mara@thistlewood.example", "mara.t@example.net"},
			[]string{"+1 555 0110"}, map[contact.Slot]string{1: "Free", 2: "Buyer", 3: "Oxbow & Thistle"}),
	}
}

func made(names, emails, phones []string, fields map[contact.Slot]string) contact.Patch {
	var p contact.Patch
	p.Values[contact.Names] = contact.List{Sent: true, Texts: names}
	p.Values[contact.Emails] = contact.List{Sent: true, Texts: emails}
	p.Values[contact.Phones] = contact.List{Sent: true, Texts: phones}
	p.Fields = setFields(fields)
	return p
}

func setFields(fields map[contact.Slot]string) contact.FieldsPatch {
	f := contact.FieldsPatch{Sent: true}
	for slot, text := range fields {
		f.Named[slot.Index()], f.Texts[slot.Index()] = true, text
	}
	return f
}

// bookTale writes as a program and two people do, of whom each has a key.
type bookTale struct {
	book   *book.Book
	grants map[string]access.Grant // by the name of the key
	writes int
}

// tellBook lets happen what the contact book has to tell, and gives the last number of
// the Space's history.
func tellBook(ctx context.Context, b *book.Book, space access.Space, ids []contact.ID) (last contact.Seq, err error) {
	t := bookTale{book: b, grants: map[string]access.Grant{}}
	for _, name := range []string{nightly, frontDesk} {
		k, _, err := b.CreateKey(ctx, "demo", access.APIKey{Space: space.ID, Name: name})
		if err != nil {
			return 0, err
		}
		t.grants[name] = access.Grant{Key: k, Space: space}
	}
	for _, e := range events(ids) {
		if last, err = t.happen(ctx, e); err != nil {
			return 0, err
		}
	}
	return last, nil
}

// event is a write: by which key, by whom behind it, and why.
type event struct {
	key, name, reason string
	verb              contact.Verb
	takesBack         bool // it undoes the write before it
}

// events tells all three stories.
func events(ids []contact.ID) []event {
	amend := func(of int, a contact.Amendment) contact.Verb { return &contact.Amend{Ref: ids[of], Amendment: a} }
	add := func(of int, col contact.Collection, text string) contact.Verb {
		var a contact.Amendment
		a.Values[col] = contact.ListAmendment{Named: true, Add: []string{text}}
		return amend(of, a)
	}
	set := func(of int, fields map[contact.Slot]string) contact.Verb {
		return amend(of, contact.Amendment{Fields: setFields(fields)})
	}
	put := func(of int, lists map[contact.Collection][]string) contact.Verb {
		p := &contact.Put{Ref: ids[of]}
		for col, texts := range lists {
			p.Patch.Values[col] = contact.List{Sent: true, Texts: texts}
		}
		return p
	}
	return []event{
		{key: frontDesk, name: "Priya Sandoval", reason: "called in", verb: add(eventful, contact.Phones, "+1 555 0176")},
		{key: frontDesk, name: "Tom Ferrell", reason: "signed up for the team plan", verb: set(eventful, map[contact.Slot]string{1: "Team", 17: "12"})},
		{key: nightly, reason: "full sync", verb: put(eventful, map[contact.Collection][]string{
			contact.Names: {"THISTLEWOOD MARA"}, contact.Emails: {"mara.t@example.net"}})},
		{key: frontDesk, name: "Tom Ferrell", verb: add(eventful, contact.Locations, "14 Lantern Row, Port Example")},
		{key: frontDesk, name: "Priya Sandoval", verb: amend(eventful, primary(contact.Phones, "+1 555 0176"))},
		{key: nightly, reason: "full sync", verb: put(eventful, map[contact.Collection][]string{contact.Phones: {"+1 555 0110"}})},
		{key: frontDesk, name: "Priya Sandoval", reason: "she does have a second number", verb: &contact.Undo{Ref: ids[eventful]}, takesBack: true},
		{key: nightly, reason: "full sync", verb: put(emptied, map[contact.Collection][]string{contact.Emails: {}, contact.Phones: {}})},
		{key: frontDesk, name: "Tom Ferrell", reason: "same name", verb: &contact.Merge{Survivor: ids[merged], Merged: []contact.ID{ids[mistaken]}}},
		{key: frontDesk, name: "Priya Sandoval", reason: "asked for by phone", verb: add(mistaken, contact.Locations, "3 Sawmill Lane, Port Example")},
	}
}

func primary(col contact.Collection, text string) contact.Amendment {
	var a contact.Amendment
	a.Values[col] = contact.ListAmendment{Named: true, Primary: text}
	return a
}

// happen makes one write, and gives the number of its last entry in history.
func (t *bookTale) happen(ctx context.Context, e event) (contact.Seq, error) {
	if undo, ok := e.verb.(*contact.Undo); ok && e.takesBack {
		p, err := t.book.Changes(ctx, t.grants[e.key], &book.History{Ref: undo.Ref, PerPage: 1})
		if err != nil {
			return 0, err
		}
		undo.Op = p.Changes[0].Op
	}
	t.writes++
	terms := book.Terms{RequestID: fmt.Sprintf("demo-book-%d", t.writes), Name: e.name, Reason: e.reason}
	w, err := t.book.Do(ctx, t.grants[e.key], terms, e.verb)
	if err != nil {
		return 0, err
	}
	return w.Entries[len(w.Entries)-1].Change.Seq, nil
}

// inBook says what there is to see in the contact book, and where.
func (t tale) inBook(url string) string {
	return fmt.Sprintf(`
Three contacts have a story in the book, which the key below opens too:

  %[1]s/ui/contacts/%[2]d
    A sync emptied its emails and phones: take that back.
  %[1]s/ui/contacts/%[3]d
    Two people, merged by mistake, and written to since: split #%[4]d off.
  %[1]s/ui/contacts/%[5]d
    Several authors and an undo: move through its time.
`, url, t.emptied, t.merged, t.mistaken, t.eventful)
}
