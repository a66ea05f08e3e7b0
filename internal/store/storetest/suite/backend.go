package suite

import (
	"context"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// bg is for calls that nothing gives up.
var bg = context.Background()

// Begin opens a transaction for the lane of a Space.
func Begin(t *testing.T, b store.Backend, lane int64) store.Tx {
	t.Helper()
	tx, err := b.Begin(bg, lane)
	if err != nil {
		t.Fatalf("Begin: %v", err)
	}
	return tx
}

// Commit saves s in a transaction of its own.
func Commit(t *testing.T, b store.Backend, lane int64, s *store.Save) {
	t.Helper()
	tx := Begin(t, b, lane)
	if err := tx.Save(bg, s); err != nil {
		tx.Rollback()
		t.Fatalf("Save: %v", err)
	}
	if err := tx.Commit(bg); err != nil {
		t.Fatalf("Commit: %v", err)
	}
}

// NewSpace makes a Space. Its name says nothing, since no test needs it.
func NewSpace(t *testing.T, r store.Registry, region string) contact.SpaceID {
	t.Helper()
	s, err := r.CreateSpace(bg, access.Space{
		Name: "Example Ltd", TimeZone: "UTC", Region: region, Subscription: access.Active, Created: 1,
	}, Noted("a Space"))
	if err != nil {
		t.Fatalf("CreateSpace: %v", err)
	}
	return s.ID
}

// Counters gives the rows of Spaces as a batch sees them.
func Counters(t *testing.T, b store.Backend, ids ...contact.SpaceID) []store.SpaceRow {
	t.Helper()
	tx := Begin(t, b, b.Lane(ids[0]))
	defer tx.Rollback()
	rows, err := tx.Spaces(bg, ids)
	if err != nil {
		t.Fatalf("Spaces: %v", err)
	}
	return rows
}

// Noted is an entry that tells of nothing but its text.
func Noted(text string) access.Entry {
	return access.Entry{
		Act:   access.Act{At: 1_700_000_000_123_456, Who: "test", Action: access.ActionCreate},
		Edits: []access.Edit{{Setting: text}},
	}
}

// IDs gives the ids of rows, in their order.
func IDs(rows []record.Contact) []contact.ID {
	ids := []contact.ID{}
	for i := range rows {
		ids = append(ids, rows[i].ID)
	}
	return ids
}
