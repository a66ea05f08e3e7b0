package transfer

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// one reads one column by one step, and gives each row without its line.
func one(t *testing.T, to string, as Converter, rule Rule, cells ...string) (got []string) {
	t.Helper()
	for i, cell := range cells {
		cells[i] = `"` + strings.ReplaceAll(cell, `"`, `""`) + `",x`
	}
	f := opened(t, "Value,Other\n"+strings.Join(cells, "\n")+"\n", Recognised{Delimiter: ",", Header: new(true)})
	for _, row := range rowsOf(t, f, Mapping{{From: []string{"Value"}, To: to, As: as, Rule: rule}}) {
		_, row, _ = strings.Cut(row, ": ")
		got = append(got, row)
	}
	return got
}

// TestValues reads cells as people and programs fill them.
func TestValues(t *testing.T) {
	const (
		text   = "custom_fields.profile_field_1"
		number = "custom_fields.profile_field_16"
		date   = "custom_fields.profile_field_26"
		none   = "refused : No column of the mapping holds anything in this row."
	)
	for _, c := range []struct {
		to         string
		as         Converter
		cell, want string
	}{
		{"emails", "", " ada@example.com ", "emails add ada@example.com"},
		{"emails", "", "mailto:ada@example.com", "emails add ada@example.com"},
		{"emails", "", "Ada Example <ada@example.com>", "emails add ada@example.com; names fill Ada Example"},
		{"emails", "", `"Example, Ada" <ada@example.com>, bo@example.com`, "emails add ada@example.com | bo@example.com; names fill Example, Ada"},
		{"emails", "", "a@example.com; b@example.com;", "emails add a@example.com | b@example.com"},
		{"emails", "", "Ada <a@example.com>; Bo <b@example.com>", "emails add a@example.com | b@example.com; names fill Ada"},
		{"emails", "", "a@example.com\r\nA@EXAMPLE.com\nb@example.com", "emails add a@example.com | b@example.com"},
		{"emails", "", "ada at example.com", "refused Value: Send the email address alone: no display name, comment, quotes, brackets or spaces."},
		{"emails", "", "ada; bo", "refused Value: Send the email address alone: no display name, comment, quotes, brackets or spaces."},
		{"phones", "", "'+1 202-555-0101", "phones add +1 202-555-0101"},
		{"phones", "", `="02025550101"`, "phones add 02025550101"},
		{"phones", "", "tel:+12025550101", "phones add +12025550101"},
		{"phones", "", "202-555-0101 ::: 202-555-0102", "phones add 202-555-0101 | 202-555-0102"},
		{"phones", "", "202-555-0101; 202-555-0102", "phones add 202-555-0101 | 202-555-0102"},
		{"phones", "", "202-555-0101;ext=12", "phones add 202-555-0101;ext=12"},
		{"phones", "", "202-555-0101;12", "phones add 202-555-0101;12"},
		{"phones", "", "4.47E+11", "refused Value: " + whySpreadsheet},
		{"phones", "", "4,47E+11", "refused Value: " + whySpreadsheet},
		{"phones", "", "447012345678.0", "refused Value: " + whyDecimals},
		{"phones", "", "none", "refused Value: The phone number has letters other than an extension at its end, such as x12 or ext. 12."},
		{"names", "", "Ada ::: Bo", "names add Ada | Bo"},
		{"locations", "", "1 Test Street\nSampletown", "locations add 1 Test Street\nSampletown"},
		{text, "", "  as it is ", "profile_field_1 add   as it is "},
		{number, "", "1234", "profile_field_16 add 1234"},
		{number, AsDecimalComma, "1.234,50", "profile_field_16 add 1234.5"},
		{number, AsDecimalComma, "1.234", "profile_field_16 add 1234"},
		{number, AsDecimalComma, "1 234 567,8", "profile_field_16 add 1234567.8"},
		{number, AsDecimalComma, "€ 12,50", "profile_field_16 add 12.5"},
		{number, AsDecimalComma, "12.50", "refused Value: " + whyNumber},
		{number, AsDecimalPoint, "1,234.50", "profile_field_16 add 1234.5"},
		{number, AsDecimalPoint, "1,234", "profile_field_16 add 1234"},
		{number, AsDecimalPoint, "12,34,567.8", "profile_field_16 add 1234567.8"},
		{number, AsDecimalPoint, "-12.5", "profile_field_16 add -12.5"},
		{number, AsDecimalPoint, "$12.50", "profile_field_16 add 12.5"},
		{number, AsDecimalPoint, "1'234.5", "profile_field_16 add 1234.5"},
		{number, AsDecimalPoint, "1.5e3", "profile_field_16 add 1500"},
		{number, AsDecimalPoint, "1,23,4", "refused Value: " + whyNumber},
		{number, AsDecimalPoint, "12,50", "refused Value: " + whyNumber},
		{number, AsDecimalPoint, "twelve", "refused Value: " + whyNumber},
		{date, "", "2025-03-12", "profile_field_26 add 2025-03-12"},
		{date, "", "2025-03-12 10:11:12", "profile_field_26 add 2025-03-12"},
		{date, "", "2025/3/12", "profile_field_26 add 2025-03-12"},
		{date, "", "20250312", "profile_field_26 add 2025-03-12"},
		{date, "", "12 Mar 2025", "profile_field_26 add 2025-03-12"},
		{date, "", "March 12, 2025", "profile_field_26 add 2025-03-12"},
		{date, "", "12. März 2025", "profile_field_26 add 2025-03-12"},
		{date, "", "12 de marzo de 2025", "profile_field_26 add 2025-03-12"},
		{date, "", "12-Mar-2025", "profile_field_26 add 2025-03-12"},
		{date, AsDayMonthYear, "3/4/2025 9:30 PM", "profile_field_26 add 2025-04-03"},
		{date, AsMonthDayYear, "3/4/2025", "profile_field_26 add 2025-03-04"},
		{date, AsDayMonthYear, "3.4.2025", "profile_field_26 add 2025-04-03"},
		{date, AsDayMonthYear, "3. 4. 2025", "profile_field_26 add 2025-04-03"},
		{date, AsMonthDayYear, "13/4/2025", "refused Value: " + whyDate},
		{date, AsDayMonthYear, "31/2/2025", "refused Value: " + whyDate},
		{date, AsDayMonthYear, "3/4/25", "refused Value: " + whyShortYear},
		{date, AsYearFirst, "3/4/2025", "refused Value: " + whyDate},
		{date, "", "--03-12", "refused Value: " + whyNoYear},
		{date, "", "1604-03-12", "refused Value: " + whyNoYear},
		{date, "", "0/0/00", none},
		{date, "", "soon", "refused Value: " + whyDate},
		{"id", "", "7", "id 7"},
		{"id", "", "007", "refused Value: " + whyID},
	} {
		if got := one(t, c.to, c.as, Add, c.cell); len(got) != 1 || got[0] != c.want {
			t.Errorf("%s %s %q\n got %q\nwant %q", c.to, c.as, c.cell, got, c.want)
		}
	}
}

