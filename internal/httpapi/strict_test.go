package httpapi_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"pgregory.net/rapid"

	"github.com/carnet-project/carnet/internal/contact"
)

// probe is a request with one value in it, which the server takes or refuses.
type probe struct {
	name         string
	method, path string
	header, body string // a header as "Name: value"
}

// verdicts tells whether the server and the document take a probe.
func (w *world) verdicts(t *testing.T, p probe) (server, document bool) {
	t.Helper()
	send := func() *http.Request {
		r := httptest.NewRequest(p.method, "/public-api/v1"+p.path, strings.NewReader(p.body))
		r.Header.Set("Authorization", "Bearer "+w.secrets["main"])
		if p.body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		if name, value, ok := strings.Cut(p.header, ": "); ok {
			r.Header.Set(name, value)
		}
		return r
	}
	res := httptest.NewRecorder()
	w.handler.ServeHTTP(res, send())
	if res.Code != 422 && res.Code >= 400 && res.Code != 409 && res.Code != 412 {
		t.Fatalf("%s: %d %s", p.name, res.Code, res.Body)
	}
	d, err := described()
	if err != nil {
		t.Fatal(err)
	}
	document, _ = d.ValidateHttpRequestSync(send())
	return res.Code != 422, document
}

// quoted writes a value as a JSON string.
func quoted(s string) string {
	b, err := jsontext.AppendQuote(nil, s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func inList(list string) func(string) probe {
	other := `"names":["A"]`
	if list == "names" {
		other = `"phones":["112"]`
	}
	return func(s string) probe { return create("{" + other + `,"` + list + `":[` + s + `]}`) }
}

func inSlot(n int) func(string) probe {
	return func(s string) probe {
		return create(`{"names":["A"],"custom_fields":{"profile_field_` + strconv.Itoa(n) + `":` + s + `}}`)
	}
}

func inQuery(name string) func(string) probe {
	return func(s string) probe {
		return probe{method: "GET", path: "/contacts?" + name + "=" + url.QueryEscape(s)}
	}
}

func inHeader(name string) func(string) probe {
	return func(s string) probe {
		return probe{method: "POST", path: "/contacts", header: name + ": " + s, body: `{"names":["A"]}`}
	}
}

func put(body string) probe { return probe{method: "PUT", path: "/contacts/1", body: body} }

func create(body string) probe { return probe{method: "POST", path: "/contacts", body: body} }

// FAULT D5: what the server refuses by its form alone, the document refuses
// too, and what the server takes, the document takes.
func TestDocumentIsAsStrictAsTheServer(t *testing.T) {
	long := strings.Repeat
	text := func(values ...string) []string {
		for i, s := range values {
			values[i] = quoted(s)
		}
		return values
	}
	for _, c := range []struct {
		what      string
		in        func(string) probe
		good, bad []string
		looser    []string // refused by the server alone: no pattern can say it
	}{
		{"email", inList("emails"),
			text("ada@example.com", "a@b.co", " ada@example.com\t", "a.b+c-d_e@x-y.example.org", "-ada-@example.com", "é.à@bücher.example",
				"ada@例え。テスト", long("a", 64)+"@example.com", "a@"+long("b", 63)+".com", "a@1.2a"),
			text("", " ", "ada", "ada@", "@example.com", "a@b@example.com", "ada@example", "ada@example.com.", ".ada@example.com",
				"ada.@example.com", "a..b@example.com", "a b@example.com", "Ada <ada@example.com>", `"ada"@example.com`, "ada@-example.com",
				"ada@example-.com", "ada@ex_ample.com", "ada@[127.0.0.1]", "ada@127.0.0.1", "ada@example.123", "ada@example..com",
				"a\u0000b@example.com", "a\nb@example.com", long("a", 65)+"@example.com", "a@"+long("b", 64)+".com", "a@"+long("b.", 130)+"com",
				"mailto:ada@example.com", "ada@example.com, b@example.com"),
			text(long("é", 33)+"@example.com", "ada@\u202eexample.com", "ada@xn--a.example")},
		{"phone", inList("phones"),
			text("+44 7700 900123", "(202) 555-0143", "112", " 112 ", "+1.202.555.0143 x12", "555 0143 ext. 9", "5550143;ext=9", "555/01 43#,,*1", "12x3", "٠١٢"),
			text("", "12", "+--", "1-800-FLOWERS", "555 0143 x", "555 0143 x 1 2 y", "555_0143", "555:0143", "5550143ext=9", "<555>0143", "1x2", "555\u00000143", "555\n0143", long("5", 65)),
			text("\u202e5550143", "555a\u00e90143"[:3]+"é0143", "٠١－")},
		{"name", inList("names"), text("Ada", " Ada ", "A\tb\nc", "👩‍👩‍👧", long("é", 500)), text("", " \t\n", "a\u0000b", "a\u0007b", "a\u009fb", long("a", 501)), nil},
		{"location", inList("locations"), text("London"), text("", " ", "a\u007fb", long("a", 501)), nil},
		{"text field", inSlot(1), append(text("", "a", " ", "a\r\nb"), "null"), append(text("a\u0000", "a\u001bb", long("a", 10_241)), "1", "true", "[]"), nil},
		{"number field", inSlot(16),
			append(text("", "500", " 12.5 ", "-0", "+.5", "5.", "1e3", "12345678901234567890.123"), "null", "500", "-12.5", "1e2", "99999999999999999999"),
			append(text(" ", "1,5", "1 000", "0x10", "abc", "1e", "--1", ".", "NaN", "١"), "1e21", "-1e21", "true", "{}"),
			append(text("1e20", "0.000000000000000000001"), "1e20")},
		{"date field", inSlot(26),
			append(text("", "2026-03-01", " 2026-03-01 ", "2026-03-01 10:00:00", "2026-03-01T10:00:00Z", "2026-03-01t10:00:00.5+01:00", "9999-12-31"), "null"),
			append(text("2026-3-1", "01.03.2026", "2026-13-01", "2026-00-01", "2026-03-32", "0999-01-01", "2026-03-01T25:00:00Z", "2026-03-01 10:60:00", "2026-03-01x", "20260301", "today", " "), "20260301", "true"),
			text("2026-02-30")},
		{"start_date", inQuery("start_date"), []string{"2026-01-01 00:00:00", "2026-12-31 23:59:59"},
			[]string{"2026-01-01", "2026-13-01 00:00:00", "2026-01-00 00:00:00", "2026-01-01 24:00:00", "2026-01-01 00:60:00", "2026-01-01T00:00:00", "2026-1-1 0:00:00", "x"},
			[]string{"2026-02-30 00:00:00"}},
		{"email=", inQuery("email"), []string{"ada@example.com", "ADA@EXAMPLE.COM"}, []string{"ada", "", "a..b@example.com"}, nil},
		{"phone=", inQuery("phone"), []string{"+44 7700 900123", "112"}, []string{"12", "", "abc"}, nil},
		{"per_page=", inQuery("per_page"), []string{"1", "5000"}, []string{"0", "5001", "x", "1.5"}, nil},
		{"a flag", inQuery("include_all_emails"), []string{"0", "1"}, []string{"true", "2", "x"}, nil},
		{"X-Actor", inHeader("X-Actor"), []string{"Sam"}, []string{long("a", 101)}, nil},
		{"X-Reason", inHeader("X-Reason"), []string{"The address bounced"}, []string{long("a", 501)}, nil},
		{"Idempotency-Key", inHeader("Idempotency-Key"), []string{"a", "~!", long("k", 255)}, []string{"two words", "é", long("k", 256)}, []string{""}},
		{"batch", func(s string) probe { return probe{method: "POST", path: "/contacts/batch", body: s} },
			[]string{`{"operations":[{"method":"POST","body":{"names":["A"]}}]}`, `{"atomic":false,"operations":[{"method":"POST","body":{"names":["A"]}}]}`},
			[]string{`{}`, `[]`, `{"operations":[]}`, `{"operations":{}}`, `{"operations":null}`, `{"operations":[{"method":"POST","body":{"names":["A"]}}],"atomic":1}`,
				`{"operations":[{"method":"POST","body":{"names":["A"]}}],"dry_run":true}`, `{"atomic":true}`,
				`{"operations":[` + long(`{"method":"POST","body":{"names":["A"]}},`, 1000) + `{"method":"POST","body":{"names":["A"]}}]}`}, nil},
		{"plan", func(s string) probe { return probe{method: "POST", path: "/plans", body: s} },
			[]string{`{"operations":[{"method":"DELETE","id":1}]}`, `{"undo":{"batch_id":"x"}}`, `{"undo":{"plan_id":"x"}}`, `{"undo":{"request_id":"x"}}`,
				`{"undo":{"key_id":1,"since":"2026-03-01T12:00:00Z","until":"2026-03-01T14:00:00+01:00"}}`},
			[]string{`{}`, `[]`, `{"operations":[]}`, `{"operations":{}}`, `{"undo":null}`, `{"undo":"x"}`, `{"undo":{}}`, `{"undo":{"batch_id":""}}`, `{"undo":{"batch_id":1}}`,
				`{"undo":{"batch_id":"x","plan_id":"x"}}`, `{"undo":{"key_id":1}}`, `{"undo":{"key_id":"1","since":"2026-03-01T12:00:00Z","until":"2026-03-01T13:00:00Z"}}`,
				`{"undo":{"since":"2026-03-01T12:00:00Z","until":"2026-03-01T13:00:00Z"}}`, `{"undo":{"batch_id":"x","since":"2026-03-01T12:00:00Z"}}`,
				`{"undo":{"key_id":1,"since":"2026-03-01","until":"2026-03-01T13:00:00Z"}}`, `{"undo":{"change_id":"1-1"}}`,
				`{"operations":[{"method":"DELETE","id":1}],"undo":{"batch_id":"x"}}`, `{"operations":[{"method":"DELETE","id":1}],"atomic":true}`},
			[]string{`{"undo":{"key_id":1,"since":"2026-03-01T13:00:00Z","until":"2026-03-01T12:00:00Z"}}`}},
		{"operation", func(s string) probe {
			return probe{method: "POST", path: "/contacts/batch", body: `{"atomic":true,"operations":[` + s + `]}`}
		},
			[]string{`{"method":"POST","body":{"names":["A"]}}`, `{"body":{"names":["A"]},"id":1,"method":"PUT"}`, `{"method":"PUT","id":1,"if_match":"*","body":{"names":["A"]}}`,
				`{"method":"PATCH","id":1,"if_match":"\"9\"","body":{"names":{"add":["A"]}}}`, `{"method":"DELETE","id":1,"if_match":"9"}`,
				`{"method":"PATCH","id":1,"base_version":1,"body":{"names":{"add":["A"]}}}`},
			[]string{`{}`, `1`, `null`, `[]`, `{"method":"POST"}`, `{"method":"post","body":{"names":["A"]}}`, `{"method":"ERASE","id":1}`, `{"method":"GET","id":1}`, `{"id":1,"body":{"names":["A"]}}`,
				`{"method":"POST","id":1,"body":{"names":["A"]}}`, `{"method":"POST","body":{}}`, `{"method":"POST","body":[]}`, `{"method":"POST","body":null}`,
				`{"method":"PUT","body":{"names":["A"]}}`, `{"method":"PUT","id":"1","body":{"names":["A"]}}`, `{"method":"PUT","id":1,"body":{}}`, `{"method":"PUT","id":1,"body":{"name":["A"]}}`,
				`{"method":"PUT","id":1,"body":{"names":["A"]},"if_match":1}`, `{"method":"PUT","id":1,"body":{"names":["A"]},"if_match":"x"}`, `{"method":"PUT","id":1,"body":{"names":["A"]},"if_match":"W/\"1\""}`,
				`{"method":"PUT","id":1,"body":{"names":["A"]},"base_version":"1"}`, `{"method":"PUT","id":1,"body":{"names":["A"]},"base_version":0}`, `{"method":"PUT","id":1,"body":{"names":["A"]},"resolve":"theirs"}`,
				`{"method":"PATCH","id":1,"body":{"names":["A"]}}`, `{"method":"PATCH","id":1,"body":{"names":{"add":["A"]}},"change_id":"1-1"}`,
				`{"method":"DELETE"}`, `{"method":"DELETE","id":1,"body":{}}`, `{"method":"DELETE","id":1,"base_version":1}`,
				`{"method":"MERGE","id":1}`, `{"method":"MERGE","id":1,"body":{}}`, `{"method":"UNMERGE","id":1,"body":{}}`, `{"method":"UNMERGE","id":1,"body":{"merged_id":2},"base_version":1}`,
				`{"method":"UNDO","id":1}`, `{"method":"UNDO","id":1,"change_id":1}`, `{"method":"UNDO","id":1,"change_id":"1-1","resolve":"mine"}`, `{"method":"UNDO","id":1,"change_id":"1-1","body":{}}`}, nil},
		{"If-Match", func(s string) probe {
			return probe{method: "PUT", path: "/contacts/1", header: "If-Match: " + s, body: `{"names":["A"]}`}
		},
			[]string{`"7"`, "*", `"1", "2"`, `W/"1"`}, nil, nil},
		{"update", put, []string{`{"emails":[]}`, `{"id":1,"names":["A"]}`, `{"custom_fields":{}}`},
			[]string{`{}`, `{"id":1}`, `{"email":[]}`, `{"emails":null}`, `{"emails":"a@b.co"}`, `{"id":"1","names":["A"]}`, `{"id":0,"names":["A"]}`,
				`{"custom_fields":{"profile_field_31":"a"}}`, `{"custom_fields":[]}`, `[]`}, nil},
		{"amendment", func(s string) probe { return probe{method: "PATCH", path: "/contacts/1", body: s} },
			[]string{`{"emails":{"add":["a@b.co"]}}`, `{"id":1,"names":{"remove":["A"],"primary":"B"}}`, `{"phones":{"add":[]}}`, `{"custom_fields":{"profile_field_1":null}}`},
			[]string{`{}`, `{"id":1}`, `{"emails":{}}`, `{"emails":[]}`, `{"emails":null}`, `{"emails":{"add":"a@b.co"}}`, `{"emails":{"add":["a"]}}`,
				`{"emails":{"remove":["a"]}}`, `{"emails":{"primary":null}}`, `{"emails":{"set":[]}}`, `{"custom_fields":{}}`, `{"custom_fields":null}`,
				`{"custom_fields":{"profile_field_31":"a"}}`, `{"email":{}}`, `[]`}, nil},
		{"X-Base-Version", func(s string) probe {
			return probe{method: "PUT", path: "/contacts/1", header: "X-Base-Version: " + s, body: `{"names":["The first"]}`}
		},
			[]string{"1"}, []string{"0", "-1", "x", "1.5", `"1"`, "9007199254740992"}, []string{"9007199254740991"}},
		{"dry_run=", func(s string) probe {
			return probe{method: "PUT", path: "/contacts/1?dry_run=" + url.QueryEscape(s), body: `{"names":["A"]}`}
		},
			[]string{"0", "1"}, []string{"", "true", "2"}, nil},
		{"max_removals=", func(s string) probe {
			return probe{method: "PATCH", path: "/contacts/1?max_removals=" + url.QueryEscape(s), body: `{"names":{"add":["A"]}}`}
		},
			[]string{"0", "1", "10000"}, []string{"", "-1", "10001", "x", "1.5"}, nil},
		{"resolve=", func(s string) probe {
			return probe{method: "POST", path: "/contacts/1/changes/1-1/undo?resolve=" + url.QueryEscape(s)}
		},
			nil, []string{"", "yours", "1"}, nil},
		{"nothing", func(s string) probe { return probe{method: "DELETE", path: "/contacts/1", body: s} },
			[]string{`{}`}, []string{`{"id":1}`, `[]`}, nil},
		{"create", create, []string{`{"emails":["a@b.co"]}`, `{"phones":["112"],"emails":[]}`, `{"names":["A"],"locations":[]}`},
			[]string{`{}`, `{"emails":[]}`, `{"emails":[],"phones":[],"names":[]}`, `{"locations":["London"]}`, `{"custom_fields":{"profile_field_1":"a"}}`, `{"id":1,"names":["A"]}`}, nil},
		{"merge", func(s string) probe { return probe{method: "POST", path: "/contacts/1/merge", body: s} },
			nil, []string{`{}`, `{"merged_id":"2"}`, `{"merged_id":0}`, `{"merged_id":2,"x":1}`, `{"merged_id":null}`}, nil},
	} {
		t.Run(c.what, func(t *testing.T) {
			w := newWorld(t, openSQLite(t))
			w.verdicts(t, create(`{"names":["The first"]}`))
			for _, s := range c.good {
				if server, document := w.verdicts(t, c.in(s)); !server || !document {
					t.Errorf("%s: server %v, document %v; want both to take it", s, server, document)
				}
			}
			for _, s := range c.bad {
				if server, document := w.verdicts(t, c.in(s)); server || document {
					t.Errorf("%s: server %v, document %v; want both to refuse it", s, server, document)
				}
			}
			for _, s := range c.looser {
				if server, document := w.verdicts(t, c.in(s)); server || !document {
					t.Errorf("%s: server %v, document %v; want the server alone to refuse it", s, server, document)
				}
			}
		})
	}
}

// Whatever the server takes as a value, the patterns of the document take: the
// other way round, a client that goes by the document could not send it.
func TestPatternsTakeWhatTheServerTakes(t *testing.T) {
	d := readDocument(t)
	for _, c := range []struct {
		schema string
		values *rapid.Generator[string]
		taken  func(string) bool
	}{
		{"Email", rapid.StringMatching(`[ \t]?[a.+é-]{1,6}@([a1ü-]{1,4}[.。]){0,3}[a1é-]{1,4} ?`), value(contact.Emails)},
		{"Phone", rapid.StringMatching(`[ \t]?\+?[1٢ ().,;/#*–-]{1,8}(;ext=|x|X|ext\.?|EXT)?[ ]?[1٢]{0,3}[ ]?`), value(contact.Phones)},
		{"Name", rapid.StringMatching("[a \t\n\x00\x1b\x7f\u0085\u200bé]{0,4}"), value(contact.Names)},
		{"TextFieldInput", rapid.StringMatching("[a \t\n\x00\x1b\x7f\u0085\u200bé]{0,4}"), slot(1)},
		{"DateFieldInput", rapid.StringMatching(`( ?(2026|0999|1000)-[01][0-9]-[0-3][0-9](([T ][0-2][0-9]:[0-6]0:00)(\.5)?(Z|[+-]0[0-9]:?00)?)?)?`), slot(26)},
	} {
		schema := d.at(d.root, "components", "schemas", c.schema).(map[string]any)
		pattern := regexp.MustCompile(schema["pattern"].(string))
		isNot, _ := d.at(schema, "not", "pattern").(string)
		not := regexp.MustCompile(isNot)
		t.Run(c.schema, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				s := c.values.Draw(t, "value")
				if c.taken(s) && (!pattern.MatchString(s) || isNot != "" && not.MatchString(s)) {
					t.Fatalf("the server takes %q, the document does not", s)
				}
			})
		})
	}
}

func value(c contact.Collection) func(string) bool {
	return func(s string) bool { _, flaw := contact.ParseValue(c, s); return flaw == nil }
}

func slot(n int) func(string) bool {
	s, ok := contact.SlotOf("profile_field_" + strconv.Itoa(n))
	if !ok {
		panic("no such slot")
	}
	return func(text string) bool { _, flaw := contact.ParseField(s, text, false); return flaw == nil }
}
