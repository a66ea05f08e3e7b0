package ui_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/ui"
)

// failing is a backend that fails where it is told to.
type failing struct {
	store.Backend
	mu   sync.Mutex
	with map[string]error // by the method
}

// fail has methods fail from now on; with nil they do no more.
func (f *failing) fail(err error, methods ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.with = map[string]error{}
	for _, name := range methods {
		f.with[name] = err
	}
}

func (f *failing) of(method string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.with[method]
}

func (f *failing) Session(ctx context.Context, hash [32]byte) (access.Session, access.Grant, bool, error) {
	if err := f.of("Session"); err != nil {
		return access.Session{}, access.Grant{}, false, err
	}
	return f.Backend.Session(ctx, hash)
}

func (f *failing) Grant(ctx context.Context, hash [32]byte) (access.Grant, bool, error) {
	if err := f.of("Grant"); err != nil {
		return access.Grant{}, false, err
	}
	return f.Backend.Grant(ctx, hash)
}

func (f *failing) UpdateWindow(ctx context.Context, space contact.SpaceID, bucket access.Bucket, now contact.Time, change store.WindowChange) error {
	if err := f.of("UpdateWindow"); err != nil {
		return err
	}
	return f.Backend.UpdateWindow(ctx, space, bucket, now, change)
}

func (f *failing) Check(ctx context.Context) error {
	if err := f.of("Check"); err != nil {
		return err
	}
	return f.Backend.Check(ctx)
}

func (f *failing) Contact(ctx context.Context, space contact.SpaceID, ref contact.ID) (record.Contact, bool, error) {
	if err := f.of("Contact"); err != nil {
		return record.Contact{}, false, err
	}
	return f.Backend.Contact(ctx, space, ref)
}

func (f *failing) Begin(ctx context.Context, lane int64) (store.Tx, error) {
	if err := f.of("Begin"); err != nil {
		return nil, err
	}
	return f.Backend.Begin(ctx, lane)
}

func (f *failing) UpdateKey(ctx context.Context, id int64, change func(*access.APIKey) (*access.Entry, error)) (access.APIKey, error) {
	if err := f.of("UpdateKey"); err != nil {
		return access.APIKey{}, err
	}
	return f.Backend.UpdateKey(ctx, id, change)
}

func (f *failing) CreateKey(ctx context.Context, key access.APIKey, about access.Entry) (access.APIKey, error) {
	if err := f.of("CreateKey"); err != nil {
		return access.APIKey{}, err
	}
	return f.Backend.CreateKey(ctx, key, about)
}

// journal keeps what is logged.
type journal struct {
	mu   sync.Mutex
	text strings.Builder
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

// lines gives the lines that have all of these.
func (j *journal) lines(having ...string) []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.DeleteFunc(strings.Split(j.text.String(), "\n"), func(line string) bool {
		return slices.ContainsFunc(having, func(text string) bool { return !strings.Contains(line, text) })
	})
}

// deaths are what a database that is dead says, with what a page then answers.
var deaths = []struct {
	err    error
	status int
	title  string
	again  bool // it says when to come again, and leads to itself
}{
	{&fault.Error{Kind: fault.Unavailable, Code: fault.CodeDatabaseBusy, RetryAfter: time.Second, Message: "The database cannot be reached: nothing was done."}, 503, "The server is busy", true},
	{&fault.Error{Kind: fault.Unavailable, Code: fault.CodeStorageFailed, RetryAfter: time.Second, Message: "The storage failed."}, 503, "This cannot be done now", true},
	{context.DeadlineExceeded, 503, "The server is busy", true},
	{errors.New("sqlite: read: SQLITE_IOERR secretname"), 500, "Something went wrong on our side", false},
	{fmt.Errorf("%w: secretname", store.ErrBroken), 500, "Something went wrong on our side", false},
}

