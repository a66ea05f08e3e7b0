package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carnet-project/carnet/api"
)

// batches answers batches; what it does instead with a try, from 0, comes first.
type batches struct {
	instead map[int]func(*http.Request) (*http.Response, error)
	takes   time.Duration // for each
	keys    []string      // of each try
	sent    []int         // operations in each try
}

func (b *batches) RoundTrip(q *http.Request) (*http.Response, error) {
	var body struct{ Operations []json.RawMessage }
	if err := json.NewDecoder(q.Body).Decode(&body); err != nil {
		return nil, err
	}
	try := len(b.keys)
	b.keys, b.sent = append(b.keys, q.Header.Get("Idempotency-Key")), append(b.sent, len(body.Operations))
	time.Sleep(b.takes)
	if instead := b.instead[try]; instead != nil {
		return instead(q)
	}
	return batchAnswer(q, fmt.Sprintf("B%d", try), len(body.Operations), len(body.Operations), 0), nil
}

// batchAnswer is the answer of a batch of which some were done, and the others not, with a
// status.
func batchAnswer(q *http.Request, name string, n, done, status int) *http.Response {
	results := make([]string, n)
	for i := range results {
		if results[i] = `{"status":200,"id":1,"version":2,"change_id":"1-1","error":null}`; i >= done {
			results[i] = fmt.Sprintf(`{"status":%d,"id":null,"version":null,"change_id":null,"error":{"message":"Not now.","code":"space_full"}}`, status)
		}
	}
	return answerOf(q, 200, `{"batch_id":"`+name+`","results":[`+strings.Join(results, ",")+`]}`)
}

func answerOf(q *http.Request, status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: q}
}

// batchFileOf writes operations into a file, one a line, and reads it.
func batchFileOf(t *testing.T, n int) *batchFile {
	t.Helper()
	return batchFileWith(t, strings.Repeat("{\"method\": \"UNDO\", \"id\": 1}\n", n))
}

func batchFileWith(t *testing.T, text string) *batchFile {
	t.Helper()
	f, err := readBatchFile(t, text)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func readBatchFile(t *testing.T, text string) (*batchFile, error) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "some.ndjson")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return openBatch(name, nil)
}

