package api

import (
	"context"
	"io"
	"net/http"
	"time"
)

// Person is all that is known of one person, as ExportContact writes it.
type Person struct {
	ExportedAt time.Time         `json:"exported_at"` // to the microsecond, UTC
	DeletedAt  *time.Time        `json:"deleted_at"`  // nil where the contact is there
	Contact    Contact           `json:"contact"`     // with its Sources and its Meta
	Labels     map[string]string `json:"labels"`      // what custom fields are called, by their keys
	History    []Change          `json:"history"`     // oldest first
}

// ExportContact writes all that is known of one person as one JSON document, a Person: the
// contact with who brought its values and when, and its whole history, without what came from
// contacts that are not part of it any more. A deleted contact is exported too. It needs a key
// that may read.
//
// The document may be large, so it is written as it comes. Where an error comes after a part of
// it was written, nothing is sent again.
func (c *Client) ExportContact(ctx context.Context, id int64, into io.Writer) error {
	_, err := c.do(ctx, &request{method: http.MethodGet, path: contactPath(id) + "/export", into: &partly{to: into, kind: "application/json"}}, nil)
	return err
}

// partly tells whether a part of an answer has been handed on.
type partly struct {
	to    io.Writer
	kind  string // the Content-Type of a good answer
	slow  bool   // it may take as long as it takes, as long as the context does not end
	begun bool
	err   error // of to
}

func (p *partly) Write(text []byte) (n int, err error) {
	p.begun = true
	n, err = p.to.Write(text)
	p.err = err
	return n, err
}

// take hands a good answer on, unless it is of something else than a Carnet server.
func (p *partly) take(res *http.Response, r *request) error {
	if res.Header.Get("Content-Type") != p.kind {
		p.begun = true // it would come again
		return notOurs(r)
	}
	_, err := io.Copy(p, res.Body)
	switch {
	case p.err != nil:
		return p.err
	case err != nil:
		return &failure{r, err}
	}
	return nil
}
