package ui_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
)

// theKey gives a key as it is stored, by its name: the newest that has it.
func (w *world) theKey(name string) access.APIKey {
	w.t.Helper()
	list, err := w.book.KeysOf(w.t.Context(), w.grant("main"))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, k := range list {
		if k.Name == name {
			return k
		}
	}
	w.t.Fatalf("there is no key %q", name)
	return access.APIKey{}
}

// secret gives the secret that the page shows.
func (b *browser) secret() string {
	b.w.t.Helper()
	return words(b.one("span", "id", "secret"))
}

// A key is made with what was chosen, and its secret, which works, is on that page alone.
func TestMakeKey(t *testing.T) {
	w := newWorld(t)
	b := w.browse("main").get("/ui/keys").shows("reader", "No budget")
	b.link("New key")
	if held := held(b.form("/ui/keys/new")); strings.Join(held["scopes"], " ") != "contacts:read contacts:write" {
		t.Errorf("a new key may %q unless more is chosen", held["scopes"])
	}
	const name = "<script>alert(1)</script> عربي"
	b.send(b.form("/ui/keys/new"), "Make the key", "name", name, "scopes", "contacts:read", "expires", "2026-03-03", "max_removals", "5", "daily_writes", "0").
		shows("shown this once", name)
	secret := b.secret()
	k := w.theKey(name)
	if k.Scopes != access.ScopesOf(access.Read) || k.Expires.Std() != time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC) ||
		(k.Budget != access.Budget{MaxRemovals: access.AtMost(5), DailyWrites: access.AtMost(0)}) {
		t.Errorf("made %+v", k)
	}
	if g, _, err := w.book.Enter(t.Context(), secret, access.Get); err != nil || g.Key.ID != k.ID {
		t.Errorf("the secret opens %+v, %v", g.Key, err)
	}
	if got := b.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("the page of a secret is kept: %q", got)
	}
	for _, address := range []string{b.address, "/ui/keys", fmt.Sprintf("/ui/keys/%d", k.ID)} {
		if strings.Contains(address, secret) || strings.Contains(b.get(address).body, secret) {
			t.Errorf("%s has the secret", address)
		}
	}
	b.shows("Removes at most 5 values with one write", "Contacts changed: 0 of 0 today", name)
}

// What is wrong with a new key is told at its field, and what was typed stays.
func TestMakeKeyWrong(t *testing.T) {
	w := newWorld(t)
	b := w.browse("main")
	for _, c := range []struct{ field, value, at string }{
		{"name", "  ", "name"}, {"name", strings.Repeat("x", 10_000), "name"}, {"name", "\u202etxt", "name"}, {"expires", "2026-02-28", "expires"}, {"expires", "soon", "expires"},
		{"max_removals", "ten", "max_removals"}, {"max_removals", "10001", "max_removals"}, {"daily_removals", "-1", "daily_removals"}, {"daily_writes", "1e9", "daily_writes"},
	} {
		b.get("/ui/keys/new")
		b.send(b.form("/ui/keys/new"), "Make the key", "name", "Good", "daily_removals", "7", c.field, c.value)
		if b.status != http.StatusUnprocessableEntity || len(b.all("span", "id", "wrong-"+c.at)) != 1 || len(b.all("input", "aria-invalid", "true")) != 1 {
			t.Errorf("%s %.20q: %d\n%.400s", c.field, c.value, b.status, b.text())
		}
		if got := attribute(b.one("input", "name", c.field), "value"); got != strings.TrimSpace(c.value) {
			t.Errorf("%s: what was typed is gone: %.20q", c.field, got)
		}
	}
	b.get("/ui/keys/new")
	for _, box := range b.all("input", "name", "scopes") {
		box.Attr = slices.DeleteFunc(box.Attr, func(a html.Attribute) bool { return a.Key == "checked" })
	}
	if b.send(b.form("/ui/keys/new"), "Make the key", "name", "Good"); b.status != http.StatusUnprocessableEntity || len(b.all("p", "id", "wrong-scopes")) != 1 {
		t.Errorf("no scope: %d %s", b.status, b.text())
	}
	if n := len(b.get("/ui/keys").all("tr", "class", "key")); n != 4 {
		t.Errorf("%d keys after all were refused", n)
	}
}

