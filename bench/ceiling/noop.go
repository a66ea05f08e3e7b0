// Package ceiling measures what cannot be passed: a server that does nothing
// with the same requests, and the raw driver doing the same SQL without them.
package ceiling

import (
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/bench/people"
)

// NoOp decodes what PUT brings, answers both PUT and GET with a few bytes, and
// keeps nothing.
func NoOp() http.Handler {
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, id string) {
		h := w.Header()
		h["Content-Type"] = []string{"application/json"}
		text := append(append(append(make([]byte, 0, 32), `{"id":`...), id...), '}')
		h["Content-Length"] = []string{strconv.Itoa(len(text))}
		_, _ = w.Write(text) // where this fails the client has gone
	}
	mux.HandleFunc("PUT /contacts/{id}", func(w http.ResponseWriter, r *http.Request) {
		var body people.Body
		if err := json.UnmarshalRead(r.Body, &body); err != nil {
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)
			return
		}
		answer(w, r.PathValue("id"))
	})
	mux.HandleFunc("GET /contacts/{id}", func(w http.ResponseWriter, r *http.Request) { answer(w, r.PathValue("id")) })
	return mux
}
