package server

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// crowd is a database of many people, of whom each holds texts of its own in all places: what
// is found in a file tells whose it was.
type crowd struct {
	*erasable
	ids []contact.ID
}

// own finds what is of one person alone: a text, a phone, a number or a date.
var own = regexp.MustCompile(`zq(\d{3})qz|7700 ?900(\d{3})|1(\d{3})-03-07`)

// ofOne is in the texts of one person.
func ofOne(i int) string { return fmt.Sprintf("zq%03dqz", i) }

// shared is an email that two people have, each for itself: one who is erased, and one who stays.
func shared(i int) string { return fmt.Sprintf("same%03d@example.org", i/3) }

// erased tells who is to be erased: a third.
func erased(i int) bool { return i%3 == 0 }

// holding is what a person holds, all of it of a random length.
func holding(i int, random *rand.Rand) (p contact.Patch) {
	long := func(text string) string {
		return text + strings.Repeat(" and on", random.IntN(40))
	}
	lists := [contact.NumCollections][]string{
		contact.Emails:    {ofOne(i) + strings.Repeat("x", random.IntN(20)) + "@example.com"},
		contact.Phones:    {fmt.Sprintf("+44 7700 900%03d", i)},
		contact.Names:     {long("Name " + ofOne(i)), "Other " + ofOne(i)},
		contact.Locations: {long("Place " + ofOne(i))},
	}
	if i%3 < 2 {
		lists[contact.Emails] = append(lists[contact.Emails], shared(i))
	}
	for col, texts := range lists {
		p.Values[col] = contact.List{Sent: true, Texts: texts}
	}
	slots(&p.Fields, long("Text "+ofOne(i)), fmt.Sprintf("7700900%03d", i), fmt.Sprintf("1%03d-03-07", i))
	return p
}

func slots(f *contact.FieldsPatch, text, number, date string) {
	f.Sent = true
	for slot, content := range map[contact.Slot]string{1 + contact.Slot(len(text)%15): text, 16: number, 26: date} {
		f.Named[slot.Index()], f.Texts[slot.Index()] = true, content
	}
}

// each does something for everybody, several at once.
func (c *crowd) each(f func(i int, random *rand.Rand)) {
	var all sync.WaitGroup
	for first := range 16 {
		all.Go(func() {
			random := rand.New(rand.NewPCG(uint64(first), uint64(len(c.ids))))
			for i := first; i < len(c.ids); i += 16 {
				f(i, random)
			}
		})
	}
	all.Wait()
}

// change has everybody changed some times, and says in each why and for whom.
func (c *crowd) change(t *testing.T, times int) {
	c.each(func(i int, random *rand.Rand) {
		for n := range times {
			terms := book.Terms{RequestID: fmt.Sprint("change ", i, " ", n), Name: ofOne(i), Reason: "because of " + ofOne(i)}
			if _, err := c.Book.Do(t.Context(), c.grant, terms, &contact.Put{Ref: c.ids[i], Patch: holding(i, random)}); err != nil {
				t.Errorf("%d: %v", i, err)
				return
			}
		}
	})
}

// adding adds a name of one person through one of its ids.
func adding(ref contact.ID, text string) *contact.Amend {
	a := &contact.Amend{Ref: ref}
	a.Amendment.Values[contact.Names] = contact.ListAmendment{Named: true, Add: []string{text}}
	return a
}

// mix merges, writes through the ids of those who were merged, and splits most of them again.
func (c *crowd) mix(t *testing.T) {
	for i := range c.ids {
		switch {
		case i%9 == 0: // who is erased was part of who stays
			c.do(t, &contact.Merge{Survivor: c.ids[i+1], Merged: []contact.ID{c.ids[i]}})
			c.do(t, adding(c.ids[i], "Through an alias "+ofOne(i)))
			c.do(t, &contact.Unmerge{Ref: c.ids[i+1], Merged: c.ids[i]})
		case i%9 == 3: // who stays was part of who is erased
			c.do(t, &contact.Merge{Survivor: c.ids[i], Merged: []contact.ID{c.ids[i+1]}})
			c.do(t, adding(c.ids[i+1], "Through an alias "+ofOne(i+1)))
			c.do(t, &contact.Unmerge{Ref: c.ids[i], Merged: c.ids[i+1]})
		case i%18 == 6 && i+9 < len(c.ids): // both are erased as one
			c.do(t, &contact.Merge{Survivor: c.ids[i], Merged: []contact.ID{c.ids[i+9]}})
		case i%30 == 1: // both stay, as one
			c.do(t, &contact.Merge{Survivor: c.ids[i], Merged: []contact.ID{c.ids[i+1]}})
		}
	}
}

