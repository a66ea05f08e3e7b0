package api_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/api"
)

func TestNewRefuses(t *testing.T) {
	for _, c := range []struct{ url, key string }{
		{"", testKey},
		{"127.0.0.1:8420", testKey},
		{"ftp://example.com", testKey},
		{"http://", testKey},
		{"http://user:canary@example.com", testKey},
		{"http://example.com?canary=1", testKey},
		{"http://example.com#canary", testKey},
		{"http://canary\x00", testKey},
		{"http://example.com", ""},
		{"http://example.com", "canary\n"},
		{"http://example.com", "canary with spaces"},
		{"http://example.com", "canaryé"},
	} {
		_, err := api.New(c.url, c.key)
		if err == nil {
			t.Errorf("%q %q: accepted", c.url, c.key)
		} else if strings.Contains(err.Error(), "canary") {
			t.Errorf("the error shows what was given: %v", err)
		}
	}
}

// TestBaseURL: whatever the base URL looks like, the path follows it.
func TestBaseURL(t *testing.T) {
	for base, want := range map[string]string{
		"":         "/public-api/v1/contacts/5",
		"/":        "/public-api/v1/contacts/5",
		"/carnet":  "/carnet/public-api/v1/contacts/5",
		"/carnet/": "/carnet/public-api/v1/contacts/5",
		// FAULT E6: the address of the API, as it is printed.
		"/public-api/v1":         "/public-api/v1/contacts/5",
		"/public-api/v1/":        "/public-api/v1/contacts/5",
		"/carnet/public-api/v1/": "/carnet/public-api/v1/contacts/5",
	} {
		var path string
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			path = r.URL.Path
			fmt.Fprint(w, `{"id":5}`)
		}))
		defer s.Close()
		c, err := api.New(s.URL+base, testKey)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Get(t.Context(), 5); err != nil || path != want {
			t.Errorf("%q: asked for %q, want %q (%v)", base, path, want, err)
		}
	}
}

// TestKeyIsNotShown: however a client is printed, its key is not in it.
func TestKeyIsNotShown(t *testing.T) {
	c, err := api.New("http://example.com", testKey)
	if err != nil {
		t.Fatal(err)
	}
	held := struct{ client api.Client }{*c}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("client", "client", c, "value", *c)
	slog.New(slog.NewTextHandler(&log, nil)).Info("client", "client", c, "value", *c)
	encoded, err := json.Marshal(map[string]any{"pointer": c, "value": *c})
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&log, verb+verb+verb, c, *c, held)
	}
	log.Write(encoded)
	for _, secret := range []string{testKey, fmt.Sprintf("%x", testKey)} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the key is shown: %s", &log)
		}
	}
}

// TestErrorsShowNoSecrets: neither the key nor what was asked for or sent is in
// an error.
func TestErrorsShowNoSecrets(t *testing.T) {
	const canary = "canary@example.com"
	for name, r := range map[string]reply{
		"no answer":     {err: errors.New("it broke")},
		"half a body":   {status: 200, cut: true},
		"not JSON":      {status: 200, body: canary},
		"another shape": {status: 200, body: `{"id":"` + canary + `","data":"` + canary + `"}`},
		"a proxy":       {status: 502, body: "<p>" + canary + "</p>"},
		"refused":       refusal(422, "wrong_type", ""),
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := scripted(t, []reply{r, r}, api.WithRetries(0))
			_, err := c.List(t.Context(), api.Query{Email: new(canary)})
			_, err2 := c.Put(t.Context(), 5, api.Patch{Emails: api.Values(canary)}, api.WithActor(canary), api.WithReason(canary))
			for _, err := range []error{err, err2} {
				if err == nil {
					t.Fatal("no error")
				}
				for ; err != nil; err = errors.Unwrap(err) {
					if s := fmt.Sprintf("%v %+v", err, err); strings.Contains(s, "canary") || strings.Contains(s, testKey) {
						t.Errorf("shown: %s", s)
					}
				}
			}
		})
	}
}

// TestRedirect: a redirected write would lose its body, and the key might reach
// another host.
func TestRedirect(t *testing.T) {
	requests := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		http.Redirect(w, r, "/elsewhere", http.StatusMovedPermanently)
	}))
	defer s.Close()
	c, err := api.New(s.URL, testKey)
	if err != nil {
		t.Fatal(err)
	}
	for i, call := range calls {
		e, ok := errors.AsType[*api.Error](call.do(t.Context(), c))
		if !ok || e.Status != 301 || requests != i+1 {
			t.Errorf("%s: %v after %d requests", call.name, e, requests)
		}
	}
}

