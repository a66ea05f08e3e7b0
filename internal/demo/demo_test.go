package demo

import (
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/carnet-project/carnet/internal/contact"
)

func TestPeopleAreTheSameForTheSameSeed(t *testing.T) {
	people := People(7, 1000)
	if len(people) != 1000 {
		t.Fatalf("got %d people, want 1000", len(people))
	}
	if !reflect.DeepEqual(people, People(7, 1000)) {
		t.Error("the same seed gave other people")
	}
	if !reflect.DeepEqual(people[:40], People(7, 40)) {
		t.Error("fewer people are not the first of many")
	}
	if reflect.DeepEqual(people[:40], People(8, 40)) {
		t.Error("another seed gave the same people")
	}
	if got := People(7, 0); len(got) != 0 {
		t.Errorf("got %d people, want none", len(got))
	}
}

// What is stored must be what the API would have stored (CONTRACT D8-D13), and
// what it would have created (D16).
func TestPeopleAreInStoredForm(t *testing.T) {
	for i, p := range People(1, 3000) {
		if !p.Values[contact.Emails].Sent && !p.Values[contact.Phones].Sent && !p.Values[contact.Names].Sent {
			t.Errorf("person %d has no email, phone or name", i)
		}
		for _, c := range contact.Collections {
			if list := p.Values[c]; list.Sent != (len(list.Texts) > 0) {
				t.Errorf("person %d: %v sent %v with %d values", i, c, list.Sent, len(list.Texts))
			}
			seen := map[string]bool{}
			for _, text := range p.Values[c].Texts {
				if got, flaw := contact.ParseValue(c, text); flaw != nil || got != text {
					t.Errorf("person %d: %v %q is stored as %q, flaw %v", i, c, text, got, flaw)
				}
				if key := contact.DedupKey(c, text); seen[key] {
					t.Errorf("person %d: %v %q comes twice", i, c, text)
				} else {
					seen[key] = true
				}
			}
		}
		for at, text := range p.Fields.Texts {
			slot := contact.SlotAt(at)
			if p.Fields.Named[at] != (text != "") || text != "" && !p.Fields.Sent {
				t.Errorf("person %d: %v is named %v with %q", i, slot, p.Fields.Named[at], text)
			}
			if text == "" {
				continue
			}
			number := slot.Kind() == contact.NumberField
			if got, flaw := contact.ParseField(slot, text, number); flaw != nil || got != text {
				t.Errorf("person %d: %v %q is stored as %q, flaw %v", i, slot, text, got, flaw)
			}
		}
	}
}

func TestEmailsLieUnderReservedNames(t *testing.T) {
	reserved := regexp.MustCompile(`(?i)^[^@]+@(([a-z]+\.)*example\.(com|org|net)|[\pL\pM]+\.example)$`)
	for email := range all(People(2, 3000), contact.Emails) {
		if !reserved.MatchString(email) {
			t.Errorf("%q might be somebody's", email)
		}
	}
}

// reservedPhones are the numbers kept free for fiction, in E.164 without the
// plus: 555-01xx in North America, then Ofcom, BNetzA (notice 148/2021), ARCEP
// (decision 2018-0881), ACMA, ComReg and PTS.
var reservedPhones = regexp.MustCompile(`^(1[2-9]\d\d55501\d\d` +
	`|44(1(1[3-8]|21|31|41|51|61)4960|1914980|2079460|2920180|7700900)\d{3}` +
	`|49(3023125\d|6990009\d|4066969\d|2214710\d|8999998\d|17139200|176040690)\d\d` +
	`|33(19900|26191|35301|46571|53649|63998)\d{4}` +
	`|61[2378](5550|7010)\d{4}` +
	`|3532091\d{5}` +
	`|46(8465004\d\d|3139006\d\d|4062804\d\d|9803192\d\d|7017406(0[5-9]|[1-9]\d)))$`)

func TestPhonesAreReservedForFiction(t *testing.T) {
	notDigits := regexp.MustCompile(`\(0\)|\D`)
	for phone := range all(People(3, 3000), contact.Phones) {
		number, _, _ := strings.Cut(phone, " ext. ")
		digits := notDigits.ReplaceAllString(number, "")
		countries := []string{""}
		if national, ok := strings.CutPrefix(digits, "0"); ok {
			digits, countries = national, []string{"44", "49", "33", "61", "353", "46"}
		} else if !strings.HasPrefix(phone, "+") {
			countries = []string{"1"}
		}
		free := false
		for _, country := range countries {
			free = free || reservedPhones.MatchString(country+digits)
		}
		if !free {
			t.Errorf("%q might be somebody's", phone)
		}
	}
}

