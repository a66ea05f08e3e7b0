package ui_test

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/carnet-project/carnet/internal/checks/chromium"
)

// policy is what pages of the contact book may do: nothing but what is theirs.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types carnet"

// pages serves small pages that are marked up as those of the contact book are,
// and remembers what it was asked.
type pages struct {
	*httptest.Server
	shown *template.Template

	mu    sync.Mutex
	asked []string      // the time slider's addresses
	hold  chan struct{} // when set, each of them waits for it
}

func servePages(t *testing.T) *pages {
	p := &pages{shown: template.Must(template.New("").Funcs(template.FuncMap{"ago": ago}).ParseFiles("testdata/script/pages.html"))}
	mux := http.NewServeMux()
	scripts := http.StripPrefix("/ui/a/1/", http.FileServer(http.Dir("script")))
	mux.HandleFunc("GET /ui/a/1/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		scripts.ServeHTTP(w, r)
	})
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /ui/text", func(w http.ResponseWriter, r *http.Request) { plainly(w, "as text") })
	mux.HandleFunc("GET /ui/door", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!doctype html><title>Door</title><link rel="icon" href="data:,"><main id="main"><h1>Sign in</h1></main>`)
	})
	mux.HandleFunc("GET /ui/newer", func(w http.ResponseWriter, r *http.Request) { p.show(w, r, "newer", "/ui/a/1/toast.js", "", 200) })
	mux.HandleFunc("POST /ui/refuse", func(w http.ResponseWriter, r *http.Request) { p.show(w, r, "refused", "", "", 422) })
	mux.HandleFunc("POST /ui/broken", func(w http.ResponseWriter, r *http.Request) {
		panic(http.ErrAbortHandler) // no answer comes
	})
	mux.HandleFunc("POST /ui/save", p.save)
	mux.HandleFunc("GET /ui/time", p.time)
	mux.HandleFunc("GET /ui/{page}", func(w http.ResponseWriter, r *http.Request) {
		p.show(w, r, r.PathValue("page"), "", done(r), 200)
	})
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

// ago is the time so long before now.
func ago(long string) (string, error) {
	d, err := time.ParseDuration(long)
	return time.Now().Add(-d).UTC().Format(time.RFC3339), err
}

// done is what the toast says of the act that an address names.
func done(r *http.Request) string {
	if r.FormValue("done") == "" {
		return ""
	}
	return "Saved"
}

func plainly(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprint(w, text)
}

// save answers as an act does: it leads to a page that says what is so now.
func (p *pages) save(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if r.PostForm.Get("show") == "curl" {
		if r.Header.Get("Accept") == "text/plain" {
			plainly(w, "curl -X POST")
			return
		}
		p.show(w, r, "curl", "", "", 200)
		return
	}
	http.Redirect(w, r, "/ui/did?done=1-7&sent="+url.QueryEscape(r.PostForm.Encode()), http.StatusSeeOther)
}

func (p *pages) time(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.asked = append(p.asked, r.FormValue("at"))
	hold := p.hold
	p.mu.Unlock()
	if hold != nil {
		<-hold
	}
	p.show(w, r, "contact", "", "", 200)
}

func (p *pages) show(w http.ResponseWriter, r *http.Request, name, script, toast string, status int) {
	type link struct {
		Key, Name string
		Here      bool
	}
	var links []link
	for _, n := range []string{"contacts", "activity", "plans", "bin", "keys", "fields", "space", "system"} {
		key := n[:1]
		if n == "system" {
			key = "y"
		}
		links = append(links, link{key, n, n == name})
	}
	if script == "" {
		script = "/ui/a/1/book.js"
	}
	data := map[string]any{"Name": name, "Script": script, "Toast": toast, "Links": links, "Form": r.Form, "Asked": r.URL.Query().Get("sent"),
		"Rows": []int{1, 2, 3, 4, 5}, "Body": template.HTML("")}
	if r.Form == nil {
		data["Form"] = r.URL.Query()
	}
	var body, all bytes.Buffer
	if p.shown.Lookup(name) != nil {
		if err := p.shown.ExecuteTemplate(&body, name, data); err != nil {
			panic(err)
		}
		data["Body"] = template.HTML(body.String())
	}
	if err := p.shown.ExecuteTemplate(&all, "frame", data); err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(all.Bytes())
}

// tab is a browser with one page open, of a server at its origin.
type tab struct {
	*chromium.Tab
	pages  *pages
	origin string
}

// openTab starts a browser for small pages.
func openTab(t *testing.T, p *pages) *tab {
	t.Helper()
	b := openTabOf(t, p.Server)
	b.pages = p
	return b
}

// openTabOf starts a browser that reads German.
func openTabOf(t *testing.T, server *httptest.Server) *tab {
	t.Helper()
	b := &tab{Tab: chromium.Start(t, patience()), origin: chromium.Origin(t, server.Listener.Addr())}
	if _, err := chromedp.Call(b, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: "test", AcceptLanguage: "de-DE"}); err != nil {
		t.Fatal(err)
	}
	return b
}

// patience is how long a browser may take for all that it is asked.
func patience() time.Duration {
	if os.Getenv("CARNET_TEST_LONG") == "1" {
		return 20 * time.Minute
	}
	return 4 * time.Minute
}

// calm fails the test with all that the console says, but what is expected.
func (b *tab) calm(t *testing.T, expected ...string) {
	t.Helper()
	for _, trouble := range b.Troubles() {
		known := false
		for _, e := range expected {
			known = known || strings.Contains(trouble, e)
		}
		if !known {
			t.Error(trouble)
		}
	}
}

func (b *tab) do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	for i, step := range steps {
		if err := chromedp.Do(b, step); err != nil {
			b.calm(t)
			t.Fatalf("step %d: %v", i+1, err)
		}
	}
}

// open loads a page, and marks its window, so that it is seen when another takes
// its place.
func (b *tab) open(t *testing.T, path string) {
	t.Helper()
	b.do(t, chromedp.Navigate(b.origin+path))
	b.until(t, `document.readyState === "complete" && (window.first = true)`) // modules ran before
}

func (b *tab) click(t *testing.T, selector string) {
	t.Helper()
	b.do(t, chromedp.Click(chromedp.CSS(selector)))
}

// press types as a keyboard does: what a key would write is part of its being
// pressed, so that a page that takes the key takes the sign too.
func (b *tab) press(t *testing.T, keys string, modifiers ...chromedp.Modifier) {
	t.Helper()
	for _, r := range keys {
		events := kb.Encode(r)
		down, up := events[0], events[len(events)-1]
		for _, m := range modifiers {
			down.Modifiers |= m.Int64()
			up.Modifiers |= m.Int64()
		}
		if len(events) == 3 && down.Modifiers&^chromedp.ModifierShift.Int64() == 0 {
			down.Type, down.Text = input.DispatchKeyEventTypeKeyDown, events[1].Text
		}
		for _, event := range []*input.DispatchKeyEventParams{down, up} {
			if _, err := chromedp.Call(b, input.DispatchKeyEvent, *event); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// ask evaluates JavaScript, and gives what comes out as text.
func (b *tab) ask(t *testing.T, expression string) string {
	t.Helper()
	value, err := chromedp.Run(b, chromedp.Evaluate[string]("String("+expression+")"))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// until waits for a condition of the page, through loads of other pages.
func (b *tab) until(t *testing.T, condition string) {
	t.Helper()
	wait := `new Promise(done => { const end = performance.now() + 10000
		const look = () => { const ok = !!(` + condition + `); if (ok || performance.now() > end) done(ok); else requestAnimationFrame(look) }
		look() })`
	var holds bool
	var err error
	for range 20 { // a page that goes takes the question with it
		if holds, err = chromedp.Run(b, chromedp.Evaluate[bool](wait, chromedp.EvalAwaitPromise)); err == nil {
			break
		}
	}
	if err != nil || !holds {
		text, _ := chromedp.Run(b, chromedp.Evaluate[string]("location.href + '\\n' + document.body.innerText"))
		b.calm(t)
		t.Fatalf("it never came to be that %s (%v), on\n%s", condition, err, text)
	}
}

// dialogs answers what the browser asks with no, and tells of what kind it was.
func (b *tab) dialogs() <-chan page.DialogType {
	kinds := make(chan page.DialogType, 10)
	opening := chromedp.Events(b, page.JavascriptDialogOpening)
	go func() {
		for e, err := range opening {
			if err != nil {
				return
			}
			kinds <- e.Type
			_, _ = chromedp.Call(b, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: false})
		}
	}()
	return kinds
}

// The scripts of the contact book do what its markup asks for, under its own
// policy, with nothing to complain about.
func TestScripts(t *testing.T) {
	p := servePages(t)
	b := openTab(t, p)
	for _, part := range []struct {
		name string
		test func(*testing.T, *tab)
	}{
		{"keys", testKeys}, {"help", testHelp}, {"typing", testTyping}, {"palette", testPalette},
		{"swap", testSwap}, {"answers", testAnswers}, {"history", testHistory}, {"slider", testSlider},
		{"select", testSelect}, {"copy", testCopy}, {"edit", testEdit}, {"unsaved", testUnsaved},
		{"differ", testDiffer}, {"local", testLocal}, {"toast", testToast}, {"menus", testMenus}, {"rows", testRows},
		{"a contact through time", testContactTime}, {"a contact edited", testContactEdit},
	} {
		t.Run(part.name, func(t *testing.T) {
			part.test(t, b)
			b.calm(t)
		})
	}
}
