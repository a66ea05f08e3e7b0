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
	v.open(t, "Contacts-updateContact")
	v.tryOut(t, w)
	// FAULT D6: the library that cleans HTML for Swagger UI has known holes. It
	// has nothing to do: texts are shown without it, and the browser refuses to
	// parse any as HTML.
	if shown := ask[int](t, v, `document.querySelectorAll(".info .markdown p").length`); shown < 5 {
		t.Errorf("the page shows %d paragraphs about the API", shown)
	}
	html := ask[string](t, v, `(() => { try { document.createElement("p").innerHTML = "<b>b</b>"; return "parsed" } catch { return "refused" } })()`)
	if html != "refused" {
		t.Errorf("HTML of a script is %s", html)
	}
}

// tryOut does what a newcomer does: types a key, and goes by what the page
// shows. The answers are shown, and the key is kept nowhere.
//
// FAULT D2: the page began with examples filled in: a list came empty, a read
// was 404, an update 412 and a create left a made-up name in the history.
func (v *visit) tryOut(t *testing.T, w *world) {
	v.do(t,
		chromedp.Click(chromedp.CSS(".btn.authorize")),
		chromedp.SendKeys(chromedp.CSS(".auth-container input"), w.secrets["main"]),
		chromedp.Click(chromedp.CSS(".auth-btn-wrapper .authorize")),
		chromedp.Click(chromedp.CSS(".auth-btn-wrapper .btn-done")),
	)
	v.execute(t, "Contacts-createContact", 201)
	v.execute(t, "Contacts-listContacts", 200, `"id": 1,`)
	v.execute(t, "Contacts-getContact", 200, `"id": 1,`, `etag: "1"`)
	v.do(t, chromedp.SendKeys(chromedp.CSS(inOperation("Contacts-updateContact")+`tr[data-param-name="If-Match"] input`), `"1"`))
	v.execute(t, "Contacts-updateContact", 200, `etag: "2"`)
	v.execute(t, "History-listContactChanges", 200, `"action": "create"`, `"name": null`, `"reason": null`)
	v.execute(t, "History-followChanges", 200, `"next_after": 2`)

	stored := ask[int](t, v, `localStorage.length + sessionStorage.length + document.cookie.length`)
	if stored != 0 {
		t.Error("the page keeps something when it is closed")
	}
	v.check(t)
	v.mu.Lock()
	defer v.mu.Unlock()
	asked := strings.Join(v.asked, "\n")
	if strings.Contains(asked, w.secrets["main"]) {
		t.Error("the key is in a URL")
	}
	if strings.Contains(asked, "use_custom_field_labels") || strings.Contains(asked, "email=") {
		t.Errorf("a parameter was sent that nobody filled in:\n%s", asked)
	}
}

// inOperation selects what is within one operation of the page.
func inOperation(id string) string { return "#operations-" + id + " " }

// execute opens an operation and sends it as it stands, and looks for the
// status and the texts in the answer that is shown.
func (v *visit) execute(t *testing.T, id string, status int, shown ...string) {
	t.Helper()
	in := inOperation(id)
	if !ask[bool](t, v, fmt.Sprintf("!!document.querySelector(%q)", in+".execute")) {
		v.open(t, id)
	}
	v.do(t, chromedp.Click(chromedp.CSS(in+".execute")), chromedp.WaitVisible(chromedp.CSS(in+".live-responses-table")))
	answer := ask[string](t, v, fmt.Sprintf("document.querySelector(%q).innerText", in+".live-responses-table tbody"))
	for _, want := range append(shown, fmt.Sprint(status)) {
		if !strings.Contains(answer, want) {
			t.Errorf("%s: %s is not in the answer that is shown: %s", id, want, answer)
		}
	}
}

// open unfolds an operation. Its errors stay folded: once an operation stood
// more than 5,000 pixels high.
func (v *visit) open(t *testing.T, id string) {
	t.Helper()
	in := inOperation(id)
	v.do(t, chromedp.Click(chromedp.CSS(in+".opblock-summary-control")), chromedp.WaitVisible(chromedp.CSS(in+".execute")))
	if folded := ask[int](t, v, fmt.Sprintf("document.querySelectorAll(%q).length", in+".folded")); folded < 4 {
		t.Errorf("%s: %d errors are folded", id, folded)
	}
	if high := ask[float64](t, v, fmt.Sprintf("document.querySelector(%q).getBoundingClientRect().height", in)); high > 4400 {
		t.Errorf("%s: %.0f pixels high", id, high)
	}
}
