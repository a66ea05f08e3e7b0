package contact

import (
	"crypto/hmac"
	"crypto/sha256"
	"log/slog"
	"time"
)

// ErasedSecret is what a Space makes keyed hashes with of those who are erased (CONTRACT
// D35); zero for a Space that remembers nobody. Without it they are of no use to anybody.
type ErasedSecret [32]byte

// String does not tell it.
func (ErasedSecret) String() string { return "(secret)" }

// GoString does not tell it.
func (ErasedSecret) GoString() string { return "(secret)" }

// LogValue does not tell it.
func (ErasedSecret) LogValue() slog.Value { return slog.StringValue("(secret)") }

// On tells whether who is erased is remembered.
func (s ErasedSecret) On() bool { return s != ErasedSecret{} }

// ErasedKey is a keyed hash of a match key: it tells that somebody was erased who had it, to
// who asks by the same value, and nothing else.
type ErasedKey [16]byte

// Keys gives what is left of the values of a contact where it is erased, or looked for of one
// that is made: of each email and phone as the region has it, and of a phone as it was dialled
// too, so that the same number typed alike is the same when the region has changed since.
func (s ErasedSecret) Keys(c *Contact, region string) []ErasedKey {
	live := Contact{State: Live, Values: c.Values} // of one that is deleted too
	var keys []ErasedKey
	for _, k := range MatchKeysOf(&live, region, "") {
		sum := hmac.New(sha256.New, s[:])
		sum.Write([]byte{byte(k.Kind)})
		sum.Write([]byte(k.Text))
		keys = append(keys, ErasedKey(sum.Sum(nil)[:len(ErasedKey{})]))
	}
	return keys
}

// ErasedKeys gives those by which it is found whether the contact was erased before.
func (c *Create) ErasedKeys(s ErasedSecret, region string) []ErasedKey {
	var asked Contact
	for _, k := range keyed {
		for _, text := range c.Patch.Values[k.col].Texts {
			asked.Values[k.col] = append(asked.Values[k.col], Value{Text: text})
		}
	}
	return s.Keys(&asked, region)
}

// Day is a day in UTC, counted from 1970; 0 for none.
type Day int64

// DayOf gives the day of a time.
func DayOf(t Time) Day { return Day(t.Std().Unix() / (24 * 60 * 60)) }

// String gives it as YYYY-MM-DD.
func (d Day) String() string { return time.Unix(int64(d)*24*60*60, 0).UTC().Format(time.DateOnly) }
