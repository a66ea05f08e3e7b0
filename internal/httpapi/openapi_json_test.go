package httpapi_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/pb33f/go-yaml"
)

var update = flag.Bool("update", false, "write openapi.json anew")

// TestJSONIsMadeOfYAML keeps openapi.json what openapi.yaml says.
func TestJSONIsMadeOfYAML(t *testing.T) {
	text, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	made := jsontext.Value(appendYAML(t, nil, &root))
	if err := made.Indent(jsontext.WithIndent(" ")); err != nil {
		t.Fatal(err)
	}
	made = append(made, '\n')
	if *update {
		if err := os.WriteFile("openapi.json", made, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	is, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(is, made) {
		t.Error("openapi.json is not what openapi.yaml says: run go generate ./internal/httpapi")
	}
}

// appendYAML writes YAML as JSON, members in their order.
func appendYAML(t *testing.T, b []byte, n *yaml.Node) []byte {
	switch n.Kind {
	case yaml.DocumentNode:
		return appendYAML(t, b, n.Content[0])
	case yaml.AliasNode:
		return appendYAML(t, b, n.Alias)
	case yaml.MappingNode:
		b = append(b, '{')
		for i := 0; i < len(n.Content); i += 2 {
			if i > 0 {
				b = append(b, ',')
			}
			b, _ = jsontext.AppendQuote(b, n.Content[i].Value)
			b = appendYAML(t, append(b, ':'), n.Content[i+1])
		}
		return append(b, '}')
	case yaml.SequenceNode:
		b = append(b, '[')
		for i, item := range n.Content {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendYAML(t, b, item)
		}
		return append(b, ']')
	}
	switch n.ShortTag() {
	case "!!str":
		b, _ = jsontext.AppendQuote(b, n.Value)
		return b
	case "!!null":
		return append(b, "null"...)
	case "!!bool", "!!int", "!!float": // as JSON writes them, or Indent complains
		return append(b, n.Value...)
	}
	t.Fatalf("line %d: no JSON for %s", n.Line, n.ShortTag())
	return nil
}
