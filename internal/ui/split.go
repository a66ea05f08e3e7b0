package ui

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/httpapi"
	"github.com/carnet-project/carnet/internal/wire"
)

// Splitting off what was merged: which ids lead to a contact, and what each would be.
var splitScreens = []screen{
	{"GET", "/ui/contacts/{id}/split", access.Write, (*ui).splitReview},
	{"POST", "/ui/contacts/{id}/split", access.Write, (*ui).split},
}

// mergedAtOnce is how many merged ids a page lists.
const mergedAtOnce = 20

// splitPage is what the page of what was merged into a contact shows.
type splitPage struct {
	Contact    personView
	Total      int
	Merged     []mergedView
	Next, Prev string
	Preview    *splitView
	Off        *personView // it has just been split off
	Why        string      // why the one that was asked for cannot be
	To         string
}

// mergedView is an id that leads to the contact, and how that came.
type mergedView struct {
	ID     int64
	Author *author
	At     moment
	Change string // the page of the change
	To     string // its preview
	Chosen bool
}

// splitView is what splitting a contact off would do.
type splitView struct {
	ID      int64
	Sides   []splitSide // the contact, and the one that is split off
	Remains int         // values that need somebody
}

// splitSide is what a contact would be.
type splitSide struct {
	personView
	Stays  bool // it is the contact that the other is split off from
	Blocks []block
}

func splitPath(id contact.ID) string { return contactPath(id) + "/split" }

// splitReview lists what was merged, and shows what splitting one of them off would do.
func (u *ui) splitReview(v *visit) (answer, error) {
	show, c, err := v.merged()
	if err != nil {
		return nil, err
	}
	status := 0
	if id, ok := wire.ParseID(v.Form.Get("merged")); ok {
		written, err := v.preview(unmergeAct(c.ID, id))
		switch e := inTheWay(err); {
		case e != nil:
			show.Why, status = append(sentences(e), e.Message)[0], httpapi.StatusOf(e.Kind)
		case err != nil:
			return nil, err
		default:
			show.Preview = v.splitView(c.ID, id, &written)
		}
	}
	return v.splitAnswer(show, status)
}

func (v *visit) splitAnswer(show *splitPage, status int) (answer, error) {
	return &page{name: "split", title: "Merged into " + show.Contact.Name, here: "c", back: show.Contact.To, status: status, toast: v.toastOf(), body: show}, nil
}

// split splits a contact off.
func (u *ui) split(v *visit) (answer, error) {
	ref, err := v.ref()
	if err != nil {
		return nil, err
	}
	id, ok := wire.ParseID(v.PostForm.Get("merged"))
	if !ok {
		return goOn{splitPath(ref)}, nil
	}
	a := unmergeAct(ref, id)
	if v.wantsCurl() {
		return v.curl(a, splitPath(ref)+"?merged="+idText(id))
	}
	written, err := v.do(a)
	if e := inTheWay(err); e != nil {
		show, _, err := v.merged()
		if err != nil {
			return nil, err
		}
		show.Why = append(sentences(e), e.Message)[0]
		return v.splitAnswer(show, httpapi.StatusOf(e.Kind))
	}
	if err != nil {
		return nil, err
	}
	return goOn{withDone(splitPath(written.Contact.ID)+"?off="+idText(id), written.Change)}, nil
}

// merged lists the ids that lead to the contact of the address.
func (v *visit) merged() (*splitPage, *contact.Contact, error) {
	ref, err := v.ref()
	if err != nil {
		return nil, nil, err
	}
	if err := v.turn(); err != nil {
		return nil, nil, err
	}
	c, err := v.ui.book.Get(v.Context(), v.grant, ref)
	if err != nil {
		return nil, nil, err
	}
	aliases, _, err := v.ui.book.IDsNow(v.Context(), v.grant, &c)
	if err != nil {
		return nil, nil, err
	}
	person := personOf(&c)
	show := &splitPage{Contact: person, Total: len(aliases), To: splitPath(c.ID)}
	if id, ok := wire.ParseID(v.Form.Get("off")); ok && !slices.Contains(aliases, id) {
		if off, err := v.ui.book.Get(v.Context(), v.grant, id); err == nil && off.ID != c.ID {
			person := personOf(&off)
			show.Off = &person
		}
	}
	from, _ := strconv.Atoi(v.Form.Get("from"))
	from = min(max(from, 0), len(aliases))
	until := min(from+mergedAtOnce, len(aliases))
	if until < len(aliases) {
		show.Next = addressOf(show.To, url.Values{"from": {strconv.Itoa(until)}})
	}
	if from > 0 {
		show.Prev = addressOf(show.To, url.Values{"from": {strconv.Itoa(max(0, from-mergedAtOnce))}})
	}
	for _, id := range aliases[from:until] {
		one, err := v.mergedView(c.ID, id)
		if err != nil {
			return nil, nil, err
		}
		show.Merged = append(show.Merged, one)
	}
	return show, &c, nil
}

