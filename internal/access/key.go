package access

import (
	"crypto/sha256"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// DefaultKeyName is for a key that is made without naming it.
const DefaultKeyName = "key"

// APIKey is what is known of a key; its Secret is not (CONTRACT D19). A time
// of 0 is never.
type APIKey struct {
	ID       int64
	Space    contact.SpaceID
	Name     string            // for people, in history too; 1 to MaxName code points
	Hash     [sha256.Size]byte // Secret.Hash
	Scopes   Scopes
	Budget   Budget
	Created  contact.Time
	Expires  contact.Time // the first moment at which it is no longer valid
	Revoked  contact.Time
	LastUsed contact.Time // to the hour: see TouchDue
}

// Check gives an Invalid error of all that is wrong with a key that is to be
// made, or nil. It does not look at ID, Space and Hash.
func (k APIKey) Check() error {
	var bad problems
	bad.checkName(k.Name)
	if k.Scopes == 0 || k.Scopes&^ScopesOf(AllScopes[:]...) != 0 {
		bad.add("scopes", fault.CodeScopesInvalid, "A key needs at least one scope of contacts:read, contacts:write, contacts:erase and admin.")
	}
	if k.Expires != 0 && k.Expires <= k.Created {
		bad.add("expires", fault.CodeExpiryPast, pastMessage)
	}
	bad.checkBudget(k.Budget)
	return fault.Problems(bad)
}

const pastMessage = "The expiry must lie in the future."

// ParseExpiry reads when a key is to expire: a date, "2027-01-01", which means
// the start of that day in UTC (the day before is the last that it works), or
// a moment by RFC 3339, cut to microseconds. Its error is Invalid, at
// "expires": the text has neither form, or what it says is not after now.
func ParseExpiry(text string, now contact.Time) (contact.Time, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t, err = time.Parse(time.RFC3339, text)
	}
	if err != nil {
		return 0, fault.At("expires", fault.CodeExpiryMalformed,
			"Write the expiry as a date, as in 2027-01-01, or a moment, as in 2027-01-01T09:00:00Z.")
	}
	expires := contact.TimeOf(t)
	if expires <= now {
		return 0, fault.At("expires", fault.CodeExpiryPast, pastMessage)
	}
	return expires, nil
}

// Successor gives the key that is to take the place of k: of the same Space,
// with the same name, scopes and budget. Where k was made to live for a time, so is the
// new one, from now on. Its error is a Conflict where k ended already: then
// nobody depends on it, and a key is made, not rotated.
func (k APIKey) Successor(now contact.Time) (APIKey, error) {
	next := APIKey{Space: k.Space, Name: k.Name, Scopes: k.Scopes, Budget: k.Budget, Created: now}
	if k.Expires != 0 {
		next.Expires = now + k.Expires - k.Created
	}
	return next, k.MayGoOn(now)
}

// MayGoOn gives a Conflict where k ended already, which says what to do instead.
func (k APIKey) MayGoOn(now contact.Time) error {
	switch {
	case k.Revoked != 0:
		return fault.New(fault.Conflict, fault.CodeKeyRevoked, "The key is revoked, so there is nothing to go on with. Make a new one with `carnet key create`.")
	case k.Expires != 0 && k.Expires <= now:
		return fault.New(fault.Conflict, fault.CodeKeyExpired, "The key has expired, so there is nothing to go on with. Make a new one with `carnet key create`.")
	}
	return nil
}

// EndAfter gives k as it is where its successor was made at now: it ends after
// the overlap, in which both are valid, or sooner where it does so anyway.
// Without one it is revoked.
func (k APIKey) EndAfter(overlap time.Duration, now contact.Time) APIKey {
	end := now + contact.Time(overlap/time.Microsecond)
	switch {
	case k.Revoked != 0: // it ended meanwhile, and keeps the moment
	case overlap <= 0:
		k.Revoked = now
	case k.Expires == 0 || end < k.Expires:
		k.Expires = end
	}
	return k
}

// TouchDue tells whether a use at now should be stored as LastUsed. It is not
// while the stored time is within an hour, before or after: a busy key must
// not cost a write a request. A stored time that lies further in the future
// came from a clock that was wrong, and is mended.
func (k APIKey) TouchDue(now contact.Time) bool {
	const hour = contact.Time(time.Hour / time.Microsecond)
	return k.LastUsed == 0 || now-k.LastUsed >= hour || k.LastUsed-now >= hour
}
