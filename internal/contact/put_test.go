package contact

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/carnet-project/carnet/internal/fault"
)

// few are so few texts that two draws often meet.
var few = []string{"a", "b", "c", "d", "e", "f"}

func anyTexts() *rapid.Generator[[]string] {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(few), 0, len(few), rapid.ID)
}

// anyPatch sends some collections, and custom fields or not.
func anyPatch() *rapid.Generator[Patch] {
	return rapid.Custom(func(t *rapid.T) Patch {
		var p Patch
		for _, col := range Collections {
			if rapid.Bool().Draw(t, "sent "+col.String()) {
				p.Values[col] = List{Sent: true, Texts: anyTexts().Draw(t, col.String())}
			}
		}
		if p.Fields.Sent = rapid.Bool().Draw(t, "sent fields"); p.Fields.Sent {
			for i := range p.Fields.Texts {
				if p.Fields.Named[i] = rapid.Bool().Draw(t, "named"); p.Fields.Named[i] {
					p.Fields.Texts[i] = rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, "text")
				}
			}
		}
		return p
	})
}

// anyContact has been written to a few times.
func anyContact() *rapid.Generator[Contact] {
	return rapid.Custom(func(t *rapid.T) Contact {
		p := anyPatch().Draw(t, "created with")
		p.Values[Names] = List{Sent: true, Texts: []string{"Ada Example"}}
		made, err := does(&Create{Patch: p}, &View{Op: 1, At: 1, NewIDs: []ID{7}})
		if err != nil {
			t.Fatal(err)
		}
		c := made[0].Contact
		for range rapid.IntRange(0, 3).Draw(t, "writes") {
			p := anyPatch().Draw(t, "put")
			if entries := mustPut(t, &c, &p); len(entries) > 0 {
				c = entries[0].Contact
			}
		}
		return c
	})
}

// mustPut puts in the next change after the contact's newest. It gives what that
// enters into history: one entry, or none.
func mustPut(t rapid.TB, c *Contact, p *Patch) []Entry {
	t.Helper()
	entries, err := does(&Put{Ref: c.ID, Patch: *p}, seen(c.Head+1, c))
	if err != nil || len(entries) > 1 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	return entries
}

// allOf sends back all that a contact has, as GET would give it.
func allOf(c *Contact) Patch {
	var p Patch
	for _, col := range Collections {
		p.Values[col] = List{Sent: true, Texts: textsOf(c.Values[col])}
	}
	p.Fields.Sent = true
	for i, f := range c.Fields {
		p.Fields.Named[i], p.Fields.Texts[i] = true, f.Text
	}
	return p
}

func TestPutOfWhatIsThereChangesNothing(t *testing.T) { // CONTRACT D15
	rapid.Check(t, func(t *rapid.T) {
		c := anyContact().Draw(t, "contact")
		p := allOf(&c)
		if entries := mustPut(t, &c, &p); len(entries) != 0 {
			t.Fatalf("it changes %+v", entries)
		}
	})
}

func TestPutTwiceIsPutOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, p := anyContact().Draw(t, "contact"), anyPatch().Draw(t, "patch")
		entries := mustPut(t, &c, &p)
		if len(entries) == 0 {
			return
		}
		if again := mustPut(t, &entries[0].Contact, &p); len(again) != 0 {
			t.Fatalf("the second time it changes %+v", again)
		}
	})
}

// CONTRACT S1-S4, D15: what was sent is there in its order, what was not is
// untouched, and what was there before keeps its origin.
func TestPutIsSparse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, p := anyContact().Draw(t, "contact"), anyPatch().Draw(t, "patch")
		before := c
		entries := mustPut(t, &c, &p)
		after := c
		if !reflect.DeepEqual(c, before) {
			t.Fatal("the contact that was given has changed")
		}
		if len(entries) > 0 {
			after = entries[0].Contact
		}
		own := []Origin{{Contact: 7, Op: c.Head + 1}}
		for _, col := range Collections {
			if !p.Values[col].Sent {
				if !reflect.DeepEqual(after.Values[col], c.Values[col]) {
					t.Fatalf("%s were not sent, and became %+v", col, after.Values[col])
				}
				continue
			}
			if !slices.Equal(textsOf(after.Values[col]), append([]string{}, p.Values[col].Texts...)) {
				t.Fatalf("%s became %+v", col, after.Values[col])
			}
			for _, v := range after.Values[col] {
				want := own
				if at := slices.IndexFunc(c.Values[col], func(w Value) bool { return w.Text == v.Text }); at >= 0 {
					want = c.Values[col][at].Origins
				}
				if !slices.Equal(v.Origins, want) {
					t.Fatalf("%s: %q comes from %v, want %v", col, v.Text, v.Origins, want)
				}
			}
		}
		for i, f := range after.Fields {
			switch old := c.Fields[i]; {
			case !p.Fields.Sent || p.Fields.Texts[i] == old.Text:
				if !f.Equal(old) {
					t.Fatalf("%s became %+v, was %+v", SlotAt(i), f, old)
				}
			case p.Fields.Texts[i] == "": // all or nothing (CONTRACT S4)
				if f.Text != "" || f.Origins != nil {
					t.Fatalf("%s is left as %+v", SlotAt(i), f)
				}
			case f.Text != p.Fields.Texts[i] || !slices.Equal(f.Origins, own):
				t.Fatalf("%s became %+v", SlotAt(i), f)
			}
		}
	})
}

