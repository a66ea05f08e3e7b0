package wire

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// FuzzAmendment: the reader of PATCH bodies answers whatever comes, and what it
// accepts, rendered and read again, is the same amendment.
func FuzzAmendment(f *testing.F) {
	for _, body := range conversationBodies(f) {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		sent := bytes.Clone(body)
		var a contact.Amendment
		id, err := ReadAmendment(body, &a)
		if !bytes.Equal(sent, body) {
			t.Fatal("reading changed the body")
		}
		if err != nil {
			checkRefusal(t, err)
			return
		}
		if id < 0 || id > contact.MaxID || a.Empty() {
			t.Fatalf("id %d, %+v", id, a)
		}
		rendered := renderAmendment(t, max(id, 1), &a)
		var again contact.Amendment
		if againID, err := ReadAmendment(rendered, &again); err != nil || againID != max(id, 1) {
			t.Fatalf("%s: %v", rendered, err)
		}
		if diff := cmp.Diff(a, again); diff != "" {
			t.Fatalf("%s: %s", rendered, diff)
		}
	})
}

// renderAmendment writes an amendment as a client would send it.
func renderAmendment(t *testing.T, id contact.ID, a *contact.Amendment) []byte {
	t.Helper()
	body := members(id, &contact.Patch{Fields: a.Fields})
	for _, col := range contact.Collections {
		l := &a.Values[col]
		if !l.Named {
			continue
		}
		asked := map[string]any{"add": append([]string{}, l.Add...), "remove": append([]string{}, l.Remove...)}
		if l.Primary != "" {
			asked["primary"] = l.Primary
		}
		body[col.String()] = asked
	}
	out, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestReadAmendment(t *testing.T) {
	many := func(n int) string {
		list := make([]string, n)
		for i := range list {
			list[i] = fmt.Sprintf(`"n%d"`, i)
		}
		return strings.Join(list, ",")
	}
	for _, test := range []struct {
		body string
		want []string // path and code of each problem; none for a body that is taken
	}{
		{`{"emails":{"add":["a@example.com"],"remove":["b@example.com"],"primary":"c@example.com"}}`, nil},
		{`{"id":7,"custom_fields":{"profile_field_1":null}}`, nil},
		{`{"names":{"add":[]}}`, nil}, // nothing to do is no mistake
		{`{"names":{"add":["Ann"," Ann "],"remove":["Ann","Ann"]}}`, nil},
		{`{"names":{"add":[` + many(100) + `,"n0"]}}`, nil},
		{`{"names":{"remove":[` + many(1000) + `]}}`, nil},

		{`{}`, []string{"body patch_empty"}},
		{`{"id":7}`, []string{"body patch_empty"}},
		{`{"emails":{}}`, []string{"emails field_missing"}},
		{`{"custom_fields":{}}`, []string{"custom_fields field_missing"}},
		{`{"emails":["a@example.com"]}`, []string{"emails wrong_type"}},
		{`{"emails":"a@example.com"}`, []string{"emails wrong_type"}},
		{`{"emails":null,"custom_fields":null}`, []string{"emails null_not_allowed", "custom_fields null_not_allowed"}},
		{`{"emails":{"add":"a@example.com","remove":null,"primary":["a@example.com"]}}`,
			[]string{"emails.add wrong_type", "emails.remove null_not_allowed", "emails.primary wrong_type"}},
		{`{"emails":{"add":["a@example.com","x",1],"remove":["y"],"primary":"z"}}`,
			[]string{"emails.add.1 email_invalid", "emails.add.2 wrong_type", "emails.remove.0 email_invalid", "emails.primary email_invalid"}},
		{`{"emails":{"added":[]},"email":{},"custom_fields":{"profile_field_31":1}}`,
			[]string{"emails.added unknown_field", "email unknown_field", "custom_fields.profile_field_31 unknown_field"}},
		{`{"custom_fields":{"profile_field_16":"x","profile_field_26":[]}}`,
			[]string{"custom_fields.profile_field_16 number_invalid", "custom_fields.profile_field_26 wrong_type"}},
		{`{"id":"7","names":{"add":["Ann"]}}`, []string{"id invalid_id"}},
		{`{"names":{"add":[` + many(101) + `]}}`, []string{"names.add too_many_items"}},
		{`{"names":{"remove":[` + many(1001) + `]}}`, []string{"names.remove too_many_items"}},
		{`{"names":{"add":["a"],"add":["b"]}}`, []string{"body json_duplicate_key"}},
		{`[]`, []string{"body json_not_object"}},
		{``, []string{"body body_empty"}},
	} {
		var a contact.Amendment
		_, err := ReadAmendment([]byte(test.body), &a)
		var got []string
		if e, ok := errors.AsType[*fault.Error](err); ok {
			for _, p := range e.At {
				got = append(got, p.Path+" "+string(p.Code))
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%.80s: %v, want %v", test.body, got, test.want)
		}
	}
}

// An answer shows what a PATCH names, and no more.
func TestAmendmentShowsWhatItNames(t *testing.T) {
	var a contact.Amendment
	if _, err := ReadAmendment([]byte(`{"emails":{"add":[]},"custom_fields":{"profile_field_3":null}}`), &a); err != nil {
		t.Fatal(err)
	}
	p := a.Shows()
	for _, col := range contact.Collections {
		if p.Values[col].Sent != (col == contact.Emails) {
			t.Errorf("%s: %v", col, p.Values[col].Sent)
		}
	}
	if !p.Fields.Sent || !p.Fields.Named[2] || slices.Contains(p.Fields.Named[3:], true) {
		t.Errorf("%v", p.Fields.Named)
	}
}

func TestReadNothing(t *testing.T) {
	for body, code := range map[string]fault.Code{
		`{}`: "", " {\n} ": "",
		`{"resolve":"theirs"}`: fault.CodeUnknownField,
		`[]`:                   fault.CodeJSONNotObject,
		`{`:                    fault.CodeJSONSyntax,
		`{} {}`:                fault.CodeJSONTrailingData,
	} {
		err := ReadNothing([]byte(body))
		e, _ := errors.AsType[*fault.Error](err)
		if (err == nil) != (code == "") || err != nil && e.Code != code {
			t.Errorf("%s: %v, want %s", body, err, code)
		}
	}
}
