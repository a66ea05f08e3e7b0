package access

import "github.com/carnet-project/carnet/internal/contact"

// Rekeying is a change of a Space's region that is under way: the keys by which phones
// are found follow from the region, and a job brings those of one contact after the
// other over. The zero Rekeying is none.
type Rekeying struct {
	Phase RekeyPhase
	From  string       // the region before
	At    contact.Time // when it began: no two of a Space are alike
}

// RekeyPhase says how far a Rekeying is. It is stored as a number.
type RekeyPhase int64

// The phases, in their order.
const (
	NotRekeying RekeyPhase = iota
	KeysComing             // contacts get the new keys beside the old ones, by which phones are found
	KeysBoth               // all have both: phones are found by the new ones, on servers that do not know it yet by the old ones
	KeysLeaving            // phones are found by the new ones; the old ones go
)

// FindRegion gives the region by whose keys phones are found: all contacts have them.
func (s *Space) FindRegion() string {
	if s.Rekeying.Phase == KeysComing {
		return s.Rekeying.From
	}
	return s.Region
}

// Keys gives the keys that a contact loses and gains, of one that may have those of two
// regions. What it keeps goes and comes.
func (r Rekeying) Keys(before, after *contact.Contact, region string) (gone, come []contact.MatchKey) {
	gone = contact.MatchKeysOf(before, r.From, region)
	if r.Phase != KeysLeaving {
		return gone, contact.MatchKeysOf(after, r.From, region)
	}
	return gone, contact.MatchKeysOf(after, region)
}

// Held gives the regions whose keys all contacts have, of a Space with this one.
func (r Rekeying) Held(region string) []string {
	switch r.Phase {
	case KeysComing:
		return []string{r.From}
	case KeysBoth:
		return []string{r.From, region}
	}
	return []string{region}
}
