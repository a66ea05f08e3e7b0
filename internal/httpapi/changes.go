package httpapi

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// maxWait is how long a reader of the feed may have its answer held, in
// seconds.
const maxWait = 30

// The parameters of histories (CONTRACT D22).
var (
	changesParams = []param{perPageParam, cursorParam, flag("own", func(q *asked) *bool { return &q.own }), numbersParam}
	feedParams    = []param{
		afterParam, perPageParam,
		number("wait", 0, maxWait, func(q *asked, n int64) { q.following().Wait = time.Duration(n) * time.Second }), numbersParam,
		number("contact_id", 1, int64(contact.MaxID), func(q *asked, n int64) { q.following().Only.Contact = contact.ID(n) }),
		number("key_id", 1, int64(contact.MaxID), func(q *asked, n int64) { q.following().Only.KeyID = n }),
		actionParam, batchParam,
		moment("since", func(q *asked) *contact.Time { return &q.following().Since }),
		moment("until", func(q *asked) *contact.Time { return &q.following().Until }),
	}
	afterParam = param{"after", "latest, or " + afterNumber.form, func(q *asked, v *sent) error {
		if v.text == "latest" {
			q.following().Latest = true
			return nil
		}
		return afterNumber.parse(q, v)
	}}
	afterNumber = number("after", 0, int64(contact.MaxID), func(q *asked, n int64) { q.following().After = contact.Seq(n) })
	actionParam = param{"action", "one of " + allActions(), func(q *asked, v *sent) error {
		action := contact.Action(v.text)
		q.following().Only.Action = action
		return formed(slices.Contains(contact.Actions[:], action))
	}}
	batchParam = param{"batch_id", "the batch_id of an earlier answer", func(q *asked, v *sent) error {
		q.following().Only.BatchID = v.text
		return formed(v.text != "" && len(v.text) <= maxBatchID && strings.IndexFunc(v.text, invisible) < 0)
	}}
)

// following gives what is asked of a feed, to be filled in.
func (q *asked) following() *book.Feed {
	if q.feed == nil {
		q.feed = &book.Feed{}
	}
	return q.feed
}

// maxBatchID is more than any name of a batch has.
const maxBatchID = 200

// invisible tells what stands in no name that we give.
func invisible(c rune) bool { return c <= ' ' || c > '~' }

func allActions() string {
	names := make([]string, len(contact.Actions))
	for i, a := range contact.Actions {
		names[i] = string(a)
	}
	return strings.Join(names, ", ")
}

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
	answer(w, r, http.StatusOK, func(b jsonText) jsonText {
		return a.endPage(b.changes(r, page.Changes), r, size, page.Next, page.Prev)
	})
	return nil
}

// feed answers the changes of the Space that follow one, oldest first, all of them
// or some (CONTRACT D22, D29). It can be asked to wait for them.
func (a *api) feed(w http.ResponseWriter, r *request) error {
	f := *r.asked.following()
	f.PerPage = r.asked.pageSize()
	if f.Since != 0 && f.Until != 0 && f.Until <= f.Since {
		return fault.At("until", fault.CodeParameterInvalid, "Send an until that is after since.")
	}
	// The waiting comes on top of what a request may take. It ends with the
	// server, which would wait for it otherwise.
	ctx, cancel := context.WithTimeout(r.client, a.deadline+f.Wait)
	defer cancel()
	defer context.AfterFunc(a.stopping, cancel)()
	if f.Wait > 0 {
		// Who waits takes no place among the requests that are worked on: of those
		// the book lets only so many a Space.
		a.leavePlace(r)
		a.leaveTurn(r)
	}
	page, err := a.book.Feed(ctx, r.grant, &f)
	if err != nil {
		return err
	}
	if err := a.place(r); err != nil {
		return err
	}
	// What has been read is answered, though the server stops: that ends the waiting.
	making, done := context.WithTimeout(r.client, a.deadline)
	defer done()
	if err := a.turn(making, r); err != nil {
		return err
	}
	answer(w, r, http.StatusOK, func(b jsonText) jsonText {
		b = b.changes(r, page.Changes)
		b = b.member("path").text(a.listAddress(r))
		b = b.member("per_page").integer(int64(f.PerPage))
		b = b.member("next_after").integer(int64(page.Last))
		next := a.link(r, "after", strconv.FormatInt(int64(page.Last), 10))
		return b.member("next_page_url").textIf(next, page.More).end('}')
	})
	return nil
}

