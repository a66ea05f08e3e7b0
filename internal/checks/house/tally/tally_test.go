package main

import (
	"strings"
	"testing"
	"time"
)

func TestTally(t *testing.T) {
	for _, c := range []struct {
		name, events, printed, closing, skipped, fuzz string
	}{
		{
			name: "a package that passed is its closing line",
			events: `
{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"talk\n"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Test":"FuzzB/seed#0"}
{"Action":"pass","Package":"p","Test":"FuzzB"}
{"Action":"output","Package":"p","Output":"PASS\n"}
{"Action":"output","Package":"p","Output":"ok  \tp\t0.1s\n"}
{"Action":"pass","Package":"p","Elapsed":0.1}`,
			printed: "ok      0.1 s  p\n",
			closing: "3 passed, 0 failed, 0 skipped",
			fuzz:    "p FuzzB",
		},
		{
			name: "of a package that failed, what passed stays quiet",
			events: `
{"Action":"output","Package":"p","Test":"TestA","Output":"talk of A\n"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestB","Output":"B is wrong\n"}
{"Action":"fail","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.1s\n"}
{"Action":"fail","Package":"p","Elapsed":0.1}`,
			printed: "B is wrong\nFAIL\tp\t0.1s\nFAIL    0.1 s  p\n",
			closing: "1 passed, 1 failed, 0 skipped",
		},
		{
			name: "packages that run side by side are kept apart",
			events: `
{"Action":"output","Package":"p","Test":"TestA","Output":"p: A is wrong\n"}
{"Action":"output","Package":"q","Output":"ok  \tq\t0.1s\n"}
{"Action":"pass","Package":"q","Test":"TestA"}
{"Action":"pass","Package":"q"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"fail","Package":"p"}`,
			printed: "ok      0.0 s  q\np: A is wrong\nFAIL    0.0 s  p\n",
			closing: "1 passed, 1 failed, 0 skipped",
		},
		{
			name: "what never ended is shown, and the package counts",
			events: `
{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"panic: time is up\n"}
{"Action":"fail","Package":"p"}`,
			printed: "panic: time is up\nFAIL    0.0 s  p\n",
			closing: "0 passed, 1 failed, 0 skipped",
		},
		{
			name: "a package that does not build counts",
			events: `
{"ImportPath":"p [p.test]","Action":"build-output","Output":"p/p.go:1: no\n"}
{"ImportPath":"p [p.test]","Action":"build-fail"}
{"Action":"output","Package":"p","Output":"FAIL\tp [build failed]\n"}
{"Action":"fail","Package":"p","FailedBuild":"p [p.test]"}`,
			printed: "p/p.go:1: no\nFAIL\tp [build failed]\nFAIL    0.0 s  p\n",
			closing: "0 passed, 1 failed, 0 skipped",
		},
		{
			name: "a skipped test is named; a package without tests is none",
			events: `
{"Action":"skip","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p"}
{"Action":"output","Package":"q","Output":"?   \tq\t[no test files]\n"}
{"Action":"skip","Package":"q"}`,
			printed: "ok      0.0 s  p\nnone          q has no tests\n",
			closing: "0 passed, 0 failed, 1 skipped",
			skipped: "p TestA",
		},
		{
			name:    "what is no event is passed on",
			events:  "\ngo: no such tool\n",
			printed: "go: no such tool\n",
			closing: "0 passed, 0 failed, 0 skipped",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			tally := newTally(&out, time.Now, 0)
			if err := readLines(strings.NewReader(c.events[1:]), tally.line); err != nil {
				t.Fatal(err)
			}
			for _, x := range []struct{ what, got, want string }{
				{"printed", out.String(), c.printed},
				{"closing line", tally.closing(), c.closing},
				{"skipped", strings.Join(tally.skipped, ","), c.skipped},
				{"fuzz targets", strings.Join(tally.fuzz, ","), c.fuzz},
			} {
				if x.got != x.want {
					t.Errorf("%s: got %q, want %q", x.what, x.got, x.want)
				}
			}
		})
	}
}
