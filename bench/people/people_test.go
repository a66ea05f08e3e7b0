package people

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
)

func decode(t *testing.T, i, n int) Body {
	t.Helper()
	var b Body
	if err := json.Unmarshal(AppendBody(nil, i, n), &b, json.RejectUnknownMembers(true)); err != nil {
		t.Fatalf("contact %d at %d: %v", i, n, err)
	}
	return b
}

func TestBodyHoldsEverything(t *testing.T) {
	b := decode(t, 12345, 7)
	if len(b.Emails) != 2 || len(b.Phones) != 1 || len(b.Names) != 1 || len(b.Locations) != 1 || len(b.CustomFields) != 12 {
		t.Errorf("%+v", b)
	}
}

// Every step changes six custom fields, and every second step exactly one key.
func TestSteps(t *testing.T) {
	for i := range 200 {
		keys := 0
		before := decode(t, i, Start(i))
		for n := Start(i) + 1; n <= Start(i)+40; n++ {
			after := decode(t, i, n)
			changed := 0
			for slot, v := range after.CustomFields {
				if !bytes.Equal(v, before.CustomFields[slot]) {
					changed++
				}
			}
			for _, slot := range Changing {
				if v := after.CustomFields["profile_field_"+strconv.Itoa(slot)]; strings.Trim(string(v), `"`) != string(AppendField(nil, slot, i, n)) {
					t.Fatalf("contact %d: step %d has %s in slot %d", i, n, v, slot)
				}
			}
			if changed != len(Changing) {
				t.Fatalf("contact %d: step %d changes %d custom fields", i, n, changed)
			}
			email, phone := before.Emails[0] != after.Emails[0], before.Phones[0] != after.Phones[0]
			if email && phone || (email || phone) != (n%2 == 0) {
				t.Fatalf("contact %d: step %d changes email %v, phone %v", i, n, email, phone)
			}
			if email || phone {
				keys++
			}
			before = after
		}
		if keys != 20 {
			t.Fatalf("contact %d: %d of 40 steps change a key", i, keys)
		}
	}
}

func TestEmailsDiffer(t *testing.T) {
	seen := map[string]int{}
	for i := range 20_000 {
		for n := Start(i); n < Start(i)+4; n += 4 {
			e := string(AppendEmail(nil, i, n))
			if other, ok := seen[e]; ok {
				t.Fatalf("contacts %d and %d have the same email", i, other)
			}
			seen[e] = i
		}
	}
}

func BenchmarkBody(b *testing.B) {
	buf := make([]byte, 0, 2048)
	for n := range b.N {
		buf = AppendBody(buf[:0], n%100_000, n)
	}
	b.ReportMetric(float64(len(buf)), "B/body")
}
