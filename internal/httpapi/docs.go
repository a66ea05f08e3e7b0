package httpapi

import (
	"embed"
	"io/fs"
	"net/http"
	"strings"

	"github.com/swaggest/swgui/v5/static"
)

// The documentation page is Swagger UI over openapi.json. All that it loads
// comes from here, and it can send requests to nobody else: a key that is typed
// into it stays between the reader and this server.

//go:embed docs
var docsFiles embed.FS

// docsPolicy lets the page load what lies beside it and talk to this server.
// The style sheet holds its icons as data: URLs. No script may have a text
// parsed as HTML, which leaves the library that Swagger UI cleans HTML with
// nothing to do: start.js renders texts without it.
const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

var (
	docsPage   = newDocsAsset("text/html; charset=utf-8", docsFiles, "docs/index.html")
	docsAssets = map[string]*asset{
		"carnet.css":           newDocsAsset("text/css; charset=utf-8", docsFiles, "docs/carnet.css"),
		"start.js":             newDocsAsset("text/javascript; charset=utf-8", docsFiles, "docs/start.js"),
		"favicon.png":          newDocsAsset("image/png", static.FS, "favicon-32x32.png"),
		"swagger-ui.css":       newDocsAsset("text/css; charset=utf-8", static.FS, "swagger-ui.css.gz"),
		"swagger-ui-bundle.js": newDocsAsset("text/javascript; charset=utf-8", static.FS, "swagger-ui-bundle.js.gz"),
	}
)

// docsAsset answers what the documentation page loads.
func (a *api) docsAsset(w http.ResponseWriter, r *request) error {
	p, ok := docsAssets[r.PathValue("asset")]
	if !ok {
		return noRoute.handle(a, w, r)
	}
	return p.answer(a, w, r)
}

func newDocsAsset(mediaType string, files fs.ReadFileFS, name string) *asset {
	text, err := files.ReadFile(name)
	if err != nil {
		panic("httpapi: " + name + " is not embedded") // the files of a module do not change
	}
	p := newAsset(mediaType, text)
	p.policy = docsPolicy
	p.zipped = strings.HasSuffix(name, ".gz")
	return p
}
