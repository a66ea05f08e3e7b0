package ui

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// policy lets a page load what this server has, and run its scripts alone. No text
// becomes markup but by the one Trusted Types policy of script/page.js.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types carnet"

// setHeaders sets what every page has.
func setHeaders(h http.Header, v *visit) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Request-Id", v.id)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin") // an address may hold an email that was looked up
	if v.isTrusted() {
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
	}
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// isTrusted tells whether browsers take the connection for safe: it is encrypted, or
// stays on the machine. Elsewhere some headers do nothing but fill the console.
func (v *visit) isTrusted() bool {
	host, _, err := net.SplitHostPort(v.Host)
	if err != nil {
		host = strings.Trim(v.Host, "[]")
	}
	address, err := netip.ParseAddr(host)
	return v.scheme() == "https" || host == "localhost" || err == nil && address.IsLoopback()
}