// TestHeaders: what every request bears.
func TestHeaders(t *testing.T) {
	var got http.Header
	body := false
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, body = r.Header, r.ContentLength > 0
		fmt.Fprint(w, `{}`)
	}))
	defer s.Close()
	c, err := api.New(s.URL, testKey, api.WithUserAgent("importer/1"), api.WithHTTPClient(s.Client()))
	if err != nil {
		t.Fatal(err)
	}
	for _, call := range calls {
		if err := call.do(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		contentType := ""
		if body {
			contentType = "application/json"
		}
		for name, want := range map[string]string{
			"Authorization": "Bearer " + testKey, "Accept": "application/json", "Content-Type": contentType, "User-Agent": "importer/1",
		} {
			if v := strings.Join(got.Values(name), "|"); v != want {
				t.Errorf("%s: %s: %q, want %q", call.name, name, v, want)
			}
		}
	}
}

// TestWriteOptions: who, why, and on what condition go along as headers.
func TestWriteOptions(t *testing.T) {
	var got http.Header
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		fmt.Fprint(w, `{}`)
	}))
	defer s.Close()
	c, err := api.New(s.URL, testKey)
	if err != nil {
		t.Fatal(err)
	}
	for _, write := range []func(...api.WriteOption) error{
		func(o ...api.WriteOption) error { _, err := c.Create(t.Context(), api.Patch{}, o...); return err },
		func(o ...api.WriteOption) error { _, err := c.Merge(t.Context(), 5, 6, o...); return err },
		func(o ...api.WriteOption) error {
			_, err := c.Put(t.Context(), 5, api.Patch{}, append(o, api.IfMatch(12))...)
			if match := got.Get("If-Match"); match != `"12"` {
				t.Errorf("If-Match: %s", match)
			}
			return err
		},
	} {
		if err := write(api.WithActor("Zoë from support"), api.WithReason("asked for by phone")); err != nil {
			t.Fatal(err)
		}
		if got.Get("X-Actor") != "UTF-8''Zo%C3%AB%20from%20support" || got.Get("X-Reason") != "asked for by phone" {
			t.Errorf("%v", got)
		}
		if err := write(); err != nil || got["X-Actor"] != nil || got["X-Reason"] != nil {
			t.Errorf("%v %v", got, err)
		}
	}
}

func TestErrorOfServer(t *testing.T) {
	c, _ := scripted(t, []reply{{
		status: 422,
		header: map[string]string{"X-Request-Id": "0f"},
		body: `{"message":"The email has no @. (and 1 more problem)","code":"email_invalid",
			"errors":{"emails.1":["The email has no @."],"phones.0":["One.","Two."]},"request_id":"0f"}`,
	}})
	_, err := c.Create(t.Context(), api.Patch{Emails: api.Values("ada@example.com", "ada")})
	e, ok := errors.AsType[*api.Error](fmt.Errorf("while importing: %w", err))
	if !ok {
		t.Fatal(err)
	}
	if e.Status != 422 || e.Code != api.CodeEmailInvalid || e.RequestID != "0f" || e.RetryAfter != 0 ||
		fmt.Sprint(e.Errors) != "map[emails.1:[The email has no @.] phones.0:[One. Two.]]" {
		t.Errorf("%+v", e)
	}
	if want := "carnet: The email has no @. (and 1 more problem) (422 email_invalid, request_id 0f)"; e.Error() != want {
		t.Errorf("%q, want %q", e.Error(), want)
	}
}

// TestErrorOfOthers: what stands before the server answers in shapes of its own.
func TestErrorOfOthers(t *testing.T) {
	for _, body := range []string{"", "<html>Bad Gateway</html>", `{"message":"nope"}`, `{"code":"nope"}`, `{"message":7,"code":"nope"}`, "[]"} {
		c, _ := scripted(t, []reply{{status: 502, body: body, header: map[string]string{"X-Request-Id": "from-the-proxy"}}})
		_, err := c.Get(t.Context(), 5)
		e, ok := errors.AsType[*api.Error](err)
		if !ok || e.Status != 502 || e.Code != "" || !strings.Contains(e.Message, "does not come from Carnet") || e.RequestID != "from-the-proxy" {
			t.Errorf("%q: %v", body, err)
		}
	}
}

// Who has a client is told when its key ends, by good answers and by refusals, and of
// nothing else.
func TestOnKeyEnds(t *testing.T) {
	at := time.Date(2026, 3, 15, 14, 0, 1, 0, time.UTC)
	for name, c := range map[string]struct {
		status int
		header string
		want   []time.Time
	}{
		"a good answer":     {200, "2026-03-15T14:00:01Z", []time.Time{at}},
		"a refusal":         {404, "2026-03-15T14:00:01Z", []time.Time{at}},
		"no such header":    {200, "", nil},
		"what is no moment": {200, "soon", nil},
	} {
		var told []time.Time
		answer := reply{status: c.status, body: good.body, header: map[string]string{}}
		if c.header != "" {
			answer.header["X-Key-Expires"] = c.header
		}
		client, _ := scripted(t, []reply{answer}, api.WithOnKeyEnds(func(at time.Time) { told = append(told, at) }))
		if _, err := client.Get(t.Context(), 5); (err != nil) != (c.status != 200) {
			t.Errorf("%s: %v", name, err)
		}
		if !slices.Equal(told, c.want) {
			t.Errorf("%s: told %v, want %v", name, told, c.want)
		}
	}
}
