package transfer

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carnet-project/carnet/internal/contact"
)

func TestNDJSON(t *testing.T) {
	for _, c := range []struct {
		name, program, text string
		want                []string
	}{
		{"contacts of ours", carnet, `{"id":7,"emails":["ada@example.com","ada@example.org"],"phones":[],"names":["Ada ::: Example"],"locations":["1 Test Street\nSampletown"],"custom_fields":{"profile_field_1":" kept ","profile_field_16":12.50,"profile_field_26":"2025-01-02","profile_field_2":null}}
{"id":8,"emails":[],"phones":["202-555-0101"],"names":[],"locations":[],"custom_fields":{}}
`, []string{
			"1: id 7; emails add ada@example.com | ada@example.org; names add Ada ::: Example; locations add 1 Test Street\nSampletown; profile_field_1 add  kept ; profile_field_16 add 12.5; profile_field_26 add 2025-01-02",
			"2: id 8; phones add 202-555-0101",
		}},
		{"rows of our lists", carnet, `{"id":7,"email":"ada@example.com","name":"Ada","phone":null,"location":null,"created_at":"2025-01-02 03:04:05"}` + "\n",
			[]string{"1: id 7; emails add ada@example.com; names add Ada"}},
		{"somebody's", "", `{"id":"x1","first_name":"Ada","last_name":"Example","contact":{"email":[{"value":"ada@example.com"},{"value":"ada@example.org"}]},"mobile":"202-555-0101"}` + "\n",
			[]string{"1: emails add ada@example.com | ada@example.org; phones add 202-555-0101; names add Ada Example"}},
		{"lines that are wrong", carnet, "{\"emails\":[\"a@example.com\"],\"phones\":[],\"names\":[],\"locations\":[]}\n\n[1]\n{\"emails\":1,\"emails\":2}\n{\"emails\":\n{} {}\n{\"names\":[\"\\ud800\"]}\n{\"a\":" + strings.Repeat("[", 50) + "\n",
			[]string{
				"1: emails add a@example.com",
				"3: refused : The line is no JSON object: { ... }.",
				"4: refused : A member of the object appears twice.",
				"5: refused : The line is no valid JSON.",
				"6: refused : Something follows after the object. Send one object a line.",
				"7: refused : The line is no valid JSON.",
				"8: refused : The object nests too deep.",
			}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := opened(t, c.text, Recognised{})
			if f.Recognised.Format != NDJSON || f.Recognised.Program != c.program {
				t.Errorf("recognised %+v", f.Recognised)
			}
			m := f.Suggest(contact.Labels{})
			if diff := cmp.Diff(c.want, rowsOf(t, f, m)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			namesAll(t, f, m)
		})
	}
	long := opened(t, `{"emails":["a@example.com"]}`+"\n{\"a\":\""+strings.Repeat("x", maxJSONLine)+"\"}\n{\"emails\":[\"b@example.com\"]}", Recognised{})
	if diff := cmp.Diff([]string{"1: emails add a@example.com", "2: refused : The line is longer than 4 MiB.", "3: emails add b@example.com"},
		rowsOf(t, long, long.Suggest(contact.Labels{}))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