// While who is signed in is known, the page of the system says that the database does
// not answer; and each page says in words what is so, when to come again or what to tell
// whoever runs the server, and nothing that is theirs alone.
func TestDeadDatabase(t *testing.T) {
	for _, death := range deaths {
		w := newWorld(t)
		id := w.make("Ada")
		b := w.browse("main")
		w.fails.fail(death.err, "Check", "Contact", "Begin")
		w.wait(time.Second) // what was read is believed for less
		b.get("/ui/system").shows("v1.2.3", "The database does not answer")
		if strings.Contains(b.body, "secretname") {
			t.Errorf("%v: the system tells it to everybody", death.err)
		}
		b.get(pageOf(id))
		b.tellsOfDeath(death.status, death.title, death.again)
		b.post("/ui/contacts/new", "names", "Bob")
		b.tellsOfDeath(death.status, death.title, death.again)
		w.fails.fail(death.err, "UpdateWindow")
		b.get("/ui/system").tellsOfDeath(death.status, death.title, death.again)
		w.fails.fail(death.err, "Session", "Grant", "Check", "UpdateWindow")
		w.wait(time.Second)
		for _, s := range ui.Screens() {
			if s.Method != http.MethodGet || s.Scope == "" {
				continue
			}
			address := placeholder.ReplaceAllString(s.Pattern, "1")
			if b.get(address).tellsOfDeath(death.status, death.title, death.again); strings.Contains(b.body, "v1.2.3") {
				t.Errorf("%s shows who is not known what stands behind the door", address)
			}
		}
		b.get("/ui/in")
		b.send(b.form("/ui/in"), "Sign in", "key", w.secrets["reader"]).tellsOfDeath(death.status, death.title, death.again)
		w.fails.fail(nil)
		w.wait(2 * time.Second)
		if !errors.Is(death.err, store.ErrBroken) { // which is for good
			b.get("/ui/system").shows("Requestsserved")
		}
	}
}

// tellsOfDeath fails unless the page is one of a trouble with the database.
func (b *browser) tellsOfDeath(status int, title string, again bool) {
	b.w.t.Helper()
	if b.status != status || words(b.one("h1")) != title || len(b.text()) < len(title)+20 {
		b.w.t.Errorf("%s answers %d, and not %d\n%s", b.address, b.status, status, b.text())
	}
	if (b.header.Get("Retry-After") != "") != again || again == strings.Contains(b.text(), b.header.Get("X-Request-Id")) {
		b.w.t.Errorf("%s comes again after %q\n%s", b.address, b.header.Get("Retry-After"), b.text())
	}
	if strings.Contains(b.body, "secretname") || strings.Contains(b.body, "sqlite") {
		b.w.t.Errorf("%s tells what the log is for\n%s", b.address, b.text())
	}
	b.wayOn()
}

// Where the new key of a rotation is made and the old one cannot be ended, the secret is
// shown all the same, as it would be lost; that the old one may go on is said, with the
// way to it, and is in the log.
func TestRotationThatCannotEndTheOldKey(t *testing.T) {
	for _, death := range deaths {
		var log journal
		w := newWorldWith(t, ui.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
		old := w.theKey("client")
		b := w.browse("main")
		overlaps := []string{"0", "24h"}
		if errors.Is(death.err, store.ErrBroken) { // after which nothing is written any more
			overlaps = overlaps[:1]
		}
		for _, overlap := range overlaps {
			to := keyAddress(old) + "/rotate"
			b.get(to)
			w.fails.fail(death.err, "UpdateKey")
			b.send(b.form(to), "", "overlap", overlap)
			w.fails.fail(nil)
			if b.status != http.StatusOK || strings.Contains(b.body, "secretname") {
				t.Fatalf("%v: %d %s", death.err, b.status, b.text())
			}
			b.shows("shown this once", "It is not known whether the old key was ended", "revoke it")
			if strings.Contains(b.text(), "The old secret") {
				t.Errorf("it tells more of the old key than is known: %s", b.text())
			}
			if g, _, err := w.book.Enter(t.Context(), b.secret(), access.Get); err != nil || g.Key.Name != "client" || g.Key.ID == old.ID {
				t.Errorf("the new secret opens %+v, %v", g.Key, err)
			}
			if k, err := w.book.KeyOf(t.Context(), w.grant("main"), old.ID); err != nil || k.Revoked != 0 || k.Expires != 0 {
				t.Errorf("the old key is %+v, %v", k, err)
			}
			if told := log.lines("key_id="+strconv.FormatInt(old.ID, 10), b.header.Get("X-Request-Id")); len(told) != 1 {
				t.Errorf("%v: the log says %q", death.err, told)
			}
			b.link("The old key").shows("Revoke")
		}
		if n := len(b.get("/ui/keys").all("tr", "class", "key")); n != 4+len(overlaps) {
			t.Errorf("there are %d keys", n)
		}
	}
	// Where not even the new key can be made there is no secret, and nothing happened.
	w := newWorld(t)
	b := w.browse("main").get(keyAddress(w.theKey("client")) + "/rotate")
	w.fails.fail(deaths[0].err, "CreateKey")
	b.send(b.form(keyAddress(w.theKey("client"))+"/rotate"), "")
	b.tellsOfDeath(deaths[0].status, deaths[0].title, true)
	if n := len(b.get("/ui/keys").all("tr", "class", "key")); n != 4 {
		t.Errorf("there are %d keys", n)
	}
}
