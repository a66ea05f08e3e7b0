package ui

import (
	"slices"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
)

// column is one that the list can have beside the name.
type column struct {
	key, label string
	class      string // of its cells; "" of a field
	cell       func(*visit, *contact.Contact, *headView) cell
}

// heading is the head of a column. Sorts tells that the list is in its order, To leads to
// the list that is.
type heading struct {
	Label, Class, To string
	Sorts            bool
}

// choice is a column that can be shown.
type choice struct {
	Key, Label string
	On         bool
}

// contactRow is a row of the list.
type contactRow struct {
	ID    int64
	To    string
	Name  string // "" for none
	Also  string // a second name
	Face  face
	Cells []cell
}

// cell is one value of a row, or its last change.
type cell struct {
	Class string
	Text  string
	LTR   bool
	At    moment
	As    string // as in a line
	Head  *headView
}

// headView is the last change of a contact, as a row tells it.
type headView struct {
	Author      author
	At          moment
	Plus, Minus int
	New         bool
	To          string // the preview of taking it back, where the key may; else the change
	Undo        bool
}

// headView makes the view of the last change of a contact.
func (v *visit) headView(ch *contact.Change) headView {
	h := headView{Author: v.authorOf(&ch.Actor), At: v.moment(ch.At), New: ch.Action == contact.ActionCreate, Undo: v.may(access.Write)}
	h.Plus, h.Minus = counted(&ch.Edits)
	h.To = contactPath(ch.Contact) + "/changes/" + contact.ChangeID{Space: v.grant.Space.ID, Op: ch.Op}.String()
	if h.Undo {
		h.To += "/undo"
	}
	return h
}

// usualColumns are those that are shown unless others are named.
var usualColumns = []string{"email", "phone", "location", "change"}

// allColumns gives all columns that the list can have, in their order. The classes say
// how wide each is, and on which screens it is left out.
func (v *visit) allColumns() []column {
	all := []column{
		{"email", "Email", "w5", primaryCell(contact.Emails, "")},
		{"phone", "Phone", "w2 xl-only", primaryCell(contact.Phones, "xl-only")},
		{"location", "Location", "w1 xl-only", primaryCell(contact.Locations, "xl-only")},
	}
	for i := range contact.NumSlots {
		slot := contact.SlotAt(i)
		all = append(all, column{slot.String(), v.label(slot), "xl-only", fieldCell(slot)})
	}
	return append(all,
		column{"created", "Made", "w2 xl-only", func(v *visit, c *contact.Contact, _ *headView) cell {
			return cell{Class: "xl-only", At: v.moment(c.Created)}
		}},
		column{"change", "Last change", "w4", func(_ *visit, _ *contact.Contact, h *headView) cell { return cell{Head: h} }})
}

func primaryCell(col contact.Collection, class string) func(*visit, *contact.Contact, *headView) cell {
	return func(_ *visit, c *contact.Contact, _ *headView) cell {
		text, _ := c.Primary(col)
		return cell{Class: class, Text: shortened(text), LTR: leftToRight(col)}
	}
}

func fieldCell(s contact.Slot) func(*visit, *contact.Contact, *headView) cell {
	return func(_ *visit, c *contact.Contact, _ *headView) cell {
		text := c.Fields[s.Index()].Text
		return cell{Class: "xl-only", Text: shortened(text), As: kindOf(s)}
	}
}

// contactRow makes the row of a contact.
func (v *visit) contactRow(c *contact.Contact, head headView, columns []column) contactRow {
	name, _ := c.Primary(contact.Names)
	r := contactRow{ID: int64(c.ID), To: contactPath(c.ID), Name: shortened(name), Face: faceOf(name, false)}
	if names := c.Values[contact.Names]; len(names) > 1 {
		r.Also = shortened(names[1].Text)
	}
	second := false // a phone shows one value under the name: the first that there is
	for _, col := range columns {
		cell := col.cell(v, c, &head)
		switch {
		case cell.Head != nil:
		case !second && cell.Text != "":
			second = true
			cell.Class = "second " + cell.Class
		default:
			cell.Class = "off " + cell.Class
		}
		r.Cells = append(r.Cells, cell)
	}
	return r
}

// headings gives the heads of the columns that are shown. With many of them none has a
// width of its own: they share what there is.
func (v *visit) headings(q *listQuery) []heading {
	var all []heading
	for _, c := range q.columns {
		h := heading{Label: c.label, Class: c.class}
		if q.many() && c.key != "change" {
			h.Class = "xl-only"
			if c.key == "email" {
				h.Class = ""
			}
		}
		switch {
		case q.list.Search != nil: // what is found has an order of its own
		case c.key == "change":
			h.Sorts, h.To = q.list.LatestFirst, v.address("sort", "change", "cursor", "", "done", "")
		case c.key == "created":
			h.Sorts, h.To = !q.list.LatestFirst, v.address("sort", "", "cursor", "", "done", "")
		}
		all = append(all, h)
	}
	return all
}

// many tells whether there are more columns than have a width of their own.
func (q *listQuery) many() bool { return len(q.columns) > len(usualColumns)+1 }

// choices gives all columns, for the form that chooses among them.
func (v *visit) choices(q *listQuery) []choice {
	var all []choice
	for _, c := range v.allColumns() {
		on := slices.ContainsFunc(q.columns, func(shown column) bool { return shown.key == c.key })
		all = append(all, choice{c.key, c.label, on})
	}
	return all
}
