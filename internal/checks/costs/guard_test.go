package costs

import (
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// row is a kind of request, what it may cost, and why that much.
type row struct {
	name  string
	limit cost // a request: statements, rows looked at, bytes of log, allocations, bytes allocated
	why   string
	make  func(*rig) []*call
	run   func(*rig, []*call)
	check func(*testing.T, *call) // that it was what the row says
}

// A change that makes one of these figures grow fails until it writes the new
// one here, and why it is worth it. One that wins must lower them, so that what
// was won is kept. A -v run prints what is.
var table = []row{
	{"PUT, alone", cost{8, 2, 9511, 185, 22600},
		"Begin, Space, contact, contact saved, change, Space saved, commit, and two for a match key in half of them; each page that it touches goes into the log whole. Half of the allocations read the stored contact and encode it again. The checksums of the row that is read and of both that are written take none, and four bytes each in the log. Its terms, its key's budget and what it tells of what it did hold half a KiB (CONTRACT D24). Two allocations look whether the file and its log are where they were (FAULT B4). 1 KiB more than before is room for the file of an import in each entry, and for which fields of the Space are filterable.",
		puts(1, 200), (*rig).oneByOne, changed},
	{"PUT, in a batch of 64", cost{4.11, 1.03, 2461, 154.2, 20300},
		"Transaction and Space are paid for once, which leaves three statements a PUT and two for a match key; neighbours share pages in the log.",
		puts(201, 64), (*rig).inOneBatch, changed},
	{"PUT, 64 of one contact", cost{8, 2, 10037, 192.6, 23150},
		"As a PUT alone, with the two snapshots that a history of this length takes. Some 0.2 KiB are room for plans and exports, and for what is made anew, in what is saved. 0.2 KiB more than before are what a Space remembers of who was erased: its secret in each copy of the Space, and room in the batch.",
		putsOfOne(300, 64), (*rig).oneByOne, changed},
	{"PUT of what is there", cost{4, 2, 0, 125, 14750},
		"It is decided inside a transaction that is rolled back: begin, Space, contact, rollback, and not a byte of log. 1.8 KiB hold the contact as it would have become: that it is the same is found where history is written. Some 0.4 KiB say how far a change of region is, with each copy of its Space (CONTRACT D36).",
		sameAgain(1000, 200), (*rig).oneByOne, answered},
	{"PUT with an Idempotency-Key", cost{11, 2, 15850, 222, 25300},
		"As a PUT alone, and three statements: whether it was done before, which records are too old, and its own record. That lies by its name, and in the index by its time. Some 0.1 KiB are room for plans, and for what is made anew, in what is saved. 0.2 KiB more than before are what a Space remembers of who was erased: its secret in each copy of the Space. 0.1 KiB are room for the line of an import in each entry of history (CONTRACT D22). The log has from 15.7 to 16.1 kB, from run to run; why is not known.",
		repeatable("first", 1801, 64), (*rig).oneByOne, changed},
	{"PUT that is sent again", cost{9.02, 8.91, 0, 270, 26730},
		"Decided inside a transaction that is rolled back, which reads the contact too: begin, Space, contact, its record, which records are too old, rollback. Then what the answer tells is read from history: the changes of the write, and the contact as that left it.",
		sentAgain("again", 1865, 64), (*rig).oneByOne, replayed},
	{"batch of 100 PUTs", cost{404, 101, 245000, 17330, 2590000},
		"One transaction: what its operations take is what they take in a batch of the lane, and less for what is checked once a request.",
		batches(4, 100), (*rig).oneByOne, hundred},
	{"POST", cost{9, 1, 21725, 155, 18790},
		"Begin, Space, contact, change, three match keys, Space saved, commit; the keys lie apart from each other, and each costs the log a page or two. Some 0.4 KiB are as with a PUT of what is there.",
		posts(200), (*rig).oneByOne, created},
	{"GET", cost{1, 1, 0, 51.8, 5150},
		"One statement. Four allocations let it be interrupted, and keep its Space to its share of the readers (FAULT A1); what a request holds of its Space, and what is unread of it, is some 400 bytes: of these the settings of the bin and of who was erased took 200, and a filter 16. More than half of the allocations read the stored contact. 0.3 KiB more than before are what an import says, which a request and an entry have room for, and which fields of the Space are filterable.",
		gets(500, 200), (*rig).oneByOne, answered},
	{"GET, by an alias", cost{1, 1, 0, 61.4, 5700},
		"As a GET: its one statement looks the alias up as well, in one step however long the chain of merges. It is 8 allocations more because the contact has more values.",
		getsOfAliases(64), (*rig).oneByOne, answered},
	{"list of 200", cost{1, 201, 0, 4864, 658400},
		"One statement, and 24 allocations a contact: rows are read whole, though the answer shows the primary values alone.",
		lists(20), (*rig).oneByOne, listed},
	{"list of 200, compressed", cost{1, 201, 0, 4868, 704900},
		"As a list of 200, and room for what comes out: what compresses is lent, and holds most of a MiB.",
		listsWith(20, "", "gzip"), (*rig).oneByOne, zipped},
	{"list of 200, filtered", cost{1, 201, 0, 4936, 658400},
		"As a list of 200: what the filter reads is what the answer shows. The rest is the filter, which is read and is in the cursors.",
		listsWith(20, "&custom_field_filters="+url.QueryEscape(`[{"field":"profile_field_30","operator":"unknown"}]`), ""), (*rig).oneByOne, listed},
	{"count of everybody", cost{3, 2272, 0, 6880, 5803000},
		"A statement for each 1,000 contacts, which is what is held at once, and three allocations a contact: rows are read, as the list reads them, and not decoded. It ends at 10,000.",
		counts(20), (*rig).oneByOne, answered},
	{"list of nobody, by change", cost{16, 10_015, 0, 151, 9900},
		"However many changes there are, a page looks at 10,000 of them (FAULT A1) and goes on; the other statements find the first of them by halving.",
		listsOfNobody(3), (*rig).oneByOne, goesOn},
	{"PATCH", cost{7, 2, 6605, 147.5, 20010},
		"As a PUT of one field: no match key changes. 1 KiB more than before erasures is room in the batch and in each entry.",
		patches(801, 64), (*rig).oneByOne, changed},
	{"undo", cost{12, 7, 12600, 345, 39500},
		"As a PUT, and what it undoes: the change is read before, and in the transaction whether an undo of it stands. Two allocations more than before look again at a past that may be out of date.",
		undos(901, 64), (*rig).oneByOne, changed},
	{"unmerge", cost{32, 20, 27200, 870, 93000},
		"Two contacts and two changes. Before it the way up is read, the merge, what was written by the ids of the one that goes, and what is merged in beside; in the transaction the tree and the rows. Each slot is played again, 160 allocations, from what was found there by the writes that brought what is covered: they are in the one statement that tells whose that is.",
		unmerges(1201, 32), (*rig).oneByOne, changed},
	{"undo of what 50 brought", cost{10, 55, 12430, 3595, 570200},
		"As an undo, and whose each value is that comes back: the writes that brought them are read in one statement.",
		undosOfMany(781, 2, 50), (*rig).oneByOne, changed},
	{"GET of a version", cost{66, 66, 0, 639, 49500},
		"Of 10,000 changes, as far from the next snapshot as can be: the row, the snapshot found, 33 links and 31 changes, each by its number.",
		getsOfThePast(64, func(n int) string { return fmt.Sprintf("?version=%d", n) }), (*rig).oneByOne, answered},
	{"GET at a time", cost{78.23, 78.23, 0, 737, 57500},
		"The same, the newest change, and up to 14 look-ups to find the snapshot by halving, not one.",
		getsOfThePast(64, func(n int) string { return "?at=" + pastTime(n).Std().Format(time.RFC3339Nano) }), (*rig).oneByOne, answered},
	{"page of the list", cost{2, 101, 0, 16440, 868000},
		"50 contacts in one statement, and the newest change of each in another. Of the 315 allocations a row two thirds are the template's, which escapes each value where it stands; the rest read the contact and the change, whole. What compresses it is kept for the next page, and would be 0.8 MB. 700 more than before are the choice of a custom field to filter by, of which there are 30 (CONTRACT P5).",
		pages(20, 50, func(int) string { return "/ui/contacts" }), (*rig).oneByOne, zipped},
	{"page of a contact", cost{8, 7, 0, 7060, 213800},
		"The contact, its aliases and of whom it is told apart, its history from the contact on, a statement a change, of which it has three here and the drawing 60 at most, and in one statement where its 18 values are from. Each value has its menu, which is most of what the template allocates.",
		pages(64, 21, func(i int) string { return fmt.Sprintf("/ui/contacts/%d", 801+i) }), (*rig).oneByOne, zipped},
	{"page of the activity", cost{2, 41, 0, 11270, 434500},
		"40 changes in one statement, and what their contacts are called in another. 330 allocations more than before are the choice of erasures, and what is said of them.",
		pages(20, 40, func(int) string { return "/ui/activity" }), (*rig).oneByOne, zipped},
}

// puts gives PUTs of n contacts, from one on.
func puts(first, n int) func(*rig) []*call {
	return func(r *rig) (calls []*call) {
		for i := range n {
			calls = append(calls, r.put(first+i))
		}
		return calls
	}
}

// repeatable gives PUTs of n contacts, from one on, that may be sent again.
func repeatable(name string, first, n int) func(*rig) []*call {
	return func(r *rig) []*call {
		calls := puts(first, n)(r)
		for i, c := range calls {
			c.request.Header.Set("Idempotency-Key", fmt.Sprintf("%s-%v-%04d", name, r.warm, i))
		}
		return calls
	}
}

// sentAgain sends such PUTs, and gives them once more.
func sentAgain(name string, first, n int) func(*rig) []*call {
	return func(r *rig) (calls []*call) {
		for i, c := range repeatable(name, first, n)(r) {
			r.send(c)
			changed(r.t, c)
			again := r.call("PUT", path(first+i), person(first+i, r.rounds[first+i]))
			again.request.Header.Set("Idempotency-Key", c.request.Header.Get("Idempotency-Key"))
			calls = append(calls, again)
		}
		return calls
	}
}

// batches gives n batches of so many PUTs each.
func batches(n, operations int) func(*rig) []*call {
	return func(r *rig) (calls []*call) {
		for range n {
			var body strings.Builder
			for i := range operations {
				id := 401 + i
				r.rounds[id]++
				fmt.Fprintf(&body, `,{"method":"PUT","id":%d,"body":%s}`, id, person(id, r.rounds[id]))
			}
			calls = append(calls, r.call("POST", "/contacts/batch", `{"operations":[`+body.String()[1:]+`]}`))
		}
		return calls
	}
}

// patches gives PATCHes of n contacts, which each set a field.
func patches(first, n int) func(*rig) []*call {
	return func(r *rig) (calls []*call) {
		for i := range n {
			calls = append(calls, r.patch(first+i, first+i))
		}
		return calls
	}
}

// patch is a PATCH that sets a field of a contact anew.
func (r *rig) patch(id, n int) *call {
	r.rounds[n]++
	return r.call("PATCH", path(id), fmt.Sprintf(`{"custom_fields":{"profile_field_9":"Patched %05d"}}`, r.rounds[n]))
}

// undos changes n contacts, and gives what takes that back.
func undos(first, n int) func(*rig) []*call {
	return func(r *rig) (calls []*call) {
		for i := range n {
			put := r.put(first + i)
			r.send(put)
			calls = append(calls, r.call("POST", path(first+i)+"/changes/"+put.answer.header["X-Change-Id"][0]+"/undo", ""))
		}
		return calls
	}
}

// undosOfMany gives what takes back that n contacts lost names which as many writes
// had brought.
func undosOfMany(first, n, writes int) func(*rig) []*call {
	return func(r *rig) (calls []*call) {
		for id := first; id < first+n; id++ {
			for w := range writes {
				r.send(r.call("PATCH", path(id), fmt.Sprintf(`{"names":{"add":["Name %02d"]}}`, w)))
			}
			put := r.call("PUT", path(id), `{"names":[]}`)
			r.send(put)
			calls = append(calls, r.call("POST", path(id)+"/changes/"+put.answer.header["X-Change-Id"][0]+"/undo", ""))
		}
		return calls
	}
}

// unmerges merges n contacts into others, writes by the ids of both, and gives what
// splits them.
func unmerges(first, n int) func(*rig) []*call {
	return func(r *rig) (calls []*call) {
		for i := range n {
			into, merged := first+i, first+100+i
			r.send(r.call("POST", path(into)+"/merge", fmt.Sprintf(`{"merged_id":%d,"confirm_distinct":true}`, merged)))
			r.send(r.patch(into, into))
			r.send(r.patch(merged, merged))
			calls = append(calls, r.call("POST", path(into)+"/unmerge", fmt.Sprintf(`{"merged_id":%d}`, merged)))
		}
		return calls
	}
}

// putsOfOne gives PUTs that make a contact's history long enough for snapshots.
func putsOfOne(id, n int) func(*rig) []*call {
	return func(r *rig) (calls []*call) {
		for range n {
			calls = append(calls, r.put(id))
		}
		return calls
	}
}

// sameAgain gives PUTs of what contacts were made with.
func sameAgain(first, n int) func(*rig) []*call {
	return func(r *rig) (calls []*call) {
		for i := range n {
			calls = append(calls, r.call("PUT", path(first+i), person(first+i, 0)))
		}
		return calls
	}
}

func posts(n int) func(*rig) []*call {
	return func(r *rig) (calls []*call) {
		for i := range n {
			calls = append(calls, r.call("POST", "/contacts", person(people+1+i, 0)))
		}
		return calls
	}
}

func gets(first, n int) func(*rig) []*call {
	return func(r *rig) (calls []*call) {
		for i := range n {
			calls = append(calls, r.call("GET", path(first+i), ""))
		}
		return calls
	}
}

// getsOfAliases merges n more contacts into others, and gives GETs of the ids
// that are aliases then.
func getsOfAliases(n int) func(*rig) []*call {
	return func(r *rig) (calls []*call) {
		for range n {
			r.merged++
			merge := r.call("POST", path(1400+r.merged)+"/merge", fmt.Sprintf(`{"merged_id":%d}`, 1700+r.merged))
			r.send(merge)
			merge.want(r.t, http.StatusOK, true)
			calls = append(calls, r.call("GET", path(1700+r.merged), ""))
		}
		return calls
	}
}

func lists(n int) func(*rig) []*call {
	return func(r *rig) (calls []*call) {
		for range n {
			calls = append(calls, r.call("GET", "/contacts?per_page=200", ""))
		}
		return calls
	}
}

// listsWith gives lists that ask for something more, in an encoding.
func listsWith(n int, query, encoding string) func(*rig) []*call {
	return func(r *rig) (calls []*call) {
		for range n {
			c := r.call("GET", "/contacts?per_page=200"+query, "")
			if encoding != "" {
				c.request.Header.Set("Accept-Encoding", encoding)
			}
			calls = append(calls, c)
		}
		return calls
	}
}

// counts gives counts of everybody.
func counts(n int) func(*rig) []*call {
	return func(r *rig) (calls []*call) {
		for range n {
			calls = append(calls, r.call("GET", "/contacts/count", ""))
		}
		return calls
	}
}

// listsOfNobody makes more changes than a page looks at, and gives lists that
// find nobody among them.
func listsOfNobody(n int) func(*rig) []*call {
	return func(r *rig) (calls []*call) {
		if r.warm { // what was measured before must not stand behind a long history
			r.addChanges(store.MaxLookedAt)
		}
		for range n {
			calls = append(calls, r.call("GET", "/contacts?updated_since=1970-01-01T00:00:00Z&email=nobody@example.com", ""))
		}
		return calls
	}
}

// getsOfThePast makes a contact of 10,000 changes, and gives GETs of what it was right
// behind a snapshot, the next one being the farthest away.
func getsOfThePast(n int, query func(version int) string) func(*rig) []*call {
	return func(r *rig) (calls []*call) {
		id, depth := contact.ID(300), 2*contact.SnapshotEvery // of putsOfOne
		if r.warm {                                           // as above
			depth = 10_000
			id = r.addPast(depth)
		}
		for i := range n {
			version := 1 + (i+1)*(depth/contact.SnapshotEvery-1)/n*contact.SnapshotEvery
			calls = append(calls, r.call("GET", fmt.Sprintf("/contacts/%d%s", id, query(version)), ""))
		}
		return calls
	}
}

// pages gives n pages of the book, of which the first is seen to have so many rows when
// each row ran once.
func pages(n, rows int, address func(i int) string) func(*rig) []*call {
	return func(r *rig) (calls []*call) {
		plain := r.page(address(0), "identity")
		r.send(plain)
		answered(r.t, plain)
		if r.warm && plain.answer.rows != rows {
			r.t.Fatalf("the page has %d rows", plain.answer.rows)
		}
		for i := range n {
			calls = append(calls, r.page(address(i), "gzip"))
		}
		r.send(r.page(address(0), "gzip")) // what compresses is there, which a collection takes away
		return calls
	}
}

func changed(t *testing.T, c *call)  { c.want(t, http.StatusOK, true) }
func created(t *testing.T, c *call)  { c.want(t, http.StatusCreated, true) }
func answered(t *testing.T, c *call) { c.want(t, http.StatusOK, false) }

func replayed(t *testing.T, c *call) {
	changed(t, c)
	if c.answer.header.Get("Idempotency-Replayed") != "true" {
		t.Fatal("it was done again")
	}
}

func hundred(t *testing.T, c *call) {
	answered(t, c)
	if c.answer.done != 100 {
		t.Fatalf("%d operations were done", c.answer.done)
	}
}

func zipped(t *testing.T, c *call) {
	answered(t, c)
	if c.answer.header.Get("Content-Encoding") != "gzip" {
		t.Fatal("it is not compressed")
	}
}

func listed(t *testing.T, c *call) {
	answered(t, c)
	if c.answer.contacts != 200 {
		t.Fatalf("the list has %d contacts", c.answer.contacts)
	}
}

func goesOn(t *testing.T, c *call) {
	answered(t, c)
	if c.answer.contacts != 0 || c.answer.ends != 0 {
		t.Fatalf("the list has %d contacts, and ends: %d", c.answer.contacts, c.answer.ends)
	}
}

// TestGuard measures every row. Run it with -v to see the table, and without
// -race to have allocations checked as well.
func TestGuard(t *testing.T) {
	// One goroutine at a time and no collection while measuring: what pools
	// hold then depends on nothing but the calls.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		guard(t, r, table)
		guard(t, r, planRows)
		guard(t, r, exportRows)
		guard(t, r, importRows)
		guard(t, r, searchRows)
		guard(t, r, filterRows)
		r.closeJobs()
		guard(t, r, jobRows) // which leave a change of region under way
		if !countsAllocations {
			t.Log("Allocations were not judged: the race detector makes some of its own.")
		}
	})
}

func guard(t *testing.T, r *rig, rows []row) {
	r.warm = false
	for _, w := range rows { // every path once, so that statements are prepared and pools are filled
		w.run(r, w.make(r))
	}
	r.warm = true
	t.Logf("%-24s %10s %10s %10s %10s %10s", "each", "statements", "rows", "WAL bytes", "allocs", "bytes")
	for _, w := range rows {
		calls := w.make(r)
		got := r.measure(calls, func(calls []*call) { w.run(r, calls) })
		for _, c := range calls {
			w.check(t, c)
		}
		t.Logf("%-24s %10.2f %10.2f %10.0f %10.1f %10.0f   %s", w.name, got.statements, got.rows, got.wal, got.allocs, got.bytes, w.why)
		for _, problem := range judge(got, w.limit, countsAllocations) {
			t.Errorf("%s: %s", w.name, problem)
		}
	}
}
