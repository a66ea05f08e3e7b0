package main

import (
	"strings"

	"github.com/carnet-project/carnet/internal/access"
)

// curl gives a command line for a request to the API that works as it is
// pasted: one line, with the key in it. path is below the API's own; body is
// JSON, "" for none. Neither may hold a single quote.
func curl(url string, key access.Secret, method, path, body string) string {
	line := []string{"curl -sS -i -w '\\n' -X", method, "'" + url + "/public-api/v1" + path + "'",
		"-H 'Authorization: Bearer " + key.Reveal() + "'"}
	if body != "" {
		line = append(line, "-H 'Content-Type: application/json' -d '"+body+"'")
	}
	return strings.Join(line, " ")
}
