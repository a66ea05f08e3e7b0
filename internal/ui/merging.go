package ui

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/wire"
)

// maxReviewed is how many contacts one review has: as many as letters stand beside a value.
const maxReviewed = 10

var errTooManyToMerge = &trouble{http.StatusUnprocessableEntity, "Choose two to ten contacts",
	"More than ten cannot be looked at side by side. Merge ten, and then the others into what remains.", "/ui/contacts", "All contacts"}

// merging is what an address or a form asks to merge.
type merging struct {
	records []contact.Contact // in the order of their letters
	into    int               // the one that remains
	prefer  map[contact.Slot]contact.ID
	confirm bool
	look    string   // by what a further one is to be found; "" for none
	notes   []string // what there is to say of the ids
}

// merging reads what is asked for. Ids that lead nowhere or to one contact are told of.
func (v *visit) merging() (*merging, error) {
	if len(v.Form["id"]) > maxReviewed {
		return nil, errTooManyToMerge
	}
	m := &merging{confirm: v.Form.Get("confirm_distinct") != "", look: v.Form.Get("other")}
	for _, text := range v.Form["id"] {
		id, ok := wire.ParseID(text)
		if !ok {
			m.notes = append(m.notes, "One of the ids is no number, and was left out.")
			continue
		}
		if err := v.addRecord(m, id); err != nil {
			return nil, err
		}
	}
	m.into = m.busiest()
	if id, ok := wire.ParseID(v.Form.Get("into")); ok {
		if at := m.at(id); at >= 0 {
			m.into = at
		}
	}
	m.readPrefer(v.Form)
	return m, nil
}

// addRecord reads the contact that an id leads to.
func (v *visit) addRecord(m *merging, id contact.ID) error {
	c, err := v.ui.book.Get(v.Context(), v.grant, id)
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Kind == fault.NotFound {
		m.notes = append(m.notes, "#"+idText(id)+" is not there: it was deleted, or no contact of this Space had this id.")
		return nil
	}
	if err != nil {
		return err
	}
	at := m.at(c.ID)
	switch {
	case at >= 0 && id != c.ID:
		m.notes = append(m.notes, "#"+idText(id)+" leads to #"+idText(c.ID)+": they are one contact already.")
	case at >= 0:
	case id != c.ID:
		m.notes = append(m.notes, "#"+idText(id)+" was merged into #"+idText(c.ID)+", which stands here for it.")
	}
	if at < 0 {
		m.records = append(m.records, c)
	}
	return nil
}

func (m *merging) at(id contact.ID) int {
	return slices.IndexFunc(m.records, func(c contact.Contact) bool { return c.ID == id })
}

func (m *merging) survivor() *contact.Contact { return &m.records[m.into] }

// busiest gives the record that changed most, and of several the oldest: most programs
// know that one.
func (m *merging) busiest() int {
	best := 0
	for i := range m.records {
		a, b := &m.records[i], &m.records[best]
		if a.Depth > b.Depth || a.Depth == b.Depth && a.ID < b.ID {
			best = i
		}
	}
	return best
}

// ids gives the ids of all, that of the one which remains first.
func (m *merging) ids() []contact.ID {
	if len(m.records) == 0 {
		return nil
	}
	ids := []contact.ID{m.survivor().ID}
	for i := range m.records {
		if i != m.into {
			ids = append(ids, m.records[i].ID)
		}
	}
	return ids
}

// readPrefer takes the choices of a form that differ from what the merge would do anyway.
func (m *merging) readPrefer(form url.Values) {
	m.prefer = map[contact.Slot]contact.ID{}
	for i := range contact.NumSlots {
		slot := contact.SlotAt(i)
		id, ok := wire.ParseID(form.Get(slot.String()))
		if !ok {
			continue
		}
		at := m.at(id)
		if at >= 0 && m.records[at].Fields[i].Text != "" && m.records[at].Fields[i].Text != m.fills(i) {
			m.prefer[slot] = id
		}
	}
}

// fills gives what a slot gets where nothing is preferred.
func (m *merging) fills(slot int) string {
	for _, id := range m.ids() {
		if text := m.records[m.at(id)].Fields[slot].Text; text != "" {
			return text
		}
	}
	return ""
}

// shows gives what a slot gets.
func (m *merging) shows(slot int) string {
	if id, ok := m.prefer[contact.SlotAt(slot)]; ok {
		return m.records[m.at(id)].Fields[slot].Text
	}
	return m.fills(slot)
}

// act makes the merge.
func (m *merging) act() (act, error) {
	ids := m.ids()
	body := map[string]any{"merged_ids": numbers(ids[1:])}
	if len(m.prefer) > 0 {
		prefer := map[string]int64{}
		for slot, id := range m.prefer {
			prefer[slot.String()] = int64(id)
		}
		body["prefer"] = prefer
	}
	if m.confirm {
		body["confirm_distinct"] = true
	}
	return mergeAct(ids[0], body)
}

func numbers(ids []contact.ID) []int64 {
	all := make([]int64, len(ids))
	for i, id := range ids {
		all[i] = int64(id)
	}
	return all
}
