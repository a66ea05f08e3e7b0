package histories

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/anishathalye/porcupine"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// kind says what a call asks for.
type kind string

const (
	create   kind = "create"
	get      kind = "get"
	put      kind = "put"
	patch    kind = "patch"
	merge    kind = "merge"
	unmerge  kind = "unmerge"
	undo     kind = "undo"
	remove   kind = "delete"
	distinct kind = "distinct"
	feed     kind = "feed"
)

// call is what a client asks of a group.
type call struct {
	n      int // of the history
	group  int
	kind   kind
	ref    contact.ID
	others []contact.ID      // to merge, to split off, to keep apart
	op     contact.Seq       // to undo; of a feed what it begins after
	anyway bool              // a merge of what is distinct; an undo in spite of conflicts; not distinct any more
	dry    bool              // nothing is to be done
	match  contact.Version   // 0 for any
	base   contact.Version   // 0 for none
	patch  contact.Patch     // of create and put
	amend  contact.Amendment // of patch
}

func (c *call) reads() bool { return c.kind == get || c.kind == feed }

// verb makes the verb that the call asks for: each time another one, because what
// gathers history for it changes it.
func (c *call) verb() contact.Verb {
	var m contact.Match
	if c.match != 0 {
		m = contact.Match{Set: true, Versions: []contact.Version{c.match}}
	}
	base := contact.Base{Version: c.base}
	switch c.kind {
	case create:
		return &contact.Create{Patch: c.patch}
	case put:
		return &contact.Put{Ref: c.ref, Patch: c.patch, Match: m, Base: base}
	case patch:
		return &contact.Amend{Ref: c.ref, Amendment: c.amend, Match: m, Base: base}
	case merge:
		return &contact.Merge{Survivor: c.ref, Merged: c.others, Listed: len(c.others) > 1, Confirm: c.anyway, Match: m}
	case unmerge:
		return &contact.Unmerge{Ref: c.ref, Merged: c.others[0], Match: m}
	case undo:
		return &contact.Undo{Ref: c.ref, Op: c.op, Resolve: c.anyway, Match: m}
	case remove:
		return &contact.Delete{Ref: c.ref, Match: m}
	case distinct:
		return &contact.Distinct{Ref: c.ref, Other: c.others[0], Forget: c.anyway}
	}
	panic("no verb for a " + c.kind)
}

// String is for whoever looks for what is wrong.
func (c *call) String() string {
	text := fmt.Sprintf("#%d %s %d", c.n, c.kind, c.ref)
	for _, part := range []struct {
		name  string
		value any
		is    bool
	}{
		{"others", c.others, len(c.others) > 0}, {"op", c.op, c.op != 0}, {"match", c.match, c.match != 0}, {"base", c.base, c.base != 0},
		{"anyway", c.anyway, c.anyway}, {"dry", c.dry, c.dry}, {"sends", c.patch.Values, c.kind == put}, {"amends", c.amend.Values, c.kind == patch},
		{"slots", c.patch.Fields.Texts[:3], c.patch.Fields.Sent}, {"slots", c.amend.Fields.Texts[:3], c.amend.Fields.Sent},
	} {
		if part.is {
			text += fmt.Sprintf(" %s=%v", part.name, part.value)
		}
	}
	return text
}

// outcome is what a call comes to, by the rules or by a book. op is 0 where nothing
// was changed.
type outcome struct {
	contact contact.Contact
	op      contact.Seq
	entries []contact.Entry
	remains []contact.Remains
	changes []*contact.Change // of a feed
	err     error
}

// answer is what a client was answered.
type answer struct {
	unknown bool // nothing came back: it was done or not, or is done yet
	nothing bool // the server says that it did nothing, and to come again
	id      contact.ID
	op      contact.Seq
	version contact.Version     // 0 where it does not tell
	refused string              // the code of the refusal
	text    string              // all of it
	told    map[int]contact.Seq // of a feed: which call made which write
}

// speaker tells an outcome as some client sees it.
type speaker func(*call, *outcome) string

// model gives the rules as porcupine asks them. Inputs are of *call, outputs of
// *answer, states of *group.
func model(say speaker) porcupine.Model {
	return porcupine.Model{
		Partition: byGroup,
		Init:      func() any { return &group{} },
		Step: func(state, input, output any) (bool, any) {
			return state.(*group).step(say, input.(*call), output.(*answer))
		},
		Equal: func(a, b any) bool { return a.(*group).mark == b.(*group).mark },
		Hash:  func(a any) uint64 { return a.(*group).mark },
	}
}

func byGroup(history []porcupine.Operation) [][]porcupine.Operation {
	parts := map[int][]porcupine.Operation{}
	for _, o := range history {
		at := o.Input.(*call).group
		parts[at] = append(parts[at], o)
	}
	var out [][]porcupine.Operation
	for _, p := range parts {
		out = append(out, p)
	}
	return out
}

