package target

import (
	"bytes"
	"compress/gzip"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/bench/load"
)

// Somebody signs in with the form, and each page is there, and another than the rest,
// also after what it shows has changed.
func TestPages(t *testing.T) {
	e := env(t)
	ctx := t.Context()
	if err := e.BuildCarnet(ctx); err != nil {
		t.Fatal(err)
	}
	c, err := e.Carnet(ctx, "carnet", 40, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(ctx); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	}()
	conn, err := load.Dial(c.Addr(), time.Now().Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	puts, err := c.Make(Put)
	if err != nil {
		t.Fatal(err)
	}
	put := puts(0, rand.New(rand.NewPCG(1, 1)))
	for range 100 { // so that most have another email than at first
		request, want := put(nil)
		if status, err := conn.Do(request); err != nil || status != want {
			t.Fatal(status, err)
		}
	}
	headings := map[Op]string{PageList: ">newest first</span>", PageByChange: "latest change first</span>", PageLookUp: "<bdi>Looked up</bdi>",
		PageContact: ">Values</h2>", PageHistory: ">History of ", PageActivity: "<h1>Activity</h1>"}
	for _, page := range Pages {
		makes, err := c.Make(page)
		if err != nil {
			t.Fatal(err)
		}
		next := makes(0, rand.New(rand.NewPCG(2, 2)))
		for range 10 {
			request, want := next(nil)
			status, zipped, err := conn.Ask(request)
			if err != nil || status != want {
				t.Fatalf("%s: %d, %v", page, status, err)
			}
			text := unzipped(t, zipped)
			if !strings.Contains(text, headings[page]) || page == PageLookUp && !strings.Contains(text, " data-row>") {
				t.Fatalf("%s has its heading: %t, and rows: %t: %.8000s", page, strings.Contains(text, headings[page]), strings.Contains(text, " data-row>"), text)
			}
		}
	}
	if _, err := (&Target{Name: "naive", auth: []string{""}}).Make(PageList); err == nil {
		t.Error("who has no key signs in")
	}
}

func unzipped(t *testing.T, zipped []byte) string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(zipped))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
