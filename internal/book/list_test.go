package book_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

func (s *shop) list(t *testing.T, l book.List) book.ListPage {
	t.Helper()
	if l.PerPage == 0 {
		l.PerPage = book.DefaultPerPage
	}
	page, err := s.List(t.Context(), s.grant(), &l)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func ids(list []contact.Contact) []contact.ID {
	out := []contact.ID{}
	for _, c := range list {
		out = append(out, c.ID)
	}
	return out
}

func (s *shop) merge(t *testing.T, survivor, merged contact.ID) {
	t.Helper()
	by := book.Terms{RequestID: fmt.Sprintf("merge %d into %d", merged, survivor)}
	if _, err := s.Do(t.Context(), s.grant(), by, &contact.Merge{Survivor: survivor, Merged: []contact.ID{merged}}); err != nil {
		t.Fatal(err)
	}
}

// CONTRACT D17: a cursor walked forth and back, while contacts are created and
// merged, yields each contact that was there all along once each way.
func TestWalkForthAndBack(t *testing.T) {
	s := openShop(t)
	random := rand.New(rand.NewPCG(1, 2))
	var stay, leave []contact.ID
	for i := range 60 {
		c := s.create(t, emails(fmt.Sprintf("p%d@example.com", i)))
		if i%3 == 0 && i > 0 {
			leave = append(leave, c.ID)
		} else {
			stay = append(stay, c.ID)
		}
	}
	slices.Reverse(stay)
	disturb := func() {
		s.create(t, emails("new@example.com"))
		if len(leave) > 0 {
			i := random.IntN(len(leave))
			s.merge(t, stay[random.IntN(len(stay))], leave[i])
			leave = slices.Delete(leave, i, i+1)
		}
	}
	walk := func(from book.ListPage, cursor func(book.ListPage) string, add func(seen, page []contact.ID) []contact.ID) []contact.ID {
		seen := add(nil, ids(from.Contacts))
		for page := from; cursor(page) != ""; {
			disturb()
			page = s.list(t, book.List{PerPage: 7, Cursor: cursor(page)})
			seen = add(seen, ids(page.Contacts))
			from = page
		}
		return slices.DeleteFunc(seen, func(id contact.ID) bool { return !slices.Contains(stay, id) })
	}
	var last book.ListPage
	forth := walk(s.list(t, book.List{PerPage: 7}), func(p book.ListPage) string { last = p; return p.Next },
		func(seen, page []contact.ID) []contact.ID { return append(seen, page...) })
	if !slices.Equal(forth, stay) {
		t.Errorf("forth: %v, want %v", forth, stay)
	}
	back := walk(last, func(p book.ListPage) string { return p.Prev },
		func(seen, page []contact.ID) []contact.ID { return append(slices.Clone(page), seen...) })
	if !slices.Equal(back, stay) {
		t.Errorf("back: %v, want %v", back, stay)
	}
}

// CONTRACT P4: the ends of a list have no cursor beyond them.
func TestListEnds(t *testing.T) {
	s := openShop(t)
	if page := s.list(t, book.List{}); len(page.Contacts) != 0 || page.Next != "" || page.Prev != "" {
		t.Errorf("an empty list: %+v", page)
	}
	for range 4 {
		s.create(t, emails("a@example.com"))
	}
	first := s.list(t, book.List{PerPage: 2})
	second := s.list(t, book.List{PerPage: 2, Cursor: first.Next})
	again := s.list(t, book.List{PerPage: 2, Cursor: second.Prev})
	if first.Prev != "" || first.Next == "" || second.Prev == "" || second.Next != "" || again.Prev != "" || again.Next == "" {
		t.Errorf("cursors of three pages: %q %q, %q %q, %q %q", first.Prev, first.Next, second.Prev, second.Next, again.Prev, again.Next)
	}
	if !slices.Equal(ids(first.Contacts), ids(again.Contacts)) {
		t.Errorf("back at the first page: %v, was %v", ids(again.Contacts), ids(first.Contacts))
	}
}

// CONTRACT D17: a cursor is bound to its query and cannot be made up.
func TestCursorsAreBound(t *testing.T) {
	s := openShop(t)
	for range 3 {
		s.create(t, emails("a@example.com"))
	}
	cursor := s.list(t, book.List{PerPage: 1}).Next
	other := s.space.ID + 1
	for name, try := range map[string]func() error{
		"another query": func() error {
			_, err := s.List(t.Context(), s.grant(), &book.List{PerPage: 1, Cursor: cursor, Email: "a@example.com"})
			return err
		},
		"another Space": func() error {
			g := s.grant()
			g.Space.ID = other
			_, err := s.List(t.Context(), g, &book.List{PerPage: 1, Cursor: cursor})
			return err
		},
		"changed": func() error {
			_, err := s.List(t.Context(), s.grant(), &book.List{PerPage: 1, Cursor: "B" + cursor[1:]})
			return err
		},
		// FAULT C7: what decoding steps over
		"with a line break behind it": func() error {
			_, err := s.List(t.Context(), s.grant(), &book.List{PerPage: 1, Cursor: cursor + "\n"})
			return err
		},
		"with a line break in it": func() error {
			_, err := s.List(t.Context(), s.grant(), &book.List{PerPage: 1, Cursor: cursor[:5] + "\r\n" + cursor[5:]})
			return err
		},
		"padded": func() error {
			_, err := s.List(t.Context(), s.grant(), &book.List{PerPage: 1, Cursor: cursor + "="})
			return err
		},
		"cut": func() error {
			_, err := s.List(t.Context(), s.grant(), &book.List{PerPage: 1, Cursor: cursor[:8]})
			return err
		},
		"another list": func() error {
			_, err := s.Changes(t.Context(), s.grant(), &book.History{Ref: 1, Cursor: cursor, PerPage: 1})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) { wantCode(t, try(), fault.Invalid, "cursor_invalid") })
	}
	if page := s.list(t, book.List{PerPage: 2, Cursor: cursor}); len(page.Contacts) != 2 {
		t.Errorf("another size of page is no other query: %d rows", len(page.Contacts))
	}
}