// step tells whether a call may be answered so, and what becomes of the group.
func (g *group) step(say speaker, c *call, a *answer) (bool, *group) {
	if a.nothing {
		return true, g
	}
	if a.op != 0 && a.op != g.next() {
		return false, g // it is not its turn
	}
	o, next := g.ask(c, a.id)
	if a.unknown {
		return a.op == 0 || o.op == a.op, next
	}
	if o.op != a.op || a.version != 0 && a.version != o.contact.Version || codeOf(o.err) != a.refused {
		return false, g
	}
	return say(c, &o) == a.text, next
}

// ask gives what a call comes to, and what becomes of the group. A new contact gets
// this id.
func (g *group) ask(c *call, made contact.ID) (outcome, *group) {
	switch c.kind {
	case get:
		found := g.root(c.ref)
		if found == nil || found.State != contact.Live {
			return outcome{err: contact.NotFound()}, g
		}
		return outcome{contact: *found}, g
	case feed:
		return outcome{changes: g.changes[min(int(c.op), len(g.changes)):]}, g
	}
	verb := c.verb()
	g.gather(verb)
	view := g.view(verb.Needs(), made)
	d, err := verb.Decide(view)
	if view.Unasked() {
		panic(fmt.Sprintf("the model does not know what a %T needs", verb))
	}
	if err != nil {
		return outcome{err: err}, g
	}
	o := outcome{entries: d.Enter(contact.Stamp{Op: view.Op}), remains: d.Remains}
	next := g
	if len(o.entries)+len(d.Pairs) > 0 {
		next = g.came(o.entries, d.Pairs, c.n)
	}
	if d.Subject != 0 {
		o.contact = *next.rows[d.Subject]
	}
	switch {
	case c.dry:
		next = g
	case len(o.entries) > 0:
		o.op = view.Op
	}
	return o, next
}

// sayAll tells everything that a book answers, but for times and who did it.
func sayAll(_ *call, o *outcome) string {
	if o.err != nil {
		return sayError(o.err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s by %d, remains %v", sayContact(&o.contact), o.op, o.remains)
	for i := range o.entries {
		e := &o.entries[i]
		fmt.Fprintf(&b, "\n  %s\n    leaves %s", sayChange(&e.Change), sayContact(&e.Contact))
	}
	for _, ch := range o.changes {
		b.WriteString("\n  " + sayChange(ch))
	}
	return b.String()
}

func sayError(err error) string {
	text := fmt.Sprintf("%v %s", fault.KindOf(err), err)
	if e, ok := errors.AsType[*fault.Error](err); ok {
		text = fmt.Sprintf("%s %s %v", text, e.Code, e.At)
	}
	if r, ok := errors.AsType[*contact.Refusal](err); ok {
		text = fmt.Sprintf("%s %d %d %d %v", text, r.Subject, r.LeadsTo, r.Standing, r.Conflicts)
	}
	return text
}

func sayContact(c *contact.Contact) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d v%d state %d in %d, change %d, the %d.", c.ID, c.Version, c.State, c.Parent, c.Head, c.Depth)
	for _, col := range contact.Collections {
		fmt.Fprintf(&b, " %s %v", col, c.Values[col])
	}
	for i, v := range c.Fields {
		if v.Text != "" {
			fmt.Fprintf(&b, " %s %v", contact.SlotAt(i), v)
		}
	}
	return b.String()
}

func sayChange(ch *contact.Change) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %d: %s %d as %d v%d after %d, undoes %d, joins %v, splits %v", ch.Seq, ch.Op, ch.Action, ch.Contact, ch.Ref, ch.Version,
		ch.Prev, ch.Undoes, ch.Edits.Absorbed, ch.Edits.Split)
	for _, col := range contact.Collections {
		if l := ch.Edits.Values[col]; l != nil {
			fmt.Fprintf(&b, " %s %v to %v", col, l.Before, l.After)
		}
	}
	fmt.Fprintf(&b, " %v", ch.Edits.Fields)
	if s := ch.Edits.State; s != nil {
		fmt.Fprintf(&b, " state %v", *s)
	}
	if l := ch.Edits.Link; l != nil {
		fmt.Fprintf(&b, " in %v", *l)
	}
	return b.String()
}

// codeOf gives the code of a refusal; "" for none.
func codeOf(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return string(e.Code)
	}
	return "defect"
}

// didNothing are refusals that any call may get at any time: nothing was done.
var didNothing = []string{string(fault.CodeDatabaseBusy)}

// heard makes the answer of what a client was told.
func heard(say speaker, c *call, o *outcome) *answer {
	if o.err != nil {
		code := codeOf(o.err)
		return &answer{refused: code, nothing: slices.Contains(didNothing, code), text: say(c, o)}
	}
	return &answer{id: o.contact.ID, version: o.contact.Version, op: o.op, text: say(c, o)}
}
