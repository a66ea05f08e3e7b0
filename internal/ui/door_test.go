package ui_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// The way in with a key, and back to where one was going; and out again.
func TestDoor(t *testing.T) {
	w := newWorld(t)
	b := w.stranger().get("/ui/system")
	if !strings.HasPrefix(b.address, "/ui/in?") {
		t.Fatalf("a stranger gets to %s", b.address)
	}
	b.send(b.form("/ui/in"), "Sign in", "key", w.secrets["reader"]+"x")
	if b.status != http.StatusUnprocessableEntity || !strings.Contains(b.text(), "does not open") {
		t.Errorf("a wrong key: %d %s", b.status, b.text())
	}
	b.send(b.form("/ui/in"), "Sign in", "key", w.secrets["reader"])
	if b.address != "/ui/system" {
		t.Errorf("after the door one is at %s", b.address)
	}
	b.shows("System", "SQLite", "v1.2.3", "1 hour")
	kept := b.cookies
	b.send(b.form("/ui/out"), "")
	for name, value := range kept {
		b.cookies[name] = value // a thief kept it
	}
	if b.get("/ui/system"); !strings.HasPrefix(b.address, "/ui/in") {
		t.Errorf("a session that was ended goes on: %s", b.address)
	}
}

// Who follows a link of another site comes without the cookie, which is strict. The door
// has a way on for them: what they press there is the book's own, and so has it.
func TestDoorForWhoIsIn(t *testing.T) {
	w := newWorld(t)
	id := w.make("Ada Ferrell", "ada@example.com")
	for _, to := range []string{fmt.Sprintf("/ui/contacts/%d", id), fmt.Sprintf("/ui/contacts/%d?at=1", id), "/ui/activity?action=create"} {
		b := w.browse("main")
		kept := b.cookies
		b.cookies = map[string]string{}
		if b.get(to); !strings.HasPrefix(b.address, "/ui/in?") {
			t.Fatalf("without the cookie %s is at %s", to, b.address)
		}
		b.cookies = kept
		if b.link("I have signed in here already"); b.status != http.StatusOK || b.address != to {
			t.Errorf("the way on to %s leads to %s: %d", to, b.address, b.status)
		}
		if b.cookies = map[string]string{}; b.get(to).link("I have signed in here already") == nil || !strings.HasPrefix(b.address, "/ui/in?") {
			t.Errorf("who has not signed in gets from %s to %s", to, b.address)
		}
	}
	if b := w.stranger().get("/ui/in"); strings.Contains(b.text(), "already") {
		t.Error("the door itself has a way on, though nobody was on their way")
	}
}

// FAULT D3: what is at / leads into the book, and what everybody can read there names
// the documentation and the address of the API, and nothing of the installation.
func TestRootLeadsIn(t *testing.T) {
	b := newWorld(t).stranger().get("/")
	if b.address != "/ui/in" {
		t.Errorf("/ leads to %s", b.address)
	}
	b.shows("Sign in", "http://example.com/public-api/v1")
	b.one("a", "href", "/docs")
	for _, never := range []string{"v1.2.3", "SQLite", "Harbour Office"} {
		if strings.Contains(b.body, never) {
			t.Errorf("a stranger sees %s", never)
		}
	}
}

// A session ends with its key, and everywhere where its reader says so.
func TestSessionsEnd(t *testing.T) {
	w := newWorld(t)
	here, there := w.browse("main"), w.browse("main")
	here.get("/ui/system").send(here.form("/ui/out-everywhere"), "")
	w.wait(time.Second) // what was read is believed for less
	if there.get("/ui/system"); !strings.HasPrefix(there.address, "/ui/in") {
		t.Errorf("signed out everywhere, and still in: %s", there.address)
	}
	b := w.browse("reader")
	if _, _, err := w.book.RevokeKey(t.Context(), "test", w.grant("reader").Key.ID); err != nil {
		t.Fatal(err)
	}
	w.wait(time.Second)
	if b.get("/ui/system"); !strings.HasPrefix(b.address, "/ui/in") {
		t.Errorf("the key was revoked, and its session goes on: %s", b.address)
	}
}

