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
		d, err := Create(7, &p, Stamp{Seq: 1, At: 1})
		if err != nil {
			t.Fatal(err)
		}
		c := d.Contacts[0]
		for range rapid.IntRange(0, 3).Draw(t, "writes") {
			p := anyPatch().Draw(t, "put")
			if d := mustPut(t, &c, &p); !d.Empty() {
				c = d.Contacts[0]
			}
		}
		return c
	})
}

// mustPut puts in the next change after the contact's newest.
func mustPut(t rapid.TB, c *Contact, p *Patch) Delta {
	t.Helper()
	d, err := Put(c, p, Stamp{Seq: c.Head + 1, At: Time(c.Head) + 1, RequestID: "request"})
	if err != nil {
		t.Fatal(err)
	}
	return d
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

func textsOf(values []Value) []string {
	texts := []string{}
	for _, v := range values {
		texts = append(texts, v.Text)
	}
	return texts
}

func TestPutOfWhatIsThereChangesNothing(t *testing.T) { // CONTRACT D15
	rapid.Check(t, func(t *rapid.T) {
		c := anyContact().Draw(t, "contact")
		p := allOf(&c)
		if d := mustPut(t, &c, &p); !d.Empty() || len(d.Contacts) != 0 {
			t.Fatalf("it changes %+v", d)
		}
	})
}

func TestPutTwiceIsPutOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, p := anyContact().Draw(t, "contact"), anyPatch().Draw(t, "patch")
		d := mustPut(t, &c, &p)
		if d.Empty() {
			return
		}
		if again := mustPut(t, &d.Contacts[0], &p); !again.Empty() {
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
		after, d := c, mustPut(t, &c, &p)
		if !reflect.DeepEqual(c, before) {
			t.Fatal("the contact that was given has changed")
		}
		if !d.Empty() {
			after = d.Contacts[0]
		}
		own := []Origin{{Contact: 7, Seq: c.Head + 1}}
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
		c.Skip = Seq(rapid.Int64Range(0, 1).Draw(t, "skip"))
		st := Stamp{Seq: c.Head + 5, At: 99, Actor: Actor{1, "key", "Tester"}, Reason: "because", RequestID: "request"}
		d, err := Put(&c, &p, st)
		if err != nil || d.Empty() {
			return
		}
		after, ch := d.Contacts[0], d.Changes[0]
		want := Change{
			Seq: st.Seq, Op: st.Seq, Contact: 7, Version: c.Version + 1, Prev: c.Head, Skip: c.Skip, At: 99,
			Actor: st.Actor, Reason: "because", RequestID: "request", Action: ActionPut, Edits: ch.Edits, Snapshot: ch.Snapshot,
		}
		if !reflect.DeepEqual(ch, want) {
			t.Fatalf("got %+v\nwant %+v", ch, want)
		}
		due := (c.Depth+1)%SnapshotEvery == 0
		if after.Version != want.Version || after.Head != st.Seq || after.Depth != c.Depth+1 || after.Created != c.Created ||
			(ch.Snapshot != nil) != due || due && (!reflect.DeepEqual(*ch.Snapshot, after) || after.Skip != st.Seq) || !due && after.Skip != c.Skip {
			t.Fatalf("got %+v, with the snapshot %+v", after, ch.Snapshot)
		}
	})
}

func TestCreate(t *testing.T) { // CONTRACT P3, D16
	rapid.Check(t, func(t *rapid.T) {
		p := anyPatch().Draw(t, "patch")
		d, err := Create(7, &p, Stamp{Seq: 3, At: 5})
		if len(p.Values[Emails].Texts)+len(p.Values[Phones].Texts)+len(p.Values[Names].Texts) == 0 {
			if codeOf(err) != "contact_empty" || !d.Empty() || len(d.Contacts) != 0 {
				t.Fatalf("nobody to know it by, and got %v, %+v", err, d)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		c, ch := d.Contacts[0], d.Changes[0]
		if c.ID != 7 || c.Version != 1 || c.Created != 5 || c.State != Live || c.Head != 3 || ch.Action != ActionCreate || ch.Prev != 0 {
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
		return e.Code
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
			_, err := Put(&c, &p, Stamp{Seq: 2})
			if codeOf(err) != test.code {
				t.Errorf("%d %s, %d are sent: %v, want %s", test.holds, col, test.sends, err, test.code)
			}
			if col != Locations && test.holds == 0 {
				if _, err := Create(1, &p, Stamp{Seq: 1}); codeOf(err) != test.code {
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
	d, err := Put(&Contact{ID: 1}, &p, Stamp{Seq: 2})
	e, ok := err.(*fault.Error)
	if !ok || e.Kind != fault.Invalid || len(e.At) != 2 || e.At[0].Path != "emails" || e.At[1].Path != "locations" || len(d.Contacts) != 0 {
		t.Errorf("got %v, %+v and %+v", err, e, d)
	}
}
