package contact

// Kind says what a match key was made of. Its numbers are stored.
type Kind int

// The kinds of match keys.
const (
	EmailKey  Kind = 0
	PhoneKey  Kind = 1
	BeginKey  Kind = 2 // of a value that is searched, from its first word on
	WordKey   Kind = 3 // another word of it
	DigitsKey Kind = 4 // of a phone, from a later digit on
	LongKey   Kind = 5 // there is more to find it by than is kept
	FieldKey  Kind = 6 // of what a slot holds: see FieldKeyOf
)

// MatchKey is a match key of one contact: what other values of its kind are compared
// with to find it. Only emails and phones are looked up by value; the other kinds are for
// what searches find: see SearchKeys.
type MatchKey struct {
	Kind Kind
	Text string
}

// keyed are the collections whose values have match keys.
var keyed = [...]struct {
	col  Collection
	kind Kind
}{{Emails, EmailKey}, {Phones, PhoneKey}}

// MatchKeyOf gives the match key of a value of Emails or Phones.
func MatchKeyOf(col Collection, text, region string) MatchKey {
	kind := EmailKey
	if col == Phones {
		kind = PhoneKey
	}
	return MatchKey{kind, MatchText(col, text, region)}
}

// MatchKeyChanges tells which match keys a contact loses and gains between two of
// its states; one of them may be nil. A merged contact has none: its values are
// found at the survivor. Values that stay cost nothing.
func MatchKeyChanges(before, after *Contact, region string) (gone, come []MatchKey) {
	for _, k := range keyed {
		old, now := valuesWithKeys(before, k.col), valuesWithKeys(after, k.col)
		if sameTexts(old, now) {
			continue
		}
		was, is := keySet(old, k.col, region), keySet(now, k.col, region)
		gone = appendMissing(gone, was, is)
		come = appendMissing(come, is, was)
	}
	return gone, come
}

// KeysBetween tells which keys of one list go and which come, so that another is left.
func KeysBetween(was, is []MatchKey) (gone, come []MatchKey) {
	return appendMissing(nil, was, is), appendMissing(nil, is, was)
}

// MatchKeysOf gives all match keys of a contact in these regions, each once; none of no
// contact.
func MatchKeysOf(c *Contact, regions ...string) (keys []MatchKey) {
	for _, region := range regions {
		keys = appendMissing(keys, MatchKeys(c, region), keys)
	}
	return keys
}

// MatchKeys gives all match keys of a contact, each once.
func MatchKeys(c *Contact, region string) []MatchKey {
	_, come := MatchKeyChanges(nil, c, region)
	return come
}

func valuesWithKeys(c *Contact, col Collection) []Value {
	if c == nil || c.State != Live {
		return nil
	}
	return c.Values[col]
}

func sameTexts(a, b []Value) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Text != b[i].Text {
			return false
		}
	}
	return true
}

// keySet gives the keys in the order of the values, each once. Two values of
// one contact may share a key, so losing a value need not lose its key.
func keySet(values []Value, col Collection, region string) []MatchKey {
	out := make([]MatchKey, 0, len(values))
	seen := make(map[string]bool, len(values))
	for _, v := range values {
		key := MatchKeyOf(col, v.Text, region)
		if !seen[key.Text] {
			seen[key.Text] = true
			out = append(out, key)
		}
	}
	return out
}

func appendMissing(to, in, other []MatchKey) []MatchKey {
	has := make(map[MatchKey]bool, len(other))
	for _, k := range other {
		has[k] = true
	}
	for _, k := range in {
		if !has[k] {
			to = append(to, k)
		}
	}
	return to
}
