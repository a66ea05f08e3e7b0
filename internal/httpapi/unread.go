package httpapi

import (
	"context"
	"io"
	"net/http"
	"time"
)

// An answer that is given before its request's body was read reaches few
// clients by itself: most send all before they read, and a connection that is
// closed with something unread in it is reset, which destroys the answer on its
// way. So such an answer is sent at once, and what is still coming is thrown
// away for a while before the connection is closed. How long and how much is
// bounded: no key is needed to bring this about.
const (
	lingerTime  = 5 * time.Second
	lingerBytes = 72 << 20 // the largest body that any route is to take, 64 MiB, and what goes around it
	maxLingers  = 256      // at once; those of whom it is not known who they are, and each Space, have half
)

// arriving is the body of a request, on its way.
type arriving struct {
	from  io.Reader
	asked bool // somebody has read of it, so a client that waited for 100 Continue was told to send it
	ended bool // all of it was read
}

func newArriving(r *http.Request) arriving {
	return arriving{from: r.Body, ended: r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0}
}

func (b *arriving) Read(p []byte) (int, error) {
	b.asked = true
	n, err := b.from.Read(p)
	b.ended = b.ended || err == io.EOF
	return n, err
}

// answerWriter takes the answer of every route, so that none can forget what is
// unread. Package net/http would read a part of that before it sends the answer,
// for as long as the client likes.
type answerWriter struct {
	http.ResponseWriter
	body  *arriving
	begun bool
}

func (w *answerWriter) WriteHeader(status int) {
	w.begin()
	w.ResponseWriter.WriteHeader(status)
}

func (w *answerWriter) Write(p []byte) (int, error) {
	w.begin()
	return w.ResponseWriter.Write(p)
}

func (w *answerWriter) begin() {
	if w.begun {
		return
	}
	w.begun = true
	if !w.body.ended {
		w.Header()["Connection"] = []string{"close"}
		// Where this is not supported, there is no connection to wait for.
		_ = http.NewResponseController(w.ResponseWriter).EnableFullDuplex()
	}
}

// Unwrap is for http.ResponseController.
func (w *answerWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// past is a deadline that is over: reading ends at once.
var past = time.Unix(1, 0)

// seeOff throws away what is unread of a request that has its answer, so that
// its client gets to read that. When the server stops it ends at once.
func (a *api) seeOff(r *request) {
	if r.body.ended || !r.out.begun {
		return
	}
	conn := http.NewResponseController(r.out.ResponseWriter)
	if conn.Flush() != nil {
		return
	}
	// Package net/http reads a part by itself when the handler has returned.
	defer func() { _ = conn.SetReadDeadline(past) }()
	if r.Header.Get("Expect") != "" && !r.body.asked {
		return // the client waits to be told to send it, and is not
	}
	if !a.lingers.Take(r.grant.Space.ID, 1) {
		return
	}
	defer a.lingers.Give(r.grant.Space.ID, 1)
	if conn.SetReadDeadline(time.Now().Add(lingerTime)) != nil {
		return
	}
	defer context.AfterFunc(a.stopping, func() { _ = conn.SetReadDeadline(past) })()
	_, _ = io.CopyN(io.Discard, &r.body, lingerBytes)
}
