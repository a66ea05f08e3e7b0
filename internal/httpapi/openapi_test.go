package httpapi_test

import (
	"cmp"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pb33f/go-yaml"
	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
	"github.com/pb33f/libopenapi-validator/schema_validation"
	"github.com/pb33f/libopenapi/datamodel/high/base"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
	"github.com/pb33f/libopenapi/orderedmap"

	"github.com/carnet-project/carnet/internal/httpapi"
)

// described is openapi.yaml as a validator sees it, read once.
var described = sync.OnceValues(func() (d struct {
	validator.Validator
	*v3.Document
}, err error) {
	text, err := os.ReadFile("openapi.yaml")
	if err != nil {
		return d, err
	}
	parsed, err := libopenapi.NewDocument(text)
	if err != nil {
		return d, err
	}
	model, err := parsed.BuildV3Model()
	if err != nil {
		return d, err
	}
	d.Document = &model.Model
	d.Validator = validator.NewValidatorFromV3Model(d.Document, config.WithFormatAssertions(), config.WithStrictMode(),
		config.WithStrictIgnorePaths("$.headers.**", "$.body.**", "$.cookies.**"))
	d.SetDocument(parsed)
	return d, nil
})

func TestDocumentIsValid(t *testing.T) {
	d, err := described()
	if err != nil {
		t.Fatal(err)
	}
	ok, problems := d.ValidateDocument()
	for _, p := range problems {
		t.Error(p)
	}
	if !ok && len(problems) == 0 {
		t.Error("the document is not valid")
	}
}

// pages are the routes that are about the API and no part of it: see
// TestPages.
var pages = []string{"/", "/openapi.yaml", "/openapi.json", "/docs", "/docs/{asset}", "/llms.txt"}

// isPage tells whether a row of the table, "GET /docs", is one of the pages.
func isPage(pattern string) bool {
	_, path, _ := strings.Cut(pattern, " ")
	return slices.Contains(pages, path)
}

// The document has the rows of the table: what can be asked for, with which
// scope, counted against which limit, with which parameters.
func TestDocumentHasEveryRoute(t *testing.T) {
	documented := map[string]httpapi.RouteRow{}
	for _, o := range readDocument(t).operations() {
		row := httpapi.RouteRow{Method: o.method, Path: o.path}
		for _, p := range o.parameters {
			if p["in"] == "query" {
				row.Params = append(row.Params, p["name"].(string))
			}
		}
		slices.Sort(row.Params)
		row.Bucket, _ = o.raw["x-rate-limit"].(string)
		var ways []string
		for _, s := range slice(o.raw["security"]) {
			var scopes []string
			for _, scope := range slice(s.(map[string]any)["apiKey"]) {
				scopes = append(scopes, scope.(string))
			}
			ways = append(ways, strings.Join(scopes, " and "))
		}
		row.Scope = strings.Join(ways, " or ")
		if _, has := o.raw["security"]; !has {
			t.Errorf("%s does not say who may ask", o)
		}
		documented[o.String()] = row
	}
	for _, want := range httpapi.RouteRows() {
		name := want.Method + " " + want.Path
		got, ok := documented[name]
		delete(documented, name)
		if slices.Contains(pages, want.Path) {
			continue
		}
		if !ok {
			t.Errorf("the document lacks %s", name)
		} else if scope := cmp.Or(waysIn[want.Scope], want.Scope); got.Scope != scope || got.Bucket != want.Bucket || !slices.Equal(got.Params, want.Params) {
			t.Errorf("the document has %+v\nthe table has %+v", got, want)
		}
	}
	for name := range documented {
		t.Errorf("there is no route %s", name)
	}
}

// waysIn are the scopes that do where another than the one of the table does, too.
var waysIn = map[string]string{
	"contacts:plan":                  "contacts:plan or contacts:write",
	"contacts:read or contacts:plan": "contacts:read or contacts:plan or contacts:write",
}

func TestDocumentHasEveryCode(t *testing.T) {
	d := readDocument(t)
	var documented []string
	for _, code := range slice(d.at(d.root, "components", "schemas", "ErrorCode", "enum")) {
		documented = append(documented, code.(string))
	}
	if want := allCodes(t); !slices.Equal(documented, want) {
		t.Errorf("the document has the codes %q\nwant %q", documented, want)
	}
}

