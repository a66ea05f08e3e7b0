package httpapi_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/httpapi"
	"github.com/carnet-project/carnet/internal/store"
)

// A conversation is a text file of requests and the answers that they must
// get, in order, over one fresh database:
//
//	# A comment. "# bad-input 14, 15" notes what is covered.
//	> PUT /contacts/{alice}       a request: method and path; /contacts, /changes, /plans, /imports, /mappings and /jobs are below /public-api/v1
//	> If-Match: "1"               headers; As: NAME picks a key (see world_test.go), nobody for none
//	> {"emails": []}              the body, from the first line that is no header
//	>q "\xff" * 3                 or a body of Go strings, repeated and joined
//	< 422 etag_invalid            the answer: status, and for errors the code
//	< ETag: "2"                   headers; !ETag for one that must be missing
//	< at If-Match: Send ...       every member of errors in order; the message may be left out
//	< {"id": {alice}}             the body, members in this order; numbers must be written alike
//	revoke NAME                   revokes a key, which cannot be asked for over HTTP
//	expire NAME 48h               has a key end by itself after that time
//	quota NAME BYTES MINUTE       sets the quota of a key's Space; 0 for none
//	budget NAME 10 none 500       sets the budget of a key: removals of a write, removals and writes of a day
//	region NAME DE                changes the region of a key's Space, which begins a job
//	remember NAME on              has a key's Space remember who is erased, or off
//	work N                        does N rounds of the jobs, with seconds between them
//	job NAME KIND STATE 3 10 Why. puts a job into a key's Space, as a server may have left it
//	wait 61s                      sets the clock forward
//	pace 3s                       has it go on by so much each time that it is looked at
//
// {name} stands for a value that is known, in an answer {name=} learns it and
// {any} takes any. A request with a body is sent as application/json and with
// its length unless its headers say otherwise (!Content-Type for none).
//
// What every answer must have is checked on every answer: see checkAlways.

// runConversations runs every file below testdata, each over a backend of its
// own, and gives the codes of all errors that came, and the routes that were
// asked for, as in "PUT /public-api/v1/contacts/{id}". Every exchange is held against
// openapi.yaml where documented says so.
func runConversations(t *testing.T, backend func(*testing.T) store.Backend, documented bool) (codes, routes map[string]bool) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no conversations: %v", err)
	}
	codes, routes = map[string]bool{}, map[string]bool{}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			w := newWorldWith(t, backend(t), httpapi.Options{Hosts: httpapi.LocalHosts("carnet.example")})
			server := httptest.NewServer(w.handler)
			defer server.Close()
			c := &conversation{t: t, world: w, addr: server.Listener.Addr().String(), known: map[string]string{}, codes: codes, documented: documented}
			for name, secret := range w.secrets {
				c.known[name+"_key"] = secret
			}
			c.run(strings.Split(string(text), "\n"))
			checkLines(t, w.log.String())
			for _, m := range loggedRoute.FindAllStringSubmatch(w.log.String(), -1) {
				routes[m[1]+" "+m[2]] = true
			}
		})
	}
	return codes, routes
}

var loggedRoute = regexp.MustCompile(`"method":"([A-Z]+)","pattern":"([^"]+)"`)

type conversation struct {
	t     *testing.T
	world *world
	addr  string
	known map[string]string // values by name
	codes map[string]bool

	documented bool

	ask  []string // the lines of the request under way
	want []string // the lines of its answer
	line int      // where the request began
}

func (c *conversation) run(lines []string) {
	for i, line := range append(lines, "") {
		switch {
		case strings.HasPrefix(line, ">"):
			if len(c.want) > 0 {
				c.exchange()
			}
			if len(c.ask) == 0 {
				c.line = i + 1
			}
			c.ask = append(c.ask, line[1:])
		case strings.HasPrefix(line, "<"):
			c.want = append(c.want, strings.TrimPrefix(line[1:], " "))
		default:
			c.exchange()
			c.line = i + 1
			if line != "" && !strings.HasPrefix(line, "#") {
				c.direct(strings.Fields(c.fill(line)))
			}
		}
	}
}

func (c *conversation) errorf(format string, args ...any) {
	c.t.Helper()
	c.t.Errorf("line %d: "+format, append([]any{c.line}, args...)...)
}

var placeholder = regexp.MustCompile(`\{([a-z][a-z0-9_]*=?)\}`)

// fill puts known values in the place of their names.
func (c *conversation) fill(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(p string) string {
		name := p[1 : len(p)-1]
		value, ok := c.known[name]
		switch {
		case ok:
			return value
		case name == "any" || strings.HasSuffix(name, "="):
			return p
		}
		c.errorf("%s is not known", p)
		return p
	})
}