// changes begins an answer with the data of a history.
func (b jsonText) changes(r *request, changes []contact.Change) jsonText {
	b = b.open('{').member("data").open('[')
	for i := range changes {
		b = b.change(r.grant.Space.ID, &changes[i], r.asked.numbers)
	}
	return b.end(']')
}

// change writes an entry of history (CONTRACT D22). Of one that was erased it tells that it
// was there, and of an erasure who did it (CONTRACT D35).
func (b jsonText) change(space contact.SpaceID, ch *contact.Change, numbers numberStyle) jsonText {
	if ch.Edits.Erased {
		known := *ch
		known.Ref, known.Undoes, known.RequestID, known.BatchID, known.Edits = 0, 0, "", "", contact.Edits{Erased: true}
		ch = &known
	}
	var into, from contact.ID
	if link := ch.Edits.Link; link != nil {
		if into = link.After; into == 0 {
			from = link.Before
		}
	}
	b = b.open('{').member("id").text(contact.ChangeID{Space: space, Op: ch.Op}.String())
	b = b.member("seq").integer(int64(ch.Seq))
	b = b.member("contact_id").integer(int64(ch.Contact))
	b = b.member("ref").idIf(ch.Ref)
	b = b.member("version").integer(int64(ch.Version))
	b = b.member("at").moment(ch.At)
	b = b.member("action").text(string(ch.Action))
	b = b.member("actor")
	if ch.Edits.Erased && ch.Action != contact.ActionErase {
		b = b.raw("null")
	} else {
		b = b.actor(&ch.Actor)
	}
	b = b.member("reason").textIf(ch.Reason, ch.Reason != "")
	b = b.member("request_id").textIf(ch.RequestID, ch.RequestID != "")
	b = b.member("batch_id").textIf(ch.BatchID, ch.BatchID != "")
	b = b.member("import").importLine(&ch.Actor.Import)
	b = b.member("undoes").textIf(contact.ChangeID{Space: space, Op: ch.Undoes}.String(), ch.Undoes != 0)
	b = b.member("merged_ids").joined(&ch.Edits)
	b = b.member("merged_into").idIf(into)
	b = b.member("split_from").idIf(from).member("erased")
	if ch.Edits.Erased {
		return b.raw("true").member("changes").raw("null").end('}')
	}
	return b.raw("null").member("changes").edits(&ch.Edits, numbers).end('}')
}

// moment writes a time, to the microsecond.
func (b jsonText) moment(t contact.Time) jsonText {
	return b.text(t.Std().Format("2006-01-02T15:04:05.000000Z"))
}

// actor writes who did something (CONTRACT D22).
func (b jsonText) actor(a *contact.Actor) jsonText {
	b = b.open('{').member("key_id").integer(a.KeyID)
	b = b.member("key_name").text(a.KeyName)
	return b.member("name").textIf(a.Name, a.Name != "").end('}')
}

// importLine writes the line of a file that something was done for, null where it was for none.
func (b jsonText) importLine(l *contact.ImportLine) jsonText {
	if l.ID == "" {
		return b.raw("null")
	}
	b = b.open('{').member("id").text(l.ID).member("line").integer(int64(l.Line))
	return b.member("file_name").textIf(l.FileName, l.FileName != "").end('}')
}

// idIf writes the id of a contact, or null where there is none.
func (b jsonText) idIf(id contact.ID) jsonText {
	if id == 0 {
		return b.raw("null")
	}
	return b.integer(int64(id))
}

// joined writes the ids of what was merged into a contact or, of an unmerge, split
// off from it again; null for none.
func (b jsonText) joined(e *contact.Edits) jsonText {
	if len(e.Absorbed)+len(e.Split) == 0 {
		return b.raw("null")
	}
	b = b.open('[')
	for _, a := range e.Absorbed {
		b = b.integer(int64(a.ID))
	}
	for _, id := range e.Split {
		b = b.integer(int64(id))
	}
	return b.end(']')
}
