package ui

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/wire"
)

// pickPage is what the page shows where a contact to merge with is still to be found.
type pickPage struct {
	Notes   []string
	Records []personView // those that are chosen already
	Into    int64
	Found   []candidate // by what was looked up
	Like    []candidate // with an email or phone that the contact has as well
	Looked  bool
	Missing bool // nobody was found
}

// candidate is a contact that can be merged with those that are chosen.
type candidate struct {
	personView
	Why   string // what both have
	Merge string
	Apart string // the page that says that they are two; "" where none can
}

// How much is looked up for candidates, and how many are shown.
const (
	lookUps    = 10
	candidates = 10
)

// pickOther finds a further contact. The only one that is found goes straight to the
// review.
func (v *visit) pickOther(m *merging) (answer, error) {
	show := &pickPage{Notes: m.notes, Looked: m.look != ""}
	for i := range m.records {
		show.Records = append(show.Records, personOf(&m.records[i]))
	}
	back := "/ui/contacts"
	if len(m.records) > 0 {
		show.Into = int64(m.survivor().ID)
		back = contactPath(m.survivor().ID)
	}
	if m.look != "" {
		found, err := v.findOther(m)
		if err != nil {
			return nil, err
		}
		if len(found) == 1 {
			return goOn{found[0].Merge}, nil
		}
		show.Found, show.Missing = found, len(found) == 0
	}
	if len(m.records) == 1 {
		like, err := v.alike(m)
		if err != nil {
			return nil, err
		}
		show.Like = like
	}
	status := 0
	if v.Method == http.MethodPost {
		status = http.StatusUnprocessableEntity
	}
	return &page{name: "mergepick", title: "Merge", here: "c", back: back, status: status, body: show}, nil
}

// findOther looks for contacts by an id, an email or a phone, as it was typed.
func (v *visit) findOther(m *merging) ([]candidate, error) {
	text := strings.TrimSpace(m.look)
	if id, ok := wire.ParseID(strings.TrimPrefix(text, "#")); ok {
		more := merging{}
		if err := v.addRecord(&more, id); err != nil {
			return nil, err
		}
		if len(more.records) == 1 {
			return m.candidates(more.records, "this id"), nil
		}
	}
	col := contact.Phones
	if strings.Contains(text, "@") {
		col = contact.Emails
	}
	text, flaw := contact.ParseValue(col, text)
	if flaw != nil {
		return nil, nil
	}
	found, err := v.having(col, text)
	return m.candidates(found, "this "+one[col]), err
}

// having lists contacts with an email or a phone.
func (v *visit) having(col contact.Collection, text string) ([]contact.Contact, error) {
	l := book.List{PerPage: candidates}
	if col == contact.Emails {
		l.Email = text
	} else {
		l.Phone = text
	}
	p, err := v.ui.book.List(v.Context(), v.grant, &l)
	return p.Contacts, err
}

// candidates makes those of contacts that are not chosen yet.
func (m *merging) candidates(found []contact.Contact, why string) []candidate {
	var all []candidate
	for i := range found {
		c := &found[i]
		if m.at(c.ID) >= 0 {
			continue
		}
		one := candidate{personView: personOf(c), Why: why, Merge: m.with(c.ID)}
		if len(m.records) == 1 {
			one.Apart = pairPath(m.records[0].ID, c.ID)
		}
		all = append(all, one)
	}
	return all
}

// with gives the address of the review with one more contact.
func (m *merging) with(id contact.ID) string {
	q := url.Values{}
	for i := range m.records {
		q.Add("id", idText(m.records[i].ID))
	}
	q.Add("id", idText(id))
	if len(m.records) > 0 {
		q.Set("into", idText(m.survivor().ID))
	}
	return addressOf("/ui/merge", q)
}

// alike lists contacts that have an email or phone which the chosen one has, but for
// those of whom somebody said that they are others.
func (v *visit) alike(m *merging) ([]candidate, error) {
	c := &m.records[0]
	_, distinct, err := v.ui.book.IDsNow(v.Context(), v.grant, c)
	if err != nil {
		return nil, err
	}
	var all []candidate
	looked := 0
	for _, col := range []contact.Collection{contact.Emails, contact.Phones} {
		for _, val := range c.Values[col] {
			if looked++; looked > lookUps {
				return all, nil
			}
			found, err := v.having(col, val.Text)
			if err != nil {
				return nil, err
			}
			for _, one := range m.candidates(found, "the same "+one[col]) {
				known := func(o candidate) bool { return o.ID == one.ID }
				if len(all) < candidates && !slices.ContainsFunc(all, known) && !slices.Contains(distinct, contact.ID(one.ID)) {
					all = append(all, one)
				}
			}
		}
	}
	return all, nil
}
