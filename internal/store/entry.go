package store

import (
	"context"

	"github.com/carnet-project/carnet/internal/access"
)

// Entries reads the log of who changed Spaces and keys, newest first. It ends
// after MaxPageBytes too, but never before its first entry.
func (s *Store) Entries(ctx context.Context, q EntryQuery) ([]access.Entry, error) {
	return s.backend.Entries(ctx, q)
}
