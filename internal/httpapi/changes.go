package httpapi

import (
	"context"
	"net/http"
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
	changesParams = []param{perPageParam, cursorParam, flag("own")}
	feedParams    = []param{number("after", 0, int64(contact.MaxID)), perPageParam, number("wait", 0, maxWait)}
)

// listChanges answers a page of a contact's history, newest first. An id that
// was merged away leads to its survivor's; with own=1 it gives what happened to
// that contact itself, until then.
func (a *api) listChanges(w http.ResponseWriter, r *request) error {
	q := r.URL.Query()
	size := perPage(q)
	page, err := a.book.Changes(r.Context(), r.grant,
		&book.History{Ref: r.ref, Own: q.Get("own") == "1", Cursor: q.Get("cursor"), PerPage: size})
	if err != nil {
		return err
	}
	answer(w, r, http.StatusOK, func(b []byte) []byte {
		return a.appendEnvelope(appendChanges(b, r, page.Changes), r, q, size, page.Next, page.Prev)
	})
	return nil
}

// feed answers the changes of the Space that follow one, oldest first. It can
// be asked to wait for some.
func (a *api) feed(w http.ResponseWriter, r *request) error {
	q := r.URL.Query()
	size := perPage(q)
	after, _ := strconv.ParseInt(q.Get("after"), 10, 64) // checked; 0 where they were not sent
	wait, _ := strconv.Atoi(q.Get("wait"))
	// The waiting comes on top of what a request may take. It ends with the
	// server, which would wait for it otherwise.
	ctx, cancel := context.WithTimeout(r.client, a.deadline+time.Duration(wait)*time.Second)
	defer cancel()
	if a.stopping != nil {
		defer context.AfterFunc(a.stopping, cancel)()
	}
	// Who waits takes no place among the requests under way: of those the book
	// lets only so many a Space.
	a.inFlight.Add(-1)
	defer a.inFlight.Add(1)
	changes, err := a.book.Feed(ctx, r.grant, contact.Seq(after), size, time.Duration(wait)*time.Second)
	if err != nil {
		return err
	}
	if n := len(changes); n > 0 {
		after = int64(changes[n-1].Seq)
	}
	answer(w, r, http.StatusOK, func(b []byte) []byte {
		path := a.address(r) + r.URL.EscapedPath()
		b = appendChanges(b, r, changes)
		b = append(b, `,"path":`...)
		b = appendString(b, path)
		b = append(b, `,"per_page":`...)
		b = strconv.AppendInt(b, int64(size), 10)
		b = append(b, `,"next_after":`...)
		b = strconv.AppendInt(b, after, 10)
		b = append(b, `,"next_page_url":`...)
		q.Set("after", strconv.FormatInt(after, 10))
		return append(appendText(b, path+"?"+q.Encode(), len(changes) == size), '}')
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
		b = appendChange(b, r.grant.Space.ID, &changes[i])
	}
	return append(b, ']')
}

// appendChange writes an entry of history (CONTRACT D22).
func appendChange(b []byte, space contact.SpaceID, ch *contact.Change) []byte {
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
	text("batch_id", "", false)
	text("undoes", "", false)
	id("merged_id", ch.Edits.Absorbed)
	into := contact.ID(0)
	if ch.Edits.Link != nil {
		into = ch.Edits.Link.After
	}
	id("merged_into", into)
	b = append(b, `,"changes":`...)
	return append(appendEdits(b, &ch.Edits), '}')
}

// appendEdits writes what a change did: a collection as it was and as it is,
// and each slot that changed.
func appendEdits(b []byte, e *contact.Edits) []byte {
	b = append(b, '{')
	start := len(b)
	for _, col := range contact.Collections {
		l := e.Values[col]
		if l == nil {
			continue
		}
		if len(b) > start {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), col.String()...), `":{"before":`...)
		b = appendStrings(b, texts(l.Before))
		b = appendStrings(append(b, `,"after":`...), texts(l.After))
		b = appendStrings(append(b, `,"added":`...), l.Added())
		b = appendStrings(append(b, `,"removed":`...), l.Removed())
		b = append(b, `,"reordered":`...)
		b = append(strconv.AppendBool(b, l.Reordered()), '}')
	}
	if len(e.Fields) == 0 {
		return append(b, '}')
	}
	if len(b) > start {
		b = append(b, ',')
	}
	b = append(b, `"custom_fields":{`...)
	for i, f := range e.Fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), f.Slot.String()...), `":{"before":`...)
		b = appendFieldText(b, f.Slot, f.Before.Text)
		b = append(b, `,"after":`...)
		b = append(appendFieldText(b, f.Slot, f.After.Text), '}')
	}
	return append(b, "}}"...)
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
