package server

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/httpapi"
	"github.com/carnet-project/carnet/internal/metrics"
	"github.com/carnet-project/carnet/internal/store"
)

// neighbours is one server with the keys of eight Spaces, none of which has
// limits. The first disturbs the others.
type neighbours struct {
	*Server
	t       *testing.T
	gate    *gate
	numbers *metrics.Metrics
	secrets []string
	grant   access.Grant // of the first Space
	entered atomic.Int64 // requests that came as far as the handler
	moved   chan struct{}
	client  *http.Client
	path    string // of the attacker's contact
}

// How much this server has to share, so that small numbers are enough to take it.
const (
	smallPlaces = 64
	smallHeld   = 16 << 20
)

// narrow makes connections that take little of an answer before it is read.
type narrow struct{ net.Listener }

func (l narrow) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return c, c.(*net.TCPConn).SetWriteBuffer(16 << 10)
}

func newNeighbours(t *testing.T) (*neighbours, *running) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	backend, l := onDisk(t)
	n := &neighbours{t: t, gate: &gate{Backend: backend}, numbers: metrics.New(), moved: make(chan struct{}, 1),
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	t.Cleanup(n.client.CloseIdleConnections)
	st := store.New(n.gate, store.Options{Log: log, Metrics: n.numbers})
	n.Server = newServer(narrow{l}, &Database{Book: book.New(st, book.Options{Log: log}), store: st, backend: n.gate}, nil, Config{Log: log}, n.numbers)
	api := httpapi.New(n.Book(), httpapi.Options{Log: log, MaxInFlight: smallPlaces, MaxHeld: smallHeld, Stopping: n.stopping, Metrics: n.numbers})
	n.http.Handler = n.counted(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.entered.Add(1)
		select {
		case n.moved <- struct{}{}:
		default:
		}
		api.ServeHTTP(w, r)
	}))
	for i := range 8 {
		space := access.Space{Name: fmt.Sprint("Space ", i+1)}
		for _, b := range access.Buckets {
			space.Limits = space.Limits.With(b, 0)
		}
		space, err := n.Book().CreateSpace(t.Context(), "test", space)
		if err != nil {
			t.Fatal(err)
		}
		key, secret, err := n.Book().CreateKey(t.Context(), "test", access.APIKey{Space: space.ID})
		if err != nil {
			t.Fatal(err)
		}
		n.secrets = append(n.secrets, secret.Reveal())
		if i == 0 {
			n.gate.space, n.grant = space.ID, access.Grant{Key: key, Space: space}
		}
	}
	return n, start(t, n.Server)
}

// send sends a request for a Space and gives its answer.
func (n *neighbours) send(space int, method, path, body string) (int, http.Header, []byte) {
	r, err := http.NewRequest(method, n.URL()+"/public-api/v1"+path, strings.NewReader(body))
	if err != nil {
		n.t.Error(err)
		return 0, nil, nil
	}
	r.Header.Set("Authorization", "Bearer "+n.secrets[space])
	r.Header.Set("Content-Type", "application/json")
	res, err := n.client.Do(r)
	if err != nil {
		n.t.Error(err)
		return 0, nil, nil
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		n.t.Error(err)
	}
	return res.StatusCode, res.Header, text
}

// wants sends a request that must be answered so.
func (n *neighbours) wants(space int, method, path, body string, status int) (http.Header, []byte) {
	n.t.Helper()
	got, h, text := n.send(space, method, path, body)
	if got != status {
		n.t.Errorf("%s of Space %d: %d %s", method, space+1, got, text)
	}
	return h, text
}

