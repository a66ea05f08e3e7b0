package ui

import (
	"net/http"

	"github.com/carnet-project/carnet/internal/access"
)

// Screen is what tests see of a line of the table.
type Screen struct {
	Method, Pattern string
	Scope           access.Scope // "" for none, "any" for any that is signed in
}

// Screens gives the whole table.
func Screens() []Screen {
	var all []Screen
	for _, of := range screens {
		for _, s := range of {
			all = append(all, Screen{s.method, s.pattern, s.scope})
		}
	}
	return all
}

// PatternOf tells which line of the table a request comes to: "/" for none.
func PatternOf(h http.Handler, r *http.Request) string {
	_, pattern := h.(*ui).mux.Handler(r)
	return pattern
}
