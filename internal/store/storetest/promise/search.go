package promise

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/metrics"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var searchTests = []suite.Test{
	{"a search finds what looking at each contact finds, in that order", testSearch},
	{"a search of what too many have looks at the contacts, so many at once", testSearchCommon},
	{"what is common in one Space costs a search of another nothing", testSearchElsewhere},
	{"a search of a Space of which much is not in its index yet looks at the contacts", testSearchBehind},
	{"a search finds by the region that it is now", testSearchRegion},
	{"a search that finds much of a list goes on behind the last", testSearchNarrowed},
}

// questions are those of internal/contact, where their answers are checked: what is stored
// in the order of the ids there, and what is asked.
func questions(t *testing.T) (stored []contact.Patch, asked []string) {
	t.Helper()
	text, err := os.ReadFile("../../contact/testdata/search.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, `"`) {
			quoted, err := strconv.QuotedPrefix(line)
			if err != nil {
				t.Fatal(err)
			}
			one, err := strconv.Unquote(quoted)
			if err != nil {
				t.Fatal(err)
			}
			asked = append(asked, one)
		} else if rest, found := strings.CutPrefix(line, "contact "); found {
			_, values, _ := strings.Cut(rest, " | ")
			stored = append(stored, storedLike(values))
		}
	}
	if len(stored) < 60 || len(asked) < 200 {
		t.Fatalf("only %d contacts and %d questions", len(stored), len(asked))
	}
	return stored, asked
}

func storedLike(line string) (p contact.Patch) {
	for value := range strings.SplitSeq(line, " | ") {
		kind, text, _ := strings.Cut(value, " ")
		text = strings.NewReplacer(`\u00AD`, "\u00ad", `\u200D`, "\u200d").Replace(text)
		slot := contact.Slot(1)
		switch kind {
		case "long":
			for i := range 900 {
				text += fmt.Sprintf(" word%d", i)
			}
		case "text", "number", "date":
			number, rest, _ := strings.Cut(text, " ")
			n, _ := strconv.Atoi(number)
			slot, text = contact.Slot(n), rest
		default:
			col, _ := contact.CollectionOf(kind + "s")
			p.Values[col].Sent = true
			p.Values[col].Texts = append(p.Values[col].Texts, text)
			continue
		}
		p.Fields.Sent, p.Fields.Named[slot.Index()], p.Fields.Texts[slot.Index()] = true, true, text
	}
	return p
}

// finding is a search of a Space.
func finding(t *testing.T, space contact.SpaceID, text string) store.Query {
	t.Helper()
	s, flaw := contact.ParseSearch(text)
	if flaw != nil {
		t.Fatalf("%q: %+v", text, flaw)
	}
	return store.Query{Space: space, Find: &store.Finding{Search: s, Region: "GB"}}
}

// byForce looks at each contact of a Space.
func byForce(t *testing.T, s *store.Store, q store.Query) (found []contact.ID) {
	t.Helper()
	all := q
	all.Find = nil
	ranks := map[contact.ID]contact.Rank{}
	for at, begun := (store.Place{}), false; !begun || at != (store.Place{}); begun = true {
		page, err := s.List(bg, all, at, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for i := range page.Rows {
			c := &page.Rows[i]
			if rank, ok := q.Find.Search.Rank(c, q.Find.Region); ok {
				ranks[c.ID] = rank
				found = append(found, c.ID)
			}
		}
		at = page.Next
	}
	slices.SortFunc(found, func(a, b contact.ID) int { return cmp.Or(cmp.Compare(ranks[a], ranks[b]), cmp.Compare(b, a)) })
	return found
}

// turned gives what all pages hold, from a place on; of those that lead back in the order of the list.
func turned(t *testing.T, s *store.Store, q store.Query, at store.Place, limit int) (found []contact.ID, last store.Place) {
	t.Helper()
	for n := 0; ; n++ {
		page, err := s.List(bg, q, at, limit)
		if err != nil || n > 1000 {
			t.Fatalf("page %d: %v", n, err)
		}
		var ids []contact.ID
		for i := range page.Rows {
			ids = append(ids, page.Rows[i].ID)
		}
		next := page.Next
		if at.Back {
			next = page.Prev
			found = append(ids, found...)
		} else {
			found = append(found, ids...)
		}
		if next == (store.Place{}) {
			return found, at
		}
		at = next
	}
}

// folded has the index of a Space take in all that was written.
func folded(t *testing.T, b store.Backend, s *store.Store, space contact.SpaceID) {
	t.Helper()
	for n := 0; ; n++ {
		more, err := s.Fold(bg, space)
		if err != nil || n > 1000 {
			t.Fatalf("fold %d: %v", n, err)
		}
		if !more {
			break
		}
	}
	mark, err := b.SearchMark(bg, space)
	if err != nil {
		t.Fatal(err)
	}
	if left, err := b.Touched(bg, space, mark.Seq, 9); err != nil || len(left) > 0 {
		t.Fatalf("%v: at %+v these are left: %+v", err, mark, left)
	}
}

// CONTRACT D39.
func testSearch(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "GB")
	stored, asked := questions(t)
	var verbs []contact.Verb
	for _, p := range stored {
		verbs = append(verbs, &contact.Create{Patch: p})
	}
	do(t, s, writing(space, verbs...))
	askAll(t, s, space, asked)
	folded(t, b, s, space)
	askAll(t, s, space, asked)
}

// askAll asks questions, and has each answer be what looking at all contacts finds.
func askAll(t *testing.T, s *store.Store, space contact.SpaceID, asked []string) {
	t.Helper()
	for n, text := range asked {
		if _, flaw := contact.ParseSearch(text); flaw != nil {
			continue
		}
		q := finding(t, space, text)
		want := byForce(t, s, q)
		limit := []int{2, 5, 100}[n%3]
		found, last := turned(t, s, q, store.Place{}, limit)
		if !slices.Equal(found, want) {
			t.Errorf("%q finds %d, want %d", text, found, want)
		}
		if last.Mark == 0 {
			continue
		}
		if back, _ := turned(t, s, q, store.Place{Mark: last.Mark, Back: true}, limit); !slices.Equal(back, want[:len(back)]) || len(back) == 0 {
			t.Errorf("%q finds %d on the way back, want the first of %d", text, back, want)
		}
	}
}

// strayKeys gives a Space more keys than a search reads, of contacts that are not there.
func strayKeys(t *testing.T, b store.Backend, space contact.SpaceID, keys ...contact.MatchKey) {
	t.Helper()
	var come []record.MatchKey
	for i := range store.MaxLookedAt + 1 {
		for _, k := range keys {
			come = append(come, record.MatchKey{Space: space, MatchKey: k, ID: contact.ID(1e12) + contact.ID(i)})
		}
	}
	mark, err := b.SearchMark(bg, space)
	if err == nil {
		err = b.SaveSearch(bg, &store.SearchSave{Space: space, Mark: mark, Come: come})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func testSearchCommon(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "GB")
	var verbs []contact.Verb
	for i := range 450 {
		verbs = append(verbs, &contact.Create{Patch: name([]string{"ada", "ada lovelace", "lovelace ada", "grace"}[i%4])})
	}
	do(t, s, writing(space, verbs...))
	folded(t, b, s, space)
	strayKeys(t, b, space, contact.MatchKey{Kind: contact.BeginKey, Text: "ada"}, contact.MatchKey{Kind: contact.WordKey, Text: "ada"})
	for _, text := range []string{"ada", "ad love"} {
		q := finding(t, space, text)
		want := byForce(t, s, q)
		found, last := turned(t, s, q, store.Place{}, 40)
		if !slices.Equal(found, want) {
			t.Errorf("%q finds %d, want %d", text, found, want)
		}
		if back, _ := turned(t, s, q, store.Place{Mark: last.Mark, Back: true}, 40); !slices.Equal(back, want[:len(back)]) || len(back) < 40 {
			t.Errorf("%q finds %d on the way back, want the first of %d", text, back, want)
		}
	}
}

func testSearchElsewhere(t *testing.T, b store.Backend) {
	m := metrics.New()
	s := suite.NewStore(t, b, store.Options{Metrics: m})
	space, other := suite.NewSpace(t, b, "GB"), suite.NewSpace(t, b, "GB")
	ada := made(t, s, space, name("Ada"))
	folded(t, b, s, space)
	strayKeys(t, b, other, contact.MatchKey{Kind: contact.BeginKey, Text: "ada"})
	before := looked(t, m)
	page, err := s.List(bg, finding(t, space, "ada"), store.Place{}, 10)
	if err != nil || len(page.Rows) != 1 || page.Rows[0].ID != ada {
		t.Fatalf("%v, %+v", err, page)
	}
	if n := looked(t, m) - before; n > 10 {
		t.Errorf("it looked at %d rows", n)
	}
	if page, err := s.List(bg, finding(t, other, "ada"), store.Place{}, 10); err != nil || len(page.Rows) != 0 {
		t.Errorf("another Space: %v, %+v", err, page)
	}
}

func looked(t *testing.T, m *metrics.Metrics) int {
	t.Helper()
	families, err := m.Gatherer().Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "carnet_rows_looked_at_total" {
			return int(f.GetMetric()[0].GetCounter().GetValue())
		}
	}
	t.Fatal("nothing counts rows")
	return 0
}

// changeRegion does all of a change of region.
func (f *findings) changeRegion(t *testing.T, to string) {
	t.Helper()
	act := access.Act{Who: "test", At: 17}
	if _, err := f.s.UpdateSpace(bg, act, f.space, func(sp *access.Space) error { sp.Region = to; return nil }); err != nil {
		t.Fatal(err)
	}
	jobs, err := f.s.JobsOf(bg, f.space, 0, 1)
	if err != nil || len(jobs) != 1 {
		t.Fatalf("%v, %+v", err, jobs)
	}
	for n, job := 0, jobs[0]; !job.Closed(); n++ {
		if err := f.s.Rekey(bg, &job); err != nil || n > 20 {
			t.Fatalf("step %d: %v, %+v", n, err, job)
		}
	}
}

// testSearchBehind has more changes than a search looks at.
func testSearchBehind(t *testing.T, b store.Backend) {
	f := &findings{b, suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "GB")}
	id := made(t, f.s, f.space, name("Ada"))
	var verbs []contact.Verb
	for i := range 250 {
		verbs = append(verbs, &contact.Create{Patch: name(fmt.Sprint("Grace ", i))})
	}
	for range 9 {
		do(t, f.s, writing(f.space, verbs...))
	}
	last := made(t, f.s, f.space, name("Countess Ada"))
	f.finds(t, "ada", id, last)
	folded(t, b, f.s, f.space)
	f.finds(t, "ada", id, last)
	if list, err := b.Unfolded(bg, f.space-1, 1); err != nil || slices.Contains(list, f.space) {
		t.Errorf("it is behind: %v, %v", list, err)
	}
	made(t, f.s, f.space, name("Bob"))
	if list, err := b.Unfolded(bg, f.space-1, 1); err != nil || !slices.Equal(list, []contact.SpaceID{f.space}) {
		t.Errorf("it is not behind: %v, %v", list, err)
	}
}

// testSearchRegion changes the region by which numbers are read.
func testSearchRegion(t *testing.T, b store.Backend) {
	f := &findings{b, suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "GB")}
	id := made(t, f.s, f.space, list(contact.Phones, "07700 900123"))
	folded(t, b, f.s, f.space)
	f.finds(t, "+44 7700 900123", id)
	f.finds(t, "447700", id)
	f.changeRegion(t, "US")
	now := "US"
	q := finding(t, f.space, "447700")
	q.Find.Region = now
	if found, _ := turned(t, f.s, q, store.Place{}, 10); len(found) != 0 {
		t.Errorf("in the %s it is found: %d", now, found)
	}
	folded(t, b, f.s, f.space)
	if found, _ := turned(t, f.s, q, store.Place{}, 10); len(found) != 0 {
		t.Errorf("in the %s it is found: %d", now, found)
	}
	f.finds(t, "447700", id) // by who does not know it yet
	q = finding(t, f.space, "900123")
	q.Find.Region = now
	if found, _ := turned(t, f.s, q, store.Place{}, 10); !slices.Equal(found, []contact.ID{id}) {
		t.Errorf("in the %s %d is found, want %d", now, found, id)
	}
}

// testSearchNarrowed narrows a search by the other conditions of a list.
func testSearchNarrowed(t *testing.T, b store.Backend) {
	f := &findings{b, suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "GB")}
	var ids []contact.ID
	for i := range 30 {
		p := name("Ada")
		p.Values[contact.Emails] = contact.List{Sent: true, Texts: []string{fmt.Sprintf("ada%d@example.com", i%3)}}
		p.Fields.Sent, p.Fields.Named[0], p.Fields.Texts[0] = true, true, []string{"gold", "silver"}[i%2]
		ids = append(ids, made(t, f.s, f.space, p))
	}
	slices.Reverse(ids)
	where := contact.Condition{Slot: 1, Operator: contact.EqualTo, Value: "gold"}
	for range 2 {
		q := finding(t, f.space, "ada")
		q.Where = contact.Filter{where}
		var want []contact.ID
		for i, id := range ids {
			if (29-i)%2 == 0 {
				want = append(want, id)
			}
		}
		if found, _ := turned(t, f.s, q, store.Place{}, 4); !slices.Equal(found, want) {
			t.Errorf("with a filter: %d, want %d", found, want)
		}
		q = finding(t, f.space, "ada")
		q.Keys = []contact.MatchKey{{Kind: contact.EmailKey, Text: "ada1@example.com"}}
		want = nil
		for i, id := range ids {
			if (29-i)%3 == 1 {
				want = append(want, id)
			}
		}
		if found, _ := turned(t, f.s, q, store.Place{}, 4); !slices.Equal(found, want) {
			t.Errorf("with an email: %d, want %d", found, want)
		}
		folded(t, b, f.s, f.space)
	}
}
