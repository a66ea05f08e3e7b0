package httpapi

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
)

// maxWait is how long a reader of the feed may have its answer held, in
// seconds.
const maxWait = 30

// The parameters of histories (CONTRACT D22).
var (
	changesParams = []param{perPageParam, cursorParam, flag("own", func(q *asked) *bool { return &q.own }), numbersParam}
	feedParams    = []param{
		number("after", 0, int64(contact.MaxID), func(q *asked, n int64) { q.after = contact.Seq(n) }), perPageParam,
		number("wait", 0, maxWait, func(q *asked, n int64) { q.wait = time.Duration(n) * time.Second }), numbersParam,
	}
)

// listChanges answers a page of a contact's history, newest first. An id that
// was merged away leads to its survivor's; with own=1 it gives what happened to
// that contact itself, until then.
func (a *api) listChanges(w http.ResponseWriter, r *request) error {
	size := r.asked.pageSize()
	page, err := a.book.Changes(r.Context(), r.grant,
		&book.History{Ref: r.ref, Own: r.asked.own, Cursor: r.asked.cursor, PerPage: size})
	if err != nil {
		return err
	}
	answer(w, r, http.StatusOK, func(b []byte) []byte {
		return a.appendEnvelope(appendChanges(b, r, page.Changes), r, size, page.Next, page.Prev)
	})
	return nil
}

// feed answers the changes of the Space that follow one, oldest first. It can
// be asked to wait for some.
func (a *api) feed(w http.ResponseWriter, r *request) error {
	size, after, wait := r.asked.pageSize(), r.asked.after, r.asked.wait
	// The waiting comes on top of what a request may take. It ends with the
	// server, which would wait for it otherwise.
	ctx, cancel := context.WithTimeout(r.client, a.deadline+wait)
	defer cancel()
	defer context.AfterFunc(a.stopping, cancel)()
	if wait > 0 {
		// Who waits takes no place among the requests that are worked on: of those
		// the book lets only so many a Space.
		a.leavePlace(r)
		a.leaveTurn(r)
	}
	page, err := a.book.Feed(ctx, r.grant, after, size, wait)
	if err != nil {
		return err
	}
	if err := a.place(r); err != nil {
		return err
	}
	if err := a.turn(ctx, r); err != nil {
		return err
	}
	answer(w, r, http.StatusOK, func(b []byte) []byte {
		b = appendChanges(b, r, page.Changes)
		b = append(b, `,"path":`...)
		b = appendString(b, a.listAddress(r))
		b = append(b, `,"per_page":`...)
		b = strconv.AppendInt(b, int64(size), 10)
		b = append(b, `,"next_after":`...)
		b = strconv.AppendInt(b, int64(page.Last), 10)
		b = append(b, `,"next_page_url":`...)
		next := a.link(r, "after", strconv.FormatInt(int64(page.Last), 10))
		return append(appendText(b, next, page.More), '}')
	})
	return nil
}

// appendChanges begins an answer with the data of a history.
func appendChanges(b []byte, r *request, changes []contact.Change) []byte {
	b = append(b, `{"data":[`...)
	for i := range changes {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendChange(b, r.grant.Space.ID, &changes[i], r.asked.numbers)
	}
	return append(b, ']')
}

// appendChange writes an entry of history (CONTRACT D22).
func appendChange(b []byte, space contact.SpaceID, ch *contact.Change, numbers numberStyle) []byte {
	number := func(name string, n int64) {
		b = append(append(append(b, `,"`...), name...), `":`...)
		b = strconv.AppendInt(b, n, 10)
	}
	text := func(name, s string, ok bool) {
		b = append(append(append(b, `,"`...), name...), `":`...)
		b = appendText(b, s, ok)
	}
	id := func(name string, n contact.ID) {
		if n != 0 {
			number(name, int64(n))
		} else {
			text(name, "", false)
		}
	}
	b = append(b, `{"id":`...)
	b = appendString(b, contact.ChangeID{Space: space, Op: ch.Op}.String())
	number("seq", int64(ch.Seq))
	number("contact_id", int64(ch.Contact))
	id("ref", ch.Ref)
	number("version", int64(ch.Version))
	text("at", ch.At.Std().Format("2006-01-02T15:04:05.000000Z"), true)
	text("action", string(ch.Action), true)
	b = append(b, `,"actor":{"key_id":`...)
	b = strconv.AppendInt(b, ch.Actor.KeyID, 10)
	text("key_name", ch.Actor.KeyName, true)
	text("name", ch.Actor.Name, ch.Actor.Name != "")
	b = append(b, '}')
	text("reason", ch.Reason, ch.Reason != "")
	text("request_id", ch.RequestID, true)
	text("batch_id", ch.BatchID, ch.BatchID != "")
	text("undoes", contact.ChangeID{Space: space, Op: ch.Undoes}.String(), ch.Undoes != 0)
	b = appendAbsorbed(append(b, `,"merged_ids":`...), ch.Edits.Absorbed)
	into := contact.ID(0)
	if ch.Edits.Link != nil {
		into = ch.Edits.Link.After
	}
	id("merged_into", into)
	b = append(b, `,"changes":`...)
	return append(appendEdits(b, &ch.Edits, numbers), '}')
}

// appendAbsorbed writes the ids of what was merged into a contact, null for none.
func appendAbsorbed(b []byte, list []contact.Absorbed) []byte {
	if len(list) == 0 {
		return append(b, "null"...)
	}
	b = append(b, '[')
	for i, a := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(a.ID), 10)
	}
	return append(b, ']')
}

// appendEdits writes what a change did: a collection as it was and as it is,
// and each slot that changed. Where only the origins of values changed, as when
// both contacts of a merge had them, there is nothing to tell.
func appendEdits(b []byte, e *contact.Edits, numbers numberStyle) []byte {
	b = append(b, '{')
	for _, col := range contact.Collections {
		l := e.Values[col]
		if l == nil || slices.EqualFunc(l.Before, l.After, sameText) {
			continue
		}
		b = appendMember(b, col.String())
		b = appendStrings(append(b, `{"before":`...), texts(l.Before))
		b = appendStrings(append(b, `,"after":`...), texts(l.After))
		b = appendStrings(append(b, `,"added":`...), l.Added())
		b = appendStrings(append(b, `,"removed":`...), l.Removed())
		b = append(b, `,"reordered":`...)
		b = append(strconv.AppendBool(b, l.Reordered()), '}')
	}
	begun := false
	for _, f := range e.Fields {
		if sameText(f.Before, f.After) {
			continue
		}
		if !begun {
			b, begun = append(appendMember(b, "custom_fields"), '{'), true
		}
		b = append(appendMember(b, f.Slot.String()), `{"before":`...)
		b = appendFieldText(b, f.Slot, f.Before.Text, numbers)
		b = append(b, `,"after":`...)
		b = append(appendFieldText(b, f.Slot, f.After.Text, numbers), '}')
	}
	if begun {
		b = append(b, '}')
	}
	return append(b, '}')
}

func sameText(v, w contact.Value) bool { return v.Text == w.Text }

// appendMember begins a member of the object that is open at the end of b.
func appendMember(b []byte, name string) []byte {
	if b[len(b)-1] != '{' {
		b = append(b, ',')
	}
	return append(append(append(b, '"'), name...), `":`...)
}

func texts(values []contact.Value) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = v.Text
	}
	return out
}

func appendStrings(b []byte, list []string) []byte {
	b = append(b, '[')
	for i, s := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, s)
	}
	return append(b, ']')
}
