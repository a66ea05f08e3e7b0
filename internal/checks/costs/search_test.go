package costs

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
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
	{"64 contacts folded", cost{487, 195, 263100, 11413, 1526400},
		"Five that read, and one transaction: the mark, and for each contact seven keys that go, as a PUT of these changes its texts, and what it has by then. Keys come 32 at once.",
		unfolded(64), (*rig).fold, done},
}

// filterRows are what a filter by an index costs, and that a write pays nothing for it.
var filterRows = []row{
	{"filter of one, by an index", cost{5, 4, 0, 150, 11800},
		"How far the index is, what has changed since, who has such a key, and how far it is then; and the contact.",
		filterable(func(r *rig) (calls []*call) {
			for i := range 64 {
				filter := fmt.Sprintf(`[{"field":"profile_field_17","operator":"equal_to","value":"1%05d.25"}]`, 1620+i)
				calls = append(calls, r.call("GET", "/contacts?custom_field_filters="+url.QueryEscape(filter), ""))
			}
			return calls
		}), (*rig).oneByOne, foundOne},
	{"PUT, with fields that are filterable", cost{8, 2, 9615, 195, 22900},
		"As a PUT: the keys of fields are folded behind it.",
		filterable(puts(1501, 64)), (*rig).oneByOne, changed},
}

// filterable gives calls of a Space whose fields are filterable, and in its index.
func filterable(of func(*rig) []*call) func(*rig) []*call {
	return func(r *rig) []*call {
		ctx := r.t.Context()
		_, err := r.book.UpdateSpace(ctx, "test", r.space, func(s *access.Space) error {
			s.Filterable = contact.AllSlots
			return nil
		})
		if err != nil {
			r.t.Fatal(err)
		}
		job, err := r.store.AskReindex(ctx, r.space, 1)
		for err == nil && !job.Closed() {
			err = r.store.Reindex(ctx, &job)
		}
		if err != nil {
			r.t.Fatal(err)
		}
		r.foldAll()
		r.send(r.call("GET", path(1), "")) // the key is read again, with its Space
		return of(r)
	}
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
