package store

import "errors"

// guarded makes a change of the registry, unless the storage has failed; this
// may also be how it shows.
func guarded[T any](s *Store, change func() (T, error)) (T, error) {
	select {
	case <-s.broken:
		var none T
		return none, errBroken(s.brokenWith)
	default:
	}
	made, err := change()
	if errors.Is(err, ErrBroken) {
		s.breakDown(err)
	}
	return made, err
}

// guarded is the same for a change that gives nothing.
func (s *Store) guarded(change func() error) error {
	_, err := guarded(s, func() (struct{}, error) { return struct{}{}, change() })
	return err
}
