package httpapi

import (
	"net/http"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/wire"
)

// maxRemovals is the most that max_removals can be set to.
const maxRemovals = 10_000

// What can be asked of every write of one contact (CONTRACT D24, D39), and of an undo
// beside that (CONTRACT D28).
var (
	dryRunParam   = flag("dry_run", func(q *asked) *bool { return &q.dry })
	removalsParam = number("max_removals", 0, maxRemovals, func(q *asked, n int64) { most := int(n); q.maxRemovals = &most })
	writeParams   = []param{numbersParam, metaParam, dryRunParam, removalsParam}
	eraseParams   = []param{dryRunParam, removalsParam}
	unmergeParams = []param{numbersParam, dryRunParam, removalsParam} // it answers two contacts
	undoParams    = append(writeParams[:len(writeParams):len(writeParams)], param{"resolve", "theirs, or leave it out", func(q *asked, v *sent) error {
		q.theirs = v.text == "theirs"
		return formed(q.theirs)
	}})
)

// needs writes the scopes that a request needs, and gives how many: to look at what
// a write would do is to read (CONTRACT D19, D24).
func (r *request) needs(rt *route, into *[2]access.Scope) int {
	*into = [2]access.Scope{rt.scope, access.Read}
	if r.asked.dry {
		return 2
	}
	return 1
}

// reads tells whether the caller may see what is stored.
func (r *request) reads() bool { return r.grant.Key.Scopes.Has(access.Read) }

// varied tells whether parameters make an answer another than the plain one, and
// so none of the versions that an ETag names (CONTRACT D20). One that says what
// is usual varies nothing, nor does one that says what a write may do (CONTRACT
// D24).
func (r *request) varied() bool {
	q := r.asked
	q.maxRemovals, q.theirs = nil, false
	return q != asked{}
}

// conditions reads what a write of values may depend on.
func (r *request) conditions() (match contact.Match, from contact.Base, err error) {
	if match, err = r.ifMatchAlone(); err == nil {
		from, err = baseVersion(r.Header)
	}
	return match, from, err
}

// ifMatchAlone reads the condition on a write that changes a contact and never
// makes one.
func (r *request) ifMatchAlone() (contact.Match, error) {
	if len(r.Header["If-None-Match"]) > 0 {
		return contact.Match{}, fault.At("If-None-Match", fault.CodeHeaderInvalid,
			"A "+r.Method+" takes If-Match alone: it changes a contact and never makes one.")
	}
	return ifMatch(r.Header)
}

// baseVersion reads what a write was made from (CONTRACT D27); the zero Base where
// it does not say.
func baseVersion(h http.Header) (contact.Base, error) {
	values := h["X-Base-Version"]
	if len(values) == 0 {
		return contact.Base{}, nil
	}
	n, ok := wire.ParseID(values[0])
	if len(values) > 1 || !ok {
		return contact.Base{}, fault.At("X-Base-Version", fault.CodeHeaderInvalid,
			"Send X-Base-Version once, as the number in the ETag of the answer that this was made from: 3, without quotes.")
	}
	return contact.Base{Version: contact.Version(n)}, nil
}

// answerWritten answers a write: show tells of the contact, as the write left it;
// what was asked for beside that follows (CONTRACT D24, D25). Of a contact that the
// write changed nothing is read again.
func (a *api) answerWritten(w http.ResponseWriter, r *request, status int, written *book.Written, show func(jsonText) jsonText) error {
	more, err := a.besideWritten(r, written)
	if err != nil {
		return err
	}
	setWritten(w.Header(), r, written)
	tells, edits := r.tellsChanges(w.Header()), contact.Edits{}
	if tells {
		edits = written.Changed()
	}
	answer(w, r, status, func(b jsonText) jsonText {
		b = show(b).reopen().beside(&written.Contact, fieldLook(r), more)
		if written.Splits() && r.reads() { // as an unmerge tells it (CONTRACT D30)
			b = b.member("conflicts").remains(written.Remains, r.asked.numbers)
		}
		if tells {
			b = b.member("changes").seen(&edits, written.Hides(), r.asked.numbers)
		}
		return b.end('}')
	})
	return nil
}

// answerState answers a write as a GET of the contact does or, where the contact
// is gone, as a DELETE does (CONTRACT D28, D31). Who may not read sees an id alone
// (CONTRACT D19).
func (a *api) answerState(w http.ResponseWriter, r *request, written *book.Written) error {
	c := &written.Contact
	show := func(b jsonText) jsonText { return b.contact(c, fieldLook(r), nil) }
	if c.State == contact.Deleted || !r.reads() {
		show = func(b jsonText) jsonText { return b.contactID(c.ID).end('}') }
	}
	if c.State == contact.Deleted && !r.wantsChanges() {
		setWritten(w.Header(), r, written)
		answerNothing(w, r, http.StatusNoContent)
		return nil
	}
	return a.answerWritten(w, r, http.StatusOK, written, show)
}

// answerNothing answers without a body.
func answerNothing(w http.ResponseWriter, r *request, status int) {
	delete(w.Header(), "Content-Type")
	r.status = status
	w.WriteHeader(status)
}

// wantsChanges tells whether an answer is to have what a write changed: that of a
// dry run, and one that is asked for them by who may read.
func (r *request) wantsChanges() bool {
	return r.terms.Dry || r.reads() && preference(r.Header["Prefer"], "return") == "changes"
}

// tellsChanges is wantsChanges, and says so where that was a wish.
func (r *request) tellsChanges(h http.Header) bool {
	wants := r.wantsChanges()
	if wants && !r.terms.Dry {
		h["Preference-Applied"] = []string{"return=changes"}
	}
	return wants
}

// setWritten says which version a write left, and names its change where there
// was one (CONTRACT D20, D22). A dry run left nothing (CONTRACT D24).
func setWritten(h http.Header, r *request, written *book.Written) {
	setReplayed(h, written.Replayed)
	if r.terms.Dry {
		h["X-Dry-Run"] = []string{"1"}
		return
	}
	if !r.varied() {
		h["ETag"] = []string{etag(written.Contact.Version)}
	}
	if written.Change.Op != 0 {
		h["X-Change-Id"] = []string{written.Change.String()}
	}
}