// mergedView tells when a contact was merged, and by whom: that is its own newest change.
func (v *visit) mergedView(into, id contact.ID) (mergedView, error) {
	one := mergedView{ID: int64(id), To: splitPath(into) + "?merged=" + idText(id), Chosen: v.Form.Get("merged") == idText(id)}
	p, err := v.ui.book.Changes(v.Context(), v.grant, &book.History{Ref: id, Own: true, PerPage: 1})
	if err != nil || len(p.Changes) == 0 {
		return one, err
	}
	ch := &p.Changes[0]
	by := v.authorOf(&ch.Actor)
	one.Author, one.At = &by, v.moment(ch.At)
	one.Change = contactPath(into) + "/changes/" + contact.ChangeID{Space: v.grant.Space.ID, Op: ch.Op}.String()
	return one, nil
}

// splitView makes the preview: what each will be, and what needs somebody.
func (v *visit) splitView(into, off contact.ID, w *book.Written) *splitView {
	s := &splitView{ID: int64(off)}
	for _, id := range []contact.ID{into, off} {
		at := slices.IndexFunc(w.Entries, func(e contact.Entry) bool { return e.Contact.ID == id })
		c, edits := &w.Contact, contact.Edits{}
		if at >= 0 {
			c, edits = &w.Entries[at].Contact, w.Entries[at].Change.Edits
		}
		var remains []contact.Remains
		for _, r := range w.Remains {
			if r.Contact == id {
				remains = append(remains, r)
				s.Remains += len(r.Values)
			}
		}
		s.Sides = append(s.Sides, splitSide{personOf(c), id == into, v.willBe(c, &edits, remains)})
	}
	return s
}

// willBe shows all that a contact will hold, what leaves it, and what needs somebody.
func (v *visit) willBe(c *contact.Contact, e *contact.Edits, remains []contact.Remains) []block {
	needs := func(field string, slot contact.Slot, text string) bool {
		return slices.ContainsFunc(remains, func(r contact.Remains) bool {
			return r.Slot == slot && (slot != 0 || r.Field == field) && slices.Contains(r.Values, text)
		})
	}
	var all []block
	for _, col := range shownOrder {
		b := block{Heading: collectionNames[col]}
		add := func(kind, text string) {
			l := line{Kind: kind, Parts: whole(text), LTR: leftToRight(col)}
			if needs(col.String(), 0, text) {
				l.Kind, l.Note = "hold", "needs you"
			}
			b.Lines = append(b.Lines, l)
		}
		var come []string
		if l := e.Values[col]; l != nil {
			come = l.Added()
			for _, text := range l.Removed() {
				add("del", text)
			}
		}
		for _, val := range c.Values[col] {
			add(map[bool]string{true: "add", false: "same"}[slices.Contains(come, val.Text)], val.Text)
		}
		if len(b.Lines) > 0 {
			all = append(all, b.fold())
		}
	}
	return append(all, v.slotsWillBe(c, e, needs)...)
}

func (v *visit) slotsWillBe(c *contact.Contact, e *contact.Edits, needs func(string, contact.Slot, string) bool) []block {
	var all []block
	for i := range contact.NumSlots {
		slot := contact.SlotAt(i)
		before, after := c.Fields[i].Text, c.Fields[i].Text
		for j := range e.Fields {
			if e.Fields[j].Slot == slot {
				before, after = e.Fields[j].Before.Text, e.Fields[j].After.Text
			}
		}
		b := block{Heading: v.label(slot)}
		switch {
		case before == after && after != "":
			b.Lines = []line{{Kind: "same", Parts: whole(after), As: kindOf(slot)}}
		default:
			b.Lines = slotChange(slot, before, after)
		}
		for n := range b.Lines {
			if l := &b.Lines[n]; l.Kind != "del" && needs("", slot, after) {
				l.Kind, l.Note = "hold", "needs you"
			}
		}
		if len(b.Lines) > 0 {
			all = append(all, b)
		}
	}
	return all
}
