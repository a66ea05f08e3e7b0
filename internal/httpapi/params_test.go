package httpapi_test

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/api"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/httpapi"
)

// FAULT C1: whatever a filter is sent as, an answer is the page that it asks for,
// or a refusal, and never everybody. Its kind: values that one reading takes and
// another does not.
func TestFiltersNeverComeToNothing(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	for _, body := range []string{`{"names": ["Everybody"]}`, `{"emails": ["ada+news@x.example"]}`, `{"phones": ["+44 7700 900123"]}`} {
		if res := w.send("main", "POST", "/public-api/v1/contacts", body); res.Code != 201 {
			t.Fatal(res.Body)
		}
	}
	taken := 0
	for _, name := range []string{"email", "phone", "updated_since", "start_date", "end_date", "custom_field_filters"} {
		for _, value := range []string{
			"", "+", "++", "%20", "+%20", "%2B", "%00", "%0a", "+@x.example", "%2B@x.example", "%20@x.example", "+ada@x.example", "ada+news@x.example", "ada%20news@x.example",
			"ada@x.example+", "ada@x.example%0a", "%E2%80%8B", "ada@x.example%E2%80%8B", "%ff", "112", "+112", "+112+", "112%2B", "%20112", "11%2012", "%EF%BC%8B112", "(+112)",
			"2999-01-01T00:00:00Z", "2999-01-01T00:00:00+01:00", "+2999-01-01T00:00:00Z", "2999-01-01+00:00:00", "2999-01-01%2000:00:00", "1000-01-01%2000:00:00", "1000-01-01+00:00:00",
			`[{"field":"profile_field_1","operator":"any"}]`, `[{"field":"profile_field_1","operator":"contains","value":""}]`, `[{"field":"profile_field_1","operator":"any"},{}]`, "[]", "[{}]", "{}",
			"0001-01-01T00:00:00Z", "0001-01-01%2000:00:00", "9999-12-31T23:59:59Z", "null", "0", "*", "%25",
		} {
			res := w.send("main", "GET", "/public-api/v1/contacts?"+name+"="+value, "")
			all := strings.Contains(res.Body.String(), "Everybody")
			// Times before all contacts are a lower bound that lets all in, and those after all an upper one.
			time := name != "email" && name != "phone" && name != "custom_field_filters"
			if res.Code != 422 && (res.Code != 200 || all && !time) {
				t.Errorf("%s=%s: %d %s", name, value, res.Code, res.Body)
			}
			if late := strings.HasPrefix(value, "2999") || strings.HasPrefix(value, "9999"); res.Code == 200 && time && all != (late == (name == "end_date")) {
				t.Errorf("%s=%s: everybody is listed: %v", name, value, all)
			}
			if res.Code == 200 {
				taken++
			}
		}
	}
	if taken < 20 {
		t.Errorf("only %d of the values were taken", taken)
	}
	// FAULT C10: a + in an email is one however it is written.
	for _, value := range []string{"ada+news@x.example", url.QueryEscape("ada+news@x.example")} {
		if res := w.send("main", "GET", "/public-api/v1/contacts?email="+value, ""); !strings.Contains(res.Body.String(), `"email":"ada+news@x.example"`) {
			t.Errorf("%s: %s", value, res.Body)
		}
	}
}

// FAULT C1: no parameter of any route can be sent as nothing: it is refused by
// its name, and never taken for one that was left out.
func TestNoParameterIsNothing(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	if res := w.send("eraser", "POST", "/public-api/v1/contacts", `{"names": ["Everybody"]}`); res.Code != 201 {
		t.Fatal(res.Body)
	}
	tried := 0
	for _, row := range httpapi.RouteRows() {
		for _, name := range row.Params {
			for _, nothing := range []string{name, name + "=", name + "=+", name + "=%20", name + "=%09", name + "=%00", name + "=%C2%A0", name + "=%E2%80%8B", name + "=%E2%A0%80", name + "=%F3%A0%80%81"} {
				res := w.send("eraser", row.Method, strings.ReplaceAll(row.Path, "{id}", "1")+"?"+nothing, `{"names": ["Everybody"]}`)
				if body := res.Body.String(); res.Code != 422 || !strings.Contains(body, `"errors":{"`+name+`":[`) {
					t.Errorf("%s %s?%s: %d %s", row.Method, row.Path, nothing, res.Code, body)
				}
				tried++
			}
		}
	}
	if tried < 200 {
		t.Errorf("only %d were tried", tried)
	}
}

// FAULT C10: however a + was typed, the links of a page ask for the same.
func TestLinksAskForTheSame(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	for range 3 {
		body := `{"emails": ["ada+news@x.example", "+@x.example"], "phones": ["+44 7700 900123"]}`
		if res := w.send("main", "POST", "/public-api/v1/contacts", body); res.Code != 201 {
			t.Fatal(res.Body)
		}
	}
	for _, query := range []string{
		"email=ada+news@x.example", "email=ada%2Bnews@x.example", "email=%20ada+news@x.example%20", "email=+@x.example", "email=%2B@x.example",
		"phone=+44+7700+900123", "phone=%2B447700900123", "phone=(+44)7700900123", "phone=%2007700+900123", "phone=+%2B447700900123",
		"updated_since=2026-01-01T00:00:00+01:00", "updated_since=2026-01-01T00:00:00%2B01:00",
		"start_date=2026-01-01+00:00:00", "start_date=2026-01-01%2000:00:00&numbers=string&include_custom_fields=1&use_custom_field_labels=0",
	} {
		pages := 0
		for target := "http://carnet.example/public-api/v1/contacts?per_page=1&" + query; target != ""; pages++ {
			res := w.send("main", "GET", target, "")
			var page struct {
				Data []any  `json:"data"`
				Next string `json:"next_page_url"`
			}
			if err := json.Unmarshal(res.Body.Bytes(), &page); err != nil || res.Code != 200 || len(page.Data) != 1 || pages > 3 {
				t.Errorf("%s, page %d: %d %s", query, pages, res.Code, res.Body)
				break
			}
			target = page.Next
		}
		if pages != 3 {
			t.Errorf("%s: %d pages", query, pages)
		}
	}
}

// CONTRACT P5: the client knows the operators that the server does.
func TestClientKnowsOperators(t *testing.T) {
	known := map[string]bool{}
	for _, kind := range []contact.FieldKind{contact.TextField, contact.NumberField, contact.DateField} {
		for _, o := range kind.Operators() {
			known[string(o)] = true
		}
	}
	if clients := slices.Sorted(slices.Values(api.Operators)); !slices.Equal(clients, slices.Sorted(maps.Keys(known))) {
		t.Errorf("the client has %v, the server %v", clients, known)
	}
}