// TestColumnDecides reads dates and numbers as their column shows, however far down
// it does so.
func TestColumnDecides(t *testing.T) {
	for _, c := range []struct {
		to, likely, shows, want string
	}{
		{"custom_fields.profile_field_26", "3/4/2025", "25/4/2025", "profile_field_26 add 2025-04-03"},
		{"custom_fields.profile_field_26", "3/4/2025", "4/25/2025", "profile_field_26 add 2025-03-04"},
		{"custom_fields.profile_field_16", "1,234", "1.5", "profile_field_16 add 1234"},
		{"custom_fields.profile_field_16", "1,234", "1,5", "profile_field_16 add 1.234"},
		{"custom_fields.profile_field_16", "1.234", "0,5", "profile_field_16 add 1234"},
		{"custom_fields.profile_field_16", "1.234", "1,234,567", "profile_field_16 add 1.234"},
	} {
		cells := make([]string, 3000)
		for i := range cells {
			cells[i] = c.likely
		}
		cells[len(cells)-1] = c.shows
		if got := one(t, c.to, "", Add, cells...); got[0] != c.want {
			t.Errorf("%s beside %s: %q, want %q", c.likely, c.shows, got[0], c.want)
		}
	}
}

func TestColumnCannotDecide(t *testing.T) {
	for _, c := range []struct{ to, cells, why string }{
		{"custom_fields.profile_field_26", "3/4/2025,5/6/2025", "Every date could have"},
		{"custom_fields.profile_field_26", "13/4/2025,4/13/2025", "Some dates have"},
		{"custom_fields.profile_field_16", "1.234,5.678", "Every number could have"},
		{"custom_fields.profile_field_16", "1.5,1;5", "Some numbers have"},
	} {
		text := "Value\tOther\n" + strings.ReplaceAll(strings.ReplaceAll(c.cells, ",", "\tx\n"), ";", ",") + "\tx\n"
		f := opened(t, text, Recognised{Delimiter: "\t"})
		_, err := f.Rows(Mapping{{From: []string{"Value"}, To: c.to, Rule: Add}})
		if e, ok := errors.AsType[*fault.Error](err); !ok || len(e.At) != 1 || e.At[0].Path != "mapping.0.as" || !strings.HasPrefix(e.At[0].Message, c.why) {
			t.Errorf("%s: %v", c.cells, err)
		}
		// A suggestion leaves the column out, and says why.
		var labels contact.Labels
		slot, _ := targetOf(c.to)
		labels[slot.slot.Index()] = "Value"
		step := f.Suggest(labels)[0]
		if step.Rule != Ignore || !strings.Contains(strings.Join(step.Why, " "), c.why) {
			t.Errorf("%s: %+v", c.cells, step)
		}
	}
}

