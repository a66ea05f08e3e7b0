package book

import (
	"context"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
)

// Merge joins the contact that merged leads to into the one that survivor leads
// to, if m allows the version of that (CONTRACT D23). It needs contacts:write.
func (b *Book) Merge(ctx context.Context, g access.Grant, by Attribution, survivor, merged contact.ID, m Match) (Written, error) {
	needs := store.Needs{Contacts: []contact.ID{survivor, merged}}
	return b.write(ctx, g, by, &contact.Patch{}, needs, func(s *store.State) (contact.Delta, error) {
		into, ok := s.Contact(survivor)
		if !ok {
			return contact.Delta{}, noContact()
		}
		from, ok := s.Contact(merged)
		if !ok {
			return contact.Delta{}, fault.At("merged_id", "merged_not_found", "There is no contact with this merged_id.")
		}
		if from.ID == into.ID {
			return contact.Delta{}, fault.At("merged_id", "merge_self", "The merged_id leads to the surviving contact itself: they are one already.")
		}
		if err := m.check(into.Version, g); err != nil {
			return contact.Delta{}, err
		}
		return contact.Merge(into, from, s.Region, stamp(s, g, by))
	})
}
