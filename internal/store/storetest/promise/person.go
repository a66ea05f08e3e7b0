package promise

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var personTests = []suite.Test{
	{"all of one person is told in order, and nothing of who left", testPerson},
	{"what is read of a person at once is bounded", testHeavyPerson},
	{"a person whose contact changes while it is found is found as it is then", testPersonMeanwhile},
	{"a person of whose history a part is lost is told of by nobody", testPersonOfLostHistory},
}

// toldOf gives what history tells of the person that a ref leads to: who was named in each
// change, in their order.
func toldOf(t *testing.T, s *store.Store, space contact.SpaceID, ref contact.ID) (told []string) {
	t.Helper()
	p, ok, err := s.Person(bg, space, ref)
	if err != nil || !ok {
		t.Fatalf("the person %d: %v, %v", ref, ok, err)
	}
	last := contact.Seq(0)
	for {
		changes, more, err := s.NextTold(bg, p)
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			break
		}
		for _, ch := range changes {
			if ch.Seq <= last {
				t.Errorf("change %d comes after %d", ch.Seq, last)
			}
			last = ch.Seq
			line := string(ch.Action)
			if l := ch.Edits.Values[contact.Names]; l != nil {
				line += " " + strings.Join(suite.Texts(contact.Contact{Values: [contact.NumCollections][]contact.Value{contact.Names: l.After}}, contact.Names), " ")
			}
			told = append(told, line)
		}
	}
	return told
}

// CONTRACT D35, D3.
func testPerson(t *testing.T, b store.Backend) {
	s, space, other := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	a, c := made(t, s, space, name("A")), made(t, s, space, name("C"))
	done(t, s, merging(space, a, c))
	done(t, s, adding(space, c, "by-C"))
	done(t, s, adding(space, a, "by-A"))
	if have, want := toldOf(t, s, space, c), []string{"create A", "create C", "merge A C", "merge", "patch A C by-C", "patch A C by-C by-A"}; !slices.Equal(have, want) {
		t.Errorf("of both: %q, want %q", have, want)
	}
	done(t, s, unmerging(t, s, space, a, c))
	done(t, s, deleting(space, a))
	for id, want := range map[contact.ID][]string{
		a: {"create A", "merge", "patch A by-A", "unmerge", "delete"},
		c: {"create C", "merge", "patch C by-C", "unmerge C by-C"},
	} {
		if have := toldOf(t, s, space, id); !slices.Equal(have, want) {
			t.Errorf("of %d: %q, want %q", id, have, want)
		}
	}
	p, _, err := s.Person(bg, space, a)
	if err != nil || p.Contact.State != contact.Deleted || !slices.Equal(p.IDs, []contact.ID{a}) {
		t.Errorf("of who is deleted: %v, %+v", err, p)
	}
	for _, ref := range []contact.ID{a, c, c + 1000, 0, -1} {
		if _, ok, err := s.Person(bg, other, ref); ok || err != nil {
			t.Errorf("contact %d of another Space: %v, %v", ref, ok, err)
		}
	}
}

// hasty looks at a few links of a history at once.
type hasty struct{ *asking }

func (h hasty) Trail(ctx context.Context, space contact.SpaceID, from contact.Seq, limit int) ([]store.Step, error) {
	return h.asking.Trail(ctx, space, from, min(limit, 3))
}

// FAULT A1.
func testHeavyPerson(t *testing.T, b store.Backend) {
	watched := &asking{Backend: b}
	s, space := suite.NewStore(t, hasty{watched}, store.Options{}), suite.NewSpace(t, b, "")
	id, alias := made(t, s, space, name("A")), made(t, s, space, name("B"))
	done(t, s, merging(space, id, alias))
	const writes = 40
	for n := range writes {
		ref := []contact.ID{id, alias}[n%2]
		put := contact.Put{Ref: ref}
		put.Patch.Values[contact.Locations] = contact.List{Sent: true}
		for k := range 100 {
			put.Patch.Values[contact.Locations].Texts = append(put.Patch.Values[contact.Locations].Texts, fmt.Sprint(n, " ", k, strings.Repeat("x", 2000)))
		}
		done(t, s, writing(space, &put))
	}
	watched.most.Store(0)
	watched.calls.Store(0)
	if have := toldOf(t, s, space, alias); len(have) != writes+4 {
		t.Errorf("%d changes are told, want %d", len(have), writes+4)
	}
	if most := watched.most.Load(); most >= store.MaxPageBytes {
		t.Errorf("%d octets at once", most)
	}
	if calls := watched.calls.Load(); calls < 3 || calls > writes {
		t.Errorf("%d calls", calls)
	}
}

// busy has something happen whenever it is asked for ids.
type busy struct {
	store.Backend
	happens func()
}

func (b *busy) Aliases(ctx context.Context, space contact.SpaceID, id contact.ID) ([]contact.ID, error) {
	ids, err := b.Backend.Aliases(ctx, space, id)
	if b.happens != nil {
		b.happens()
	}
	return ids, err
}

func testPersonMeanwhile(t *testing.T, b store.Backend) {
	beside := &busy{Backend: b}
	s, space := suite.NewStore(t, beside, store.Options{}), suite.NewSpace(t, b, "")
	a, c := made(t, s, space, name("A")), made(t, s, space, name("C"))
	done(t, s, merging(space, a, c))
	beside.happens = func() {
		beside.happens = nil
		done(t, s, adding(space, c, "by-C"))
		done(t, s, unmerging(t, s, space, a, c))
	}
	if have, want := toldOf(t, s, space, a), []string{"create A", "merge", "unmerge"}; !slices.Equal(have, want) {
		t.Errorf("%q, want %q", have, want)
	}
	n := 0
	beside.happens = func() {
		n++
		done(t, s, putting(space, a, name(fmt.Sprint("A", n))))
	}
	if _, ok, err := s.Person(bg, space, a); ok || suite.CodeOf(err) != "database_busy" {
		t.Errorf("of who changes all the time: %v, %v", ok, err)
	}
}

// forgetful has lost a change.
type forgetful struct {
	store.Backend
	lost contact.Seq
}

func (f *forgetful) Trail(ctx context.Context, space contact.SpaceID, from contact.Seq, limit int) ([]store.Step, error) {
	steps, err := f.Backend.Trail(ctx, space, from, limit)
	if at := slices.IndexFunc(steps, func(step store.Step) bool { return step.Seq == f.lost }); at >= 0 {
		steps = steps[:at]
	}
	return steps, err
}

func testPersonOfLostHistory(t *testing.T, b store.Backend) {
	lossy := &forgetful{Backend: b}
	s, space := suite.NewStore(t, lossy, store.Options{}), suite.NewSpace(t, b, "")
	a, c := made(t, s, space, name("A")), made(t, s, space, name("C"))
	done(t, s, putting(space, c, name("C2")))
	done(t, s, putting(space, c, name("C3")))
	done(t, s, merging(space, a, c))
	row, _, err := b.Row(bg, space, c)
	if err != nil {
		t.Fatal(err)
	}
	for range row.Depth {
		lossy.lost++
		if _, ok, err := s.Person(bg, space, a); ok || err == nil {
			t.Errorf("without change %d: %v", lossy.lost, ok)
		}
	}
}