func TestRules(t *testing.T) {
	f := opened(t, "Mail,More,Name,Other,Note\na@example.com,b@example.com,Ada,A.,x\n,,,A.,\n", Recognised{})
	for _, c := range []struct {
		name string
		m    Mapping
		want []string
	}{
		{"add", Mapping{{From: []string{"Mail"}, To: "emails", Rule: Add}, {From: []string{"More"}, To: "emails", Rule: Add}, {From: []string{"Other"}, To: "names", Rule: Add}},
			[]string{"2: emails add a@example.com | b@example.com; names add A.", "3: names add A."}},
		{"fill beside add", Mapping{{From: []string{"Name"}, To: "names", Rule: Add}, {From: []string{"Other"}, To: "names", Rule: Fill}},
			[]string{"2: names add Ada", "3: names fill A."}},
		{"mirror", Mapping{{From: []string{"Mail", "More"}, To: "emails", Rule: Mirror}, {From: []string{"Note"}, To: "custom_fields.profile_field_1", Rule: Mirror}},
			[]string{"2: emails mirror a@example.com | b@example.com; profile_field_1 mirror x", "3: emails mirror ; profile_field_1 mirror "}},
		{"replace", Mapping{{From: []string{"Mail"}, To: "emails", Rule: Replace}, {From: []string{"Other"}, To: "names", Rule: Add}},
			[]string{"2: emails replace a@example.com; names add A.", "3: names add A."}},
		{"joined", Mapping{{From: []string{"Other", "Name"}, To: "custom_fields.profile_field_1", As: AsText, Rule: Add}, {From: []string{"Name", "Other"}, To: "names", As: AsAddress, Rule: Add}},
			[]string{"2: names add Ada, A.; profile_field_1 add A. Ada", "3: names add A.; profile_field_1 add A."}},
		{"two values for a slot", Mapping{{From: []string{"Mail"}, To: "custom_fields.profile_field_1", Rule: Add}, {From: []string{"More"}, To: "custom_fields.profile_field_1", Rule: Add}, {From: []string{"Other"}, To: "names", Rule: Add}},
			[]string{"2: names add A.; profile_field_1 add a@example.com; refused More: The row has two values for custom_fields.profile_field_1, which holds one.", "3: names add A."}},
	} {
		if diff := cmp.Diff(c.want, rowsOf(t, f, c.m)); diff != "" {
			t.Errorf("%s: -want +got\n%s", c.name, diff)
		}
	}
	short := opened(t, "Name,Mail,More\nAda,a@example.com\n", Recognised{})
	if diff := cmp.Diff([]string{"2: names add Ada"},
		rowsOf(t, short, Mapping{{From: []string{"Name"}, To: "names", Rule: Add}, {From: []string{"More"}, To: "phones", Rule: Mirror}})); diff != "" {
		t.Errorf("a cell that is not there clears nothing: -want +got\n%s", diff)
	}
	partly := opened(t, `{"n":"Ada","a":"","b":""}`+"\n"+`{"n":"Bo","a":""}`+"\n", Recognised{})
	if diff := cmp.Diff([]string{"1: phones mirror ; names add Ada", "2: names add Bo"},
		rowsOf(t, partly, Mapping{{From: []string{"n"}, To: "names", Rule: Add}, {From: []string{"a", "b"}, To: "phones", Rule: Mirror}})); diff != "" {
		t.Errorf("nor does one of several: -want +got\n%s", diff)
	}
}

