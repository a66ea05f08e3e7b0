package ui_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// What pages are made in is used again: of pages that are made at once, in every length,
// each is what it is when it is made alone, compressed and not.
func TestPagesAtOnce(t *testing.T) {
	w := newWorld(t)
	reader := w.browse("main")
	ask := func(address, encoding string) string {
		r := httptest.NewRequest(http.MethodGet, address, nil)
		r.Header.Set("Accept-Encoding", encoding)
		for name, value := range reader.cookies {
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
		res := httptest.NewRecorder()
		w.handler.ServeHTTP(res, r)
		return fmt.Sprint(res.Code, " ", res.Body.String())
	}
	addresses := []string{"/ui/contacts", "/ui/activity", "/ui/nowhere", "/ui/contacts?show=curl"}
	for n := range 8 {
		addresses = append(addresses, fmt.Sprintf("/ui/contacts/%d", w.make(fmt.Sprintf("Person %d", n), fmt.Sprintf("person%d@example.com", n))))
	}
	alone := map[string]string{}
	for _, encoding := range []string{"gzip", "identity"} {
		for _, address := range addresses {
			alone[address+encoding] = ask(address, encoding)
		}
	}
	if len(alone[addresses[0]+"identity"]) < len(alone[addresses[0]+"gzip"]) {
		t.Fatal("a compressed page is longer")
	}
	var all sync.WaitGroup
	for reader := range 6 {
		all.Go(func() {
			for n := range 4 * len(addresses) {
				address, encoding := addresses[(n+reader)%len(addresses)], []string{"gzip", "identity"}[(n/2+reader)%2]
				if ask(address, encoding) != alone[address+encoding] {
					t.Errorf("%s (%s) is another page beside others", address, encoding)
				}
			}
		})
	}
	all.Wait()
}
