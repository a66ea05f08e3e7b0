package httpapi

import (
	"net/http"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// The parameters of what is read of the past (CONTRACT D29).
var (
	versionParam = versionNamed("version", func(q *asked) *contact.Version { return &q.then.Version })
	getParams    = []param{labelsParam, numbersParam, sourcesParam, metaParam, versionParam, moment("at", func(q *asked) *contact.Time { return &q.then.At })}
	diffParams   = []param{
		versionNamed("from", func(q *asked) *contact.Version { return &q.from }),
		versionNamed("to", func(q *asked) *contact.Version { return &q.to }), numbersParam,
	}
)

// versionNamed is a parameter that is the version of a contact.
func versionNamed(name string, into func(*asked) *contact.Version) param {
	return number(name, 1, int64(contact.MaxID), func(q *asked, n int64) { *into(q) = contact.Version(n) })
}

// getPast answers what a plain GET of this path answered with a version, or at a
// time.
func (a *api) getPast(w http.ResponseWriter, r *request) error {
	if r.asked.then.Version != 0 && r.asked.then.At != 0 {
		return fault.At("at", fault.CodeParameterInvalid, "Send version or at, not both.")
	}
	// It may read as much as a page does.
	if err := a.turn(r.Context(), r); err != nil {
		return err
	}
	c, err := a.book.GetAt(r.Context(), r.grant, r.ref, r.asked.then)
	if err != nil {
		return err
	}
	more, err := a.besideRead(r, &c)
	if err != nil {
		return err
	}
	l := fieldLook(r)
	answer(w, r, http.StatusOK, func(b jsonText) jsonText { return b.contact(&c, l, more) })
	return nil
}

// diffContact answers what differs between two versions of what a plain GET of this
// path answered (CONTRACT D29).
func (a *api) diffContact(w http.ResponseWriter, r *request) error {
	from, to := r.asked.from, r.asked.to
	var missing []fault.Problem
	for _, p := range []struct {
		name    string
		version contact.Version
	}{{"from", from}, {"to", to}} {
		if p.version == 0 {
			missing = append(missing, fault.Problem{Path: p.name, Code: fault.CodeParameterInvalid, Message: "Send " + p.name + ": a version of the contact."})
		}
	}
	if err := fault.Problems(missing); err != nil {
		return err
	}
	if err := a.turn(r.Context(), r); err != nil {
		return err
	}
	edits, err := a.book.Diff(r.Context(), r.grant, r.ref, from, to)
	if err != nil {
		return err
	}
	answer(w, r, http.StatusOK, func(b jsonText) jsonText {
		b = b.open('{').member("from").integer(int64(from)).member("to").integer(int64(to))
		return b.member("changes").edits(&edits, r.asked.numbers).end('}')
	})
	return nil
}
