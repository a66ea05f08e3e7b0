package wire

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// FuzzBody: the reader of bodies answers whatever comes, and what it accepts,
// rendered and read again, is the same patch.
func FuzzBody(f *testing.F) {
	for _, body := range conversationBodies(f) {
		f.Add([]byte(body), strings.Contains(body, "a"))
	}
	f.Fuzz(func(t *testing.T, body []byte, create bool) {
		sent := bytes.Clone(body)
		var patch contact.Patch
		id, err := readPatch(body, create, &patch)
		if !bytes.Equal(sent, body) {
			t.Fatal("reading changed the body")
		}
		if err != nil {
			checkRefusal(t, err)
			return
		}
		if id < 0 || id > contact.MaxID || create && id != 0 {
			t.Fatalf("id %d", id)
		}
		if patch.Empty() {
			return // create alone lets that through
		}
		rendered := render(t, max(id, 1), &patch)
		var again contact.Patch
		if againID, err := ReadPut(rendered, &again); err != nil || againID != max(id, 1) {
			t.Fatalf("%s: %v", rendered, err)
		}
		if diff := cmp.Diff(patch, again); diff != "" {
			t.Fatalf("%s: %s", rendered, diff)
		}
	})
}

// render writes a patch as a client would send it.
func render(t *testing.T, id contact.ID, p *contact.Patch) []byte {
	t.Helper()
	out, err := json.Marshal(members(id, p))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func members(id contact.ID, p *contact.Patch) map[string]any {
	body := map[string]any{"id": id}
	for _, col := range contact.Collections {
		if p.Values[col].Sent {
			body[col.String()] = append([]string{}, p.Values[col].Texts...)
		}
	}
	if p.Fields.Sent {
		fields := map[string]any{}
		for i, text := range p.Fields.Texts {
			slot := contact.SlotAt(i)
			switch {
			case !p.Fields.Named[i]:
			case text == "":
				fields[slot.String()] = nil
			case slot.Kind() == contact.NumberField:
				fields[slot.String()] = jsontext.Value(text)
			default:
				fields[slot.String()] = text
			}
		}
		body[fieldsName] = fields
	}
	return body
}

// snakeCase is the form of a code.
var snakeCase = regexp.MustCompile(`^[a-z0-9]+(_[a-z0-9]+)*$`)

// checkRefusal holds an error to what a client is promised of it.
func checkRefusal(t *testing.T, err error) {
	t.Helper()
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Kind != fault.Invalid || len(e.At) == 0 {
		t.Fatalf("not a refusal: %v", err)
	}
	for _, p := range e.At {
		if !snakeCase.MatchString(string(p.Code)) || p.Path == "" || p.Message == "" ||
			!utf8.ValidString(p.Path) || !utf8.ValidString(p.Message) || strings.ContainsAny(p.Path+p.Message, "\x00\r\n") {
			t.Fatalf("a malformed problem: %+v", p)
		}
	}
}

// conversationBodies gives the bodies that stand on one line of a conversation.
func conversationBodies(f *testing.F) (bodies []string) {
	f.Helper()
	files, err := filepath.Glob("../httpapi/testdata/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			line = strings.TrimSuffix(line, "\n")
			if quoted, ok := strings.CutPrefix(line, ">q "); ok {
				if body, err := strconv.Unquote(quoted); err == nil {
					bodies = append(bodies, body)
				}
			} else if body, ok := strings.CutPrefix(line, "> "); ok && strings.ContainsAny(body, "{[\"") {
				bodies = append(bodies, body)
			}
		}
	}
	if len(bodies) < 100 {
		f.Fatalf("only %d bodies found", len(bodies))
	}
	return bodies
}

func TestNearest(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"email", "emails"},
		{"e_mails", "emails"},
		{"EMAILS", "emails"},
		{"Phone", "phones"},
		{"name", "names"},
		{"location", "locations"},
		{"customFields", "custom_fields"},
		{"custom-fields", "custom_fields"},
		{"tags", ""},
		{"", ""},
		{"a", ""},
		{strings.Repeat("emails", 30), ""},
	} {
		if got := Nearest(c.name, memberNames); got != c.want {
			t.Errorf("nearest(%q) = %q, want %q", c.name, got, c.want)
		}
	}
	// Two neighbours that were swapped are one mistake, of which a short name may
	// have one.
	for name, want := range map[string]string{"prot": "port", "opzt": "", "prto": ""} {
		if got := Nearest(name, []string{"port"}); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestManyUnknownMembers(t *testing.T) {
	var body strings.Builder
	body.WriteString(`{"emails":[]`)
	for i := range 100_000 {
		body.WriteString(`,"x` + strconv.Itoa(i) + `":1`)
	}
	body.WriteString(`}`)
	var patch contact.Patch
	_, err := ReadPut([]byte(body.String()), &patch)
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || len(e.At) != maxUnknown+1 || e.At[0].Path != "x0" || e.At[maxUnknown].Code != "too_many_items" {
		t.Errorf("%v", err)
	}
}

func BenchmarkReadPut(b *testing.B) {
	body := []byte(`{"emails":["john@example.com","john.doe@example.com"],"phones":["+1234567890"],"custom_fields":{"profile_field_1":"Enterprise","profile_field_16":"500"}}`)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		var patch contact.Patch
		if _, err := ReadPut(body, &patch); err != nil {
			b.Fatal(err)
		}
	}
}
