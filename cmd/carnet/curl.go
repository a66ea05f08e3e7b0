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
	if body == "" {
		return curlLines(address)
	}
	return curlLines(address, "-H 'Content-Type: application/json'", "-d '"+body+"'")
}

// curlFile gives the request that sends a CSV file.
func curlFile(url, path, file string) string {
	return curlLines(`-X POST "`+url+"/public-api/v1"+path+`"`, "-H 'Content-Type: text/csv'", "--data-binary "+shellLine("@"+file))
}

func curlLines(rest ...string) string {
	return strings.Join(append([]string{`curl -sS -w '\n' -H "Authorization: Bearer $CARNET_KEY"`}, rest...), " \\\n  ")
}