// CONTRACT D17: contacts are found by any of their values, as D9 and D10
// compare them; at the survivor once they are merged.
func TestFindByValue(t *testing.T) {
	s := openShop(t)
	p := emails("first@example.com", "Second@EXAMPLE.com")
	p.Values[contact.Phones] = contact.List{Sent: true, Texts: []string{"+1 212 555 0123"}}
	a := s.create(t, p)
	b := s.create(t, emails("second@example.com"))
	find := func(email, phone string, want ...contact.ID) {
		t.Helper()
		if got := ids(s.list(t, book.List{Email: email, Phone: phone}).Contacts); !slices.Equal(got, want) {
			t.Errorf("%q %q: found %v, want %v", email, phone, got, want)
		}
	}
	find("second@Example.COM", "", b.ID, a.ID)
	find("FIRST@example.com", "", a.ID)
	find("", "+12125550123", a.ID)
	find("second@example.com", "+1 (212) 555-0123", a.ID)
	find("none@example.com", "")
	s.merge(t, b.ID, a.ID)
	find("first@example.com", "", b.ID)
	find("", "+12125550123", b.ID)
}

// CONTRACT P4: the window of creation includes both its ends.
func TestListByCreation(t *testing.T) {
	s := openShop(t)
	var made []contact.Contact
	for range 20 {
		made = append(made, s.create(t, emails("a@example.com")))
		s.now.Add(int64(time.Minute))
	}
	for _, test := range []struct{ from, until, low, high int }{{0, 20, 0, 20}, {3, 7, 3, 7}, {19, 20, 19, 20}, {5, 5, 5, 5}} {
		l := book.List{CreatedFrom: made[test.from].Created}
		if test.until < len(made) {
			l.CreatedUntil = made[test.until].Created
		}
		want := ids(made[test.low:test.high])
		slices.Reverse(want)
		if got := ids(s.list(t, l).Contacts); !slices.Equal(got, want) {
			t.Errorf("%d to %d: %v, want %v", test.from, test.until, got, want)
		}
	}
	if got := s.list(t, book.List{CreatedFrom: made[19].Created + 1}).Contacts; len(got) != 0 {
		t.Errorf("after the last: %v", ids(got))
	}
	if got := s.list(t, book.List{CreatedUntil: made[0].Created}).Contacts; len(got) != 0 {
		t.Errorf("before the first: %v", ids(got))
	}
}

