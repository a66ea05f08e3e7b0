package ui

import (
	"net/url"
	"strconv"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
)

// The contacts that were deleted, each with the way back.
var binScreens = []screen{{"GET", "/ui/bin", access.Read, (*ui).bin}}

// binPage is what the bin shows.
type binPage struct {
	Rows       []binRow
	Next, Prev string
	Curl       string
	Empty      bool
}

// binRow is a deleted contact.
type binRow struct {
	ID   int64
	Name string
	Face face
	Also string // its first email or phone, where it has a name beside
	LTR  bool
	Head headView
	Just bool // it was deleted by the write that has just been done
}

// bin shows a page of the deleted contacts.
func (u *ui) bin(v *visit) (answer, error) {
	if v.wantsCurl() {
		return v.commands(v.address("show", ""), request{path: "/contacts", query: v.binQuery()}), nil
	}
	if err := v.turn(); err != nil {
		return nil, err
	}
	p, err := u.book.List(v.Context(), v.grant, &book.List{Deleted: true, PerPage: contactsAtOnce, Cursor: v.Form.Get("cursor")})
	if err != nil {
		return nil, err
	}
	heads, err := v.heads(p.Contacts)
	if err != nil {
		return nil, err
	}
	done, _ := contact.ParseChangeID(v.Form.Get("done"))
	show := &binPage{Curl: v.address("show", "curl", "done", "")}
	for i := range p.Contacts {
		row := v.binRow(&p.Contacts[i], heads[p.Contacts[i].ID])
		row.Just = p.Deletions[i].Change == done
		show.Rows = append(show.Rows, row)
	}
	if p.Next != "" {
		show.Next = v.address("cursor", p.Next, "done", "")
	}
	if p.Prev != "" {
		show.Prev = v.address("cursor", p.Prev, "done", "")
	}
	show.Empty = len(show.Rows) == 0 && show.Next == "" && show.Prev == ""
	return &page{name: "bin", title: "Bin", here: "b", toast: v.toastOf(), body: show}, nil
}

func (v *visit) binQuery() url.Values {
	q := url.Values{"deleted": {"1"}, "per_page": {strconv.Itoa(contactsAtOnce)}}
	if cursor := v.Form.Get("cursor"); cursor != "" {
		q.Set("cursor", cursor)
	}
	return q
}

func (v *visit) binRow(c *contact.Contact, head headView) binRow {
	name := calledBy(c)
	row := binRow{ID: int64(c.ID), Name: shortened(name), Face: contactFace(c), Head: head}
	for _, col := range []contact.Collection{contact.Emails, contact.Phones} {
		if text, ok := c.Primary(col); ok && text != name {
			row.Also, row.LTR = shortened(text), leftToRight(col)
			break
		}
	}
	return row
}
