package promise

import (
	"bytes"
	"context"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var sourceTests = []suite.Test{
	{"who made writes is told of as many as there are, however heavy they are", testSources},
	{"many contacts are read as many as there are, however heavy they are", testEachContact},
	{"a damaged contact, or one that is lost, is told of among many", testDamagedAmongMany},
	{"of a damaged entry nobody is told who made it", testDamagedSource},
}

// asking counts the calls for changes and contacts, and what the heaviest of them brought.
type asking struct {
	store.Backend
	calls, most atomic.Int64
}

func (a *asking) Changes(ctx context.Context, space contact.SpaceID, seqs []contact.Seq) ([]record.Change, error) {
	rows, err := a.Backend.Changes(ctx, space, seqs)
	a.calls.Add(1)
	weight := int64(0)
	for i := range rows {
		weight += int64(rows[i].Weight())
	}
	a.most.Store(max(a.most.Load(), weight))
	return rows, err
}

func (a *asking) Contacts(ctx context.Context, space contact.SpaceID, refs []contact.ID) ([]store.Led, error) {
	rows, err := a.Backend.Contacts(ctx, space, refs)
	a.calls.Add(1)
	weight := int64(0)
	for i := range rows {
		weight += int64(rows[i].Row.Weight())
	}
	a.most.Store(max(a.most.Load(), weight))
	return rows, err
}

// sourceRow makes the row of a change that puts so many bytes into a location.
func sourceRow(t *testing.T, space contact.SpaceID, seq contact.Seq, bytesOf int) record.Change {
	t.Helper()
	ch := contact.Change{
		Seq: seq, Op: seq, Contact: 5, Version: contact.Version(seq), Prev: seq - 1, At: contact.Time(1000 + seq), Action: contact.ActionPut,
		Attribution: contact.Attribution{Actor: contact.Actor{KeyID: int64(seq), KeyName: "key", Name: "Zoë"}, RequestID: suite.NewRequest()},
	}
	text := string(bytes.Repeat([]byte{'x'}, bytesOf))
	ch.Edits.Values[contact.Locations] = &contact.ListEdit{After: []contact.Value{{Text: text, Origins: []contact.Origin{{Contact: 5, Op: seq}}}}}
	row, err := record.EncodeChange(space, &ch)
	if err != nil {
		t.Fatal(err)
	}
	return row
}

// FAULT A1: what is held at once is bounded, whatever the changes weigh.
func testSources(t *testing.T, b store.Backend) {
	const light, heavy = 1100, 9 // the heavy ones come first, and fill two pages and a half
	space := suite.NewSpace(t, b, "")
	var s store.Save
	var all []contact.Seq
	for seq := contact.Seq(1); seq <= light+heavy; seq++ {
		weight := 10
		if seq <= heavy {
			weight = store.MaxPageBytes*2/7 + 1
		}
		s.Changes = append(s.Changes, sourceRow(t, space, seq, weight))
		all = append(all, seq)
	}
	suite.Commit(t, b, b.Lane(space), &s)
	seen := &asking{Backend: b}
	reader := store.New(seen, store.Options{}) // not closed: the backend is the suite's
	for _, c := range []struct {
		asked []contact.Seq
		found []contact.Seq
		calls int64
	}{
		{nil, nil, 0},
		{[]contact.Seq{1}, []contact.Seq{1}, 1},
		{[]contact.Seq{light + heavy + 1, 20, 7, 10_000_000}, []contact.Seq{20, 7}, 1},
		{all, all, 3 + 2}, // by 500, and the heavy ones are of the first
		{append([]contact.Seq{light + heavy + 1}, all[:heavy]...), all[:heavy], 3},
	} {
		seen.calls.Store(0)
		asked := slices.Clone(c.asked)
		found, err := reader.Sources(bg, space, asked)
		if err != nil || len(found) != len(c.found) || seen.calls.Load() != c.calls {
			t.Errorf("of %d: %v, %d found by %d calls; want %d by %d", len(c.asked), err, len(found), seen.calls.Load(), len(c.found), c.calls)
		}
		for _, seq := range c.found {
			want := contact.Source{At: contact.Time(1000 + seq), Action: contact.ActionPut, Actor: contact.Actor{KeyID: int64(seq), KeyName: "key", Name: "Zoë"}}
			if found[seq] != want {
				t.Errorf("change %d: got %+v", seq, found[seq])
			}
		}
		if !slices.Equal(asked, c.asked) {
			t.Error("what was asked for is not what it was")
		}
	}
	if most := seen.most.Load(); most > store.MaxPageBytes*9/7 {
		t.Errorf("%d bytes at once", most)
	}
}

// FAULT F3.
func testDamagedSource(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	good, damaged, broken := sourceRow(t, space, 1, 10), sourceRow(t, space, 2, 10), sourceRow(t, space, 3, 10)
	damaged.At++ // which its checksum tells
	broken.Actor = []byte(`{"key":1}`)
	broken.Seal() // which only reading it tells
	suite.Commit(t, b, b.Lane(space), &store.Save{Changes: []record.Change{good, damaged, broken}})
	reader := store.New(b, store.Options{})
	if found, err := reader.Sources(bg, space, []contact.Seq{1}); err != nil || len(found) != 1 {
		t.Errorf("beside them: %v, %v", err, found)
	}
	for _, seq := range []contact.Seq{2, 3} {
		if found, err := reader.Sources(bg, space, []contact.Seq{1, seq}); suite.CodeOf(err) != "row_damaged" || found != nil {
			t.Errorf("change %d: %v, %v", seq, err, found)
		}
	}
}

// contactRow makes the row of a contact with so many bytes in a location.
func contactRow(t *testing.T, space contact.SpaceID, id contact.ID, state contact.State, bytesOf int) record.Contact {
	t.Helper()
	c := contact.Contact{ID: id, Version: 1, State: state, Created: 1, Head: 1, Depth: 1}
	if state == contact.Merged {
		c.Parent = 1
	}
	c.Values[contact.Locations] = []contact.Value{{Text: string(bytes.Repeat([]byte{'x'}, bytesOf)), Origins: []contact.Origin{{Contact: id, Op: 1}}}}
	row, err := record.EncodeContact(space, &c)
	if err != nil {
		t.Fatal(err)
	}
	return row
}

// FAULT A1: as testSources, of contacts.
func testEachContact(t *testing.T, b store.Backend) {
	const light, heavy = 600, 9 // the heavy ones come first, and fill two pages and a half
	const alias, deleted, nobody = 2_000, 2_001, 2_002
	space := suite.NewSpace(t, b, "")
	s := store.Save{Redirects: []store.Redirect{{Space: space, From: alias, To: 20}}}
	var all []contact.ID
	for id := contact.ID(1); id <= light+heavy; id++ {
		weight := 10
		if id <= heavy {
			weight = store.MaxPageBytes*2/7 + 1
		}
		s.Contacts = append(s.Contacts, store.ContactSave{Row: contactRow(t, space, id, contact.Live, weight)})
		all = append(all, id)
	}
	s.Contacts = append(s.Contacts, store.ContactSave{Row: contactRow(t, space, deleted, contact.Deleted, 10)})
	suite.Commit(t, b, b.Lane(space), &s)
	seen := &asking{Backend: b}
	reader := store.New(seen, store.Options{}) // not closed: the backend is the suite's
	for _, c := range []struct {
		asked, found []contact.ID
		calls        int64
	}{
		{nil, nil, 0},
		{[]contact.ID{nobody, deleted, alias, 20, 7}, []contact.ID{alias, 20, 7}, 1},
		{all, all, 3 + 1}, // by 500, and the heavy ones are of the first
		{append([]contact.ID{nobody}, all[:heavy]...), all[:heavy], 3},
	} {
		seen.calls.Store(0)
		asked, found := slices.Clone(c.asked), map[contact.ID]contact.ID{}
		err := reader.EachContact(bg, space, asked, func(ref contact.ID, one *contact.Contact) { found[ref] = one.ID })
		if err != nil || len(found) != len(c.found) || seen.calls.Load() != c.calls {
			t.Errorf("of %d: %v, %d found by %d calls; want %d by %d", len(c.asked), err, len(found), seen.calls.Load(), len(c.found), c.calls)
		}
		for _, ref := range c.found {
			want := ref
			if ref == alias {
				want = 20
			}
			if found[ref] != want {
				t.Errorf("%d leads to %d", ref, found[ref])
			}
		}
		if !slices.Equal(asked, c.asked) {
			t.Error("what was asked for is not what it was")
		}
	}
	if most := seen.most.Load(); most > store.MaxPageBytes*9/7 {
		t.Errorf("%d bytes at once", most)
	}
}

// FAULT F3.
func testDamagedAmongMany(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	damaged := contactRow(t, space, 2, contact.Live, 10)
	damaged.Created++ // which its checksum tells
	var s store.Save
	for _, row := range []record.Contact{contactRow(t, space, 1, contact.Live, 10), damaged, contactRow(t, space, 3, contact.Merged, 10)} {
		s.Contacts = append(s.Contacts, store.ContactSave{Row: row})
	}
	suite.Commit(t, b, b.Lane(space), &s)
	reader := store.New(b, store.Options{})
	for _, id := range []contact.ID{2, 3} { // nothing says what 3 leads to
		if err := reader.EachContact(bg, space, []contact.ID{1, id}, func(contact.ID, *contact.Contact) {}); suite.CodeOf(err) != "row_damaged" {
			t.Errorf("contact %d: %v", id, err)
		}
	}
}