// updated_since lists what changed, each contact once, in the order of their
// newest changes.
func TestListByUpdate(t *testing.T) {
	s := openShop(t)
	var made []contact.Contact
	for i := range 6 {
		made = append(made, s.create(t, emails(fmt.Sprintf("p%d@example.com", i))))
	}
	s.now.Add(int64(time.Hour))
	since := contact.TimeOf(time.Unix(0, s.now.Load()))
	for i, at := range []int{4, 1, 4, 2, 1} {
		_, err := s.Do(t.Context(), s.grant(), book.Terms{RequestID: "r"},
			&contact.Put{Ref: made[at].ID, Patch: emails(fmt.Sprintf("changed%d@example.com", i))})
		if err != nil {
			t.Fatal(err)
		}
	}
	s.merge(t, made[0].ID, made[5].ID)
	want := []contact.ID{made[4].ID, made[2].ID, made[1].ID, made[0].ID}
	var got []contact.ID
	page := s.list(t, book.List{UpdatedSince: since, PerPage: 2})
	for {
		got = append(got, ids(page.Contacts)...)
		if page.Next == "" {
			break
		}
		page = s.list(t, book.List{UpdatedSince: since, PerPage: 2, Cursor: page.Next})
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	back := s.list(t, book.List{UpdatedSince: since, PerPage: 2, Cursor: page.Prev})
	if !slices.Equal(ids(back.Contacts), want[:2]) {
		t.Errorf("back: %v", ids(back.Contacts))
	}
	one := s.list(t, book.List{UpdatedSince: since, Email: "changed3@example.com"})
	if !slices.Equal(ids(one.Contacts), []contact.ID{made[2].ID}) {
		t.Errorf("by value as well: %v", ids(one.Contacts))
	}
}

// By the latest change, what changed last is first; forth and back it is one list, and
// its cursors are of no other.
func TestListByLatestChange(t *testing.T) {
	s := openShop(t)
	var made []contact.ID
	for i := range 6 {
		made = append(made, s.create(t, emails(fmt.Sprintf("p%d@example.com", i))).ID)
	}
	s.now.Add(int64(time.Hour))
	since := contact.TimeOf(time.Unix(0, s.now.Load()))
	for i, at := range []int{4, 1, 4, 2} {
		s.put(t, made[at], fmt.Sprintf("changed%d@example.com", i))
	}
	all := []contact.ID{made[2], made[4], made[1], made[5], made[3], made[0]}
	for name, c := range map[string]struct {
		list book.List
		want []contact.ID
	}{
		"all":             {book.List{}, all},
		"since":           {book.List{UpdatedSince: since}, all[:3]},
		"by creation":     {book.List{CreatedUntil: since}, all},
		"of later making": {book.List{CreatedFrom: since}, nil},
		"by value":        {book.List{Email: "changed2@example.com"}, all[1:2]},
	} {
		c.list.LatestFirst, c.list.PerPage = true, 2
		var forth, back []contact.ID
		page := s.list(t, c.list)
		forth = append(forth, ids(page.Contacts)...)
		for page.Next != "" {
			c.list.Cursor = page.Next
			page = s.list(t, c.list)
			forth = append(forth, ids(page.Contacts)...)
		}
		back = ids(page.Contacts)
		for page.Prev != "" {
			c.list.Cursor = page.Prev
			page = s.list(t, c.list)
			back = append(ids(page.Contacts), back...)
		}
		if !slices.Equal(forth, c.want) || !slices.Equal(back, c.want) {
			t.Errorf("%s: forth %v, back %v, want %v", name, forth, back, c.want)
		}
	}
	_, err := s.List(t.Context(), s.grant(), &book.List{UpdatedSince: since, PerPage: 2,
		Cursor: s.list(t, book.List{UpdatedSince: since, LatestFirst: true, PerPage: 2}).Next})
	wantCode(t, err, fault.Invalid, "cursor_invalid")
}

// A contact that changes while a list of what changed is walked is not missed:
// it comes again.
func TestListByUpdateMissesNothing(t *testing.T) {
	s := openShop(t)
	since := contact.TimeOf(time.Unix(0, s.now.Load()))
	var made []contact.ID
	for range 9 {
		made = append(made, s.create(t, emails("a@example.com")).ID)
	}
	seen := map[contact.ID]int{}
	page := s.list(t, book.List{UpdatedSince: since, PerPage: 2})
	for i := 0; ; i++ {
		for _, id := range ids(page.Contacts) {
			seen[id]++
		}
		if page.Next == "" {
			break
		}
		if i < 3 {
			s.put(t, made[i], fmt.Sprintf("changed%d@example.com", i))     // seen already
			s.put(t, made[8-i], fmt.Sprintf("changed%d@example.com", 8-i)) // not yet
		}
		page = s.list(t, book.List{UpdatedSince: since, PerPage: 2, Cursor: page.Next})
	}
	for _, id := range made {
		if seen[id] == 0 {
			t.Errorf("contact %d was missed", id)
		}
	}
}

// FAULT C6: an empty page has links in both directions while there may be rows:
// its place is known, whatever became of the rows beside it.
func TestEmptyPagesLeadOn(t *testing.T) {
	const email = "office@example.com"
	for name, l := range map[string]book.List{
		"all": {}, "by email": {Email: email}, "by creation": {CreatedFrom: 1}, "by change": {UpdatedSince: 1}, "by change and email": {UpdatedSince: 1, Email: email},
	} {
		t.Run(name, func(t *testing.T) {
			s := openShop(t)
			for range 12 {
				s.create(t, emails(email))
			}
			l.PerPage = 4
			at := func(cursor string) book.ListPage {
				t.Helper()
				l := l
				l.Cursor = cursor
				return s.list(t, l)
			}
			first := at("")
			second := at(first.Next)
			third := at(second.Next)
			survivor := third.Contacts[0].ID
			if l.UpdatedSince == 0 {
				survivor = second.Contacts[0].ID
			}
			for _, gone := range [][]contact.Contact{first.Contacts, third.Contacts} {
				for _, c := range gone {
					if c.ID != survivor {
						s.merge(t, survivor, c.ID)
					}
				}
			}
			before := at(second.Prev)
			if len(before.Contacts) != 0 || before.Next == "" || before.Prev != "" {
				t.Fatalf("where the first page was: %v, next %q, prev %q", ids(before.Contacts), before.Next, before.Prev)
			}
			if got := ids(at(before.Next).Contacts); !slices.Equal(got, ids(second.Contacts)) {
				t.Errorf("what follows it: %v, want %v", got, ids(second.Contacts))
			}
			after := at(second.Next)
			if l.UpdatedSince == 0 && len(after.Contacts) != 0 || after.Next != "" || after.Prev == "" {
				t.Fatalf("where the third page was: %v, next %q, prev %q", ids(after.Contacts), after.Next, after.Prev)
			}
			if got := ids(at(after.Prev).Contacts); !slices.Equal(got, ids(second.Contacts)) {
				t.Errorf("what comes before it: %v, want %v", got, ids(second.Contacts))
			}
		})
	}
}

// FAULT C16: a cursor of a list by local times dies with the time zone that they
// were in, and says that it may be this; other cursors blame no time zone.
func TestCursorsOfAnotherTimeZone(t *testing.T) {
	s := openShop(t)
	for range 3 {
		s.create(t, emails("a@example.com"))
	}
	const hour = contact.Time(time.Hour / time.Microsecond)
	far := contact.TimeOf(time.Unix(0, s.now.Load())) + 100*hour
	for name, c := range map[string]struct {
		before, after book.List
		told          bool
	}{
		"start_date":    {book.List{CreatedFrom: hour}, book.List{CreatedFrom: 2 * hour}, true},
		"end_date":      {book.List{CreatedUntil: far}, book.List{CreatedUntil: far + hour}, true},
		"both":          {book.List{CreatedFrom: hour, CreatedUntil: far}, book.List{CreatedFrom: 2 * hour, CreatedUntil: far + hour}, true},
		"updated_since": {book.List{UpdatedSince: hour}, book.List{UpdatedSince: 2 * hour}, false},
		"an email":      {book.List{Email: "a@example.com"}, book.List{Email: "b@example.com"}, false},
	} {
		c.before.PerPage, c.after.PerPage = 1, 1
		c.after.Cursor = s.list(t, c.before).Next
		_, err := s.List(t.Context(), s.grant(), &c.after)
		wantCode(t, err, fault.Invalid, "cursor_invalid")
		e, ok := errors.AsType[*fault.Error](err)
		if !ok || len(e.At) != 1 || strings.Contains(e.At[0].Message, "time zone") != c.told {
			t.Errorf("%s: told %+v", name, e)
		}
	}
}

// FAULT A3: only so many pages of one Space are made at once; the next waits, or
// is given up, and other Spaces do not notice.
func TestPagesTakeTurns(t *testing.T) {
	s := openShop(t)
	g, most := s.grant(), max(1, runtime.GOMAXPROCS(0)/2)
	other := g
	other.Space.ID++
	ended, end := context.WithCancel(t.Context())
	end()
	for _, g := range []access.Grant{g, other} {
		made := 0
		for made <= most && s.BeginPage(ended, g) == nil { // which waits for nothing
			made++
		}
		if made != most {
			t.Errorf("%d pages of a Space are made at once, want %d", made, most)
		}
	}
	s.EndPage(g)
	if err := s.BeginPage(ended, g); err != nil {
		t.Errorf("when one was made: %v", err)
	}
}