// plan has one plan applied and one left, about some who are erased and somebody who stays.
func (c *crowd) plan(t *testing.T) {
	for n, apply := range []bool{true, false} {
		var operations [][]byte
		for _, i := range []int{9, 10, 12, 18} {
			operations = append(operations, fmt.Appendf(nil, `{"method":"PATCH","id":%d,"body":{"names":{"add":["By a plan %s %d"]}}}`, c.ids[i], ofOne(i), n))
		}
		p, _, err := c.Book.Propose(t.Context(), c.grant, book.Terms{RequestID: fmt.Sprint("propose ", n)}, book.Proposal{Operations: func(yield func([]byte, error) bool) {
			for _, o := range operations {
				if !yield(o, nil) {
					return
				}
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		if apply {
			if _, _, err := c.Book.ApplyPlan(t.Context(), c.grant, book.Terms{RequestID: fmt.Sprint("apply ", n)}, p.ID, p.Hash); err != nil {
				t.Fatal(err)
			}
			c.work(t)
		}
		rows, err := c.store.PlanRows(t.Context(), store.PlanRowQuery{PlanID: store.PlanID{Space: c.grant.Space.ID, ID: p.ID}, Limit: 9})
		if err != nil || len(rows) != len(operations) || !own.Match(rows[0].Operation) || (rows[0].Done != nil) != apply {
			t.Fatalf("its rows are %+v: %v", rows, err)
		}
	}
}

// conflict leaves an answer with what stood in the way of a write that may be sent again.
func (c *crowd) conflict(t *testing.T, i int) {
	was, ok, err := c.store.Get(t.Context(), c.grant.Space.ID, c.ids[i])
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	write := func(slot string, base contact.Base) error {
		var p contact.Patch
		slots(&p.Fields, slot, "1", "2000-01-01")
		terms := book.Terms{RequestID: fmt.Sprint("slot ", base.Version), Retry: &book.Retry{Key: fmt.Sprint("slot ", base.Version), Fingerprint: [32]byte{1}}}
		var refused error
		_, _, err := c.Book.Batch(t.Context(), c.grant, terms, book.Batch{Verbs: func(yield func(contact.Verb, error) bool) {
			yield(&contact.Put{Ref: c.ids[i], Patch: p, Base: base}, nil)
		}}, func(r *book.Result) error { refused = r.Err; return nil })
		if err != nil {
			t.Fatal(err)
		}
		return refused
	}
	if err := write("Theirs "+ofOne(i), contact.Base{}); err != nil {
		t.Fatal(err)
	}
	if err := write("Yours  "+ofOne(i), contact.Base{Version: was.Version, Contact: &was}); err == nil {
		t.Fatal("nothing stood in the way")
	}
	kept, err := c.backend.StoredRetries(t.Context(), store.RetryID{Space: c.grant.Space.ID}, 9)
	if err != nil || !slices.ContainsFunc(kept, func(r record.Retry) bool { return own.Match(r.Answer) }) {
		t.Fatalf("what is kept of answers is %+v: %v", kept, err)
	}
}

// found tells of whom there is anything in the files of a folder, and which these are.
func found(t *testing.T, folder string) (people map[int]bool, files []string) {
	t.Helper()
	people = map[int]bool{}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range own.FindAllSubmatch(text, -1) {
			i, _ := strconv.Atoi(string(slices.Concat(m[1:]...)))
			people[i] = true
		}
		files = append(files, filepath.Base(path))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return people, files
}

// wantFound wants something of everybody who stays, and nothing of whoever is erased. Where
// left is set, it wants some of that.
func (c *crowd) wantFound(t *testing.T, when, folder string, left bool) {
	t.Helper()
	people, files := found(t, folder)
	for _, name := range []string{"carnet.db", "carnet.db.erasures"} {
		if !slices.Contains(files, name) {
			t.Errorf("%s: %s is not among %q", when, name, files)
		}
	}
	n := 0
	for i := range c.ids {
		switch {
		case erased(i) && people[i]:
			n++
		case !erased(i) && !people[i]:
			t.Errorf("%s: there is nothing of %d, who stays", when, i)
		}
	}
	if left != (n > 0) {
		t.Errorf("%s: of %d who are erased there is something in %q", when, n, files)
	}
}

// CONTRACT D35: of people who are erased no file of the data folder holds anything, whatever
// was changed, merged and planned before; of all others everything is there. Before the files
// are scrubbed, the same search finds copies: so it sees.
func TestErasedAreInNoFile(t *testing.T) {
	updates := 3_000
	if os.Getenv("CARNET_TEST_LONG") != "" {
		updates = 30_000
	}
	folder := t.TempDir()
	path := filepath.Join(folder, "carnet.db")
	c := &crowd{openErasable(t, path), make([]contact.ID, 300)}
	c.each(func(i int, random *rand.Rand) { c.ids[i] = c.do(t, &contact.Create{Patch: holding(i, random)}) })
	c.change(t, updates/len(c.ids)/2)
	c.mix(t)
	c.plan(t)
	c.conflict(t, 21)
	c.each(func(i int, random *rand.Rand) { // but of those who are merged, to keep them as they are
		if i%9 < 6 && i%30 != 1 && i%30 != 2 {
			for range updates / len(c.ids) / 2 {
				c.do(t, &contact.Put{Ref: c.ids[i], Patch: holding(i, random)})
			}
		}
	})
	people := 0
	for i, id := range c.ids {
		if erased(i) && (i%18 != 15 || i < 9) {
			c.erase(t, id)
			people++
		}
	}
	c.works(t, false)
	c.wantFound(t, "before it is scrubbed", folder, true)
	c.works(t, true)
	c.wantFound(t, "scrubbed", folder, false)
	for i, id := range c.ids {
		have, ok, err := c.store.Get(t.Context(), c.grant.Space.ID, id)
		if err != nil || ok == erased(i) {
			t.Fatalf("%d is found %t: %v", i, ok, err)
		}
		if i%3 == 1 && !slices.ContainsFunc(have.Values[contact.Emails], func(v contact.Value) bool { return v.Text == shared(i) }) {
			t.Errorf("%d has lost what another held too", i)
		}
	}
	if r := c.erase(t, c.ids[0]); r.Scrubbed == 0 {
		t.Errorf("it is not scrubbed: %+v", r)
	}
	c.close(t)
	c.wantFound(t, "stopped", folder, false)
	noted, err := os.ReadFile(Ledger(path))
	if n := strings.Count(string(noted), "\n"); err != nil || n != people {
		t.Errorf("the ledger has %d lines, want %d: %v", n, people, err)
	}
	openErasable(t, path).close(t)
	c.wantFound(t, "started again", folder, false)
}
