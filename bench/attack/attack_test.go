package attack

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/go-json-experiment/json"
)

// TestMain is also the attacker.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == Command {
		if err := Play(context.Background(), os.Stdin, os.Stdout); err != nil {
			panic(err)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// Every input arrives as it is written there, from all of its connections at
// once, and ends when it is told to.
func TestInputs(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for i := range Inputs {
		in := &Inputs[i]
		t.Run(in.Name, func(t *testing.T) {
			var mu sync.Mutex
			seen, all, wrong := 0, make(chan struct{}), ""
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				if keyed := r.Header.Get("Authorization") == "Bearer k"; keyed != in.Keyed || !strings.Contains(in.request(&Order{Contact: 5, Cursor: "c"}), r.Method+" "+r.URL.RequestURI()+" ") {
					wrong = r.Method + " " + r.URL.RequestURI()
				}
				if seen++; seen == in.conns {
					close(all)
				}
				mu.Unlock()
				<-all // so many are under way at once
				// The rest of the body never comes.
				conn := http.NewResponseController(w)
				if err := conn.EnableFullDuplex(); err != nil {
					t.Error(err)
				}
				w.Header().Set("Content-Length", "5")
				io.WriteString(w, "hello")
				_ = conn.Flush() // which fails where the input has been told to end
			}))
			defer s.Close()
			a, err := Start(self, Order{Addr: s.Listener.Addr().String(), Auth: "Authorization: Bearer k\r\n", Input: in.Name, Contact: 5, Cursor: "c"})
			if err != nil {
				t.Fatal(err)
			}
			<-all
			report := map[string]int{}
			for report["200"] < in.conns/2 {
				if report, err = a.Report(); err != nil {
					t.Fatal(err)
				}
			}
			if err := a.Stop(); err != nil || wrong != "" {
				t.Errorf("%q, %v", wrong, err)
			}
		})
	}
}

// Refusals and connections that break are counted.
func TestReport(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for n := 0; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil && n%2 == 0 {
				io.WriteString(c, "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n")
			}
			c.Close()
		}
	}()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	a, err := Start(self, Order{Addr: l.Addr().String(), Input: "A6"})
	if err != nil {
		t.Fatal(err)
	}
	for report := map[string]int{}; report["429"] == 0 || report[NoAnswer] == 0; {
		if report, err = a.Report(); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Stop(); err != nil {
		t.Error(err)
	}
}

func TestPlayRefuses(t *testing.T) {
	unknown, err := json.Marshal(Order{Input: "A99"})
	if err != nil {
		t.Fatal(err)
	}
	for _, order := range []string{"", "{}\n", "x\n", string(unknown) + "\n"} {
		if err := Play(t.Context(), strings.NewReader(order), io.Discard); err == nil {
			t.Errorf("%q is played", order)
		}
	}
}
