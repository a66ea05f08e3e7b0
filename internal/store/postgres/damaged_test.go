package postgres

import (
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/checks/pgtest"
	"github.com/carnet-project/carnet/internal/fault"
)

// Settings and keys that were damaged are told in a sentence, which is no fault of
// whoever asks.
func TestDamagedRegistry(t *testing.T) {
	dsn := pgtest.NewTemplate(t, Migrate).Database(t)
	b, err := Open(bg, Options{DSN: dsn})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	space, err := b.CreateSpace(bg, access.Space{Name: "a", TimeZone: "UTC", Subscription: access.Active}, access.Entry{Act: access.Act{Who: "test"}})
	if err != nil {
		t.Fatal(err)
	}
	key := access.APIKey{Space: space.ID, Name: "k", Scopes: access.DefaultScopes, Created: 1}
	if _, err := b.CreateKey(bg, key, access.Entry{Act: access.Act{Who: "test"}}); err != nil {
		t.Fatal(err)
	}
	keys := func() error { _, err := b.APIKeys(bg); return err }
	spaces := func() error { _, err := b.Spaces(bg); return err }
	grant := func() error { _, _, err := b.Grant(bg, key.Hash); return err }
	for _, c := range []struct {
		statement, words string
		asks             []func() error
	}{
		{"UPDATE api_keys SET scopes = 'contacts:rebd'", "API key 1 in the database is damaged: its scopes cannot be read", []func() error{keys, grant}},
		{"UPDATE space_settings SET labels = '{\"31\": \"x\"}'", "the settings of Space 1 in the database are damaged: its labels", []func() error{spaces}},
		{"UPDATE space_settings SET limits = '{\"updatf\": 1}'", "the settings of Space 1 in the database are damaged: its limits", []func() error{spaces}},
	} {
		execute(t, dsn, c.statement)
		for _, ask := range c.asks {
			if err := ask(); err == nil || !strings.Contains(err.Error(), c.words) || fault.KindOf(err) != fault.Internal {
				t.Errorf("%s: %v", c.statement, err)
			}
		}
	}
}
