package transfer

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/emersion/go-vcard"
	"github.com/go-json-experiment/json"
	"pgregory.net/rapid"

	"github.com/carnet-project/carnet/internal/contact"
)

// CONTRACT P6, D38.

func values(texts ...string) (list []contact.Value) {
	for _, t := range texts {
		list = append(list, contact.Value{Text: t})
	}
	return list
}

func zoe() Item {
	c := contact.Contact{ID: 7, Version: 3, Created: 1_800_000_000_000_000}
	c.Values = [contact.NumCollections][]contact.Value{
		contact.Emails: values("zoe@example.com", "z@example.org"), contact.Phones: values("+1 202-555-0143"),
		contact.Names: values("Zoë \"Zo\" O'Neil, Dr.", "Zoe;ONeil"), contact.Locations: values("1 Main St\nSpringfield"),
	}
	c.Fields[0].Text, c.Fields[15].Text, c.Fields[25].Text = "=1+1", "-12.5", "2000-02-29"
	return Item{Contact: &c, Updated: c.Created + 1}
}

var someLabels = contact.Labels{0: `Tier "A"^`, 25: "Born"}

func written(f Form, items ...Item) string {
	if f.Wide() {
		for i := range items {
			f.Widths.Widen(items[i].Contact)
		}
	}
	b := f.AppendHead(nil)
	for i := range items {
		b = f.Append(b, items[i], &someLabels)
	}
	return string(b)
}

