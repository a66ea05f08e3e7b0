package httpapi

import (
	_ "embed"
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
	openAPIYAMLPage = newPage("application/yaml", openAPIText)
	openAPIJSONPage = newPage(contentType, openAPIJSON)
	llmsPage        = newPage("text/plain; charset=utf-8", llmsText)
)
