// Package api is the client of Carnet's HTTP API: the types of its JSON, its
// error codes, and a Client with a method for each route. It imports the
// standard library alone.
//
// A Client sends a request again where that is certain to do no harm: see New.
// What the server refuses is an *Error.
package api

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// DefaultRetries is how many times a Client sends a request again, unless
// WithRetries says otherwise.
const DefaultRetries = 3

// Client calls one Carnet server with one API key. Its methods may be called
// from many goroutines. Printing a Client does not show its key.
type Client struct {
	base      string        // "http://127.0.0.1:8420", without a slash at its end
	key       func() string // not a string: however a Client is printed, a function shows nothing
	http      *http.Client
	userAgent string
	retries   int
	onRetry   func(reason error, wait time.Duration)
	onKeyEnds func(at time.Time)
}

// Option sets how a Client works.
type Option func(*Client)

// WithHTTPClient makes the Client send its requests by h, as for a proxy or
// certificates of your own. Redirects are refused unless h.CheckRedirect is
// set: they would lose the body of a write. A Timeout of h must leave room for
// the waiting of Feed and Follow (see MaxWait).
func WithHTTPClient(h *http.Client) Option {
	return func(c *Client) {
		own := *h
		c.http = &own
	}
}

// WithUserAgent sets the User-Agent header; without it, it is "carnet-go".
func WithUserAgent(name string) Option {
	return func(c *Client) { c.userAgent = name }
}

// WithRetries sets how many times a request is sent again; 0 is never.
func WithRetries(n int) Option {
	return func(c *Client) { c.retries = max(0, n) }
}

// WithOnRetry has f called before each pause after which a request is sent
// again, with the reason and the length of the pause.
func WithOnRetry(f func(reason error, wait time.Duration)) Option {
	return func(c *Client) { c.onRetry = f }
}

// WithOnKeyEnds has f called with each answer that says when the key ends, which is
// in its last 14 days: from then on all is refused.
func WithOnKeyEnds(f func(at time.Time)) Option {
	return func(c *Client) { c.onKeyEnds = f }
}

// New makes a Client of the server at baseURL, as in http://127.0.0.1:8420,
// which is all before /public-api/v1; with that at its end it is understood too.
// Its errors never show the key or the URL.
//
// A request is sent again, at most DefaultRetries times, where the server
// answers that it was not done and may be repeated: a 429, or a 503 or 507 that
// bears Retry-After. The Client waits as long as that header says, up to two minutes,
// and never beyond the deadline of the context. It is sent again also where no whole
// answer came, or CodeOutcomeUnknown: every write has an Idempotency-Key of its own, by
// which the server does it once and answers each repetition as it did the first. A write
// with NoIdempotencyKey is not sent again then, as it may have been done; nor are CancelJob and DiscardPlan.
//
// An error of a write that is no *Error, and CodeOutcomeUnknown, leave open whether it was
// done. Who gave it a key (IdempotencyKey) may call it again within a day; else read the
// contact before you do.
func New(baseURL, key string, options ...Option) (*Client, error) {
	if !utf8.ValidString(baseURL) {
		return nil, notUTF8("the base URL")
	}
	base, err := checkBase(baseURL)
	if err != nil {
		return nil, err
	}
	if key == "" || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return nil, errors.New("carnet: the API key is empty, or has characters that no key has")
	}
	c := &Client{
		base:      base,
		key:       func() string { return key },
		http:      &http.Client{Timeout: 2 * time.Minute},
		userAgent: "carnet-go",
		retries:   DefaultRetries,
	}
	for _, set := range options {
		set(c)
	}
	if !utf8.ValidString(c.userAgent) {
		return nil, notUTF8("User-Agent")
	}
	if c.http.CheckRedirect == nil {
		c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	return c, nil
}

func checkBase(text string) (string, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return "", errors.New("carnet: the base URL must begin with http:// or https:// and a host")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "", errors.New("carnet: the base URL must be an address alone, without a user, a query or a fragment")
	}
	base, _ := strings.CutSuffix(strings.TrimRight(u.String(), "/"), prefix)
	return strings.TrimRight(base, "/"), nil
}
