package store

import "context"

// Secret gives the bytes that all servers on this database share and nobody
// else knows.
func (s *Store) Secret(ctx context.Context) ([]byte, error) { return s.backend.Secret(ctx) }
