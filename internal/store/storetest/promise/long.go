package promise

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// endless is a backend in which a contact has more changes than can be read, or in which its
// ids made as many. Pages of more than a few tell that the whole history is read.
type endless struct {
	store.Backend
	chain, through bool
	head           contact.Seq
	rows           int // that were given
}

func (e *endless) Chain(ctx context.Context, space contact.SpaceID, from contact.Seq, limit int) ([]record.Change, error) {
	if !e.chain || limit <= 4 {
		return e.Backend.Chain(ctx, space, from, limit)
	}
	if e.head == 0 {
		e.head = from
	}
	rows, err := e.Backend.Chain(ctx, space, e.head, limit)
	for len(rows) > 0 && len(rows) < limit { // of which the last one is never the first change
		rows = append(rows, rows[0])
	}
	e.rows += len(rows)
	return rows, err
}

func (e *endless) Through(ctx context.Context, space contact.SpaceID, refs []contact.ID, after contact.Seq, limit int) ([]contact.Seq, error) {
	seqs, err := e.Backend.Through(ctx, space, refs, after, limit)
	for e.through && after == 0 && len(seqs) < limit {
		seqs = append(seqs, contact.Seq(len(seqs)+1000))
	}
	return seqs, err
}

// CONTRACT D30: of a history that is too long to be played nothing is kept in memory, and
// what it would have told is named. Both write to the same list, so that it is asked for.
func testTooLongToPlay(t *testing.T, b store.Backend) {
	for _, tt := range []struct {
		what           string
		ids            int // that lead to the contact
		kib            int // of its history
		chain, through bool
		unread         bool
	}{
		{what: "a few", ids: 2},
		{what: "100 ids", ids: 100},
		{what: "101 ids", ids: 101, unread: true},
		{what: "some MiB", ids: 2, kib: 6 << 10},
		{what: "more than 8 MiB", ids: 2, kib: 9 << 10, unread: true},
		{what: "more than 10,000 changes of a contact", ids: 2, chain: true, unread: true},
		{what: "more than 10,000 changes by its ids", ids: 2, through: true, unread: true},
	} {
		e := &endless{Backend: b, chain: tt.chain, through: tt.through}
		s, space := suite.NewStore(t, e, store.Options{}), suite.NewSpace(t, b, "")
		a, m := made(t, s, space, name("A")), made(t, s, space, name("M"))
		done(t, s, merging(space, a, m))
		done(t, s, putting(space, m, list(contact.Names, "M", "A", "M2")))
		done(t, s, putting(space, a, list(contact.Names, "A", "A2")))
		for range tt.ids - 2 {
			done(t, s, merging(space, a, made(t, s, space, list(contact.Emails, "l@example.com"))))
		}
		fill(t, s, space, a, tt.kib<<10)
		past, err := s.Past(bg, space, m)
		if err != nil {
			t.Fatalf("%s: %v", tt.what, err)
		}
		if past.Unread != tt.unread || (len(past.History) == 0) != tt.unread {
			t.Errorf("%s: unread is %v, %d changes are kept", tt.what, past.Unread, len(past.History))
		}
		if e.rows > 10_000+256 {
			t.Errorf("%s: %d changes were read", tt.what, e.rows)
		}
		wantParted(t, s, space, a, m, tt.what, tt.unread)
	}
}

// fill gives a contact a history of at least so many bytes, of values of a list that is
// emptied again each time.
func fill(t *testing.T, s *store.Store, space contact.SpaceID, ref contact.ID, size int) {
	t.Helper()
	texts := make([]string, 100)
	for i := range texts {
		texts[i] = fmt.Sprint(i, strings.Repeat(" x", 400))
	}
	one := len(strings.Join(texts, ""))
	for n := 0; n < size; n += 2 * one {
		done(t, s, putting(space, ref, list(contact.Locations, texts...)))
		done(t, s, putting(space, ref, list(contact.Locations)))
	}
}

// wantParted splits M off from A, and wants each name with one of them or named, and where
// the history was not read their list named of both.
func wantParted(t *testing.T, s *store.Store, space contact.SpaceID, a, m contact.ID, what string, unread bool) {
	t.Helper()
	out := done(t, s, unmerging(t, s, space, a, m))
	var named []string
	of := map[contact.ID]bool{}
	for _, r := range out.Remains {
		if r.Field == contact.Names.String() {
			named, of[r.Contact] = append(named, r.Values...), true
		}
	}
	have := append(suite.Texts(got(t, s, space, a), contact.Names), suite.Texts(got(t, s, space, m), contact.Names)...)
	for _, text := range []string{"A", "A2", "M", "M2"} {
		if !slices.Contains(have, text) && !slices.Contains(named, text) {
			t.Errorf("%s: nobody has %q, and it is not named", what, text)
		}
	}
	if unread && !(of[a] && of[m]) {
		t.Errorf("%s: named is %+v", what, out.Remains)
	}
}
