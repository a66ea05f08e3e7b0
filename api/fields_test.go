package api_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"pgregory.net/rapid"

	"github.com/carnet-project/carnet/api"
)

// TestNumbersStayExact (CONTRACT D13): a number that is read and sent again is
// the same, digit for digit, whichever encoder writes it.
func TestNumbersStayExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringMatching(`-?(0|[1-9][0-9]{0,19})(\.[0-9]{0,19}[1-9])?`).Draw(t, "number")
		sent := `{"profile_field_16":` + number + `}`
		var fields api.CustomFields
		if err := json.Unmarshal([]byte(sent), &fields); err != nil {
			t.Fatal(err)
		}
		if fields["profile_field_16"] != json.Number(number) {
			t.Fatalf("read %v", fields)
		}
		edit := `{"before":null,"after":` + number + `}`
		var change api.FieldEdit
		if err := json.Unmarshal([]byte(edit), &change); err != nil {
			t.Fatal(err)
		}
		for _, encode := range []func(any) ([]byte, error){json.Marshal, func(v any) ([]byte, error) { return jsonv2.Marshal(v) }} {
			if again, err := encode(fields); err != nil || string(again) != sent {
				t.Fatalf("%s, want %s (%v)", again, sent, err)
			}
			if again, err := encode(change); err != nil || string(again) != edit {
				t.Fatalf("%s, want %s (%v)", again, edit, err)
			}
		}
	})
}

// TestFieldsRefused: what is no value is refused before it is sent, and not
// shown.
func TestFieldsRefused(t *testing.T) {
	for _, value := range []any{json.Number(""), json.Number("canary"), math.NaN(), func() {}, make(chan int)} {
		client, s := scripted(t, []reply{good})
		_, err := client.Put(t.Context(), 5, api.Patch{CustomFields: &api.CustomFields{"profile_field_16": value}})
		if err == nil || len(s.asked) != 0 {
			t.Errorf("%T was sent: %q", value, s.asked)
		} else if !strings.Contains(err.Error(), "custom field") || strings.Contains(err.Error(), "canary") {
			t.Errorf("%T: %v", value, err)
		}
	}
}

// TestContactJSON: a contact that was read is written as it was, and what an
// answer left out stays out.
func TestContactJSON(t *testing.T) {
	for _, text := range []string{
		`{"id":5}`,
		`{"id":5,"emails":[],"custom_fields":{}}`,
		`{"id":5,"emails":["a@example.com"],"phones":[],"names":["R&D"],"locations":[],"custom_fields":{"profile_field_1":"R&D","profile_field_2":null,"profile_field_16":1.50}}`,
	} {
		var contact api.Contact
		if err := json.Unmarshal([]byte(text), &contact); err != nil {
			t.Fatal(err)
		}
		if again, err := jsonv2.Marshal(contact, jsonv2.Deterministic(true)); err != nil || string(again) != text {
			t.Errorf("%s, want %s (%v)", again, text, err)
		}
	}
}
