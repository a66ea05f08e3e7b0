package httpapi_test

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
)

// document is openapi.json, for tests that go through all that it says.
type document struct{ root map[string]any }

func readDocument(t *testing.T) document {
	t.Helper()
	text, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var d document
	if err := json.Unmarshal(text, &d.root); err != nil {
		t.Fatal(err)
	}
	return d
}

// operation is one method of one path.
type operation struct {
	method, path string // "GET", "/public-api/v1/contacts/{id}"
	parameters   []map[string]any
	body         map[string]any // the schema, nil for none
	responses    map[string]map[string]any
	raw          map[string]any
}

func (o operation) String() string { return o.method + " " + o.path }

// operations lists everything that can be asked for, by path and method.
func (d document) operations() (list []operation) {
	paths := d.root["paths"].(map[string]any)
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		item := paths[path].(map[string]any)
		for _, method := range slices.Sorted(maps.Keys(item)) {
			if method == "parameters" {
				continue
			}
			raw := item[method].(map[string]any)
			o := operation{method: strings.ToUpper(method), path: path, responses: map[string]map[string]any{}, raw: raw}
			for _, of := range []map[string]any{item, raw} {
				for _, p := range slice(of["parameters"]) {
					o.parameters = append(o.parameters, d.resolve(p))
				}
			}
			if body := d.resolve(raw["requestBody"]); body != nil {
				o.body = d.resolve(d.at(body, "content", "application/json", "schema"))
			}
			for status, answer := range raw["responses"].(map[string]any) {
				o.responses[status] = d.resolve(answer)
			}
			list = append(list, o)
		}
	}
	return list
}

// resolve follows a $ref; what stands beside it is added. It gives nil for nil.
func (d document) resolve(v any) map[string]any {
	m, ok := v.(map[string]any)
	ref, isRef := m["$ref"].(string)
	if !ok || !isRef {
		return m
	}
	target := maps.Clone(d.resolve(d.at(d.root, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)))
	for name, beside := range m {
		target[name] = beside // $ref itself too: it is the schema's name
	}
	return target
}

// at goes down by the names of members.
func (d document) at(m map[string]any, names ...string) any {
	var v any = m
	for _, name := range names {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

func slice(v any) []any {
	list, _ := v.([]any)
	return list
}
