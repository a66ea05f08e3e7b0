package sqlite

import (
	"context"
	"crypto/sha256"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

var update = flag.Bool("update", false, "make testdata/schema-1.db anew, which is right until it has been released")

// Databases that earlier versions made can be opened, read and written to. Of
// each schema there is one in testdata, made by the last version that had it;
// once released, none of them is ever made anew.
func TestEarlierDatabases(t *testing.T) {
	if *update {
		makeEarlier(t, filepath.Join("testdata", "schema-1.db"))
	}
	files, err := filepath.Glob("testdata/schema-*.db")
	if err != nil || len(files) == 0 {
		t.Fatalf("there is no database in testdata: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "carnet.db")
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			readEarlier(t, store.New(opened(t, Options{Path: path}), store.Options{}))
		})
	}
}

var earlierKey = sha256.Sum256([]byte("a key of the test"))

// makeEarlier makes a database with a bit of everything.
func makeEarlier(t *testing.T, path string) {
	if err := errorsOf(os.MkdirAll(filepath.Dir(path), 0o755), os.RemoveAll(path)); err != nil {
		t.Fatal(err)
	}
	b, err := Open(context.Background(), Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	s := store.New(b, store.Options{})
	makeSpace(t, s)
	_, err = s.CreateKey(context.Background(), access.APIKey{Space: 1, Name: "first", Hash: earlierKey, Scopes: access.DefaultScopes, Created: 1})
	if err != nil {
		t.Fatal(err)
	}
	ada := write(t, s, 0, contact.Names, "Ada Example", "Zoë 例え")
	write(t, s, ada, contact.Emails, "ada@example.com")
	write(t, s, ada, contact.Emails, "ada@example.org", "ada@example.com")
	other := write(t, s, 0, contact.Phones, "+1 555 0101")
	_, err = s.Do(context.Background(), store.Write{
		Space: 1, RequestID: "request", Needs: store.Needs{Contacts: []contact.ID{ada, other}},
		Decide: func(state *store.State) (contact.Delta, error) {
			survivor, _ := state.Contact(ada)
			merged, _ := state.Contact(other)
			st := state.Stamp()
			st.RequestID = "request"
			return contact.Merge(survivor, merged, "", st)
		},
	})
	if err := errorsOf(err, s.Close()); err != nil {
		t.Fatal(err)
	}
}

func errorsOf(list ...error) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

// readEarlier checks what makeEarlier made.
func readEarlier(t *testing.T, s *store.Store) {
	ctx := context.Background()
	for _, id := range []contact.ID{1, 2} { // the second leads to the first
		c, ok, err := s.Get(ctx, 1, id)
		if err != nil || !ok || c.ID != 1 || c.Version != 4 {
			t.Fatalf("contact %d: %v, %v, %d at version %d", id, ok, err, c.ID, c.Version)
		}
		for col, want := range map[contact.Collection][]string{
			contact.Names: {"Ada Example", "Zoë 例え"}, contact.Emails: {"ada@example.org", "ada@example.com"}, contact.Phones: {"+1 555 0101"},
		} {
			var got []string
			for _, v := range c.Values[col] {
				got = append(got, v.Text)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%v: %q, want %q", col, got, want)
			}
		}
	}
	changes, err := s.Feed(ctx, 1, 0, 100)
	var actions []contact.Action
	for _, ch := range changes {
		actions = append(actions, ch.Action)
	}
	want := []contact.Action{contact.ActionCreate, contact.ActionPut, contact.ActionPut, contact.ActionCreate, contact.ActionMerge, contact.ActionMerge}
	if err != nil || !slices.Equal(actions, want) {
		t.Errorf("the history is %v, %v; want %v", actions, err, want)
	}
	if g, ok, err := s.Grant(ctx, earlierKey); err != nil || !ok || g.Space.Name != "Example Ltd" || g.Key.Name != "first" {
		t.Errorf("the key: %v, %v, %+v", ok, err, g)
	}
	page, err := s.List(ctx, store.Query{Space: 1, Keys: []contact.Key{{Kind: contact.Emails, Text: "ada@example.com"}}}, store.Place{}, 10)
	if err != nil || len(page.Rows) != 1 {
		t.Errorf("by email: %v, %d contacts", err, len(page.Rows))
	}
	write(t, s, 1, contact.Names, "Ada of today")
}
