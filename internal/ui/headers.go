package ui

import "net/http"

// policy lets a page load what this server has, and run its scripts alone. No text
// becomes markup but by the one Trusted Types policy of script/page.js.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types carnet"

// setHeaders sets what every page has.
func setHeaders(h http.Header, id string) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Request-Id", id)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin") // an address may hold an email that was looked up
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}