// A key is rotated with the overlap that was chosen, and then both work until it ends.
func TestRotateKey(t *testing.T) {
	w := newWorld(t)
	b := w.browse("main")
	old := w.theKey("client")
	to := fmt.Sprintf("/ui/keys/%d/rotate", old.ID)
	b.get(to).send(b.form(to), "Make the new secret", "overlap", "1h").shows("The old secret works until 1 Mar, 13:00")
	next := b.secret()
	works := func(secret string) bool {
		_, _, err := w.book.Enter(t.Context(), secret, access.Get)
		return err == nil
	}
	if !works(next) || !works(w.secrets["client"]) {
		t.Error("one of the two keys does not work")
	}
	w.wait(time.Hour)
	if !works(next) || works(w.secrets["client"]) {
		t.Error("after the overlap it is not the new key alone that works")
	}
	b.get(to).shows("nothing to go on with")
	made := w.theKey("client")
	to = fmt.Sprintf("/ui/keys/%d/rotate", made.ID)
	if b.get(to).send(b.form(to), "", "overlap", "1000000h"); b.status != http.StatusUnprocessableEntity {
		t.Errorf("an overlap that is not offered: %d", b.status)
	}
	b.get(to).send(b.form(to), "", "overlap", "0").shows("The old secret has ended")
	w.wait(time.Second)
	if works(next) || !works(b.secret()) {
		t.Error("without an overlap the old key goes on, or the new one does not work")
	}
	b.get(fmt.Sprintf("/ui/keys/%d", old.ID)).shows("Expires", "let another take its place", "Ada Ferrell")
}

// Revoking asks first, ends the key for good, and signs out whoever had signed in with it.
func TestRevokeKey(t *testing.T) {
	w := newWorld(t)
	b, other := w.browse("main"), w.browse("reader")
	k := w.theKey("reader")
	to := fmt.Sprintf("/ui/keys/%d/revoke", k.ID)
	b.get("/ui/keys").get(to).shows("Revoke reader?", "cannot be taken back")
	if w.theKey("reader").Revoked != 0 {
		t.Fatal("looking at the question revoked the key")
	}
	b.send(b.form(to), "").shows("“reader” is revoked", "Ended")
	if b.address != fmt.Sprintf("/ui/keys?revoked=%d", k.ID) || w.theKey("reader").Revoked == 0 {
		t.Errorf("at %s: %+v", b.address, w.theKey("reader"))
	}
	w.wait(time.Second)
	if other.get("/ui/activity"); !strings.HasPrefix(other.address, "/ui/in") {
		t.Errorf("who signed in with it is at %s", other.address)
	}
	b.get(to).shows("revoked already")
	own := fmt.Sprintf("/ui/keys/%d/revoke", w.grant("main").Key.ID)
	b.get(own).shows("so you are too").send(b.form(own), "")
	if w.wait(time.Second); b.get("/ui/keys").address != "/ui/in?to=%2Fui%2Fkeys" {
		t.Errorf("who revoked their own key is at %s", b.address)
	}
}

// A budget is set whole; what cannot be is told at its field.
func TestKeyBudget(t *testing.T) {
	w := newWorld(t)
	k := w.theKey("client")
	to := keyAddress(k)
	b := w.browse("main").get(to)
	b.send(b.form(to), "Save budget", "max_removals", "3", "daily_removals", "100", "daily_writes", "2").shows("Saved", "max_removals", "Ada Ferrell", fmt.Sprintf("carnet key set %d --max-removals 3 --daily-removals 100 --daily-writes 2", k.ID))
	w.wait(time.Second)
	w.make("Ada")
	b.get(to).shows("Contacts changed: 1 of 2 today", "Values removed: 0 of 100 today")
	if b.send(b.form(to), "", "daily_writes", "many"); b.status != http.StatusUnprocessableEntity || len(b.all("input", "aria-invalid", "true")) != 1 {
		t.Errorf("%d %s", b.status, b.text())
	}
	b.get(to).send(b.form(to), "", "max_removals", "", "daily_removals", "", "daily_writes", "")
	if got := w.theKey("client").Budget; got != (access.Budget{}) {
		t.Errorf("the budget is %+v", got)
	}
}

func keyAddress(k access.APIKey) string { return fmt.Sprintf("/ui/keys/%d", k.ID) }

