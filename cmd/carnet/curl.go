package main

import "strings"

// curl gives a command for a request to the API that works as it is pasted, on
// lines that a narrow terminal shows whole. The key stands in CARNET_KEY: what
// is pasted stays in the shell's history. url may be a variable; path is below
// the API's own; body is JSON, "" for none, and holds no single quote.
func curl(url, method, path, body string) string {
	address := `"` + url + "/public-api/v1" + path + `"`
	if method != "GET" {
		address = "-X " + method + " " + address
	}
	lines := []string{`curl -sS -w '\n' -H "Authorization: Bearer $CARNET_KEY"`, address}
	if body != "" {
		lines = append(lines, "-H 'Content-Type: application/json'", "-d '"+body+"'")
	}
	return strings.Join(lines, " \\\n  ")
}
