package costs

import (
	"fmt"
	"net/url"
	"testing"
)

// searchRows are what a search costs, and what taking in costs that was written (CONTRACT D39).
// That a write pays nothing for it, the rows of writes say.
var searchRows = []row{
	{"search of one", cost{13, 2275, 0, 277, 77800},
		"How far the index is, and what has changed since; then for each rank what has such a key, and the contact. Of its two words one has all contacts: their ids are read and thrown away. More than 10,000 of one word are not read.",
		searches(64, func(i int) string { return fmt.Sprintf("number %05d", 1650+i) }, "20"), (*rig).oneByOne, foundOne},
	{"search as it is typed", cost{7, 4822, 0, 2343, 330000},
		"All begin so: their ids are read to find the newest 20, whose rows are read twice by each pass that looks at them, once to see how well they are found and once for the answer.",
		searches(20, func(int) string { return "per" }, "20"), (*rig).oneByOne, foundMany},
	{"64 contacts folded", cost{905, 195, 263100, 11413, 1526400},
		"Five that read, and one transaction: the mark, and for each contact seven keys that go and come, as a PUT of these changes its texts, and what it has by then. So it is as much work as the PUTs were, behind them.",
		unfolded(64), (*rig).fold, done},
}

// foldAll takes in all that was written.
func (r *rig) foldAll() {
	for more := true; more; {
		var err error
		if more, err = r.store.Fold(r.t.Context(), r.space); err != nil {
			r.t.Fatal(err)
		}
	}
}

// searches gives searches of a Space that has taken in all that was written.
func searches(n int, what func(i int) string, perPage string) func(*rig) []*call {
	return func(r *rig) (calls []*call) {
		r.foldAll()
		for i := range n {
			calls = append(calls, r.call("GET", "/contacts?per_page="+perPage+"&q="+url.QueryEscape(what(i)), ""))
		}
		return calls
	}
}

// unfolded writes to so many contacts, each of which is to be taken in.
func unfolded(n int) func(*rig) []*call {
	return func(r *rig) []*call {
		r.foldAll()
		r.inOneBatch(puts(1301, n)(r))
		return []*call{{}}
	}
}

// fold takes in some, a call.
func (r *rig) fold(calls []*call) {
	for range calls {
		if _, err := r.store.Fold(r.t.Context(), r.space); err != nil {
			r.t.Fatal(err)
		}
	}
}

func foundOne(t *testing.T, c *call) {
	answered(t, c)
	if c.answer.contacts != 1 {
		t.Fatalf("it finds %d contacts", c.answer.contacts)
	}
}

func foundMany(t *testing.T, c *call) {
	answered(t, c)
	if c.answer.contacts != 20 {
		t.Fatalf("it finds %d contacts", c.answer.contacts)
	}
}