func TestFilesAreWrittenSo(t *testing.T) {
	nobody := Item{Contact: &contact.Contact{ID: 8, Version: 1, Values: [contact.NumCollections][]contact.Value{contact.Phones: values("555 0100")}}}
	slots := func(filled ...string) (list []string) {
		list = make([]string, contact.NumSlots)
		for i := 0; i < len(filled); i += 2 {
			n, _ := strconv.Atoi(filled[i])
			list[n-1] = filled[i+1]
		}
		return list
	}
	for _, c := range []struct {
		name string
		form Form
		want []string // of the lines
	}{
		{"rows", Form{}, []string{
			`{"id":7,"email":"zoe@example.com","name":"Zoë \"Zo\" O'Neil, Dr.","phone":"+1 202-555-0143","location":"1 Main St\nSpringfield","created_at":"2027-01-15T08:00:00.000000Z"}`,
			`{"id":8,"email":null,"name":null,"phone":"555 0100","location":null,"created_at":"1970-01-01T00:00:00.000000Z"}`}},
		{"rows with all emails", Form{AllEmails: true}, []string{
			`{"id":7,"email":"zoe@example.com","name":"Zoë \"Zo\" O'Neil, Dr.","phone":"+1 202-555-0143","location":"1 Main St\nSpringfield","emails":["zoe@example.com","z@example.org"],"created_at":"2027-01-15T08:00:00.000000Z"}`,
			`{"id":8,"email":null,"name":null,"phone":"555 0100","location":null,"emails":[],"created_at":"1970-01-01T00:00:00.000000Z"}`}},
		{"csv", Form{Format: CSV}, []string{
			"id,email_1,email_2,phone_1,name_1,name_2,location_1,profile_field_1," + numbered("profile_field_", 2, 30) + ",created_at",
			`7,zoe@example.com,z@example.org,+1 202-555-0143,"Zoë ""Zo"" O'Neil, Dr.",Zoe;ONeil,"1 Main St`, `Springfield",` +
				strings.Join(slots("1", "=1+1", "16", "-12.5", "26", "2000-02-29"), ",") + ",2027-01-15T08:00:00.000000Z",
			"8,,,555 0100,,,," + strings.Join(slots(), ",") + ",1970-01-01T00:00:00.000000Z"}},
		{"csv, safe", Form{Format: CSV, Safe: true}, []string{
			"\ufeffid,email_1,email_2,phone_1,name_1,name_2,location_1,profile_field_1," + numbered("profile_field_", 2, 30) + ",created_at",
			`7,zoe@example.com,z@example.org,'+1 202-555-0143,"Zoë ""Zo"" O'Neil, Dr.",Zoe;ONeil,"1 Main St`, `Springfield",` +
				strings.Join(slots("1", "'=1+1", "16", "-12.5", "26", "2000-02-29"), ",") + ",2027-01-15T08:00:00.000000Z",
			"8,,,555 0100,,,," + strings.Join(slots(), ",") + ",1970-01-01T00:00:00.000000Z"}},
		{"outlook", Form{Format: CSV, Layout: OutlookLayout}, []string{
			"First Name,Last Name,E-mail Address,E-mail 2 Address,E-mail 3 Address,Primary Phone,Mobile Phone,Home Phone,Home Phone 2,Business Phone,Business Phone 2,Other Phone,Home Street,Business Street,Other Street,Notes",
			`"Zoë ""Zo"" O'Neil, Dr.",,zoe@example.com,z@example.org,,+1 202-555-0143,,,,,,,"1 Main St`, `Springfield",,,"name: Zoe;ONeil`,
			`Tier ""A""^: =1+1`, `profile_field_16: -12.5`, `Born: 2000-02-29"`,
			",,,,,555 0100,,,,,,,,,,"}},
	} {
		if got, want := written(c.form, zoe(), nobody), strings.Join(c.want, "\n")+"\n"; got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, want)
		}
	}
	if got, want := written(Form{Format: VCard}, zoe(), nobody), strings.Join([]string{
		"BEGIN:VCARD", "VERSION:4.0", "PRODID:-//Carnet//EN", "X-CARNET-ID:7",
		`FN;PREF=1:Zoë "Zo" O'Neil\, Dr.`, `FN:Zoe;ONeil`, "EMAIL;PREF=1:zoe@example.com", "EMAIL:z@example.org",
		"TEL;PREF=1:+1 202-555-0143", `ADR;PREF=1:;;1 Main St\nSpringfield;;;;`,
		`X-CARNET-PROFILE-FIELD-1;X-LABEL="Tier ^'A^'^^":=1+1`, "X-CARNET-PROFILE-FIELD-16:-12.5", `X-CARNET-PROFILE-FIELD-26;X-LABEL="Born":2000-02-29`,
		"X-CARNET-CREATED-AT:2027-01-15T08:00:00.000000Z", "END:VCARD",
		"BEGIN:VCARD", "VERSION:4.0", "PRODID:-//Carnet//EN", "X-CARNET-ID:8", "FN:", "TEL;PREF=1:555 0100",
		"X-CARNET-CREATED-AT:1970-01-01T00:00:00.000000Z", "END:VCARD", ""}, "\r\n"); got != want {
		t.Errorf("vcard: got\n%s\nwant\n%s", got, want)
	}
}

func numbered(name string, from, to int) string {
	var list []string
	for n := from; n <= to; n++ {
		list = append(list, name+strconv.Itoa(n))
	}
	return strings.Join(list, ",")
}

