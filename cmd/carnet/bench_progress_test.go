package main

import (
	"bytes"
	"testing"
	"time"
)

// TestProgress: a file gets a line every five seconds; a terminal one line,
// whose rest never shows, and nothing of it at the end.
func TestProgress(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out)
	for s := range 11 {
		p.show(time.Duration(s+1)*time.Second, int64(100*(s+1)))
	}
	p.clear()
	if want := "5 s, 500 answers, 100 a second\n10 s, 1000 answers, 100 a second\n"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
	out.Reset()
	p = &progress{to: &out, terminal: true}
	p.show(time.Second, 2000)
	p.show(2*time.Second, 2000)
	p.show(3*time.Second, 2000)
	p.clear()
	if want := "\r1 s, 2000 answers, 2000 a second" + "\r2 s, 2000 answers, 1000 a second" +
		"\r3 s, 2000 answers, 667 a second " + "\r                               \r"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}