// A key of another Space is not there, and one without admin sees none and does nothing.
func TestKeysAreOfTheirSpace(t *testing.T) {
	w := newWorld(t)
	k := w.theKey("client")
	other, client := w.browse("other"), w.browse("client")
	for _, path := range []string{"", "/rotate", "/revoke"} {
		address := keyAddress(k) + path
		if other.get(address); other.status != http.StatusNotFound {
			t.Errorf("another Space gets %s: %d", address, other.status)
		}
		if other.post(address, "overlap", "0"); other.status != http.StatusNotFound {
			t.Errorf("another Space posts to %s: %d", address, other.status)
		}
		if client.get(address); client.status != http.StatusForbidden {
			t.Errorf("a key without admin gets %s: %d", address, client.status)
		}
		if client.post(address, "overlap", "0"); client.status != http.StatusForbidden {
			t.Errorf("a key without admin posts to %s: %d", address, client.status)
		}
	}
	for _, address := range []string{"/ui/keys", "/ui/keys/new"} {
		if client.get(address); client.status != http.StatusForbidden {
			t.Errorf("a key without admin gets %s: %d", address, client.status)
		}
	}
	if client.post("/ui/keys/new", "name", "more", "scopes", "admin"); client.status != http.StatusForbidden {
		t.Errorf("a key without admin makes one: %d", client.status)
	}
	if got := w.theKey("client"); got.Revoked != 0 || got.Expires != 0 || got.ID != k.ID {
		t.Errorf("it did something: %+v", got)
	}
	for _, id := range []string{"0", "x", "999999"} {
		if b := w.browse("main").get("/ui/keys/" + id); b.status != http.StatusNotFound {
			t.Errorf("the key %s: %d", id, b.status)
		}
	}
}

// post sends a form that no page has.
func (b *browser) post(address string, pairs ...string) *browser {
	b.w.t.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, address, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.follow(r)
}

// tags are the marks of a page that say that a key expires, with where they lead.
func (b *browser) tags() (all []string) {
	for _, name := range []string{"a", "span", "small"} {
		for _, n := range b.all(name, "class", "tag warn") {
			all = append(all, strings.TrimSpace(words(n)+" "+attribute(n, "href")))
		}
	}
	return all
}

// A key that expires within two weeks says so where one manages keys, with the way to
// rotate it, and to who signed in with it on every page. Who may not manage keys sees
// their own alone, and no way to what is refused.
func TestKeysThatExpire(t *testing.T) {
	w := newWorld(t)
	for name, after := range map[string]time.Duration{"client": 14*24*time.Hour + time.Minute, "reader": 60 * 24 * time.Hour, "main": 100 * 24 * time.Hour, "other": time.Hour} {
		_, err := w.store.UpdateKey(t.Context(), access.Act{Who: "test"}, w.theKeyOf(name), func(k *access.APIKey) error {
			k.Expires = contact.TimeOf(w.now.Add(after))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	b := w.browse("main")
	client := keyAddress(w.theKey("client"))
	for _, address := range []string{"/ui/contacts", "/ui/keys", client, "/ui/system"} {
		if got := b.get(address).tags(); got != nil {
			t.Errorf("%s says too soon: %q", address, got)
		}
	}
	w.wait(11 * 24 * time.Hour)
	rotate := client + "/rotate"
	for address, want := range map[string]string{
		"/ui/keys":   "expires in 3 days " + rotate,
		client:       "expires in 3 days " + rotate,
		"/ui/system": "expires in 3 days " + rotate,
	} {
		if got := b.get(address).tags(); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
	b.get(rotate).shows("Rotate client")
	c := w.browse("client")
	for address, want := range map[string][]string{
		"/ui/contacts": {"expires in 3 days"},
		"/ui/system":   {"expires in 3 days", "expires in 3 days"}, // the page's own, and the frame's
	} {
		if got := c.get(address).tags(); !slices.Equal(got, want) {
			t.Errorf("%s for a client: %q, want %q", address, got, want)
		}
	}
	if got := w.browse("reader").get("/ui/system").tags(); got != nil {
		t.Errorf("somebody else's key is told to who may not manage keys: %q", got)
	}
	w.wait(3*24*time.Hour + time.Minute)
	if got := b.get("/ui/keys").shows("Ended").tags(); got != nil {
		t.Errorf("a key that has expired: %q", got)
	}
}

// theKeyOf gives the id of the key of a name, of whatever Space.
func (w *world) theKeyOf(name string) int64 {
	w.t.Helper()
	return w.grant(name).Key.ID
}