// A link signs in once, and looking at its address does not use it up.
func TestLink(t *testing.T) {
	w := newWorld(t)
	token, err := w.book.SignInLink(t.Context(), "test", w.space.ID)
	if err != nil {
		t.Fatal(err)
	}
	to := "/ui/in/" + token.Reveal()
	first, second := w.stranger().get(to), w.stranger().get(to)
	first.send(first.form(to), "Open the book", "name", strings.Repeat("x", 101))
	if first.status != http.StatusUnprocessableEntity || !strings.Contains(first.text(), "characters") {
		t.Errorf("a name that is too long: %d %s", first.status, first.text())
	}
	first.send(first.form(to), "Open the book", "name", "Ada Ferrell")
	if strings.HasPrefix(first.address, "/ui/in") {
		t.Errorf("the link did not open: %s\n%s", first.address, first.text())
	}
	if name := words(first.one("details", "class", "menu me")); !strings.Contains(name, "Ada Ferrell") {
		t.Errorf("who came by the link is called %q", name)
	}
	second.send(second.form(to), "Open the book")
	if second.status != http.StatusGone || len(second.cookies) != 0 {
		t.Errorf("the link opened twice: %d %s", second.status, second.text())
	}
	token, err = w.book.SignInLink(t.Context(), "test", w.space.ID)
	if err != nil {
		t.Fatal(err)
	}
	w.wait(5*time.Minute + time.Second)
	late := w.stranger().get("/ui/in/" + token.Reveal())
	if late.send(late.form("/ui/in/"+token.Reveal()), ""); late.status != http.StatusGone {
		t.Errorf("an old link opened: %d", late.status)
	}
}

// The door leads nowhere but into the book.
func TestDoorLeadsInside(t *testing.T) {
	w := newWorld(t)
	for _, to := range []string{"https://elsewhere.example/", "//elsewhere.example/ui/", "/\\elsewhere.example", "/ui/in", "javascript:alert(1)", "/ui/../x\r\nSet-Cookie: a=b", ""} {
		b := w.stranger().get("/ui/in")
		b.send(b.form("/ui/in"), "", "key", w.secrets["main"], "to", to)
		if b.address != "/ui/contacts" {
			t.Errorf("the door leads to %s for %q", b.address, to)
		}
	}
}

// A form of another site is refused, whoever is signed in.
func TestForeignForms(t *testing.T) {
	w := newWorld(t)
	b := w.browse("main")
	for name, headers := range map[string][2]string{"by its site": {"Sec-Fetch-Site", "cross-site"}, "by its origin": {"Origin", "https://elsewhere.example"}} {
		r := httptest.NewRequest(http.MethodPost, "/ui/out", nil)
		r.Header.Set(headers[0], headers[1])
		for n, v := range b.cookies {
			r.AddCookie(&http.Cookie{Name: n, Value: v})
		}
		res := httptest.NewRecorder()
		w.handler.ServeHTTP(res, r)
		if res.Code != http.StatusForbidden {
			t.Errorf("%s: %d", name, res.Code)
		}
	}
	b.get("/ui/system").shows("System")
}

// What a session's cookie is: the host's alone over TLS, and no script's.
func TestCookie(t *testing.T) {
	w := newWorld(t)
	r := httptest.NewRequest(http.MethodPost, "/ui/in", strings.NewReader("key="+w.secrets["main"]))
	r.Host = "127.0.0.1:8420"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res := httptest.NewRecorder()
	w.handler.ServeHTTP(res, r)
	c := res.Result().Cookies()[0]
	if c.Name != "carnet-8420" || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Secure || c.Path != "/" || c.Domain != "" {
		t.Errorf("in the clear: %+v", c)
	}
	r = httptest.NewRequest(http.MethodPost, "https://contacts.example.com/ui/in", strings.NewReader("key="+w.secrets["main"]))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res = httptest.NewRecorder()
	w.handler.ServeHTTP(res, r)
	if c := res.Result().Cookies()[0]; c.Name != "__Host-carnet" || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || !c.Secure || c.Path != "/" || c.Domain != "" {
		t.Errorf("over TLS: %+v", c)
	}
}
