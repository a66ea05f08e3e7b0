package store

import (
	"context"
	"sync"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
)

// UpdateWindow lets change decide on a window of a Space's limits: see Windows.
func (s *Store) UpdateWindow(ctx context.Context, space contact.SpaceID, bucket access.Bucket, now contact.Time, change WindowChange) error {
	return s.backend.UpdateWindow(ctx, space, bucket, now, change)
}

// WindowChange gives a window as it is after some requests that came at now. It
// may run more than once; what its last run left counts.
type WindowChange func(w access.Window, now contact.Time) access.Window

// Windows keeps the windows of limits (CONTRACT D18). They are not part of any
// write: nothing here waits for a lane.
type Windows interface {
	// UpdateWindow loads the window of a Space's bucket, the zero Window at
	// first, lets change decide, and keeps what it left. Of all changes to one
	// window, on all servers of the database, each sees what those before it
	// left. now is the caller's clock; where several servers share the
	// database, its clock is taken instead.
	UpdateWindow(ctx context.Context, space contact.SpaceID, bucket access.Bucket, now contact.Time, change WindowChange) error
}

// MemoryWindows are Windows for a backend that one process serves. The zero
// value is ready; a restart opens new windows.
type MemoryWindows struct {
	mu      sync.Mutex
	windows map[WindowKey]access.Window
}

// WindowKey names a window.
type WindowKey struct {
	Space  contact.SpaceID
	Bucket access.Bucket
}

// UpdateWindow keeps the window in memory. It returns no error.
func (m *MemoryWindows) UpdateWindow(_ context.Context, space contact.SpaceID, bucket access.Bucket, now contact.Time, change WindowChange) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.windows == nil {
		m.windows = map[WindowKey]access.Window{}
	}
	key := WindowKey{space, bucket}
	m.windows[key] = change(m.windows[key], now)
	return nil
}
