package ui_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
)

// wireBudget is how many octets a page may cost who opens it for the first time.
const wireBudget = 60_000

// A page of a contact stays small over the wire, also with a thousand phones: with styles
// and scripts it is within what a first visit may cost.
func TestContactIsSmallOverTheWire(t *testing.T) {
	w := newWorld(t)
	b := w.browse("main")
	id := w.phones(1_000)
	assets := 0
	b.get(pageOf(id))
	for _, link := range b.all("link", "rel", "stylesheet") {
		assets += b.octets(attribute(link, "href"))
	}
	scripts := attribute(b.one("script"), "src")
	seen := map[string]bool{}
	for ask := []string{scripts[strings.LastIndex(scripts, "/")+1:]}; len(ask) > 0; ask = ask[1:] {
		if seen[ask[0]] {
			continue
		}
		seen[ask[0]] = true
		address := scripts[:strings.LastIndex(scripts, "/")+1] + ask[0]
		assets += b.octets(address)
		for _, part := range strings.Split(b.get(address).body, ` "./`)[1:] {
			ask = append(ask, part[:strings.Index(part, `"`)])
		}
	}
	for _, query := range []string{"", "?all=phones"} {
		if got := assets + b.octets(pageOf(id)+query); got > wireBudget || assets < 10_000 {
			t.Errorf("the page %q costs %d octets, %d of them its styles and scripts; the budget is %d", query, got, assets, wireBudget)
		}
	}
}

// phones makes a contact with so many phones: what was merged, as no request has as many.
func (w *world) phones(n int) contact.ID {
	var merged []contact.ID
	for len(merged) < n/100 {
		values := []string{"Ada"}
		for i := range 100 {
			values = append(values, fmt.Sprintf("+44 7700 9%05d", (len(merged)*100+i)*7919%100_000))
		}
		merged = append(merged, w.make(values...))
	}
	w.do(&contact.Merge{Survivor: merged[0], Merged: merged[1:]})
	return merged[0]
}

// octets tells what an answer costs over the wire, as a browser asks for it.
func (b *browser) octets(address string) int {
	b.w.t.Helper()
	r := httptest.NewRequest(http.MethodGet, address, nil)
	r.Header.Set("Accept-Encoding", "gzip")
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res := httptest.NewRecorder()
	b.w.handler.ServeHTTP(res, r)
	if res.Code != http.StatusOK || res.Header().Get("Content-Encoding") != "gzip" {
		b.w.t.Fatalf("%s answers %d, encoded as %q", address, res.Code, res.Header().Get("Content-Encoding"))
	}
	return res.Body.Len()
}
