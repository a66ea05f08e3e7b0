package suite

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// Ledger is a Space's history, read from its beginning and replayed.
type Ledger struct {
	Ops      map[string]int // by request id, how many writes are in the history
	contacts map[contact.ID]contact.Contact
	Changes  []contact.Change
}

// Audit reads the whole history of a Space and makes sure that it is one: its
// numbers without gaps, its times growing, every contact's changes chained and
// each beginning where the last one ended (CONTRACT D20, D22). Its end must be
// what the rows and the counters say.
func Audit(t *testing.T, b store.Backend, space contact.SpaceID) Ledger {
	t.Helper()
	reader := store.New(b, store.Options{}) // not closed: the backend is the caller's
	l := Ledger{Ops: map[string]int{}, contacts: map[contact.ID]contact.Contact{}}
	for {
		page, err := reader.Feed(bg, store.FeedQuery{Space: space, After: contact.Seq(len(l.Changes)), Limit: 200})
		if err != nil {
			t.Fatalf("Space %d, after change %d: %v", space, len(l.Changes), err)
		}
		for _, ch := range page.Changes {
			l.follow(t, space, ch)
		}
		if len(page.Changes) == 0 {
			break
		}
	}
	for id, want := range l.contacts {
		row, ok, err := b.Row(bg, space, id)
		if err != nil || !ok || row.Version != want.Version || row.Head != want.Head || row.Parent != want.Parent ||
			row.Depth != want.Depth {
			t.Errorf("contact %d: %v %v %+v\nits history ends with %+v", id, ok, err, row, want)
		}
		end := want
		for end.Parent != 0 {
			end = l.contacts[end.Parent]
		}
		if want.Parent != 0 {
			led, _, err := b.Contact(bg, space, id)
			if err != nil || row.State != contact.Merged && row.State != contact.Erased || led.ID != end.ID {
				t.Errorf("alias %d: row %+v, leads to %d, %v; want it to lead to %d", id, row, led.ID, err, end.ID)
			}
			continue
		}
		c, _, err := reader.Get(bg, space, id)
		if err != nil || !reflect.DeepEqual(c.Values, want.Values) || !reflect.DeepEqual(c.Fields, want.Fields) {
			t.Errorf("contact %d: %v %+v\nits history ends with %+v", id, err, c, want)
		}
	}
	row := Counters(t, b, space)[0]
	kept := l.kept(t, b, space)
	erased := slices.ContainsFunc(l.Changes, func(ch contact.Change) bool { return ch.Edits.Erased }) // what came in the minute is counted, though it is gone
	if row.Usage.Bytes != kept || row.Usage.Minute > kept && !erased {
		t.Errorf("Space %d: counted are %+v, and %d bytes are kept", space, row.Usage, kept)
	}
	last := l.last()
	if at := max(last.At, lastPlan(t, b, space)); row.NextSeq != last.Seq+1 || row.LastAt != at {
		t.Errorf("Space %d: counters %+v after change %d at %d", space, row, last.Seq, last.At)
	}
	return l
}

// plansOf gives all plans of a Space.
func plansOf(t *testing.T, b store.Backend, space contact.SpaceID) []record.Plan {
	t.Helper()
	list, err := b.Plans(bg, store.PlanQuery{Space: space, Limit: math.MaxInt32})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// lastPlan gives when the newest plan of a Space was made, 0 where there is none.
func lastPlan(t *testing.T, b store.Backend, space contact.SpaceID) (at contact.Time) {
	t.Helper()
	for _, p := range plansOf(t, b, space) {
		at = max(at, p.Created)
	}
	for _, e := range filesOf(t, b, space) {
		at = max(at, e.Created)
	}
	return at
}

// filesOf gives all files of a Space.
func filesOf(t *testing.T, b store.Backend, space contact.SpaceID) []record.File {
	t.Helper()
	var all []record.File
	for _, kind := range record.FileKinds {
		list, err := b.Files(bg, store.FileQuery{Space: space, Kind: kind, Limit: math.MaxInt32})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, list...)
	}
	return all
}

