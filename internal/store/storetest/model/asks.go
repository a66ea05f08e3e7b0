package model

import (
	"fmt"
	"slices"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// ask draws what to ask next.
func (c *client) ask(r *room) ask {
	ref, ok := c.known(r)
	other, _ := c.known(r)
	switch n := c.IntN(100); {
	case !ok || n < 20:
		return ask{kind: "create", lists: c.lists(), slots: c.slots()}
	case n < 28:
		return ask{kind: "merge", ref: int64(ref), other: int64(other), confirm: c.IntN(2) == 0}
	case n < 31: // an id that is another Space's, or nobody's
		if theirs, ok := c.known(c.rooms[c.IntN(len(c.rooms))]); ok && c.IntN(3) > 0 {
			ref = theirs
		} else {
			ref = contact.ID(c.Int64N(int64(contact.MaxID)))
		}
		return ask{kind: "put", ref: int64(ref), lists: c.lists(), slots: c.slots()}
	case n < 42:
		return c.again(r, ref)
	case n < 54:
		return c.patch(r, ref)
	case n < 57:
		return ask{kind: "delete", ref: int64(ref)}
	case n < 72 && c.goesBack:
		return c.back(r, ref)
	default:
		a := ask{kind: "put", ref: int64(ref), lists: c.lists(), slots: c.slots()}
		if c.IntN(8) == 0 {
			a.version = 1 + c.Int64N(20)
		}
		return a
	}
}

// back takes something back that was done, mostly one of the last, by the id that it
// was done by.
func (c *client) back(r *room, ref contact.ID) ask {
	r.mu.Lock()
	defer r.mu.Unlock()
	from, kind := r.done, "undo"
	if len(r.merges) > 0 && c.IntN(4) == 0 {
		from, kind = r.merges, "unmerge"
	}
	if len(from) == 0 {
		return ask{kind: "undo", ref: int64(ref), op: 1}
	}
	did := from[c.recent(len(from))]
	a := ask{kind: kind, ref: did.ask.ref, other: did.ask.other, op: did.op, resolve: c.IntN(3) == 0}
	if c.IntN(8) == 0 || a.ref == 0 {
		a.ref = int64(ref)
	}
	if kind == "unmerge" {
		a.op = 0
	}
	return a
}

// patch draws a part of a contact, some of it what it has.
func (c *client) patch(r *room, ref contact.ID) ask {
	a := ask{kind: "patch", ref: int64(ref), lists: c.lists(), gone: map[int][]string{}, first: map[int]string{}, slots: c.slots()}
	seen, _, err := c.store().Get(bg, r.space, ref)
	if err != nil {
		c.t.Errorf("contact %d cannot be read: %v", ref, err)
	}
	for l := range contact.NumCollections {
		there := append(suite.Texts(seen, contact.Collection(l)), c.text(l))
		if c.IntN(4) == 0 {
			a.first[l] = there[c.IntN(len(there))]
		}
		if c.IntN(3) == 0 { // but for what it adds
			a.gone[l] = slices.DeleteFunc([]string{there[c.IntN(len(there))], c.text(l)}, func(text string) bool {
				return text == a.first[l] || among(l, a.lists[l], text)
			})
		}
	}
	return a
}

// again reads a contact and sends all of it back, sometimes with one change.
func (c *client) again(r *room, ref contact.ID) ask {
	seen, ok, err := c.store().Found(bg, r.space, ref) // a deleted one too
	if err != nil || !ok {
		c.t.Errorf("contact %d cannot be read: %v, %v", ref, ok, err)
	}
	a := ask{kind: "put", ref: int64(ref), lists: map[int][]string{}, slots: map[int]string{}}
	for _, col := range contact.Collections {
		a.lists[int(col)] = suite.Texts(seen, col)
	}
	for i, f := range seen.Fields {
		a.slots[i+1] = f.Text // an empty one too, as GET gives it
	}
	if c.IntN(2) == 0 {
		a.version = int64(seen.Version)
	}
	switch l := c.IntN(4); c.IntN(4) {
	case 0:
		if text := c.text(l); !among(l, a.lists[l], text) {
			a.lists[l] = append(a.lists[l], text)
		}
	case 1:
		slices.Reverse(a.lists[l])
	}
	return a
}

// lists draws the collections that are sent, most of them short.
func (c *client) lists() map[int][]string {
	sent := map[int][]string{}
	for l := range contact.NumCollections {
		if c.IntN(3) == 0 {
			continue
		}
		sent[l] = []string{}
		for range c.IntN(4) {
			if text := c.text(l); !among(l, sent[l], text) {
				sent[l] = append(sent[l], text)
			}
		}
		if c.IntN(150) == 0 { // about as many as there may be (CONTRACT D8)
			for n := range 97 + c.IntN(6) - len(sent[l]) {
				sent[l] = append(sent[l], fmt.Sprintf("+1 555 0100 x%d-%d", n, c.IntN(3)))
			}
		}
	}
	return sent
}

// among tells whether a list has a text, or one that a request may not have beside it.
func among(l int, list []string, text string) bool {
	key := func(text string) string { return contact.DedupKey(contact.Collection(l), text) }
	return slices.ContainsFunc(list, func(other string) bool { return key(other) == key(text) })
}

// slots draws custom_fields, nil for not sent.
func (c *client) slots() map[int]string {
	if c.IntN(2) == 0 {
		return nil
	}
	sent := map[int]string{}
	for range c.IntN(6) {
		switch n := 1 + c.IntN(contact.NumSlots); contact.Slot(n).Kind() {
		case contact.TextField:
			sent[n] = c.pick("", "Pro", "pro", "👩‍👧", "a\nb", `"`)
		case contact.NumberField:
			sent[n] = c.pick("", "0", "500", "-12.5", "9007199254740993", "0.00000000000000000001")
		case contact.DateField:
			sent[n] = c.pick("", "1000-01-01", "2024-02-29", "9999-12-31")
		}
	}
	return sent
}

// text gives one of a few values of a collection, so that they come again.
// Some differ only in what match keys do not see (CONTRACT D9, D10).
func (c *client) text(l int) string {
	format := map[int]string{
		0: c.pick("ada%d@example.com", "Ada%d@Example.com", "zoë%d@bücher.example", "zoë%d@xn--bcher-kva.example"),
		1: c.pick("+1 555 010%d", "+1555010%d", "(555) 010%d", "07700 90000%d", "+44 7700 90000%d x1", "555-010%d;ext=1"),
		2: c.pick("Ada Example %d", "ada example %d", "愛 %d", "O'Ada \"%d\""),
		3: c.pick("%d Example Road", "%d\u00a0Example Road", "👩‍👧 %d"),
	}[l]
	return fmt.Sprintf(format, c.IntN(8))
}

func (c *client) pick(from ...string) string { return from[c.IntN(len(from))] }

// verbOf makes of an ask what a handler of the API would make of it.
func verbOf(a ask) contact.Verb {
	switch a.kind {
	case "create":
		return &contact.Create{Patch: patchOf(a)}
	case "put":
		put := &contact.Put{Ref: contact.ID(a.ref), Patch: patchOf(a)}
		if a.version != 0 {
			put.Match = contact.Match{Set: true, Versions: []contact.Version{contact.Version(a.version)}}
		}
		return put
	case "patch":
		return amendOf(a)
	case "delete":
		return &contact.Delete{Ref: contact.ID(a.ref)}
	case "merge":
		return &contact.Merge{Survivor: contact.ID(a.ref), Merged: []contact.ID{contact.ID(a.other)}, Confirm: a.confirm}
	case "unmerge":
		return &contact.Unmerge{Ref: contact.ID(a.ref), Merged: contact.ID(a.other)}
	default:
		return &contact.Undo{Ref: contact.ID(a.ref), Op: contact.Seq(a.op), Resolve: a.resolve}
	}
}

func amendOf(a ask) contact.Verb {
	amend := &contact.Amend{Ref: contact.ID(a.ref)}
	amend.Amendment.Fields = patchOf(a).Fields
	for _, col := range contact.Collections {
		l := int(col)
		amend.Amendment.Values[col] = contact.ListAmendment{
			Named: true, Remove: slices.Clone(a.gone[l]), Add: slices.Clone(a.lists[l]), Primary: a.first[l],
		}
	}
	return amend
}

func patchOf(a ask) contact.Patch {
	var p contact.Patch
	for l, sent := range a.lists {
		p.Values[l] = contact.List{Sent: true, Texts: slices.Clone(sent)}
	}
	p.Fields.Sent = a.slots != nil
	for n, text := range a.slots {
		i := contact.Slot(n).Index()
		p.Fields.Named[i], p.Fields.Texts[i] = true, text
	}
	return p
}
