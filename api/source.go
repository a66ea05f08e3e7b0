package api

import (
	"net/url"
	"time"
)

// ReadOption asks for more of a contact than it holds.
type ReadOption func(url.Values)

// IncludeSources asks for Contact.Sources: who brought each value, and when.
func IncludeSources() ReadOption { return func(v url.Values) { v.Set("include_sources", "1") } }

// IncludeMeta asks for Contact.Meta.
func IncludeMeta() ReadOption { return func(v url.Values) { v.Set("include_meta", "1") } }

// Sources tell where the values of a contact come from. Each list is as long as
// that of the values, and in its order.
type Sources struct {
	Emails       []Source           `json:"emails"`
	Phones       []Source           `json:"phones"`
	Names        []Source           `json:"names"`
	Locations    []Source           `json:"locations"`
	CustomFields map[string]*Source `json:"custom_fields"` // by the names that Contact.CustomFields has; nil for an empty one
}

// Source is the write that first brought a value to a contact of which it still
// is. All but ContactIDs is nil where the history has that write no more.
type Source struct {
	AddedAt    *time.Time  `json:"added_at"` // to the microsecond, UTC
	ChangeID   *string     `json:"change_id"`
	Action     *Action     `json:"action"`
	Actor      *Actor      `json:"actor"`
	Import     *ImportLine `json:"import"`      // the line of a file that it was done for
	ContactIDs []int64     `json:"contact_ids"` // whom it was written to, the oldest first: several where merged contacts had it too
}

// Meta is what is known of a contact beside what it holds. Aliases and
// DistinctFrom are nil in the answer to a write.
type Meta struct {
	Version      int64     `json:"version"`
	CreatedAt    time.Time `json:"created_at"`             // to the microsecond, UTC, as the next
	UpdatedAt    time.Time `json:"updated_at"`             // of its newest change
	Aliases      []int64   `json:"aliases,omitzero"`       // all ids that lead to it beside its own
	DistinctFrom []int64   `json:"distinct_from,omitzero"` // contacts that are remembered as others than it
}