// CONTRACT D20, D22.
func TestPutEntersHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, p := anyContact().Draw(t, "contact"), anyPatch().Draw(t, "patch")
		c.Depth = rapid.Int64Range(1, 3*SnapshotEvery).Draw(t, "depth")
		ref := rapid.SampledFrom([]ID{7, 9}).Draw(t, "ref")
		st := Stamp{Attribution: Attribution{Actor: Actor{KeyID: 1, KeyName: "key", Name: "Tester", Import: ImportLine{ID: "I", Line: 7, FileName: "f"}}, Reason: "because", RequestID: "request", BatchID: "batch"}, Op: c.Head + 5, At: 99}
		d, err := (&Put{Ref: ref, Patch: p}).Decide(&View{Op: st.Op, At: st.At, Refs: []Found{{ref, &c}}})
		if err != nil || d.Subject != 7 {
			t.Fatalf("%+v, %v", d, err)
		}
		entries := d.Enter(st)
		if len(entries) == 0 {
			return
		}
		after, ch := entries[0].Contact, entries[0].Change
		want := Change{
			Seq: st.Op, Op: st.Op, Contact: 7, Version: c.Version + 1, Prev: c.Head, At: 99, Attribution: st.Attribution,
			Action: ActionPut, Edits: ch.Edits, Snapshot: ch.Snapshot,
		}
		if ref != 7 {
			want.Ref = ref
		}
		if !reflect.DeepEqual(ch, want) {
			t.Fatalf("got %+v\nwant %+v", ch, want)
		}
		due := (c.Depth+1)%SnapshotEvery == 0
		if after.Version != want.Version || after.Head != st.Op || after.Depth != c.Depth+1 || after.Created != c.Created ||
			(ch.Snapshot != nil) != due || due && !reflect.DeepEqual(*ch.Snapshot, after) {
			t.Fatalf("got %+v, with the snapshot %+v", after, ch.Snapshot)
		}
	})
}

func TestCreate(t *testing.T) { // CONTRACT P3, D16
	rapid.Check(t, func(t *rapid.T) {
		p := anyPatch().Draw(t, "patch")
		entries, err := does(&Create{Patch: p}, &View{Op: 3, At: 5, NewIDs: []ID{7}})
		if len(p.Values[Emails].Texts)+len(p.Values[Phones].Texts)+len(p.Values[Names].Texts) == 0 {
			if codeOf(err) != "contact_empty" || len(entries) != 0 {
				t.Fatalf("nothing to know it by, and got %v, %+v", err, entries)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		c, ch := entries[0].Contact, entries[0].Change
		if c.ID != 7 || c.Version != 1 || c.Created != 5 || c.State != Live || c.Head != 3 || ch.Action != ActionCreate || ch.Prev != 0 || ch.Ref != 0 {
			t.Fatalf("got %+v by %+v", c, ch)
		}
		if again := allOf(&c); !reflect.DeepEqual(again.Fields.Texts, p.Fields.Texts) {
			t.Fatalf("fields %q, want %q", again.Fields.Texts, p.Fields.Texts)
		}
		for _, col := range Collections {
			if !slices.Equal(textsOf(c.Values[col]), append([]string{}, p.Values[col].Texts...)) {
				t.Fatalf("%s are %+v", col, c.Values[col])
			}
			primary, ok := c.Primary(col)
			if ok != (len(p.Values[col].Texts) > 0) || ok && primary != p.Values[col].Texts[0] {
				t.Fatalf("the primary of %s is %q, %v", col, primary, ok)
			}
		}
	})
}

func codeOf(err error) string {
	if e, ok := err.(*fault.Error); ok {
		return string(e.Code)
	}
	return fmt.Sprint(err)
}

func numbered(n int) []string {
	texts := make([]string, n)
	for i := range texts {
		texts[i] = fmt.Sprint("Ada ", i)
	}
	return texts
}

// CONTRACT D8: 100 values, or as many as the collection holds already.
func TestTooManyValues(t *testing.T) {
	for _, test := range []struct {
		holds, sends int
		code         string
	}{
		{0, 100, "<nil>"}, {0, 101, "too_many_items"}, {100, 101, "too_many_items"}, {99, 100, "<nil>"},
		{150, 150, "<nil>"}, {150, 151, "too_many_items"}, {150, 101, "<nil>"}, {1000, 1000, "<nil>"}, {1000, 1001, "too_many_items"},
	} {
		for _, col := range Collections {
			var c Contact
			for _, text := range numbered(test.holds) {
				c.Values[col] = append(c.Values[col], Value{text, []Origin{{1, 1}}})
			}
			var p Patch
			p.Values[col] = List{Sent: true, Texts: numbered(test.sends)}
			_, err := does(&Put{Patch: p}, seen(2, &c))
			if codeOf(err) != test.code {
				t.Errorf("%d %s, %d are sent: %v, want %s", test.holds, col, test.sends, err, test.code)
			}
			if col != Locations && test.holds == 0 {
				if _, err := does(&Create{Patch: p}, &View{Op: 1, NewIDs: []ID{1}}); codeOf(err) != test.code {
					t.Errorf("a new contact with %d %s: %v, want %s", test.sends, col, err, test.code)
				}
			}
		}
	}
}

func TestAllProblemsAtOnce(t *testing.T) { // CONTRACT D3
	var p Patch
	p.Values[Emails] = List{Sent: true, Texts: numbered(101)}
	p.Values[Names] = List{Sent: true, Texts: []string{"Ada Example"}}
	p.Values[Locations] = List{Sent: true, Texts: numbered(101)}
	d, err := (&Put{Ref: 1, Patch: p}).Decide(seen(2, &Contact{ID: 1}))
	e, ok := err.(*fault.Error)
	if !ok || e.Kind != fault.Invalid || len(e.At) != 2 || e.At[0].Path != "emails" || e.At[1].Path != "locations" || len(d.Steps) != 0 {
		t.Errorf("got %v, %+v and %+v", err, e, d)
	}
}
