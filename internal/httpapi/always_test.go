package httpapi_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// errorBody is the body of an error (CONTRACT D3).
type errorBody struct {
	message, code, requestID string
	hasErrors                bool
	problems                 []problem
	other                    []string // further members
}

type problem struct {
	path     string
	messages []string
}

// errorOf reads the body of an error; of anything else it gives nothing.
func errorOf(body string) (e errorBody) {
	dec := jsontext.NewDecoder(strings.NewReader(body))
	if t, err := dec.ReadToken(); err != nil || t.Kind() != '{' {
		return e
	}
	for dec.PeekKind() == '"' {
		name, _ := dec.ReadToken()
		switch text := name.String(); text {
		case "errors":
			e.hasErrors = true
			e.problems = readProblems(dec)
		case "message", "code", "request_id":
			value, _ := dec.ReadToken()
			switch text {
			case "message":
				e.message = value.String()
			case "code":
				e.code = value.String()
			default:
				e.requestID = value.String()
			}
		default:
			e.other = append(e.other, text)
			if dec.SkipValue() != nil {
				return e
			}
		}
	}
	return e
}

func readProblems(dec *jsontext.Decoder) (list []problem) {
	dec.ReadToken() // {
	for dec.PeekKind() == '"' {
		path, _ := dec.ReadToken()
		p := problem{path: path.String()}
		dec.ReadToken() // [
		for dec.PeekKind() == '"' {
			message, _ := dec.ReadToken()
			p.messages = append(p.messages, message.String())
		}
		dec.ReadToken() // ]
		list = append(list, p)
	}
	dec.ReadToken() // }
	return list
}

var (
	requestIDForm = regexp.MustCompile(`^[0-9a-f]{32}$`)
	secondsForm   = regexp.MustCompile(`^[1-9][0-9]*$`)
)

// checkAlways checks what every answer must have, good or bad (CONTRACT D3,
// P1, D18).
func (c *conversation) checkAlways(res *http.Response, body, method string) {
	h := res.Header
	for name, want := range map[string]string{
		"Cache-Control":                "no-store",
		"X-Content-Type-Options":       "nosniff",
		"Referrer-Policy":              "no-referrer",
		"Content-Security-Policy":      "default-src 'none'; frame-ancestors 'none'",
		"Server":                       "",
		"Access-Control-Allow-Origin":  "",
		"Set-Cookie":                   "",
		"X-Powered-By":                 "",
		"Access-Control-Allow-Headers": "",
	} {
		if got := strings.Join(h.Values(name), "|"); got != want {
			c.errorf("%s: %q, want %q", name, got, want)
		}
	}
	id := h.Get("X-Request-Id")
	if !requestIDForm.MatchString(id) || c.world.requestIDs[id] {
		c.errorf("X-Request-Id %q is malformed or was there before", id)
	}
	c.world.requestIDs[id] = true
	c.checkWhen(res, "WWW-Authenticate", res.StatusCode == 401, "Bearer")
	c.checkWhen(res, "Allow", res.StatusCode == 405, "")
	if res.StatusCode != 507 { // which has it where waiting helps
		c.checkWhen(res, "Retry-After", res.StatusCode == 429 || res.StatusCode == 503, "")
	}
	if after := h.Get("Retry-After"); after != "" && !secondsForm.MatchString(after) {
		c.errorf("Retry-After: %q", after)
	}
	dry := h.Get("X-Dry-Run") != ""
	if location := h.Get("Location"); (location != "") != (res.StatusCode == 201 && !dry) {
		c.errorf("Location: %q with %d", location, res.StatusCode)
	}
	limit, remaining, reset := h.Get("X-RateLimit-Limit"), h.Get("X-RateLimit-Remaining"), h.Get("X-RateLimit-Reset")
	if (limit == "") != (remaining == "") || (limit == "") != (reset == "") {
		c.errorf("some of the X-RateLimit headers are missing: %q %q %q", limit, remaining, reset)
	}
	if dry && (h.Get("ETag") != "" || h.Get("X-Change-Id") != "" || res.StatusCode >= 300) {
		c.errorf("a dry run with %d: %v", res.StatusCode, h)
	}
	if res.StatusCode == http.StatusNoContent {
		if body != "" || h.Get("Content-Type") != "" || h.Get("Content-Length") != "" {
			c.errorf("a 204 has no body: %v %s", h, body)
		}
		return
	}
	if res.StatusCode == http.StatusNotModified {
		if body != "" || h.Get("ETag") == "" || h.Get("Content-Length") != "" {
			c.errorf("a 304 has an ETag and no body: %v %s", h, body)
		}
		return
	}
	if got := h.Get("Content-Type"); got != "application/json" {
		c.errorf("Content-Type: %q", got)
	}
	if res.ContentLength < 0 || method != http.MethodHead && res.ContentLength != int64(len(body)) {
		c.errorf("Content-Length %d, body of %d", res.ContentLength, len(body))
	}
	if res.StatusCode >= 400 && method != http.MethodHead {
		c.checkErrorBody(res, body)
	}
}

var codeInAnswer = regexp.MustCompile(`"code":"([a-z0-9_]+)"`)

// checkWhen checks that a header is there exactly on some statuses.
func (c *conversation) checkWhen(res *http.Response, name string, when bool, value string) {
	if got := res.Header.Get(name); (got != "") != when || value != "" && when && got != value {
		c.errorf("%s: %q with %d", name, got, res.StatusCode)
	}
}

func (c *conversation) checkErrorBody(res *http.Response, body string) {
	e := errorOf(body)
	for _, m := range codeInAnswer.FindAllStringSubmatch(body, -1) { // of a batch each operation may have one
		c.codes[m[1]] = true
	}
	for _, member := range e.other {
		budget := e.code == "over_budget" && member == "changes"
		if member == "results" { // of a batch: the document says where
			continue
		}
		if !budget && (res.StatusCode != 409 || !slices.Contains([]string{"changes", "conflicts", "id", "change_id"}, member)) {
			c.errorf("%s does not belong there: %s", member, body)
		}
	}
	if !jsontext.Value(body).IsValid() || e.message == "" || e.code == "" ||
		e.requestID != res.Header.Get("X-Request-Id") ||
		e.hasErrors != (res.StatusCode == 422) || e.hasErrors && len(e.problems) == 0 {
		c.errorf("not the shape of an error: %s", body)
	}
	if res.Header.Get("ETag") != "" || res.Header.Get("X-Change-Id") != "" {
		c.errorf("an error with ETag or X-Change-Id")
	}
	if !strings.HasSuffix(e.message, ".") && !strings.HasSuffix(e.message, "?") && !strings.HasSuffix(e.message, ")") {
		c.errorf("no sentence: %q", e.message)
	}
}
