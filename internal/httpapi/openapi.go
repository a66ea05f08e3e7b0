package httpapi

import (
	"bytes"
	_ "embed"
	"net/http"
	"slices"
)

// The description of the API. openapi.yaml is written by hand, openapi.json is
// made of it: go generate ./internal/httpapi. llms.txt is a short one for
// language models.
//
//go:generate go test -run ^TestJSONIsMadeOfYAML$ . -update
var (
	//go:embed openapi.yaml
	openAPIText []byte
	//go:embed openapi.json
	openAPIJSON []byte
	//go:embed llms.txt
	llmsText []byte
)

var (
	openAPIYAMLAsset = newAsset("application/yaml", openAPIText)
	openAPIJSONAsset = newAsset(contentType, openAPIJSON)
	llmsAsset        = newAsset("text/plain; charset=utf-8", llmsText)
)

// openAPIAssets gives the document as assets for a server that clients know by an
// address: it takes the place of "/", which stands for wherever the document
// came from.
func openAPIAssets(publicURL string) (asYAML, asJSON *asset) {
	if publicURL == "" {
		return openAPIYAMLAsset, openAPIJSONAsset
	}
	address := jsonText(nil).text(publicURL) // YAML reads it alike
	return newAsset("application/yaml", replaceServer(openAPIText, "servers:\n  - url: ", "/", address)),
		newAsset(contentType, replaceServer(openAPIJSON, "\"servers\": [\n  {\n   \"url\": ", `"/"`, address))
}

// replaceServer puts an address where the document has "/" behind what leads
// to it, which is there once.
func replaceServer(document []byte, before, slash string, address []byte) []byte {
	head, rest, ok := bytes.Cut(document, []byte(before+slash))
	if !ok {
		panic("httpapi: the document has no server to replace")
	}
	return slices.Concat(head, []byte(before), address, rest)
}

func (a *api) openAPIYAML(w http.ResponseWriter, r *request) error {
	return a.documentYAML.answer(a, w, r)
}

func (a *api) openAPIJSON(w http.ResponseWriter, r *request) error {
	return a.documentJSON.answer(a, w, r)
}
