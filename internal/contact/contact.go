// Package contact is the domain: what a contact is and what each write does to
// it. Everything here is pure: no context, clock, randomness or I/O. Times,
// ids and sequence numbers come in as arguments, so that a rule can run twice,
// or for a preview, with the same result.
package contact

import (
	"strconv"
	"time"
)

// SpaceID names a Space (a tenant). From 1; unique in the installation.
type SpaceID int64

// MaxSpaceID and MaxSeq are the ends of these numbers: databases keep both in one
// of 63 bits.
const (
	MaxSpaceID SpaceID = 1<<22 - 1
	MaxSeq     Seq     = 1<<40 - 1
)

// ID names a contact: 1 to MaxID, unique in the installation, growing within a
// Space, never reused (CONTRACT D4). An ID as a caller names it, which may
// belong to a merged contact, is called a ref.
type ID int64

// String writes the id in decimal.
func (id ID) String() string { return strconv.FormatInt(int64(id), 10) }

// MaxID is 2^53-1, the greatest integer that JavaScript reads exactly.
const MaxID ID = 1<<53 - 1

// Seq numbers the changes of a Space: from 1, without gaps, in commit order.
type Seq int64

// Version counts the states of one contact, from 1 (CONTRACT D20).
type Version int64

// Time is a moment in microseconds since 1970 UTC. Both databases keep exactly
// this, so a time read back equals the time written.
type Time int64

// TimeOf cuts t to microseconds.
func TimeOf(t time.Time) Time { return Time(t.UnixMicro()) }

// Std gives the moment as a time.Time in UTC.
func (t Time) Std() time.Time { return time.UnixMicro(int64(t)).UTC() }

// State says whether a contact's row is the contact itself or what is left of
// it. Its numbers are stored.
type State uint8

// The states of a row.
const (
	Live    State = 0
	Merged  State = 1 // frozen: an alias, and the way back for unmerge
	Deleted State = 2 // found by nobody, until that is undone
	Erased  State = 3 // gone for good: where it stood, and nothing that it held; so is what led to it
)

// Origin tells where a value came from: the write that brought it, and the
// contact that it was first written to. Merges never rewrite it, which is what
// makes an unmerge possible.
type Origin struct {
	Contact ID
	Op      Seq // names the write, as Change.Op
}

// MaxOrigins is how many origins a value has at most. Of those that a merge would
// bring beyond that it is no longer known that they held the value as well: it
// stays with the survivor when they are split off again.
const MaxOrigins = 100

// Value is one item of a collection, or the content of a slot. Text is stored
// and returned as sent (CONTRACT D8). Origins is never empty for a stored
// value; it has several, at most MaxOrigins, where several contacts held the value
// before a merge, or writes by several of the ids that lead to one brought it.
type Value struct {
	Text    string
	Origins []Origin
}

// Contact is one person's profile, or the frozen row of a merged one. A
// Contact is a value: nothing changes the slices of one that others may hold.
type Contact struct {
	ID      ID
	Version Version
	State   State
	Parent  ID    // what it was merged into; 0 unless Merged
	Created Time  // when it was created
	Head    Seq   // its newest change
	Depth   int64 // how many changes it has
	Values  [NumCollections][]Value
	Fields  [NumSlots]Value // by Slot.Index; an empty Text is an empty slot
}

// Primary gives the first text of a collection, and false where it has none
// (CONTRACT S3).
func (c *Contact) Primary(col Collection) (string, bool) {
	if len(c.Values[col]) == 0 {
		return "", false
	}
	return c.Values[col][0].Text, true
}
