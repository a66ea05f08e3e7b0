package book

import (
	"context"
	"fmt"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// CreateSpace makes a Space. A time zone and a subscription that are not set
// get their defaults, UTC and active. It is refused, Invalid, with all that
// Space.Check finds; ID and Created are given here.
func (b *Book) CreateSpace(ctx context.Context, s access.Space) (access.Space, error) {
	if s.TimeZone == "" {
		s.TimeZone = access.DefaultTimeZone
	}
	if s.Subscription == "" {
		s.Subscription = access.Active
	}
	s.Created = b.now()
	if err := s.Check(); err != nil {
		return access.Space{}, err
	}
	s, err := b.store.CreateSpace(ctx, s)
	return s, busy(err)
}

// Spaces lists all Spaces by id.
func (b *Book) Spaces(ctx context.Context) ([]access.Space, error) {
	list, err := b.store.Spaces(ctx)
	return list, busy(err)
}

// UpdateSpace lets change set what it wants of a Space, and saves it if
// Space.Check allows. It gives the Space as it is then; NotFound where there
// is none.
func (b *Book) UpdateSpace(ctx context.Context, id contact.SpaceID, change func(*access.Space) error) (access.Space, error) {
	s, err := b.store.UpdateSpace(ctx, id, func(s *access.Space) error {
		if err := change(s); err != nil {
			return err
		}
		return s.Check()
	})
	return s, busy(missing(err, noSpace(id)))
}

func noSpace(id contact.SpaceID) error {
	return fault.New(fault.NotFound, "space_not_found", fmt.Sprintf("There is no Space with the id %d.", id))
}