func TestGoogleColumns(t *testing.T) {
	f := Form{Format: CSV, Layout: GoogleLayout}
	rows, err := csv.NewReader(strings.NewReader(written(f, zoe()))).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%v, %q", err, rows)
	}
	got := map[string]string{}
	for i, cell := range rows[1] {
		if cell != "" {
			got[rows[0][i]] = cell
		}
	}
	want := map[string]string{"First Name": "Zoë \"Zo\" O'Neil, Dr.", "Nickname": "Zoe;ONeil", "Labels": "* myContacts",
		"E-mail 1 - Value": "zoe@example.com", "E-mail 2 - Value": "z@example.org", "Phone 1 - Value": "+1 202-555-0143",
		"Address 1 - Formatted": "1 Main St\nSpringfield", "Custom Field 1 - Label": `Tier "A"^`, "Custom Field 1 - Value": "=1+1",
		"Custom Field 16 - Label": "profile_field_16", "Custom Field 16 - Value": "-12.5", "Custom Field 26 - Label": "Born", "Custom Field 26 - Value": "2000-02-29"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestFormulas(t *testing.T) {
	for cell, want := range map[string]bool{"": false, "a=1": false, "=1": true, "+1": true, "@SUM(A1)": true, "-1": false, "-1.50": false, "-1+1": true, "-": true, "\t=1": true, "\r=1": true, "'=1": false} {
		if got := looksLikeFormula(cell); got != want {
			t.Errorf("%q: %v, want %v", cell, got, want)
		}
	}
}

func TestFilesOfNobody(t *testing.T) {
	for _, f := range []Form{{}, {Format: NDJSON}, {Format: VCard}} {
		if got := written(f); got != "" {
			t.Errorf("%+v: %q", f, got)
		}
	}
	if got := written(Form{Format: CSV}); !strings.HasPrefix(got, "id,email_1,phone_1,name_1,location_1,profile_field_1,") || strings.Count(got, "\n") != 1 {
		t.Errorf("csv: %q", got)
	}
}

func TestContactsFit(t *testing.T) {
	c := zoe().Contact
	for _, f := range []Form{{}, {Format: NDJSON}, {Format: VCard}, {Format: CSV, Layout: OutlookLayout}} {
		if f.Wide() || !f.Fits(c) {
			t.Errorf("%+v has columns of its own", f)
		}
	}
	f := Form{Format: CSV, Widths: Widths{contact.Emails: 1, contact.Names: 2}}
	if f.Fits(c) {
		t.Error("two emails fit one column")
	}
	if f.Widths.Widen(c); !f.Fits(c) || f.Widths != (Widths{2, 1, 2, 1}) {
		t.Errorf("widened to %v", f.Widths)
	}
}

// somebody draws a contact with whatever a value may hold.
func somebody(t *rapid.T) Item {
	it := zoe()
	line := rapid.StringMatching(`[ -~äß日本語🎉=+@;,"\\:]{1,200}`).Filter(func(s string) bool { return strings.TrimSpace(s) == s })
	several := rapid.StringMatching(`[a-z;,"\\:äß日](\n|\t| |=|\^){0,3}[!-~é]{1,120}`)
	for _, col := range contact.Collections {
		of := line
		if col == contact.Names || col == contact.Locations {
			of = several
		}
		it.Values[col] = values(rapid.SliceOfN(of, 0, 4).Draw(t, col.String())...)
	}
	for i := range it.Values[contact.Locations] { // or that reader cannot tell where the street ends
		v := &it.Values[contact.Locations][i]
		v.Text = strings.ReplaceAll(v.Text, `\`, "/")
	}
	it.Fields[2].Text = several.Draw(t, "field")
	return it
}

// Others read what is written.

func TestCSVIsReadByOthers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		it := somebody(t)
		r := csv.NewReader(strings.NewReader(written(Form{Format: CSV}, it)))
		head, err1 := r.Read()
		row, err2 := r.Read()
		_, end := r.Read()
		if err := errors.Join(err1, err2); err != nil || end != io.EOF {
			t.Fatal(err, end)
		}
		var got contact.Contact
		for i, name := range head {
			if row[i] == "" {
				continue
			}
			for _, col := range contact.Collections {
				if strings.HasPrefix(name, columnNames[col]+"_") {
					got.Values[col] = append(got.Values[col], contact.Value{Text: row[i]})
				}
			}
			if slot, ok := contact.SlotOf(name); ok {
				got.Fields[slot.Index()].Text = row[i]
			}
		}
		wantSame(t, &got, it.Contact)
	})
}

func TestCardsAreReadByOthers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		it := somebody(t)
		text := written(Form{Format: VCard}, it, zoe())
		for _, l := range strings.SplitAfter(text, "\r\n") {
			if l = strings.TrimSuffix(l, "\r\n"); len(l) > lineOctets || strings.ContainsAny(l, "\r\n") || !utf8.ValidString(l) {
				t.Fatalf("a line of %d octets: %q", len(l), l)
			}
		}
		d := vcard.NewDecoder(strings.NewReader(text))
		card, err1 := d.Decode()
		next, err2 := d.Decode()
		_, end := d.Decode()
		if err := errors.Join(err1, err2); err != nil || end != io.EOF || next.Value("X-CARNET-ID") != "7" {
			t.Fatal(err, end, next)
		}
		var got contact.Contact
		for col, name := range map[contact.Collection]string{contact.Emails: "EMAIL", contact.Phones: "TEL", contact.Names: "FN"} {
			for _, f := range card[name] {
				if f.Value != "" {
					got.Values[col] = append(got.Values[col], contact.Value{Text: f.Value})
				}
			}
		}
		for _, f := range card["ADR"] {
			street, ok := strings.CutPrefix(f.Value, ";;")
			if street, ok2 := strings.CutSuffix(street, ";;;;"); ok && ok2 {
				street = strings.ReplaceAll(street, `\;`, ";") // which that reader leaves
				got.Values[contact.Locations] = append(got.Values[contact.Locations], contact.Value{Text: street})
			}
		}
		for i := range got.Fields {
			got.Fields[i].Text = card.Value(slotProperty(contact.SlotAt(i)))
		}
		wantSame(t, &got, it.Contact)
	})
}

func TestLinesAreJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		it := somebody(t)
		line := written(Form{Format: NDJSON}, it)
		var read struct {
			ID           contact.ID     `json:"id"`
			Emails       []string       `json:"emails"`
			Phones       []string       `json:"phones"`
			Names        []string       `json:"names"`
			Locations    []string       `json:"locations"`
			CustomFields map[string]any `json:"custom_fields"`
			Meta         struct {
				Version   contact.Version `json:"version"`
				CreatedAt string          `json:"created_at"`
				UpdatedAt string          `json:"updated_at"`
			} `json:"meta"`
		}
		if err := json.Unmarshal([]byte(line), &read); err != nil || bytes.IndexByte([]byte(line), '\n') != len(line)-1 {
			t.Fatal(err, line)
		}
		got := contact.Contact{}
		for col, texts := range map[contact.Collection][]string{contact.Emails: read.Emails, contact.Phones: read.Phones, contact.Names: read.Names, contact.Locations: read.Locations} {
			got.Values[col] = values(texts...)
		}
		for name, v := range read.CustomFields {
			slot, ok := contact.SlotOf(name)
			if !ok {
				t.Fatalf("a slot %q", name)
			}
			switch v := v.(type) {
			case string:
				got.Fields[slot.Index()].Text = v
			case float64:
				got.Fields[slot.Index()].Text = strconv.FormatFloat(v, 'f', -1, 64)
			}
		}
		if read.ID != 7 || read.Meta.Version != 3 || read.Meta.CreatedAt != "2027-01-15T08:00:00.000000Z" || read.Meta.UpdatedAt != "2027-01-15T08:00:00.000001Z" || len(read.CustomFields) != contact.NumSlots {
			t.Errorf("read %+v", read)
		}
		wantSame(t, &got, it.Contact)
	})
}

func wantSame(t *rapid.T, got, want *contact.Contact) {
	t.Helper()
	for _, col := range contact.Collections {
		if len(got.Values[col])+len(want.Values[col]) > 0 && !reflect.DeepEqual(got.Values[col], want.Values[col]) {
			t.Errorf("%s: got %+v, want %+v", col, got.Values[col], want.Values[col])
		}
	}
	for i := range want.Fields {
		if got.Fields[i].Text != want.Fields[i].Text {
			t.Errorf("%s: got %q, want %q", contact.SlotAt(i), got.Fields[i].Text, want.Fields[i].Text)
		}
	}
}