// direct does what no request can.
func (c *conversation) direct(words []string) {
	switch {
	case len(words) == 2 && words[0] == "revoke":
		c.world.revoke(c.t, words[1])
	case len(words) == 3 && words[0] == "expire":
		d, err := time.ParseDuration(words[2])
		if err != nil {
			c.errorf("%v", err)
		}
		c.world.expire(c.t, words[1], d)
	case len(words) == 4 && words[0] == "quota":
		c.world.setQuota(c.t, words[1], access.Quota{Bytes: c.number(words[2]), Minute: c.number(words[3])})
	case len(words) == 5 && words[0] == "budget":
		c.world.setBudget(c.t, words[1], access.Budget{MaxRemovals: c.limit(words[2]), DailyRemovals: c.limit(words[3]), DailyWrites: c.limit(words[4])})
	case len(words) == 3 && words[0] == "region":
		c.world.setRegion(c.t, words[1], words[2])
	case len(words) == 3 && words[0] == "remember":
		c.world.setRemember(c.t, words[1], words[2] == "on")
	case len(words) == 2 && words[0] == "work":
		c.world.work(c.t, int(c.number(words[1])))
	case len(words) >= 6 && words[0] == "job":
		c.world.addJob(c.t, words[1], &store.Job{Kind: store.JobKind(words[2]), State: store.JobState(words[3]),
			Done: c.number(words[4]), Total: c.number(words[5]), Message: strings.Join(words[6:], " ")})
	case len(words) == 2 && (words[0] == "wait" || words[0] == "pace"):
		d, err := time.ParseDuration(words[1])
		if err != nil {
			c.errorf("%v", err)
		}
		if words[0] == "pace" {
			c.world.setPace(d)
			return
		}
		c.world.wait(d)
	default:
		c.errorf("unknown directive: %s", strings.Join(words, " "))
	}
}

func (c *conversation) number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		c.errorf("%q is no number", s)
	}
	return n
}

func (c *conversation) limit(s string) access.Cap {
	limit, err := access.ParseCap(s)
	if err != nil {
		c.errorf("%q: %v", s, err)
	}
	return limit
}

// exchange sends the request under way, if any, and checks its answer.
func (c *conversation) exchange() {
	ask, want := c.ask, c.want
	c.ask, c.want = nil, nil
	if len(ask) == 0 {
		return
	}
	if len(want) == 0 {
		c.errorf("no answer is expected")
		return
	}
	wire, method := c.request(ask)
	res, body, err := roundTrip(c.addr, wire, method)
	if err != nil {
		c.errorf("no answer: %v", err)
		return
	}
	c.checkAlways(res, body, method)
	if c.documented {
		c.checkDocument(wire, res, body)
	}
	c.check(res, body, want)
}

var headerLine = regexp.MustCompile(`^(!?[A-Za-z0-9-]+)(?:: ?(.*))?$`)

// request writes the bytes of a request.
func (c *conversation) request(lines []string) (wire, method string) {
	method, path, _ := strings.Cut(strings.TrimPrefix(c.fill(lines[0]), " "), " ")
	if slices.ContainsFunc([]string{"/contacts", "/changes", "/plans", "/imports", "/mappings", "/jobs"}, func(noun string) bool { return strings.HasPrefix(path, noun) }) {
		path = "/public-api/v1" + path
	}
	var headers []string
	has := map[string]bool{"host": false}
	key, body, hasBody := "main", "", false
	for _, line := range lines[1:] {
		if quoted, ok := strings.CutPrefix(line, "q "); ok {
			body, hasBody = body+c.unquote(quoted), true
			continue
		}
		line = c.fill(strings.TrimPrefix(line, " "))
		m := headerLine.FindStringSubmatch(line)
		switch {
		case hasBody || m == nil || !strings.Contains(line, ":") && m[1][0] != '!':
			if hasBody {
				body += "\n"
			}
			body, hasBody = body+line, true
		case m[1] == "As":
			key = m[2]
		default:
			has[strings.ToLower(strings.TrimPrefix(m[1], "!"))] = true
			if m[1][0] != '!' {
				headers = append(headers, line)
			}
		}
	}
	if !has["host"] {
		headers = append(headers, "Host: carnet.example")
	}
	if !has["authorization"] && key != "nobody" {
		secret, ok := c.world.secrets[key]
		if !ok {
			c.errorf("there is no key %s", key)
		}
		headers = append(headers, "Authorization: Bearer "+secret)
	}
	if hasBody && !has["content-type"] {
		headers = append(headers, "Content-Type: application/json")
	}
	if has["transfer-encoding"] {
		body = fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body)
	} else if hasBody && !has["content-length"] {
		headers = append(headers, "Content-Length: "+strconv.Itoa(len(body)))
	}
	return method + " " + path + " HTTP/1.1\r\n" + strings.Join(headers, "\r\n") + "\r\n\r\n" + body, method
}

