package httpapi

import (
	"bytes"
	_ "embed"
	"html"
	"net/http"
)

// homeText is the page at /: what this server is, and where to read on.
//
//go:embed docs/home.html
var homeText []byte

// homePolicy lets the page load its style and its icon, and run nothing.
const homePolicy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// home answers the page at /, in which ADDRESS is what the client knows the
// server by.
func (a *api) home(w http.ResponseWriter, r *request) error {
	address := html.EscapeString(a.address(r))
	p := newAsset("text/html; charset=utf-8", bytes.ReplaceAll(homeText, []byte("ADDRESS"), []byte(address)))
	p.policy = homePolicy
	return p.answer(a, w, r)
}
