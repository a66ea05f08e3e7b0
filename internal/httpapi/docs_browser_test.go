package httpapi_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/carnet-project/carnet/internal/checks/chromium"
)

// visit is a browser with the documentation page open.
type visit struct {
	*chromium.Tab
	origin string
}

// openDocs opens the page in a browser.
func openDocs(t *testing.T, server *httptest.Server) *visit {
	t.Helper()
	v := &visit{chromium.Start(t, 2*time.Minute), chromium.Origin(t, server.Listener.Addr())}
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

// check tells what a visit ran into, and every request that left the server.
func (v *visit) check(t *testing.T) {
	t.Helper()
	for _, trouble := range v.Troubles() {
		t.Error(trouble)
	}
	for _, why := range v.Unloaded() {
		t.Errorf("did not load: %s", why)
	}
	for _, asked := range v.Asked() {
		if !strings.HasPrefix(asked, v.origin+"/") && !strings.HasPrefix(asked, "data:") {
			t.Errorf("a request went to %s", asked)
		}
	}
	if asked := v.Asked(); len(asked) < 5 {
		t.Errorf("only these requests were seen: %q", asked)
	}
}

// The page shows every operation of the document, asks nobody but the server,
// and has nothing to complain about.
func TestDocsInBrowser(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	server := httptest.NewServer(w.handler)
	defer server.Close()
	v := openDocs(t, server)
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
	asked := strings.Join(v.Asked(), "\n")
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
	if high := ask[float64](t, v, fmt.Sprintf("document.querySelector(%q).getBoundingClientRect().height", in)); high > 4700 {
		t.Errorf("%s: %.0f pixels high", id, high)
	}
}