// kept weighs what is stored of a Space: a hundred and twenty-eight bytes and its
// texts for a change and for the record of a retry, its texts for a contact, and what
// each plan says that its rows weigh, and each file its chunks.
func (l *Ledger) kept(t *testing.T, b store.Backend, space contact.SpaceID) (bytes int64) {
	t.Helper()
	for id := range l.contacts {
		row, _, err := b.Row(bg, space, id)
		if err != nil {
			t.Fatal(err)
		}
		bytes += int64(row.Weight())
	}
	for _, ch := range l.Changes {
		row, _, err := b.Change(bg, space, ch.Seq)
		if err != nil {
			t.Fatal(err)
		}
		bytes += 128 + int64(row.Weight())
	}
	for _, p := range plansOf(t, b, space) {
		bytes += p.Weight
	}
	for _, e := range filesOf(t, b, space) {
		bytes += e.Weight
	}
	tx := Begin(t, b, b.Lane(space))
	defer tx.Rollback()
	found, err := tx.Load(bg, &store.Wants{Expired: []store.Expired{{Space: space, Until: math.MaxInt64, Limit: math.MaxInt32}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range found.Expired {
		bytes += 128 + int64(r.Weight)
	}
	return bytes
}

// last gives the newest change, a zero one where there is none.
func (l *Ledger) last() contact.Change {
	if len(l.Changes) == 0 {
		return contact.Change{}
	}
	return l.Changes[len(l.Changes)-1]
}

// follow takes the next change of the feed.
func (l *Ledger) follow(t *testing.T, space contact.SpaceID, ch contact.Change) {
	t.Helper()
	last := l.last()
	if ch.Seq != last.Seq+1 || ch.Op != ch.Seq && (ch.Op != last.Op || ch.RequestID != last.RequestID || ch.At != last.At) {
		t.Fatalf("Space %d, change %d: %+v\ndoes not follow %+v", space, ch.Seq, ch, last)
	}
	if ch.Op == ch.Seq {
		l.Ops[ch.RequestID]++
		if ch.At <= last.At {
			t.Fatalf("Space %d, change %d: time %d does not grow from %d", space, ch.Seq, ch.At, last.At)
		}
	}
	l.replay(t, ch)
	l.Changes = append(l.Changes, ch)
}

// replay applies one change to the state that those before it left.
func (l *Ledger) replay(t *testing.T, ch contact.Change) {
	t.Helper()
	c := l.contacts[ch.Contact]
	if ch.Prev != c.Head || ch.Version <= c.Version || (ch.Action == contact.ActionCreate) != (c.Version == 0) {
		t.Fatalf("change %d: %+v\ndoes not follow %+v", ch.Seq, ch, c)
	}
	if back := ch.Edits.Backward(ch.Edits.Forward(c)); !reflect.DeepEqual(back, c) {
		t.Fatalf("change %d: says that before it there was %+v\nbut there was %+v", ch.Seq, back, c)
	}
	next := ch.Edits.Forward(c)
	next.ID, next.Version, next.Head, next.Depth = ch.Contact, ch.Version, ch.Seq, c.Depth+1
	if (ch.Snapshot != nil) != (next.Depth%contact.SnapshotEvery == 0) {
		t.Fatalf("change %d is the contact's %dth: snapshot %v", ch.Seq, next.Depth, ch.Snapshot)
	}
	if s := ch.Snapshot; s != nil {
		if s.ID != next.ID || s.Version != next.Version || s.State != next.State || s.Parent != next.Parent || !reflect.DeepEqual(s.Values, next.Values) || !reflect.DeepEqual(s.Fields, next.Fields) {
			t.Fatalf("change %d: its snapshot is %+v\nwant %+v", ch.Seq, s, next)
		}
	}
	l.contacts[ch.Contact] = next
}
