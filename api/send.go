package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// prefix stands before the path of every route.
const prefix = "/public-api/v1"

// request is one call, which may be sent several times.
type request struct {
	method string
	path   string // below prefix: "/contacts/5"
	query  url.Values
	header http.Header
	body   []byte    // JSON; nil for none
	atomic bool      // of a batch, until its body is written
	file   io.Reader // what is sent in place of a body, as it comes; nil for none
	into   *partly   // where a good answer goes that is not held; nil for one that is
	same   bool      // it does no more when it is sent again, and needs no name for that
}

// name is the request for error texts. It leaves out the query, which may hold
// personal data.
func (r *request) name() string { return r.method + " " + r.path }

// harmless tells whether a request changes nothing, however often it is sent.
func (r *request) harmless() bool { return r.method == http.MethodGet || r.dry() }

func (r *request) dry() bool { return r.query.Get("dry_run") == "1" }

// repeatable tells whether sending a request again does no more than sending it once. A file
// is read but once.
func (r *request) repeatable() bool {
	return r.file == nil && (r.harmless() || r.same || r.header.Get(keyHeader) != "")
}

// do sends a request, again where that does no harm, and reads the JSON of a
// good answer into answer.
func (c *Client) do(ctx context.Context, r *request, answer any) (http.Header, error) {
	if err := checkQuery(r.query); err != nil {
		return nil, err
	}
	header, body, err := c.send(ctx, r)
	for tries := 0; err != nil; tries++ {
		wait, ok := r.again(err, tries)
		if r.into != nil && r.into.begun {
			ok = false
		}
		if !ok || tries == c.retries || !roomFor(ctx, wait) {
			return nil, err
		}
		if c.onRetry != nil {
			c.onRetry(err, wait)
		}
		if err := pause(ctx, wait, err); err != nil {
			return nil, err
		}
		header, body, err = c.send(ctx, r)
	}
	if body == nil {
		return header, nil
	}
	if err := json.Unmarshal(body, answer); err != nil {
		// Its text may quote the answer.
		return nil, notOurs(r)
	}
	return header, nil
}

func notOurs(r *request) error {
	return fmt.Errorf("carnet: %s: the answer is not what a Carnet server sends", r.name())
}

// send sends a request once and reads its answer whole. An answer that is not
// good is an *Error, none at all a *failure; of one without content the body is nil.
func (c *Client) send(ctx context.Context, r *request) (http.Header, []byte, error) {
	address := c.base + prefix + r.path
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	var from io.Reader = bytes.NewReader(r.body)
	if r.file != nil {
		from = r.file
	}
	req, err := http.NewRequestWithContext(ctx, r.method, address, from)
	if err != nil {
		return nil, nil, &failure{r, err}
	}
	for name, values := range r.header {
		req.Header[name] = values
	}
	req.Header.Set("Authorization", "Bearer "+c.key())
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.userAgent)
	switch {
	case r.file != nil:
		req.Header.Set("Content-Type", "application/octet-stream")
	case r.body != nil:
		req.Header.Set("Content-Type", "application/json")
	}
	by := c.http
	if (r.file != nil || r.into != nil && r.into.slow) && by.Timeout != 0 {
		own := *by
		own.Timeout, by = 0, &own
	}
	res, err := by.Do(req)
	if err != nil {
		return nil, nil, &failure{r, err}
	}
	defer res.Body.Close()
	c.tellEnd(res.Header)
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return nil, nil, errorOf(res)
	}
	if res.StatusCode == http.StatusNoContent {
		return res.Header, nil, nil
	}
	if r.into != nil {
		return res.Header, nil, r.into.take(res, r)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, nil, &failure{r, err}
	}
	return res.Header, body, nil
}

// tellEnd tells when the key ends, where an answer says so.
func (c *Client) tellEnd(h http.Header) {
	if c.onKeyEnds == nil {
		return
	}
	if at, err := time.Parse(time.RFC3339, h.Get("X-Key-Expires")); err == nil {
		c.onKeyEnds(at)
	}
}

// failure is a request that got no answer, or only a part of one.
type failure struct {
	request *request
	err     error
}

// Error leaves out the URL, which may hold personal data.
func (f *failure) Error() string {
	text := "carnet: " + f.request.name() + ": no answer"
	if !f.request.harmless() && !f.unsent() {
		text += ", so it may have been done or not"
	}
	return text + ": " + f.Unwrap().Error()
}

// Unwrap gives the cause without the URL.
func (f *failure) Unwrap() error {
	if u, ok := errors.AsType[*url.Error](f.err); ok {
		return u.Err
	}
	return f.err
}

// unsent tells whether there was not even a connection.
func (f *failure) unsent() bool {
	op, ok := errors.AsType[*net.OpError](f.err)
	return ok && op.Op == "dial"
}
