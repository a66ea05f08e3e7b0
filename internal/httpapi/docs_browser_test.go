package httpapi_test

import (
	"context"
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browserHost is what the browser knows the server by. Not localhost: to that,
// pages behave better than to the hosts that people use.
const browserHost = "carnet.example.com"

// visit is a browser with the documentation page open, and what it noticed.
type visit struct {
	context.Context
	origin string

	mu       sync.Mutex
	asked    []string // URLs
	troubles []string // of the console, and what did not load
}

// openBrowser starts a headless Chromium that finds every host but the server
// unreachable. A machine without Chromium fails: what was not seen is not known
// to work.
func openBrowser(t *testing.T, server *httptest.Server) *visit {
	t.Helper()
	if os.Getenv("CARNET_TEST_QUICK") == "1" {
		t.Skip("it needs Chromium, and ./test quick does without")
	}
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("this test needs Chromium: install what Debian calls chromium, so that it is in the PATH")
	}
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("host-resolver-rules", "MAP "+browserHost+" 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))
	for _, name := range []string{"no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
		"disable-component-update", "disable-sync", "disable-dev-shm-usage"} {
		options = append(options, chromedp.Flag(name, true))
	}
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	v := &visit{origin: "http://" + browserHost + ":" + port}
	tab, closeTab := chromedp.NewContext(allocator, chromedp.WithListener(v.notice))
	t.Cleanup(closeTab)
	if err := chromedp.Do(tab); err != nil { // the browser lives as long as the context of its start
		t.Fatal(err)
	}
	limited, cancel := context.WithTimeout(tab, 2*time.Minute)
	t.Cleanup(cancel)
	v.Context = limited
	if _, err := chromedp.Call(v, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	v.do(t, chromedp.Navigate(v.origin+"/docs"))
	return v
}

func (v *visit) do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	for i, step := range steps {
		if err := chromedp.Do(v, step); err != nil {
			t.Errorf("step %d: %v", i+1, err)
			v.check(t)
			t.FailNow()
		}
	}
}

// ask evaluates JavaScript on the page.
func ask[T any](t *testing.T, v *visit, expression string) T {
	t.Helper()
	value, err := chromedp.Run(v, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func (v *visit) notice(event any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		v.asked = append(v.asked, e.Request.URL)
	case *network.EventLoadingFailed:
		v.troubles = append(v.troubles, "did not load: "+e.ErrorText)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			v.troubles = append(v.troubles, e.Entry.Text)
		}
	case *runtime.EventExceptionThrown:
		v.troubles = append(v.troubles, "exception: "+e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			v.troubles = append(v.troubles, fmt.Sprintf("console: %s %s", e.Type, e.Args[0].Value))
		}
	}
}

// check tells what a visit ran into, and every request that left the server.
func (v *visit) check(t *testing.T) {
	t.Helper()
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, trouble := range v.troubles {
		t.Error(trouble)
	}
	for _, asked := range v.asked {
		if !strings.HasPrefix(asked, v.origin+"/") && !strings.HasPrefix(asked, "data:") {
			t.Errorf("a request went to %s", asked)
		}
	}
	if len(v.asked) < 5 {
		t.Errorf("only these requests were seen: %q", v.asked)
	}
}

// The page shows every operation of the document, asks nobody but the server,
// and has nothing to complain about.
func TestDocsInBrowser(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	server := httptest.NewServer(w.handler)
	defer server.Close()
	v := openBrowser(t, server)
	operations := readDocument(t).operations()
	v.do(t, chromedp.WaitVisible(chromedp.CSS("#operations-Server-ready"))) // the last
	shown := ask[[]string](t, v, `[...document.querySelectorAll(".opblock-summary")].map(o =>
		o.querySelector(".opblock-summary-method").innerText + " " +
		o.querySelector("[data-path]").getAttribute("data-path"))`)
	got := map[string]bool{}
	for _, s := range shown {
		got[s] = true
	}
	for _, o := range operations {
		if !got[o.String()] {
			t.Errorf("the page does not show %s, it shows %q", o, shown)
		}
	}
	v.check(t)
	v.tryOut(t, w)
}

// tryOut does what a reader does who types a key and tries an operation out:
// the server's answer is shown, and the key is kept nowhere.
func (v *visit) tryOut(t *testing.T, w *world) {
	const list = "#operations-Contacts-listContacts "
	v.do(t,
		chromedp.Click(chromedp.CSS(".btn.authorize")),
		chromedp.SendKeys(chromedp.CSS(".auth-container input"), w.secrets["main"]),
		chromedp.Click(chromedp.CSS(".auth-btn-wrapper .authorize")),
		chromedp.Click(chromedp.CSS(".auth-btn-wrapper .btn-done")),
		chromedp.Click(chromedp.CSS(list+".opblock-summary-control")),
		chromedp.Click(chromedp.CSS(list+".try-out__btn")),
		chromedp.Click(chromedp.CSS(list+".execute")),
		chromedp.WaitVisible(chromedp.CSS(list+".live-responses-table")),
	)
	answer := ask[string](t, v, `document.querySelector("`+list+`.live-responses-table").innerText`)
	stored := ask[int](t, v, `localStorage.length + sessionStorage.length + document.cookie.length`)
	if !strings.Contains(answer, "200") || !strings.Contains(answer, `"next_cursor": null`) {
		t.Errorf("the answer that is shown: %s", answer)
	}
	if stored != 0 {
		t.Error("the page keeps something when it is closed")
	}
	v.check(t)
	v.mu.Lock()
	defer v.mu.Unlock()
	if strings.Contains(strings.Join(v.asked, "\n"), w.secrets["main"]) {
		t.Error("the key is in a URL")
	}
}