// unquote reads "TEXT" * N.
func (c *conversation) unquote(s string) string {
	quoted, times := s, 1
	if at := strings.LastIndex(s, `" * `); at > 0 {
		quoted = s[:at+1]
		times = int(c.number(s[at+len(`" * `):]))
	}
	text, err := strconv.Unquote(quoted)
	if err != nil {
		c.errorf("%s: %v", quoted, err)
	}
	return strings.Repeat(c.fill(text), times)
}

// roundTrip sends bytes as they are, which no HTTP client would do.
func roundTrip(addr, wire, method string) (*http.Response, string, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, "", err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return nil, "", err
	}
	// The server may answer before it has all; what it leaves unread fails.
	go io.WriteString(conn, wire)
	res, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		return nil, "", err
	}
	body, err := io.ReadAll(res.Body)
	return res, string(body), err
}

// check compares an answer with the lines that say what it must be.
func (c *conversation) check(res *http.Response, body string, want []string) {
	status, code, _ := strings.Cut(want[0], " ")
	if strconv.Itoa(res.StatusCode) != status || code != "" && code != errorOf(body).code {
		c.errorf("got %d %s, want %s\n%s", res.StatusCode, errorOf(body).code, want[0], body)
		return
	}
	var at []string
	for i, line := range want[1:] {
		if problem, ok := strings.CutPrefix(line, "at "); ok {
			at = append(at, problem)
			continue
		}
		m := headerLine.FindStringSubmatch(line)
		if m == nil {
			c.match(body, strings.Join(want[1+i:], "\n"))
			break
		}
		name, missing := strings.CutPrefix(m[1], "!")
		got := strings.Join(res.Header.Values(name), ", ")
		if name == "Connection" && res.Close { // which package http takes out
			got = "close"
		}
		switch {
		case missing && got != "":
			c.errorf("the answer has %s: %s", name, got)
		case !missing && !c.learn(got, m[2]):
			c.errorf("%s: %q, want %s", name, got, m[2])
		}
	}
	if at != nil {
		c.checkProblems(errorOf(body), at)
	}
}

func (c *conversation) checkProblems(e errorBody, want []string) {
	ok := len(want) == len(e.problems)
	for i := range e.problems {
		if ok {
			path, message, whole := strings.Cut(want[i], ": ")
			ok = path == e.problems[i].path && (!whole || slices.Equal(e.problems[i].messages, []string{message}))
		}
	}
	if !ok {
		c.errorf("got these problems: %v\nwant: %s", e.problems, strings.Join(want, "\n"))
	}
}

// learn compares a value with what it must be, and takes down new names.
func (c *conversation) learn(got, want string) bool {
	want = c.fill(want)
	var names []string
	pattern, end := "", 0
	for _, at := range placeholder.FindAllStringSubmatchIndex(want, -1) {
		pattern += regexp.QuoteMeta(want[end:at[0]]) + "(.+)"
		names, end = append(names, want[at[2]:at[3]]), at[1]
	}
	m := regexp.MustCompile("(?s)^" + pattern + regexp.QuoteMeta(want[end:]) + "$").FindStringSubmatch(got)
	if m == nil {
		return false
	}
	for i, name := range names {
		if name, ok := strings.CutSuffix(name, "="); ok {
			c.known[name] = m[i+1]
		}
	}
	return true
}

// Placeholders within strings, and those that stand for a whole value.
var (
	within = regexp.MustCompile(`"[^" ]*\{[a-z][a-z0-9_]*\}[^" ]*"`)
	bare   = regexp.MustCompile(`([:,\[]\s*)(\{[a-z][a-z0-9_]*=?\})`)
)

// match compares two JSON texts token by token.
func (c *conversation) match(got, want string) {
	// A placeholder is no JSON; as a string that no answer has, it is.
	marked := bare.ReplaceAllString(within.ReplaceAllStringFunc(want, c.fill), `$1"\u0001$2"`)
	a, b := jsontext.NewDecoder(strings.NewReader(got)), jsontext.NewDecoder(strings.NewReader(marked))
	for {
		expected, err := b.ReadToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			c.errorf("what is expected is no JSON: %v\n%s", err, marked)
			return
		}
		if hole, ok := strings.CutPrefix(expected.String(), "\x01"); ok {
			value, err := a.ReadValue()
			if err != nil || !c.learn(strings.Trim(string(value), `"`), hole) {
				c.errorf("got %s where %s is wanted\n%s", value, hole, got)
				return
			}
			continue
		}
		token, err := a.ReadToken()
		if err != nil || token.Kind() != expected.Kind() || token.String() != expected.String() {
			c.errorf("got: %s\nwant: %s", got, want)
			return
		}
	}
	if _, err := a.ReadToken(); err != io.EOF {
		c.errorf("got more than wanted: %s\nwant: %s", got, want)
	}
}