// TestBatchCalls: a run of several calls, what it says on its way, and how it ends.
func TestBatchCalls(t *testing.T) {
	gone := func(*http.Request) (*http.Response, error) { return nil, syscall.ECONNREFUSED }
	limited := func(q *http.Request) (*http.Response, error) {
		res := answerOf(q, 429, `{"message":"Too many requests.","code":"rate_limited"}`)
		res.Header.Set("Retry-After", "42")
		return res, nil
	}
	cut := func(status int) func(*http.Request) (*http.Response, error) {
		return func(q *http.Request) (*http.Response, error) { return batchAnswer(q, "B0", 1000, 7, status), nil }
	}
	tries := func(from, to int, f func(*http.Request) (*http.Response, error)) map[int]func(*http.Request) (*http.Response, error) {
		all := map[int]func(*http.Request) (*http.Response, error){}
		for i := from; i < to; i++ {
			all[i] = f
		}
		return all
	}
	const onward = ", within a day:\n\ncarnet batch some.ndjson --key mine\n"
	for name, c := range map[string]struct {
		instead map[int]func(*http.Request) (*http.Response, error)
		keys    string // what is sent, by the operation that each try begins with
		out     string
		err     string // with what is shown below it
		says    string // on the way
		waits   time.Duration
	}{
		"all is well": {nil, "1 1001 2001", "2500 operations: 2500 changed.\nIn the history as batch B0, B1, B2.\n", "", "", 0},
		"limited": {tries(1, 2, limited), "1 1001 1001 2001", "2500 operations: 2500 changed.\nIn the history as batch B0, B2, B3.\n", "",
			`msg="waiting, then sending it again" wait=42s reason="Too many requests."`, 42 * time.Second},
		"away for a moment": {tries(1, 4, gone), "1 1001 1001 1001 1001 2001", "2500 operations: 2500 changed.\nIn the history as batch B0, B4, B5.\n", "", "", 0},
		"gone": {tries(1, 99, gone), "1 1001 1001 1001 1001 1001 1001", "1000 operations: 1000 changed.\nIn the history as batch B0.\n",
			"nothing answers at http://carnet.example: start `carnet serve`, or name another server with --url\n\nWhat stands before line 1001 is done. To go on there" + onward,
			`reason="nothing answers at `, 0},
		"gone at once": {tries(0, 99, gone), "1 1 1 1 1 1", "",
			"nothing answers at http://carnet.example: start `carnet serve`, or name another server with --url\n\nTo have it done, and nothing twice" + onward, "", 0},
		"stops in the middle": {tries(0, 1, cut(503)), "1 1 1001 2001", "2500 operations: 2500 changed.\nIn the history as batch B1, B2, B3.\n", "", "", 0},
		"stops for good": {tries(0, 99, cut(503)), "1 1 1 1 1 1", "1000 operations: 7 changed, 993 not tried.\nIn the history as batch B0.\n",
			"Not now.\n\nWhat stands before line 8 is done. To go on there" + onward, "", 0},
		"full": {tries(0, 1, cut(507)), "1", "1000 operations: 7 changed, 993 not tried.\nIn the history as batch B0.\n",
			"Not now.\n\nWhat stands before line 8 is done. To go on there" + onward, "", 0},
		"refused": {tries(0, 1, cut(422)), "1 1001 2001", "2500 operations: 1507 changed, 993 refused.\nIn the history as batch B0, B1, B2.\n", "993 of 2500 operations were refused\n\nline 8: Not now.\n", "", 0},
		"no key": {tries(0, 1, func(q *http.Request) (*http.Response, error) {
			return answerOf(q, 401, `{"message":"Unauthenticated.","code":"key_invalid"}`), nil
		}), "1", "", "the server at http://carnet.example does not accept the API key: see `carnet key list` there", "", 0},
		"the key ends": {tries(1, 2, func(q *http.Request) (*http.Response, error) {
			return answerOf(q, 401, `{"message":"Unauthenticated.","code":"key_invalid"}`), nil
		}), "1 1001", "1000 operations: 1000 changed.\nIn the history as batch B0.\n",
			"the server at http://carnet.example does not accept the API key: see `carnet key list` there\n\nWhat stands before line 1001 is done. To go on there" + onward, "", 0},
		"of another make": {tries(0, 1, func(q *http.Request) (*http.Response, error) { return batchAnswer(q, "B0", 3, 3, 0), nil }), "1", "",
			"the server answered another number of operations than were sent: check what stands before it\n\nTo have it done, and nothing twice" + onward, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			file := batchFileOf(t, 2500)
			synctest.Test(t, func(t *testing.T) {
				server := &batches{instead: c.instead}
				var out, says bytes.Buffer
				began := time.Now()
				err := runBatch(t.Context(), t, server, &batchCommand{File: "some.ndjson", Key: "mine", writing: writing{format: format{"table"}}}, file, &out, &says, &progressBar{newProgress(&says), began})
				var keys []string
				for _, key := range server.keys {
					keys = append(keys, strings.TrimPrefix(key, "mine/"))
				}
				if got := strings.Join(keys, " "); got != c.keys {
					t.Errorf("sent %s, want %s", got, c.keys)
				}
				if out.String() != c.out {
					t.Errorf("printed %q, want %q", &out, c.out)
				}
				if got := shown(t, err); c.err == "" && got != "" || !strings.HasPrefix(got, c.err) {
					t.Errorf("%q, want %q", got, c.err)
				}
				if !strings.Contains(says.String(), c.says) || c.waits > 0 && time.Since(began) != c.waits {
					t.Errorf("after %v said %q, want %q", time.Since(began), &says, c.says)
				}
			})
		})
	}
}