// Every operation, body and answer has an example, and so has every parameter
// that must be sent. Each example is what its schema says.
func TestExamples(t *testing.T) {
	d, err := described()
	if err != nil {
		t.Fatal(err)
	}
	for path, item := range d.Paths.PathItems.FromOldest() {
		for method, o := range item.GetOperations().FromOldest() {
			name := method + " " + path
			if o.OperationId == "" || o.Summary == "" || len(o.Tags) != 1 {
				t.Errorf("%s lacks an operationId, a summary or its tag", name)
			}
			if o.RequestBody != nil {
				checkContent(t, name, o.RequestBody.Content)
			}
			for _, p := range o.Parameters {
				if p.Required != nil && *p.Required {
					checkExample(t, name+" "+p.Name, p.Schema, p.Example)
				} else if p.Example != nil {
					// FAULT D2: tools fill it in, and send what nobody asked for.
					t.Errorf("%s: the parameter %s, which may be left out, has an example", name, p.Name)
				}
				if p.Description == "" {
					t.Errorf("%s does not describe %s", name, p.Name)
				}
			}
			for status, answer := range o.Responses.Codes.FromOldest() {
				if answer.Content == nil && status != "304" && status != "204" {
					t.Errorf("%s %s has no content", name, status)
				}
				checkContent(t, name+" "+status, answer.Content)
				for header, h := range answer.Headers.FromOldest() {
					checkExample(t, name+" "+status+" "+header, h.Schema, h.Example)
				}
			}
		}
	}
}

func checkContent(t *testing.T, name string, content *orderedmap.Map[string, *v3.MediaType]) {
	for _, media := range content.FromOldest() {
		if media.Examples.Len() == 0 {
			t.Errorf("%s has no example", name)
		}
		for title, example := range media.Examples.FromOldest() {
			if example.Summary == "" {
				t.Errorf("%s: the example %s has no summary", name, title)
			}
			checkExample(t, name+" "+title, media.Schema, example.Value)
		}
	}
}

func checkExample(t *testing.T, name string, schema *base.SchemaProxy, example *yaml.Node) {
	if example == nil {
		t.Errorf("%s has no example", name)
		return
	}
	var value any
	if err := example.Decode(&value); err != nil {
		t.Fatal(err)
	}
	_, problems := schema_validation.NewSchemaValidator(config.WithFormatAssertions()).ValidateSchemaObject(schema.Schema(), value)
	for _, p := range problems {
		t.Errorf("%s: %v", name, p)
	}
}

// What the documents say is theirs to say: nothing of our own papers, and
// nobody's real address or number.
func TestDocumentsSpeakToTheirReaders(t *testing.T) {
	reserved := regexp.MustCompile(`^(@example\.(com|org|net)|\+44 7700 900\d{3}|\+1 202 555 01\d\d)$`)
	personal := regexp.MustCompile(`@[a-z0-9-]+\.[a-z.]+[a-z]|\+\d[\d ]{5,}\d`)
	internal := regexp.MustCompile(`CONTRACT|\b[SPD][0-9]{1,2}\b`)
	for _, file := range []string{"openapi.yaml", "llms.txt"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found := personal.FindAllString(string(text), -1)
		if len(found) == 0 {
			t.Errorf("%s has no example at all", file)
		}
		for _, s := range found {
			if !reserved.MatchString(s) {
				t.Errorf("%s: %s could be somebody's", file, s)
			}
		}
		for _, s := range internal.FindAllString(string(text), -1) {
			t.Errorf("%s speaks of %s", file, s)
		}
	}
}

// The page under /docs knows paragraphs, **bold** and `code`, and no more of
// Markdown.
func TestDescriptionsAreWhatThePageShows(t *testing.T) {
	code, more := regexp.MustCompile("`[^`]*`"), regexp.MustCompile(`(?m)^\s*([-*+#>|]|[0-9]+\.)\s|\]\(|[<>_]|(^|[^*])\*([^*]|$)`)
	eachObject(readDocument(t).root, func(object map[string]any) {
		if text, ok := object["description"].(string); ok && more.MatchString(code.ReplaceAllString(text, "")) {
			t.Errorf("the page cannot show: %s", text)
		}
	})
}

// eachObject visits all objects of a document, however deep.
func eachObject(v any, visit func(map[string]any)) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			eachObject(item, visit)
		}
	case map[string]any:
		visit(v)
		for _, member := range v {
			eachObject(member, visit)
		}
	}
}

// What is written in the components is used: a schema that nothing refers to
// checks nothing.
func TestNoIdleComponents(t *testing.T) {
	d := readDocument(t)
	used := map[string]bool{}
	eachObject(d.root, func(object map[string]any) {
		if ref, ok := object["$ref"].(string); ok {
			used[ref] = true
		}
	})
	for kind, list := range d.root["components"].(map[string]any) {
		if kind == "securitySchemes" {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(list.(map[string]any))) {
			if !used["#/components/"+kind+"/"+name] {
				t.Errorf("nothing uses %s/%s", kind, name)
			}
		}
	}
}
