package record

import (
	"errors"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/carnet-project/carnet/internal/contact"
)

// anyText is valid UTF-8 of any kind: all that JSON has to escape is in it.
func anyText() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.String(),
		rapid.StringOfN(rapid.SampledFrom([]rune("\"\\/\x00\x01\x1f\x7f\u0085\u2028\u2029\ufeff\ufffd\U0010ffff<>&'a")), 0, 8, -1),
	)
}

func anyID() *rapid.Generator[contact.ID] {
	return rapid.Custom(func(t *rapid.T) contact.ID { return contact.ID(anyInt(t)) })
}

func anyInt(t *rapid.T) int64 {
	return rapid.OneOf(rapid.Int64Range(0, 9), rapid.Int64Range(1, int64(contact.MaxID)), rapid.Int64()).Draw(t, "int")
}

func anyOrigin() *rapid.Generator[contact.Origin] {
	return rapid.Custom(func(t *rapid.T) contact.Origin {
		return contact.Origin{Contact: anyID().Draw(t, "contact"), Op: contact.Seq(anyInt(t))}
	})
}

// anyValue is a stored value: it has one origin, or several after merges.
func anyValue(origins []contact.Origin) *rapid.Generator[contact.Value] {
	return rapid.Custom(func(t *rapid.T) contact.Value {
		from := rapid.SliceOfNDistinct(rapid.SampledFrom(origins), 1, len(origins), rapid.ID).Draw(t, "origins")
		return contact.Value{Text: anyText().Draw(t, "text"), Origins: from}
	})
}

// anyContents draws the values of a contact, whose origins come from a few.
func anyContents(t *rapid.T, c *contact.Contact) {
	origins := rapid.SliceOfNDistinct(anyOrigin(), 1, 4, rapid.ID).Draw(t, "pool")
	for _, col := range contact.Collections {
		if list := rapid.SliceOfN(anyValue(origins), 0, 4).Draw(t, col.String()); len(list) > 0 {
			c.Values[col] = list
		}
	}
	for i := range c.Fields {
		if rapid.IntRange(0, 4).Draw(t, "filled") == 0 {
			if v := anyValue(origins).Draw(t, "field"); v.Text != "" {
				c.Fields[i] = v
			}
		}
	}
}

func TestContactsComeBackAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := contact.Contact{
			ID: anyID().Draw(t, "id"), Version: contact.Version(anyInt(t)), State: contact.State(rapid.IntRange(0, 1).Draw(t, "state")),
			Parent: anyID().Draw(t, "parent"), Created: contact.Time(anyInt(t)),
			Head: contact.Seq(anyInt(t)), Depth: anyInt(t),
		}
		anyContents(t, &c)
		row, err := EncodeContact(3, &c)
		if err != nil {
			t.Fatal(err)
		}
		back, err := DecodeContact(&row)
		if err != nil || !reflect.DeepEqual(back, c) || row.Space != 3 {
			t.Fatalf("from %s and %s: %v\n got %+v\nwant %+v", row.Doc, row.Origins, err, back, c)
		}
	})
}

func TestChangesComeBackAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ch := contact.Change{
			Seq: contact.Seq(anyInt(t)), Op: contact.Seq(anyInt(t)), Contact: anyID().Draw(t, "contact"),
			Ref: anyID().Draw(t, "ref"), Version: contact.Version(anyInt(t)), Prev: contact.Seq(anyInt(t)), At: contact.Time(anyInt(t)),
			Attribution: contact.Attribution{
				Actor: contact.Actor{KeyID: anyInt(t), KeyName: anyText().Draw(t, "key"), Name: anyText().Draw(t, "name"),
					Import: rapid.SampledFrom([]contact.ImportLine{{}, {ID: "IMPORT", Line: 214}, {ID: "IMPORT", Line: 214, FileName: "Kunden \"neu\".csv"}}).Draw(t, "import")},
				Reason: anyText().Draw(t, "reason"), RequestID: anyText().Draw(t, "request"), BatchID: anyText().Draw(t, "batch"),
			},
			Action: contact.Action(anyText().Draw(t, "action")), Undoes: contact.Seq(anyInt(t)),
			Edits: anyEdits(t),
		}
		if rapid.Bool().Draw(t, "snapshot") {
			// A snapshot holds what the row of the change does not say.
			ch.Snapshot = &contact.Contact{ID: ch.Contact, Version: ch.Version, Head: ch.Seq,
				State: contact.State(rapid.IntRange(0, 1).Draw(t, "state")), Parent: anyID().Draw(t, "parent")}
			anyContents(t, ch.Snapshot)
		}
		row, err := EncodeChange(3, &ch)
		if err != nil {
			t.Fatal(err)
		}
		back, err := DecodeChange(&row)
		if err != nil || !reflect.DeepEqual(back, ch) || row.Space != 3 {
			t.Fatalf("from %s, %s and %s: %v\n got %+v\nwant %+v", row.Edits, row.Actor, row.Snapshot, err, back, ch)
		}
	})
}