func runBatch(ctx context.Context, t *testing.T, server http.RoundTripper, c *batchCommand, file *batchFile, out, says *bytes.Buffer, told *progressBar) error {
	t.Helper()
	c.URL = "http://carnet.example"
	in := &surroundings{ctx: ctx, args: []string{"batch", "some.ndjson", "--key", "mine"}, stdout: screenOf(out), stderr: says, log: slog.New(slog.NewTextHandler(says, nil))}
	client, err := api.New(c.URL, "carnet_x", api.WithRetries(batchRetries), c.tellsWaits(in, told), api.WithHTTPClient(&http.Client{Transport: server}))
	if err != nil {
		t.Fatal(err)
	}
	return c.do(in, client, file, told)
}

// shown gives all that an error has to show.
func shown(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var below bytes.Buffer
	if r, ok := errors.AsType[*refused](err); ok {
		if err := r.show(screenOf(&below)); err != nil {
			t.Fatal(err)
		}
		return err.Error() + "\n" + below.String()
	}
	return err.Error()
}

// TestBatchStopped: who stops it is told how to go on, without a name of their own too.
func TestBatchStopped(t *testing.T) {
	file := batchFileOf(t, 2500)
	ctx, stop := context.WithCancel(t.Context())
	server := &batches{instead: map[int]func(*http.Request) (*http.Response, error){1: func(q *http.Request) (*http.Response, error) {
		stop()
		return nil, q.Context().Err()
	}}}
	var out, says bytes.Buffer
	err := runBatch(ctx, t, server, &batchCommand{File: "some.ndjson", writing: writing{format: format{"table"}}}, file, &out, &says, newProgressBar(&says))
	key, _, _ := strings.Cut(server.keys[0], "/")
	if got := shown(t, err); !strings.HasPrefix(got, "stopped before it was done\n\nWhat stands before line 1001 is done. To go on there, within a day:\n") || !strings.HasSuffix(got, " --key "+key+"\n") || len(key) < 20 {
		t.Errorf("%q, of %q", got, server.keys)
	}
}

// TestBatchProgress: a file gets a line when five seconds have passed since the last, a
// terminal a bar, and nothing of it at the end.
func TestBatchProgress(t *testing.T) {
	for terminal, want := range map[bool]string{
		false: "2000 of 4500 operations\n4000 of 4500 operations\n",
		true: "\r[------------------------------] 0 of 4500 operations" + "\r[######------------------------] 1000 of 4500 operations" +
			"\r[#############-----------------] 2000 of 4500 operations" + "\r[####################----------] 3000 of 4500 operations" +
			"\r[##########################----] 4000 of 4500 operations" + "\r[##############################] 4500 of 4500 operations" +
			"\r" + strings.Repeat(" ", 56) + "\r",
	} {
		file := batchFileOf(t, 4500)
		synctest.Test(t, func(t *testing.T) {
			var out, says bytes.Buffer
			told := &progressBar{&progress{to: &says, terminal: terminal}, time.Now()}
			err := runBatch(t.Context(), t, &batches{takes: 3 * time.Second}, &batchCommand{File: "some.ndjson", writing: writing{format: format{"table"}}}, file, &out, &says, told)
			if err != nil || says.String() != want {
				t.Errorf("said %q, want %q (%v)", &says, want, err)
			}
		})
	}
}

