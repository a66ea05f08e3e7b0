package ui_test

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/checks/sqlitetest"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/sqlite"
	"github.com/carnet-project/carnet/internal/ui"
)

// world is a book over a database of its own, with a Space and keys, and a clock that
// stands until it is set.
type world struct {
	t       testing.TB
	handler http.Handler
	book    *book.Book
	store   *store.Store
	backend *sqlite.Backend
	fails   *failing
	space   access.Space
	secrets map[string]string // by the name of the key: main (all scopes), reader, writer, client, other (of another Space)

	mu   sync.Mutex
	now  time.Time
	tick time.Duration // that passes with each look at the clock
}

// madeSQLite makes the file that the others are copies of.
func madeSQLite(path string) (io.Closer, error) {
	return sqlite.Open(context.Background(), sqlite.Options{Path: path})
}

func newWorld(t testing.TB) *world { return newWorldWith(t, ui.Options{}) }

func newWorldWith(t testing.TB, o ui.Options) *world {
	t.Helper()
	w := &world{t: t, secrets: map[string]string{}, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	backend, err := sqlite.Open(t.Context(), sqlite.Options{Path: sqlitetest.Path(t, madeSQLite)})
	if err != nil {
		t.Fatal(err)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Clock, o.System = w.clock, ui.System{Version: "v1.2.3", Database: "SQLite", Started: w.now.Add(-90 * time.Minute), Backups: o.System.Backups}
	w.backend, w.fails = backend, &failing{Backend: backend}
	w.store = store.New(w.fails, store.Options{Log: o.Log, Clock: w.clock})
	w.book = book.New(w.store, book.Options{Log: o.Log, Clock: w.clock})
	t.Cleanup(func() {
		w.book.Close()
		if err := w.store.Close(); err != nil {
			t.Error(err)
		}
	})
	w.handler = ui.New(w.book, o)
	w.space = w.addSpace("Harbour Office")
	all := access.ScopesOf(access.Read, access.Write, access.Erase, access.Admin)
	w.addKey("main", w.space.ID, all)
	w.addKey("reader", w.space.ID, access.ScopesOf(access.Read))
	w.addKey("writer", w.space.ID, access.ScopesOf(access.Write))
	w.addKey("client", w.space.ID, access.DefaultScopes)
	w.addKey("other", w.addSpace("Elsewhere").ID, all)
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(w.tick)
	return w.now
}

// wait lets time pass.
func (w *world) wait(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) addSpace(name string) access.Space {
	w.t.Helper()
	var none access.Limits
	for _, bucket := range access.Buckets {
		none = none.With(bucket, 0)
	}
	s, err := w.book.CreateSpace(w.t.Context(), "test", access.Space{Name: name, Limits: none})
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w *world) addKey(name string, space contact.SpaceID, scopes access.Scopes) {
	w.t.Helper()
	_, secret, err := w.book.CreateKey(w.t.Context(), "test", access.APIKey{Space: space, Name: name, Scopes: scopes})
	if err != nil {
		w.t.Fatal(err)
	}
	w.secrets[name] = secret.Reveal()
}

// grant gives what a key may do, as a program that uses the API has it.
func (w *world) grant(key string) access.Grant {
	w.t.Helper()
	g, _, err := w.book.Enter(w.t.Context(), w.secrets[key], access.Update)
	if err != nil {
		w.t.Fatal(err)
	}
	return g
}

// do writes as a program that uses the API does, with the key named client.
func (w *world) do(verb contact.Verb) book.Written {
	w.t.Helper()
	written, err := w.book.Do(w.t.Context(), w.grant("client"), book.Terms{RequestID: rand.Text()}, verb)
	if err != nil {
		w.t.Fatal(err)
	}
	return written
}

// make makes a contact of names, emails and phones, as they are told apart by their signs.
func (w *world) make(values ...string) contact.ID {
	w.t.Helper()
	var p contact.Patch
	for _, v := range values {
		col := contact.Names
		switch {
		case strings.Contains(v, "@"):
			col = contact.Emails
		case strings.HasPrefix(v, "+"):
			col = contact.Phones
		}
		p.Values[col].Sent = true
		p.Values[col].Texts = append(p.Values[col].Texts, v)
	}
	return w.do(&contact.Create{Patch: p}).Contact.ID
}

// read gives a contact as it is stored.
func (w *world) read(id contact.ID) contact.Contact {
	w.t.Helper()
	c, err := w.book.Get(w.t.Context(), w.grant("client"), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// browser is somebody who reads pages and sends forms, without JavaScript.
type browser struct {
	w       *world
	cookies map[string]string
	address string // of the page
	status  int
	header  http.Header
	body    string
	page    *html.Node
}

// stranger is a browser in which nobody is signed in.
func (w *world) stranger() *browser { return &browser{w: w, cookies: map[string]string{}} }

// browse is a browser in which somebody has signed in with a key.
func (w *world) browse(key string) *browser {
	w.t.Helper()
	b := w.stranger()
	b.get("/ui/in")
	b.send(b.form("/ui/in"), "", "key", w.secrets[key], "name", "Ada Ferrell", "to", "/ui/system")
	if b.status != http.StatusOK {
		w.t.Fatalf("signing in with the key %s: %d\n%s", key, b.status, b.text())
	}
	return b
}

// get goes to an address, and on where that leads.
func (b *browser) get(address string) *browser {
	b.w.t.Helper()
	return b.follow(httptest.NewRequest(http.MethodGet, address, nil))
}

func (b *browser) follow(r *http.Request) *browser {
	b.w.t.Helper()
	for range 5 {
		b.ask(r)
		to := b.header.Get("Location")
		if b.status != http.StatusSeeOther || to == "" {
			return b
		}
		r = httptest.NewRequest(http.MethodGet, to, nil)
	}
	b.w.t.Fatalf("the address %s leads around and around", b.address)
	return b
}

// ask sends one request, and takes in what comes.
func (b *browser) ask(r *http.Request) {
	b.w.t.Helper()
	for _, name := range slices.Sorted(maps.Keys(b.cookies)) {
		r.AddCookie(&http.Cookie{Name: name, Value: b.cookies[name]})
	}
	if r.Method != http.MethodGet {
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	res := httptest.NewRecorder()
	b.w.handler.ServeHTTP(res, r)
	for _, c := range res.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	b.address, b.status, b.header, b.body = r.URL.RequestURI(), res.Code, res.Header(), res.Body.String()
	page, err := html.Parse(strings.NewReader(b.body))
	if err != nil {
		b.w.t.Fatal(err)
	}
	b.page = page
}

// all gives the elements of a name that have these attributes: pairs of a name and a
// value.
func (b *browser) all(element string, attributes ...string) []*html.Node {
	return all(b.page, element, attributes...)
}

func all(in *html.Node, element string, attributes ...string) []*html.Node {
	var found []*html.Node
	for n := range in.Descendants() {
		if n.Type != html.ElementNode || n.Data != element {
			continue
		}
		fits := true
		for i := 0; i+1 < len(attributes); i += 2 {
			fits = fits && attribute(n, attributes[i]) == attributes[i+1]
		}
		if fits {
			found = append(found, n)
		}
	}
	return found
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// one gives the only element of its kind.
func (b *browser) one(element string, attributes ...string) *html.Node {
	b.w.t.Helper()
	found := b.all(element, attributes...)
	if len(found) != 1 {
		b.w.t.Fatalf("%s has %d <%s> with %q, and not one\n%s", b.address, len(found), element, attributes, b.text())
	}
	return found[0]
}

// form gives the form that goes to an address.
func (b *browser) form(action string) *html.Node {
	b.w.t.Helper()
	found := b.all("form", "action", action)
	if len(found) == 0 {
		b.w.t.Fatalf("%s has no form that goes to %s\n%s", b.address, action, b.text())
	}
	return found[0]
}

// link follows the first link with this text.
func (b *browser) link(text string) *browser {
	b.w.t.Helper()
	for _, a := range b.all("a") {
		if strings.TrimSpace(textOf(a)) == text {
			return b.get(b.resolve(attribute(a, "href")))
		}
	}
	b.w.t.Fatalf("%s has no link %q\n%s", b.address, text, b.text())
	return b
}

func (b *browser) resolve(href string) string {
	b.w.t.Helper()
	base, err := url.Parse(b.address)
	if err != nil {
		b.w.t.Fatal(err)
	}
	to, err := base.Parse(href)
	if err != nil {
		b.w.t.Fatal(err)
	}
	return to.RequestURI()
}

// send sends a form as a browser does: what it holds, with some fields filled in (pairs of
// a name and a value), by the button with this text, or the first where that is "".
func (b *browser) send(form *html.Node, button string, set ...string) *browser {
	b.w.t.Helper()
	n := buttonIn(form, button)
	if n == nil {
		b.w.t.Fatalf("the form to %s has no button %q", attribute(form, "action"), button)
	}
	return b.press(form, n, set...)
}

// buttonIn gives the first button with this text, or the first of all where that is "".
func buttonIn(in *html.Node, text string) *html.Node {
	for _, n := range all(in, "button") {
		if attribute(n, "type") != "button" && (text == "" || strings.TrimSpace(textOf(n)) == text) {
			return n
		}
	}
	return nil
}

// press sends a form by a button.
func (b *browser) press(form, n *html.Node, set ...string) *browser {
	b.w.t.Helper()
	values := held(form)
	for i := 0; i+1 < len(set); i += 2 {
		values.Set(set[i], set[i+1])
	}
	action, method := attribute(form, "action"), attribute(form, "method")
	if name := attribute(n, "name"); name != "" {
		values.Set(name, attribute(n, "value"))
	}
	if to := attribute(n, "formaction"); to != "" {
		action = to
	}
	if other := attribute(n, "formmethod"); other != "" {
		method = other
	}
	action = b.resolve(action)
	if !strings.EqualFold(method, "post") {
		path, _, _ := strings.Cut(action, "?")
		return b.get(path + "?" + values.Encode())
	}
	r := httptest.NewRequest(http.MethodPost, action, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.follow(r)
}

// held gives what a form holds as it stands.
func held(form *html.Node) url.Values {
	values := url.Values{}
	for n := range form.Descendants() {
		name := ""
		if n.Type == html.ElementNode {
			name = attribute(n, "name")
		}
		if name == "" || has(n, "disabled") {
			continue
		}
		switch kind := attribute(n, "type"); {
		case n.Data == "input" && (kind == "checkbox" || kind == "radio"):
			if has(n, "checked") {
				values.Add(name, attribute(n, "value"))
			}
		case n.Data == "input" && kind != "submit":
			values.Add(name, attribute(n, "value"))
		case n.Data == "textarea":
			values.Add(name, textOf(n))
		case n.Data == "select":
			values.Add(name, chosen(n))
		}
	}
	return values
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func chosen(sel *html.Node) string {
	options := all(sel, "option")
	for _, o := range options {
		if has(o, "selected") {
			return attribute(o, "value")
		}
	}
	if len(options) == 0 {
		return ""
	}
	return attribute(options[0], "value")
}

// text gives the words of the page's main part, with single spaces.
func (b *browser) text() string {
	for _, n := range b.all("main") {
		return words(n)
	}
	return b.body
}

func words(n *html.Node) string { return strings.Join(strings.Fields(textOf(n)), " ") }

// textOf gives the text of an element, but for what screen readers alone are told.
func textOf(n *html.Node) string {
	var text strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			io.WriteString(&text, n.Data)
		}
		if n.Type == html.ElementNode && (attribute(n, "class") == "sr" || n.Data == "kbd") {
			return
		}
		for c := range n.ChildNodes() {
			walk(c)
		}
	}
	walk(n)
	return text.String()
}

// shows fails unless the page answered 200 and its main part has all of these.
func (b *browser) shows(texts ...string) *browser {
	b.w.t.Helper()
	if b.status != http.StatusOK {
		b.w.t.Fatalf("%s answers %d\n%s", b.address, b.status, b.text())
	}
	for _, text := range texts {
		if !strings.Contains(b.text(), text) {
			b.w.t.Errorf("%s does not show %q:\n%s", b.address, text, b.text())
		}
	}
	return b
}