func TestMappingProblems(t *testing.T) {
	f := opened(t, "Name,Mail\nAda,a@example.com\n", Recognised{})
	_, err := f.Rows(Mapping{
		{From: []string{"Nme"}, To: "names", Rule: Add},
		{From: []string{"Name"}, To: "name", Rule: Add},
		{From: []string{"Name"}, To: "names", Rule: "overwrite"},
		{From: nil, To: "names", Rule: Add},
		{From: []string{"Mail"}, To: "emails", As: AsDecimalComma, Rule: Add},
		{From: []string{"Mail"}, To: "emails", Rule: Replace},
		{From: []string{"Mail"}, To: "custom_fields.profile_field_31", Rule: Add},
		{From: []string{"Mail"}, To: "phones", As: AsPrimaryMarked, Rule: Add},
	})
	e, ok := errors.AsType[*fault.Error](err)
	if !ok {
		t.Fatal(err)
	}
	var got []string
	for _, p := range e.At {
		got = append(got, p.Path)
	}
	if diff := cmp.Diff([]string{"mapping.0.from", "mapping.1.to", "mapping.2.rule", "mapping.2.rule", "mapping.3.from", "mapping.4.as", "mapping.5.rule", "mapping.6.to", "mapping.7.from"}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestMappingIsData keeps a mapping as JSON, and takes it again.
func TestMappingIsData(t *testing.T) {
	f := opened(t, "First Name,Last Name,Mail\nAda,Example,a@example.com\n", Recognised{})
	m := f.Suggest(contact.Labels{})
	kept, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(kept), `{"from":["First Name","Last Name"],"to":"names","as":"name","rule":"add","why":[`) {
		t.Errorf("%s", kept)
	}
	var again Mapping
	if err := json.Unmarshal(kept, &again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rowsOf(t, f, m), rowsOf(t, f, again)); diff != "" {
		t.Error(diff)
	}
}

// TestLabels takes columns for the slots of the Space that are called the same, or
// are about the same.
func TestLabels(t *testing.T) {
	f := opened(t, "Name,Email,Firma,Date of birth,Score,profile_field_2\nAda,a@example.com,Example Ltd,31.12.1980,\"1,5\",x\n", Recognised{})
	var labels contact.Labels
	labels[contact.Slot(1).Index()], labels[contact.Slot(16).Index()], labels[contact.Slot(26).Index()] = "Company", "score", "Birthday"
	m := f.Suggest(labels)
	if diff := cmp.Diff([]string{"2: emails add a@example.com; names add Ada; profile_field_1 add Example Ltd; profile_field_2 add x; profile_field_16 add 1.5; profile_field_26 add 1980-12-31"}, rowsOf(t, f, m)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	namesAll(t, f, m)
}

func TestPatch(t *testing.T) {
	f := opened(t, "Name,Email,profile_field_2\nAda,a@example.com,x\n", Recognised{})
	rows, err := f.Rows(f.Suggest(contact.Labels{}))
	if err != nil {
		t.Fatal(err)
	}
	for row, err := range rows {
		if err != nil {
			t.Fatal(err)
		}
		p := row.Patch()
		if !p.Values[contact.Names].Sent || p.Values[contact.Phones].Sent || p.Values[contact.Emails].Texts[0] != "a@example.com" || !p.Fields.Named[1] || p.Fields.Texts[1] != "x" {
			t.Errorf("%+v", p)
		}
	}
}

// A column goes to the field whose label it has to the letter, and else to one whose label differs in case alone.
func TestLabelsThatDifferInCase(t *testing.T) {
	for columns, want := range map[string]map[string]string{
		"VIP,vip": {"vip": "custom_fields.profile_field_1", "VIP": "custom_fields.profile_field_2"},
		"vip,VIP": {"vip": "custom_fields.profile_field_1", "VIP": "custom_fields.profile_field_2"},
		"VIP":     {"VIP": "custom_fields.profile_field_2"},
		"Vip":     {"Vip": "custom_fields.profile_field_1"},
	} {
		f := opened(t, "Name,Email,"+columns+"\nAda,a@example.com"+strings.Repeat(",yes", len(want))+"\n", Recognised{})
		var labels contact.Labels
		labels[0], labels[1] = "vip", "VIP"
		have := map[string]string{}
		for _, step := range f.Suggest(labels) {
			have[step.From[0]] = step.To
		}
		for column, to := range want {
			if have[column] != to {
				t.Errorf("of %s %s goes to %q, want %q", columns, column, have[column], to)
			}
		}
	}
}
