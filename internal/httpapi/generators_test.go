package httpapi_test

import (
	"maps"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// The generators that the document is tried with, and what their clients need.
// Those of npm stand in testdata/generators/package.json.
const (
	oapiCodegen        = "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2"
	oapiCodegenRuntime = "github.com/oapi-codegen/runtime@v1.9.0"
)

// FAULT D1: what generators of clients stop at, or misread: a union of types
// beside null under "type", one name for components of two kinds, and numbers
// without a format, which become floats of 32 bits.
func TestDocumentIsForGenerators(t *testing.T) {
	d := readDocument(t)
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				walk(path, item)
			}
		case map[string]any:
			types := slice(v["type"])
			if name, ok := v["type"].(string); ok {
				types = []any{name}
			}
			if len(types) > 2 || len(types) == 2 && !slices.Contains(types, any("null")) {
				t.Errorf("%s: a union of %v: write it with anyOf", path, types)
			}
			if slices.Contains(types, any("number")) && v["format"] != "double" {
				t.Errorf("%s: a number without a format is a short float to some", path)
			}
			for _, name := range slices.Sorted(maps.Keys(v)) {
				if name != "examples" && name != "example" {
					walk(path+"/"+name, v[name])
				}
			}
		}
	}
	walk("#", d.root)
	schemas := d.at(d.root, "components", "schemas").(map[string]any)
	for name, p := range d.at(d.root, "components", "parameters").(map[string]any) {
		if is := d.at(p.(map[string]any), "schema", "$ref"); schemas[name] != nil && is != "#/components/schemas/"+name {
			t.Errorf("%s is a parameter and, differently, a schema", name)
		}
	}
}

// FAULT D1: clients that are generated from the document compile, and send and
// read decimals without changing them. In a long run alone: it fetches the
// generators, from the registries of Go and npm.
func TestGeneratedClients(t *testing.T) {
	if os.Getenv("CARNET_TEST_LONG") != "1" {
		t.Log("generators are fetched and run in a long run alone")
		return
	}
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("the long run needs %s: install Node.js 20 or later, with npm", tool)
		}
	}
	w := newWorld(t, openSQLite(t))
	server := httptest.NewServer(w.handler)
	defer server.Close()
	env := append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "DO_NOT_TRACK=1", "KUBB_DISABLE_TELEMETRY=1",
		"CARNET_URL="+server.URL, "CARNET_KEY="+w.secrets["main"])
	for _, o := range readDocument(t).operations() {
		for _, p := range o.parameters {
			if p["name"] == "numbers" {
				env = append(env, "CARNET_EXACT=1")
			}
		}
	}
	t.Run("Go", func(t *testing.T) {
		dir := generatorFolder(t, map[string]string{"openapi.yaml": "openapi.yaml", "testdata/generators/roundtrip.go.txt": "main.go"})
		if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/roundtrip\n\ngo 1.26\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		in(t, dir, env, "mkdir", "client")
		in(t, dir, env, "go", "run", oapiCodegen, "-generate", "types,client", "-package", "client", "-o", "client/client.go", "openapi.yaml")
		in(t, dir, env, "go", "get", oapiCodegenRuntime)
		in(t, dir, env, "go", "vet", "./...")
		in(t, dir, env, "go", "run", ".")
	})
	t.Run("TypeScript", func(t *testing.T) {
		files := map[string]string{"openapi.json": "openapi.json"}
		for _, name := range []string{"package.json", "kubb.config.js", "tsconfig.json", "roundtrip.ts"} {
			files["testdata/generators/"+name] = name
		}
		dir := generatorFolder(t, files)
		in(t, dir, env, "npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock")
		in(t, dir, env, "node_modules/.bin/openapi-typescript", "openapi.json", "-o", "openapi.ts")
		in(t, dir, env, "node_modules/.bin/kubb", "generate")
		in(t, dir, env, "node_modules/.bin/tsc", "-p", ".")
		in(t, dir, env, "node", "built/roundtrip.js")
	})
}

// generatorFolder makes a folder outside this module with copies of files, by
// their names there.
func generatorFolder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for from, to := range files {
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, to), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// in runs a command in a folder, and ends the test where it fails.
func in(t *testing.T, dir string, env []string, name string, args ...string) {
	t.Helper()
	if local := filepath.Join(dir, name); filepath.Dir(name) != "." {
		name = local
	}
	command := exec.CommandContext(t.Context(), name, args...)
	command.Dir, command.Env = dir, env
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v\n%s", filepath.Base(name), args, err, out)
	}
}