// othersWork does ordinary work in the seven other Spaces at once. Whatever goes
// on in the first, each request must be answered as if nobody else were there.
func (n *neighbours) othersWork() {
	n.t.Helper()
	var all sync.WaitGroup
	for space := 1; space < len(n.secrets); space++ {
		all.Go(func() {
			h, _ := n.wants(space, "POST", "/contacts", `{"names":["Someone"],"emails":["someone@example.com"]}`, 201)
			path := strings.TrimPrefix(h.Get("Location"), "/public-api/v1")
			for i := range 2 {
				n.wants(space, "PUT", path, fmt.Sprintf(`{"names":["Someone %d"]}`, i), 200)
				n.wants(space, "GET", path, "", 200)
				n.wants(space, "GET", "/contacts?email=someone@example.com&per_page=5", "", 200)
				n.wants(space, "GET", path+"/changes", "", 200)
				n.wants(space, "GET", "/changes?after=0", "", 200)
			}
		})
	}
	all.Wait()
	if status, _ := get(n.t, n.URL()+"/readyz"); status != 200 {
		n.t.Errorf("not ready: %d", status)
	}
}

// come returns when so many further requests have come as far as the handler.
func (n *neighbours) come(before int64, more int) {
	for n.entered.Load() < before+int64(more) {
		<-n.moved
	}
}

// open opens connections of the first Space and sends a text on each, which need
// not be a whole request.
func (n *neighbours) open(connections int, text string) []net.Conn {
	n.t.Helper()
	var list []net.Conn
	for range connections {
		c, err := net.Dial("tcp", n.Addr().String())
		if err != nil {
			n.t.Fatal(err)
		}
		n.t.Cleanup(func() { c.Close() })
		if err := c.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
			n.t.Fatal(err)
		}
		if _, err := io.WriteString(c, text); err != nil {
			n.t.Fatal(err)
		}
		list = append(list, c)
	}
	return list
}

// head is the head of a request of the first Space, without the empty line.
func (n *neighbours) head(method, path string) string {
	return method + " /public-api/v1" + path + " HTTP/1.1\r\nHost: " + n.Addr().String() + "\r\nAuthorization: Bearer " + n.secrets[0] +
		"\r\nContent-Type: application/json\r\n"
}

// large fills the texts of a contact with about 1 MiB, or clears them.
func large(n int) string {
	var fields []string
	for slot := range 15 {
		text := "null"
		if n > 0 {
			text = fmt.Sprintf(`"%d%s"`, n, strings.Repeat("\U0001D11E", 10_000))
		}
		fields = append(fields, fmt.Sprintf(`"profile_field_%d":%s`, slot+1, text))
	}
	return `{"custom_fields":{` + strings.Join(fields, ",") + `}}`
}

// makeHistory gives the first Space a contact with a history of large changes,
// between small ones, and gives a place between those for the page before it.
func (n *neighbours) makeHistory(small int) (cursor string) {
	n.t.Helper()
	h, _ := n.wants(0, "POST", "/contacts", `{"names":["Small"]}`, 201)
	n.path = strings.TrimPrefix(h.Get("Location"), "/public-api/v1")
	for i := range 2 {
		n.wants(0, "PUT", n.path, fmt.Sprintf(`{"names":["Small %d"]}`, i), 200)
	}
	query := "/changes?per_page=1"
	for range 2 {
		_, text := n.wants(0, "GET", n.path+query, "", 200)
		var page struct {
			Next string `json:"next_cursor"`
			Prev string `json:"prev_cursor"`
		}
		if err := json.Unmarshal(text, &page); err != nil {
			n.t.Fatal(err)
		}
		query, cursor = "/changes?per_page=1&cursor="+page.Next, page.Prev
	}
	for _, i := range []int{1, 2, 3, 0} {
		n.wants(0, "PUT", n.path, large(i), 200)
	}
	var all sync.WaitGroup
	for w := range 8 {
		all.Go(func() {
			for i := range small / 8 {
				n.wants(0, "PUT", n.path, fmt.Sprintf(`{"names":["Name %d of %d"]}`, i, w), 200)
			}
		})
	}
	all.Wait()
	return cursor
}

// number gives one of the server's counters.
func (n *neighbours) number(name string) float64 {
	n.t.Helper()
	families, err := n.numbers.Gatherer().Gather()
	if err != nil {
		n.t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			return f.Metric[0].GetGauge().GetValue() + f.Metric[0].GetCounter().GetValue()
		}
	}
	n.t.Fatalf("there is no counter %s", name)
	return 0
}
