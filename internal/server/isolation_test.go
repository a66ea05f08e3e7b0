package server

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// FAULT A1, A2, A3, A4, A5, A6: whatever one Space does, or somebody without a
// key, no request of the others is refused or fails, and what is taken from them is
// bounded by counts.
func TestNobodyDisturbsAnybody(t *testing.T) {
	n, r := newNeighbours(t)
	small := 240
	if os.Getenv("CARNET_TEST_LONG") == "1" {
		small = store.MaxLookedAt + 800
	}
	cursor := n.makeHistory(small)
	n.slowReads(cursor)
	if t.Failed() {
		return
	}

	n.boundedReads(cursor, small)
	n.queuedWrites()

	before := n.entered.Load()
	slow := n.open(2*smallPlaces, n.head("PUT", n.path)+"Content-Length: 100000\r\n\r\n{\"names\": ") // A2
	n.come(before, len(slow))
	n.othersWork()
	unread := n.unreadAnswers() // A3
	n.othersWork()
	n.publicPages() // A4
	before = n.entered.Load()
	endless := n.open(50, "GET /healthz HTTP/1.1\r\nHost: "+n.Addr().String()+"\r\nContent-Length: 1000\r\n\r\nx") // A5
	n.come(before, len(endless))
	n.othersWork()
	if held := n.number("carnet_bytes_under_way"); held <= 0 || held > smallHeld/2 {
		t.Errorf("%v octets are held for one Space, of %d", held, smallHeld)
	}

	// A stop waits for requests of a key that are under way, and for nobody else.
	for _, c := range append(slow, unread...) {
		c.Close()
	}
	r.stop()
	if err := <-r.ended; err != nil {
		t.Errorf("bodies of nobody held up the stop: %v", err)
	}
	if held := n.number("carnet_bytes_under_way"); held != 0 {
		t.Errorf("in the end %v octets are held", held)
	}
}

// boundedReads asks for what once took as long as the history is: A1 and A6.
func (n *neighbours) boundedReads(cursor string, changes int) {
	n.t.Helper()
	before := n.number("carnet_rows_looked_at_total")
	n.wants(0, "GET", "/contacts?updated_since=1970-01-01T00:00:00Z&email=nobody@example.com", "", 200)
	// A few more are looked at to find out where the list begins.
	if rows := n.number("carnet_rows_looked_at_total") - before; rows < float64(min(changes, store.MaxLookedAt)) || rows > store.MaxLookedAt+100 {
		n.t.Errorf("a list of %d changes looked at %v rows", changes, rows)
	}
	n.gate.taken()
	n.wants(0, "GET", n.path+"/changes?per_page=500&cursor="+cursor, "", 200)
	if calls := n.gate.taken(); calls > 16 {
		n.t.Errorf("a page of a history took %d reads", calls)
	}
}

// queuedWrites has the first Space queue more writes than a batch takes. A write
// of another waits for the commit under way, and is in the next.
func (n *neighbours) queuedWrites() {
	n.t.Helper()
	const crowd = 300
	h, _ := n.wants(1, "POST", "/contacts", `{"names":["Someone"]}`, 201)
	n.gate.commit.Lock()
	before := n.gate.commits.Load()
	var all sync.WaitGroup
	for i := range crowd + 1 { // one of them is under way
		all.Go(func() {
			patch := contact.Patch{}
			patch.Values[contact.Names] = contact.List{Sent: true, Texts: []string{fmt.Sprint("Name ", i)}}
			if _, err := n.Book().Do(context.Background(), n.grant, book.Terms{RequestID: fmt.Sprint("r", i)}, &contact.Create{Patch: patch}); err != nil {
				n.t.Error(err)
			}
		})
	}
	n.waiting(crowd)
	all.Go(func() {
		n.wants(1, "PUT", strings.TrimPrefix(h.Get("Location"), "/public-api/v1"), `{"names":["Someone else"]}`, 200)
	})
	n.waiting(crowd + 1)
	n.gate.commit.Unlock()
	all.Wait()
	if at := n.gate.ofOthers.Load() - before; at != 2 {
		n.t.Errorf("a write was in commit %d of those since it came", at)
	}
}

// waiting returns when so many writes wait for their batch.
func (n *neighbours) waiting(writes int) {
	for n.number("carnet_writes_waiting") < float64(writes) {
		runtime.Gosched()
	}
}

// slowReads has the first Space read all that it can, as slowly as it can: A1
// and A6. Half of the readers are left to the others.
func (n *neighbours) slowReads(cursor string) {
	n.t.Helper()
	ctx, cancel := context.WithCancel(n.t.Context())
	defer cancel()
	full, before := n.gate.shut(), n.entered.Load()
	var all sync.WaitGroup
	paths := []string{
		"/contacts?updated_since=1970-01-01T00:00:00Z&email=nobody@example.com",
		"/contacts?email=nobody@example.com&phone=%2B12015550100",
		n.path + "/changes?per_page=500&cursor=" + cursor,
		"/changes?after=0&per_page=5000",
	}
	crowd := 2 * n.gate.Readers()
	for i := range crowd {
		all.Go(func() {
			r, err := http.NewRequestWithContext(ctx, "GET", n.URL()+"/public-api/v1"+paths[i%len(paths)], nil)
			if err != nil {
				n.t.Error(err)
				return
			}
			r.Header.Set("Authorization", "Bearer "+n.secrets[0])
			if res, err := n.client.Do(r); err == nil { // else it was given up
				res.Body.Close()
			}
		})
	}
	n.come(before, crowd)
	<-full
	n.othersWork()
	if most, share := n.gate.open(), n.gate.share(); most > share {
		n.t.Errorf("one Space had %d of %d readers at once, more than %d", most, n.gate.Readers(), share)
	}
	cancel()
	all.Wait()
}

// unreadAnswers has the first Space ask for many large answers and read none of
// them: A3. Only so many octets are held for it, and further ones are refused.
func (n *neighbours) unreadAnswers() []net.Conn {
	n.t.Helper()
	const crowd = 40
	list := n.open(crowd, n.head("GET", "/changes?after=4&per_page=1")+"\r\n") // of the large ones
	counts := map[string]int{}
	for _, c := range list {
		line := make([]byte, len("HTTP/1.1 200"))
		if _, err := io.ReadFull(c, line); err != nil {
			n.t.Fatal(err)
		}
		counts[string(line[len(line)-3:])]++
	}
	if counts["200"] == 0 || counts["503"] == 0 || counts["200"]+counts["503"] != crowd {
		n.t.Errorf("of %d large answers that nobody reads: %v", crowd, counts)
	}
	return list
}

// publicPages asks for the largest page without a key, and for its length alone:
// A4.
func (n *neighbours) publicPages() {
	n.t.Helper()
	for _, c := range n.open(20, "HEAD /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: "+n.Addr().String()+"\r\nConnection: close\r\n\r\n") {
		text, err := io.ReadAll(c)
		if err != nil || !bytes.HasPrefix(text, []byte("HTTP/1.1 200")) || !bytes.Contains(text, []byte("\r\nContent-Length: ")) {
			n.t.Errorf("HEAD of the docs: %v %s", err, text)
		}
	}
}
