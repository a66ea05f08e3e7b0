package integrity

import (
	"strconv"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// Kind says what a finding is about.
type Kind string

// The kinds, as they are told.
const (
	File         Kind = "table"
	Numbers      Kind = "numbers"
	Counters     Kind = "counters"
	Usage        Kind = "usage"
	ContactRow   Kind = "contact"
	AliasRow     Kind = "alias"
	MatchKeyRow  Kind = "match key"
	SearchKeyRow Kind = "key of searches"
	ChangeRow    Kind = "change"
	PairRow      Kind = "pair"
	RetryRow     Kind = "record of a retry"
	PlanRow      Kind = "plan"
	PlanContact  Kind = "plan contact"
	ErasureRow   Kind = "erasure"
	FileRow      Kind = "file"
)

// Finding is something that does not fit. It holds nothing that people stored.
type Finding struct {
	Space contact.SpaceID // 0 for the installation
	Kind  Kind
	ID    string // "" where the kind says all
	Flaw  string // a sentence without its end

	subject contact.ID        // by which a contact that is looked at again is found; 0 for none
	anew    func(*anew) error // makes it anew; nil for what is not derived
}

// Derived tells whether what is wrong can be made anew.
func (f *Finding) Derived() bool { return f.anew != nil }

// String gives a sentence.
func (f *Finding) String() string { return f.place() + ": " + f.Flaw + "." }

func (f *Finding) place() string {
	text := string(f.Kind)
	if f.ID != "" {
		text += " " + f.ID
	}
	if f.Space != 0 {
		text = "Space " + number(f.Space) + ", " + text
	}
	return text
}

func number[N ~int64](n N) string { return strconv.FormatInt(int64(n), 10) }

// of makes a finding about a contact.
func of(id store.ContactID, kind Kind, flaw string) Finding {
	return Finding{Space: id.Space, Kind: kind, ID: id.ID.String(), Flaw: flaw}
}

// damaged says why a row cannot be read. A checksum that is right and a text that is not
// are told apart: the first is damage, the second a defect.
func damaged(intact bool) string {
	if intact {
		return "it does not read as what it should be"
	}
	return "its checksum is another"
}

// regions are those by whose keys a contact of a Space may be found, and those by which it
// must be: while a region changes these are not the same.
func regions(row *store.SpaceRow) (may, must []string) {
	if row.Rekeying.Phase == 0 {
		return []string{row.Region}, []string{row.Region}
	}
	may = []string{row.Rekeying.From, row.Region}
	return may, row.Rekeying.Held(row.Region)
}

// keysOf gives the match keys of a contact in these regions.
func keysOf(space contact.SpaceID, c *contact.Contact, regions []string) (list []record.MatchKey) {
	for _, k := range contact.MatchKeysOf(c, regions...) {
		list = append(list, record.MatchKey{Space: space, MatchKey: k, ID: c.ID})
	}
	return list
}