func TestPeopleWriteInManyScripts(t *testing.T) {
	people := map[string]int{}
	for _, p := range People(4, 1000) {
		name := strings.Join(p.Values[contact.Names].Texts, "")
		for script, letters := range unicode.Scripts {
			if strings.IndexFunc(name, func(r rune) bool { return unicode.Is(letters, r) }) >= 0 {
				people[script]++
			}
		}
	}
	delete(people, "Common")
	delete(people, "Inherited")
	t.Logf("people by script: %v", people)
	if len(people) < 12 {
		t.Errorf("got %d scripts, want at least 12", len(people))
	}
}

func TestPeopleDiffer(t *testing.T) {
	emails, phones := map[int]int{}, map[int]int{}
	onlyPhone, onlyName, noted, filled := 0, 0, 0, map[contact.Slot]int{}
	for _, p := range People(5, 1000) {
		e, ph, n := len(p.Values[contact.Emails].Texts), len(p.Values[contact.Phones].Texts), len(p.Values[contact.Names].Texts)
		emails[e]++
		phones[ph]++
		if e == 0 && n == 0 {
			onlyPhone++
		}
		if e == 0 && ph == 0 {
			onlyName++
		}
		for _, f := range Labels() {
			if p.Fields.Texts[f.Slot.Index()] != "" {
				filled[f.Slot]++
			}
		}
		if strings.Contains(p.Fields.Texts[note.Index()], "\n") {
			noted++
		}
	}
	t.Logf("emails %v, phones %v, only a phone %d, only a name %d, slots %v", emails, phones, onlyPhone, onlyName, filled)
	if emails[1] < 500 || emails[4] == 0 || phones[0] == 0 || phones[3] == 0 {
		t.Errorf("people by number of emails %v, of phones %v", emails, phones)
	}
	if onlyPhone == 0 || onlyName == 0 || noted == 0 {
		t.Errorf("%d with only a phone, %d with only a name, %d with notes of several lines", onlyPhone, onlyName, noted)
	}
	for _, f := range Labels() {
		if filled[f.Slot] < 50 || filled[f.Slot] > 950 {
			t.Errorf("%d people have %v", filled[f.Slot], f.Slot)
		}
	}
}

// A twin shares what contact compares by (CONTRACT D9, D10) with somebody
// before it, and nobody else does.
func TestSomePeopleComeTwice(t *testing.T) {
	seen := map[string]bool{}
	twins, others := 0, 0
	for i, p := range People(6, 1000) {
		found := false
		for _, c := range []contact.Collection{contact.Emails, contact.Phones} {
			for _, text := range p.Values[c].Texts {
				key := c.String() + contact.MatchText(c, text, "")
				found = found || seen[key]
				seen[key] = true
			}
		}
		switch {
		case found && i%twinEvery == twinEvery-1:
			twins++
		case found:
			others++
		}
	}
	if twins < 28 || others > 0 {
		t.Errorf("%d people come twice, want at least 28; %d others share a value, want 0", twins, others)
	}
}

func TestLabels(t *testing.T) {
	seen := map[string]bool{}
	last := contact.Slot(0)
	named := map[contact.Slot]bool{}
	for _, f := range Labels() {
		if f.Label == "" || seen[f.Label] || f.Slot <= last {
			t.Errorf("label %q of %v is empty, taken or out of order", f.Label, f.Slot)
		}
		seen[f.Label], named[f.Slot], last = true, true, f.Slot
	}
	for _, p := range People(9, 1000) {
		for at, is := range p.Fields.Named {
			if slot := contact.SlotAt(at); is && !named[slot] {
				t.Fatalf("%v has no label", slot)
			}
		}
	}
}

// all gives every value of a collection.
func all(people []contact.Patch, c contact.Collection) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for _, p := range people {
			for _, text := range p.Values[c].Texts {
				if !yield(text) {
					return
				}
			}
		}
	}
}