// TestBatchFiles: where operations stand, however the file is written.
func TestBatchFiles(t *testing.T) {
	const a, b = `{"method":"DELETE","id":1}`, `{"method":"POST","body":{"names":["Zoë \u2028 ]}"]}}`
	for text, lines := range map[string][]int{
		a + "\n" + b + "\n":                                 {1, 2},
		a + "\n" + b:                                        {1, 2},
		a + "\r\n\r\n \t" + b + " \r\n":                     {1, 3},
		"\n\n" + a + "\n\n\n" + b + "\n\n":                  {3, 6},
		`{"operations":[` + a + `,` + b + `]}`:              {1, 1},
		"\n{\"operations\": [\n" + a + ",\n\n" + b + "]}\n": {3, 5},
		"{\"atomic\": false,\n \"operations\"\n: [" + a + "\n,\n" + b + "\n]\n}": {3, 5},
	} {
		f := batchFileWith(t, text)
		list, err := f.read([2]int{0, len(f.operations)})
		if err != nil || len(list) != 2 || string(list[0].(api.BatchRaw)) != a || string(list[1].(api.BatchRaw)) != b || f.atomic {
			t.Errorf("%q: %q, %v", text, list, err)
			continue
		}
		if got := []int{f.operations[0].line, f.operations[1].line}; !slices.Equal(got, lines) {
			t.Errorf("%q: on lines %v, want %v", text, got, lines)
		}
	}
	if f := batchFileWith(t, `{"operations":[`+a+`],"atomic":true}`); !f.atomic {
		t.Error("atomic was not read")
	}
}

// TestBatchFilesRefused: nothing is sent of a file of which something is wrong, and the
// error does not show it.
func TestBatchFilesRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "there is no operation in",
		" \n\n":                      "there is no operation in",
		"{}":                         "there is no operation in",
		`{"operations":[]}`:          "there is no operation in",
		"{\"id\":1}\ncanary":         "is not JSON in UTF-8, at its byte 1: nothing was sent",
		"{\"id\":1}\n\n{\"canary\":": "line 3 of ",
		"{\"id\":1}\n{\"canary\":1,\"canary\":2}": "has a member twice in one object",
		"{\"id\":1} {\"canary\":2}":               "has more than one operation",
		"{\"canary\":\"\xff\"}":                   "is not JSON in UTF-8, at its byte",
		"\ufeff{\"canary\":1}":                    "line 1 of ",
		"[1]":                                     "is no operation: write",
		"{\"canary\":\"" + strings.Repeat("x", largestOperation) + "\"}": "line 1 of ",
		`{"operations":1}`:                    "write operations in",
		`{"operations":[1]}`:                  "operation 1 of",
		`{"operations":[{}],"atomic":1}`:      "write atomic in",
		`{"operations":[{}],"canary":1}`:      "neither operations nor atomic",
		`{"operations":[{}],"operations":[]}`: "has a member twice",
		`{"operations":[{}]`:                  "its end is missing",
		`{"operations":[{}]} {}`:              "something follows after the document",
		`{"operations":[{}]} canary`:          "is not JSON in UTF-8, at byte",
		`{"operations":[{"canary":"` + strings.Repeat("x", largestOperation) + `"}]}`: "is larger than the 4 MiB",
	} {
		f, err := readBatchFile(t, text)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%.40q: %v %v, want %q", text, f, err, want)
		}
	}
}

// TestBatchFileCalls: a call has no more than it may have, by number and by size.
func TestBatchFileCalls(t *testing.T) {
	large := func(n int) string {
		return strings.Repeat(`{"x":"`+strings.Repeat("x", 4<<20)+"\"}\n", n)
	}
	for name, c := range map[string]struct {
		text string
		want [][2]int
	}{
		"one":     {"{\"a\":1}\n{\"a\":1}\n", [][2]int{{0, 2}}},
		"full":    {strings.Repeat("{\"a\":1}\n", 1000), [][2]int{{0, 1000}}},
		"one too": {strings.Repeat("{\"a\":1}\n", 1001), [][2]int{{0, 1000}, {1000, 1001}}},
		"large":   {large(17), [][2]int{{0, 15}, {15, 17}}},
	} {
		f := batchFileWith(t, c.text)
		if got := f.calls(api.MaxOperations); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		for _, call := range f.calls(api.MaxOperations) {
			size := 0
			for _, o := range f.operations[call[0]:call[1]] {
				size += int(o.end-o.start) + 1
			}
			if size > api.MaxBatchBody-32 {
				t.Errorf("%s: a call has %d bytes", name, size)
			}
		}
	}
}