// anyEdits draws what a change did: some values stay, some come, some go.
func anyEdits(t *rapid.T) contact.Edits {
	var before, after contact.Contact
	anyContents(t, &before)
	anyContents(t, &after)
	for _, col := range contact.Collections {
		for _, v := range before.Values[col] {
			if rapid.Bool().Draw(t, "stays") {
				at := rapid.IntRange(0, len(after.Values[col])).Draw(t, "place")
				after.Values[col] = slices.Insert(after.Values[col], at, v)
			}
		}
	}
	after.Parent, after.State = anyID().Draw(t, "parent"), contact.State(rapid.IntRange(0, 1).Draw(t, "state"))
	e := contact.Diff(&before, &after)
	for range rapid.IntRange(0, 2).Draw(t, "absorbed") {
		e.Absorbed = append(e.Absorbed, contact.Absorbed{ID: anyID().Draw(t, "absorbed id"), Version: contact.Version(anyInt(t))})
	}
	return e
}

// A row of values without origins, of which no write makes one, is legal: it comes back.
func TestValuesWithoutOrigins(t *testing.T) {
	v := contact.Value{Text: "a@example.com"}
	for what, e := range map[string]contact.Edits{
		"brought":        {Values: [contact.NumCollections]*contact.ListEdit{contact.Emails: {After: []contact.Value{v}}}},
		"taken":          {Values: [contact.NumCollections]*contact.ListEdit{contact.Emails: {Before: []contact.Value{v}}}},
		"in a slot":      {Fields: []contact.FieldEdit{{Slot: 2, After: v}}},
		"beside another": {Fields: []contact.FieldEdit{{Slot: 2, Before: contact.Value{Text: "b", Origins: []contact.Origin{{Contact: 1, Op: 1}}}, After: v}}},
	} {
		row, err := EncodeChange(3, &contact.Change{Contact: 7, Edits: e})
		if err != nil {
			t.Fatal(err)
		}
		if back, err := DecodeChange(&row); err != nil || !reflect.DeepEqual(back.Edits, e) {
			t.Errorf("%s: from %s: %v\n got %+v\nwant %+v", what, row.Edits, err, back.Edits, e)
		}
	}
}

// A value that the write itself brought to its own contact needs no origin beside
// it, one that stayed no text, and what values share is written once.
func TestEditsAreShort(t *testing.T) {
	own, old := []contact.Origin{{Contact: 7, Op: 9}}, []contact.Origin{{Contact: 7, Op: 2}, {Contact: 5, Op: 1}}
	ch := contact.Change{Seq: 10, Op: 9, Contact: 7}
	ch.Edits.Values[contact.Emails] = &contact.ListEdit{
		Before: []contact.Value{{Text: "a@example.com", Origins: old}, {Text: "c@example.com", Origins: old}},
		After:  []contact.Value{{Text: "b@example.com", Origins: own}, {Text: "a@example.com", Origins: old}},
	}
	ch.Edits.Fields = []contact.FieldEdit{{Slot: 16, After: contact.Value{Text: "500", Origins: own}}}
	ch.Edits.State = &contact.StateEdit{After: contact.Merged}
	ch.Edits.Link = &contact.LinkEdit{After: 3}
	ch.Edits.Absorbed = []contact.Absorbed{{ID: 9, Version: 4}}
	row, err := EncodeChange(1, &ch)
	const want = `{"from":[[7,2],[5,1]],"sets":[[0,1]],"emails":{"before":[["a@example.com",-1],["c@example.com",-1]],"after":["b@example.com",0]},` +
		`"fields":{"16":[null,"500"]},"state":[0,1],"link":[0,3],"absorbed":[[9,4]]}`
	if err != nil || string(row.Edits) != want {
		t.Errorf("%v\n got %s\nwant %s", err, row.Edits, want)
	}
}

