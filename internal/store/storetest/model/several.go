package model

import (
	"errors"
	"fmt"

	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// several asks for some things in one write, of which each stands by itself or all
// happen together, and notes what came of each. Half of these may be sent again, and are:
// then nothing more must come of them.
func (c *client) several(r *room) {
	recs := make([]answered, 1+c.IntN(5))
	w := suite.Write(suite.NewRequest(), r.space)
	w.Each = c.IntN(2) == 0
	for i := range recs {
		rec := &recs[i]
		rec.floor, rec.now.request = r.answered.Load(), w.By.RequestID
		for rec.ask = c.ask(r); (line{ask: rec.ask}).readsHistory(); rec.ask = c.ask(r) {
		}
		w.Verbs = append(w.Verbs, suite.Seeing(verbOf(rec.ask), rec.now.see))
	}
	if c.IntN(2) == 0 {
		w.Retry = &store.Retry{Key: "key of " + w.By.RequestID, Fingerprint: []byte{1}, Answer: func(out []store.Outcome) ([]byte, error) {
			return fmt.Appendf(nil, "%q", told(out)), nil
		}}
	}
	out, err := c.store().Do(bg, w)
	if err != nil {
		if w.Each || len(out) >= len(recs) || suite.CodeOf(err) == err.Error() {
			c.t.Errorf("%d at once: %v, with %d outcomes", len(recs), err, len(out))
		}
		return // what was foretold of the first ones did not happen, which the history must show
	}
	if len(out) != len(recs) {
		c.t.Errorf("%d at once: %d outcomes", len(recs), len(out))
		return
	}
	for i := range recs {
		rec := recs[i]
		if rec.code = suite.CodeOf(out[i].Err); rec.code == "" {
			rec.op, rec.entries = int64(out[i].Op), out[i].Entries
		}
		r.note(rec)
		r.answer(rec.op)
	}
	if w.Retry != nil {
		w.By.RequestID = suite.NewRequest()
		_, err := c.store().Do(bg, w)
		if again, ok := errors.AsType[*store.Repeated](err); !ok || string(again.Kept.Answer) != fmt.Sprintf("%q", told(out)) {
			c.t.Errorf("what was answered with %q is answered with %v when it is sent again", told(out), err)
		}
	}
}

// told gives what outcomes say: numbers of writes, and codes of refusals.
func told(out []store.Outcome) (list []string) {
	for i := range out {
		list = append(list, fmt.Sprint(out[i].Op, " ", suite.CodeOf(out[i].Err)))
	}
	return list
}

// answer notes that a change was answered, and so all before it.
func (r *room) answer(op int64) {
	for was := r.answered.Load(); was < op && !r.answered.CompareAndSwap(was, op); {
		was = r.answered.Load()
	}
}
