// Package record is what a contact, a change and a match key look like as rows of
// a database, and the only one that reads and writes their JSON. It knows neither
// the database nor what a row means.
package record

import "github.com/carnet-project/carnet/internal/contact"

// Contact is a contact as it is stored. Doc and Origins are JSON: see
// contact.go.
type Contact struct {
	Space     contact.SpaceID
	ID        contact.ID
	Version   contact.Version
	State     contact.State
	Parent    contact.ID // 0 for none
	Canonical contact.ID // 0 for none
	Created   contact.Time
	Head      contact.Seq
	Depth     int64
	Skip      contact.Seq // 0 for none
	Doc       []byte
	Origins   []byte
}

// Weight gives about how many bytes the row holds.
func (r *Contact) Weight() int { return len(r.Doc) + len(r.Origins) }

// Weight gives about how many bytes the row holds.
func (r *Change) Weight() int {
	return len(r.Actor) + len(r.Reason) + len(r.Edits) + len(r.Snapshot)
}

// Change is an entry of history as it is stored. Actor, Edits and Snapshot
// are JSON: see change.go.
type Change struct {
	Space     contact.SpaceID
	Seq       contact.Seq
	Op        contact.Seq
	Contact   contact.ID
	Version   contact.Version
	Prev      contact.Seq // 0 for none
	Skip      contact.Seq // 0 for none
	At        contact.Time
	Action    contact.Action
	Actor     []byte
	Reason    string
	RequestID string
	Edits     []byte
	Snapshot  []byte // nil for none
}

// Key is a match key as it is stored.
type Key struct {
	Space contact.SpaceID
	contact.Key
	ID contact.ID
}