// FAULT F1: what a contact of many merges takes grows with its values and with its
// origins, and not with both together.
func TestOriginsAreShort(t *testing.T) {
	var c contact.Contact
	var from []contact.Origin
	for id := range contact.MaxOrigins {
		from = append(from, contact.Origin{Contact: contact.ID(id + 1), Op: 1})
	}
	for i := range contact.MaxMerged {
		c.Values[contact.Names] = append(c.Values[contact.Names], contact.Value{Text: strconv.Itoa(i), Origins: from})
	}
	row, err := EncodeContact(1, &c)
	if most := 4*contact.MaxMerged + 20*contact.MaxOrigins; err != nil || len(row.Origins) > most {
		t.Errorf("%d bytes of origins, at most %d; %v", len(row.Origins), most, err)
	}
}

// FAULT F3: whatever bit of a row flips, in whatever column, the row is known to
// be damaged.
func TestFlippedBitsAreFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := contact.Contact{ID: 7, Version: 2, Parent: 5, Created: 6, Head: 8, Depth: 9}
		anyContents(t, &c)
		row, err := EncodeContact(3, &c)
		if err != nil {
			t.Fatal(err)
		}
		ch := contact.Change{Seq: 9, Op: 9, Contact: 7, Ref: 3, Version: 2, Prev: 1, At: 5, Undoes: 4, Action: "put", Edits: anyEdits(t), Snapshot: &c,
			Attribution: contact.Attribution{Reason: "why", RequestID: "request", BatchID: "batch"}}
		entry, err := EncodeChange(3, &ch)
		if err != nil {
			t.Fatal(err)
		}
		flip(t, reflect.ValueOf(&row).Elem())
		flip(t, reflect.ValueOf(&entry).Elem())
		again := Retry{Space: 3, Key: "key", Fingerprint: []byte{1}, RequestID: "request", At: 5, Answer: []byte("{}")}
		again.Seal()
		if err := again.Check(); err != nil {
			t.Fatal(err)
		}
		flip(t, reflect.ValueOf(&again).Elem())
		if err := again.Check(); !errors.Is(err, ErrDamaged) {
			t.Fatalf("a retry: %v", err)
		}
		if _, err := DecodeContact(&row); !errors.Is(err, ErrDamaged) {
			t.Fatalf("a contact: %v", err)
		}
		if _, err := DecodeChange(&entry); !errors.Is(err, ErrDamaged) {
			t.Fatalf("a change: %v", err)
		}
	})
}

