package ui

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
)

// The list of contacts, what is looked up in it, and what is done to those that are
// chosen there. listquery.go reads its address, columns.go makes its rows.
var contactsScreens = []screen{
	{"GET", "/ui/contacts", access.Read, (*ui).contacts},
	{"GET", "/ui/contacts/delete", access.Write, (*ui).deletePreview},
	{"POST", "/ui/contacts/delete", access.Write, (*ui).deleteChosen},
}

// contactsAtOnce is how many contacts a page of the list has.
const contactsAtOnce = 50

// contactsPage is what the page of the list shows.
type contactsPage struct {
	filtersView
	Note          string    // what there is to say of what was looked up; "" for nothing
	KeptOf        []field   // what the form of the columns keeps of the address
	Columns       []heading // beside the name
	Choices       []choice
	Rows          []contactRow
	Writes, Many  bool // the key may write; there are many columns
	Order         string
	Next, Prev    string // addresses; "" for none
	Curl          string
	Brings        bool     // the key may bring in a file
	Empty, Nobody bool     // there is no contact at all, or none that fits
	NewTo         string   // where a new contact is made of what was looked up
	Export        string   // where these are written to a file; "" where there are none
	Found, Count  string   // how many there are, or the address that says so; "" where nothing narrows the list
	Fitting       *fitting // nil where there are no conditions alone
}

// contacts shows a page of the list.
func (u *ui) contacts(v *visit) (answer, error) {
	q, err := v.listQuery()
	if err != nil {
		return nil, err
	}
	if v.wantsCurl() {
		return v.commands(v.address("show", "", "id", ""), v.listRequests(q)...), nil
	}
	if q.id != 0 {
		found, err := v.lookUp(q)
		if found != nil || err != nil {
			return found, err
		}
	}
	adding, on, err := v.addCondition(q, "Show these")
	if on != nil || err != nil {
		return on, err
	}
	show := &contactsPage{Note: q.note, Writes: v.may(access.Write), Brings: v.may(access.Plan)}
	if q.note == "" {
		if err := v.fillList(show, q); err != nil {
			return nil, err
		}
	}
	show.dress(v, q)
	if show.filtersView, err = v.filters(q, adding); err != nil {
		return nil, err
	}
	show.Changes = true
	if q.list.Search == nil { // what is found comes in an order of its own
		show.Chips = append(show.Chips, v.orderChip(q))
	}
	p := &page{name: "contacts", title: "Contacts", here: "c", toast: v.toastOf(), body: show}
	if adding != nil && adding.Wrong != nil {
		p.status = http.StatusUnprocessableEntity
	}
	return p, nil
}

// lookUp leads to the contact whose id was looked up. A number that is nobody's id is
// searched for, unless it was written as an id.
func (v *visit) lookUp(q *listQuery) (answer, error) {
	_, err := v.ui.book.Get(v.Context(), v.grant, q.id)
	if err == nil {
		return goOn{contactPath(q.id)}, nil
	}
	if !isNotFound(err) {
		return nil, err
	}
	if q.list.Search == nil {
		q.note = "No contact has this id now. If it was deleted, it is in the bin."
	}
	return nil, nil
}

// fillList reads the page of the list, and what happened to its contacts last.
func (v *visit) fillList(show *contactsPage, q *listQuery) error {
	if err := v.turn(); err != nil {
		return err
	}
	p, err := v.ui.book.List(v.Context(), v.grant, &q.list)
	if err != nil {
		return err
	}
	heads, err := v.heads(p.Contacts)
	if err != nil {
		return err
	}
	for i := range p.Contacts {
		show.Rows = append(show.Rows, v.contactRow(&p.Contacts[i], heads[p.Contacts[i].ID], q.columns))
	}
	if p.Next != "" {
		show.Next = v.address("cursor", p.Next, "done", "")
	}
	if p.Prev != "" {
		show.Prev = v.address("cursor", p.Prev, "done", "")
	}
	if q.narrows() && len(show.Rows) > 0 {
		if show.Count = v.address("count", "1", "done", ""); v.Form.Get("count") != "" || show.Next == "" && show.Prev == "" {
			if show.Found, err = v.howMany(q); err != nil {
				return err
			}
		}
	}
	nothing := len(show.Rows) == 0 && show.Next == "" && show.Prev == ""
	show.Nobody = nothing && q.narrows()
	show.Empty = nothing && !q.narrows()
	if show.Nobody && q.look != "" && show.Writes {
		show.NewTo = addressOf("/ui/contacts/new", map[string][]string{"q": {q.look}})
	}
	return nil
}

// dress gives the page what stands around its rows.
func (p *contactsPage) dress(v *visit, q *listQuery) {
	p.KeptOf = v.kept("q", "sort", "since", "start", "end", filtersName)
	p.Columns, p.Choices, p.Many = v.headings(q), v.choices(q), q.many()
	p.Curl = v.address("show", "curl", "done", "")
	p.Order = "newest first"
	switch {
	case q.list.Search != nil:
		p.Order = "best first"
	case q.list.LatestFirst:
		p.Order = "latest change first"
	}
	if len(p.Rows) > 0 {
		p.Export = addressOf("/ui/exports/new", q.narrowing())
	}
	if len(p.Rows) > 0 && len(q.list.Where) > 0 && !q.narrowsBeside() && v.may(access.Plan) {
		p.Fitting = &fitting{q.asks.Get(filtersName)}
	}
}

// listRequests gives the requests that a page of the list rests on; where contacts were
// chosen, one for each of them.
func (v *visit) listRequests(q *listQuery) []request {
	var all []request
	for _, id := range v.chosen() {
		all = append(all, request{path: idPath(id)})
	}
	if all == nil {
		all = append(all, q.request())
	}
	return all
}

// chosen gives the contacts that a form names, each once, and no more than a page has.
func (v *visit) chosen() []contact.ID {
	var ids []contact.ID
	seen := map[contact.ID]bool{}
	for _, text := range v.Form["id"] {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || id <= 0 || seen[contact.ID(id)] || len(ids) == contactsAtOnce {
			continue
		}
		seen[contact.ID(id)] = true
		ids = append(ids, contact.ID(id))
	}
	return ids
}

// heads tells of each of these contacts who changed it last, when and how much.
func (v *visit) heads(of []contact.Contact) (map[contact.ID]headView, error) {
	heads := make(map[contact.ID]headView, len(of))
	if len(of) == 0 {
		return heads, nil
	}
	err := v.ui.book.EachHead(v.Context(), v.grant, of, func(ch *contact.Change) { heads[ch.Contact] = v.headView(ch) })
	return heads, err
}

// shortened cuts a text that is too long for a row, between two signs.
func shortened(text string) string {
	const most = 160
	runes := 0
	for at, r := range text {
		if runes++; runes > most && !joins(r) && !strings.HasSuffix(text[:at], string(zeroWidthJoiner)) {
			return text[:at] + "…"
		}
	}
	return text
}
