package httpapi_test

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// FAULT C17: every operation that answers numbers of contacts takes numbers=string
// (CONTRACT D39). Refusals that tell of values are those of operations that answer them.
func TestNumbersEverywhere(t *testing.T) {
	d := readDocument(t)
	takes, shows := 0, 0
	for _, o := range d.operations() {
		takesIt := slices.ContainsFunc(o.parameters, func(p map[string]any) bool { return p["name"] == "numbers" })
		responses, _ := o.raw["responses"].(map[string]any)
		done := map[string]any{}
		for status, of := range responses {
			if status[0] == '2' {
				done[status] = of
			}
		}
		showsIt := d.reaches(done, "#/components/schemas/FieldValue", map[string]bool{})
		if showsIt && !takesIt {
			t.Errorf("%s answers numbers of contacts, and does not take numbers=string", o)
		}
		if takesIt && !showsIt {
			t.Logf("%s takes it for what it answers where it is refused", o)
		}
		if takesIt {
			takes++
		}
		if showsIt {
			shows++
		}
	}
	if takes < 10 || shows < 10 {
		t.Errorf("only %d operations take it, and %d show numbers: this looks in the wrong place", takes, shows)
	}
}

// FAULT C17: and they answer them so: whatever an operation does, none of its answers has
// a number that is not a string.
func TestNumbersAreStrings(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	own := w.settle(t, "eraser", "own", "900002", `"profile_field_16":8675309`, 2)
	d, bare, shown := readDocument(t), regexp.MustCompile(`[^"]8675309`), 0
	list, order := d.operations(), []string{"GET", "PATCH", "POST", "PUT", "DELETE"}
	slices.SortStableFunc(list, func(a, b operation) int { // what reads comes first: it finds all as it was
		return cmp.Compare(slices.Index(order, a.method), slices.Index(order, b.method))
	})
	for _, o := range list {
		if !slices.ContainsFunc(o.parameters, func(p map[string]any) bool { return p["name"] == "numbers" }) {
			continue
		}
		target, body := d.request(t, o, own, map[string]string{"query numbers": "string", "query include_custom_fields": "1"})
		text := w.send(own.key, o.method, target, body).Body.String()
		if bare.MatchString(text) {
			t.Errorf("%s: %s", o, text)
		}
		if strings.Contains(text, `"8675309"`) {
			shown++
		}
	}
	if shown < 5 {
		t.Errorf("only %d operations showed the number", shown)
	}
}

// reaches tells whether something of the document has a schema in it, by references too.
func (d document) reaches(in any, schema string, seen map[string]bool) bool {
	switch in := in.(type) {
	case map[string]any:
		for name, below := range in {
			if name == "example" || name == "examples" {
				continue
			}
			if d.reaches(below, schema, seen) {
				return true
			}
		}
		ref, ok := in["$ref"].(string)
		if !ok || seen[ref] {
			return false
		}
		seen[ref] = true
		return ref == schema || d.reaches(d.resolve(in), schema, seen)
	case []any:
		return slices.ContainsFunc(in, func(below any) bool { return d.reaches(below, schema, seen) })
	}
	return false
}