// flip turns a bit of one column of a row.
func flip(t *rapid.T, row reflect.Value) {
	column := row.Field(rapid.IntRange(0, row.NumField()-1).Draw(t, "column"))
	switch column.Kind() {
	case reflect.Slice:
		b := column.Bytes()
		b[rapid.IntRange(0, len(b)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
	case reflect.String:
		b := []byte(column.String())
		b[rapid.IntRange(0, len(b)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		column.SetString(string(b))
	case reflect.Uint32, reflect.Uint8:
		column.SetUint(column.Uint() ^ 1<<rapid.IntRange(0, 7).Draw(t, "bit"))
	default:
		column.SetInt(column.Int() ^ 1<<rapid.IntRange(0, 62).Draw(t, "bit"))
	}
}

func TestTextThatIsNotUTF8IsNotStored(t *testing.T) {
	bad := contact.Value{Text: "a\xff", Origins: []contact.Origin{{Contact: 1, Op: 1}}}
	c := contact.Contact{ID: 1}
	c.Values[contact.Names] = []contact.Value{bad}
	if _, err := EncodeContact(1, &c); err == nil {
		t.Error("a contact with it is written")
	}
	for _, ch := range []contact.Change{
		{Edits: contact.Edits{Fields: []contact.FieldEdit{{Slot: 1, After: bad}}}},
		{Attribution: contact.Attribution{Actor: contact.Actor{Name: bad.Text}}},
		{Snapshot: &c},
	} {
		if _, err := EncodeChange(1, &ch); err == nil {
			t.Errorf("a change with it is written: %+v", ch)
		}
	}
}

// What is stored may have been changed by a fault of the disk or by hand. It is
// then an error, never a panic; and what is read at all is read the same again.
func FuzzDecodeContact(f *testing.F) {
	f.Add([]byte(`{"emails":["a@example.com"],"fields":{"1":"Pro","16":"500"}}`), []byte(`{"from":[[1,3],[1,9]],"emails":[0],"fields":{"1":0,"16":1}}`))
	f.Add([]byte(`{"names":["a"]}`), []byte(`{"from":[[1,3],[1,9]],"sets":[[0,1]],"names":[-1]}`))
	f.Add([]byte(`{"names":["a"]}`), []byte(`{"from":[[1,3]],"sets":[[-1],[0,2]],"names":[-3]}`))
	f.Add([]byte(`{}`), []byte(`{"from":[]}`))
	f.Add([]byte(`{"names":["a","b"]}`), []byte(`{"from":[[1,3]],"names":[0,9]}`))
	f.Add([]byte(`{"names":[1]}`), []byte(`{"names":[[0]],"from":[[1,2,3]]}`))
	f.Add([]byte(`{"fields":{"31":"a"}}`), []byte(`[`))
	f.Fuzz(func(t *testing.T, doc, origins []byte) {
		row := Contact{Space: 3, ID: 7, Version: 2, Doc: doc, Origins: origins}
		row.Seal()
		c, err := DecodeContact(&row)
		if err != nil {
			return
		}
		again, err := EncodeContact(3, &c)
		if err != nil {
			t.Fatalf("read but not written: %v", err)
		}
		back, err := DecodeContact(&again)
		if err != nil || !sameTexts(back, c) {
			t.Fatalf("%v\n got %+v\nwant %+v", err, back, c)
		}
	})
}

// sameTexts compares values without their origins, which a damaged row may lack.
func sameTexts(a, b contact.Contact) bool {
	for _, col := range contact.Collections {
		if !slices.EqualFunc(a.Values[col], b.Values[col], func(v, w contact.Value) bool { return v.Text == w.Text }) {
			return false
		}
	}
	for i := range a.Fields {
		if a.Fields[i].Text != b.Fields[i].Text {
			return false
		}
	}
	return true
}

func FuzzDecodeChange(f *testing.F) {
	f.Add([]byte(`{"from":[[1,3]],"emails":{"before":[["a@example.com",0]],"after":[0,"b@example.com"]},"fields":{"1":[["Free",0],"Pro"],"16":[null,"500"]},"state":[0,1],"link":[0,7],"absorbed":[[9,4]]}`),
		[]byte(`{"key_id":1,"key_name":"key","name":""}`), []byte(`{"doc":{"names":["a"]},"origins":{"from":[[1,3]],"names":[0]}}`))
	f.Add([]byte(`{"names":{"after":[0],"before":[]}}`), []byte(`{}`), []byte(`{}`))
	f.Add([]byte(`{"fields":{"1":["a","b","c"]}}`), []byte(`{"key_id":1.5}`), []byte(`{"doc":[[[[`))
	f.Add([]byte(`{"link":[1]}`), []byte(`null`), []byte(nil))
	f.Fuzz(func(t *testing.T, edits, actor, snapshot []byte) {
		row := Change{Space: 3, Seq: 9, Op: 9, Contact: 7, Version: 2, Edits: edits, Actor: actor, Snapshot: snapshot}
		row.Seal()
		ch, err := DecodeChange(&row)
		if err != nil {
			return
		}
		again, err := EncodeChange(3, &ch)
		if err != nil {
			t.Fatalf("read but not written: %v", err)
		}
		back, err := DecodeChange(&again)
		if err != nil || !reflect.DeepEqual(back.Actor, ch.Actor) || !slices.Equal(back.Edits.Absorbed, ch.Edits.Absorbed) {
			t.Fatalf("%v\n got %+v\nwant %+v", err, back, ch)
		}
	})
}
