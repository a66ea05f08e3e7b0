package record

import (
	"strconv"
	"strings"

	"github.com/carnet-project/carnet/internal/contact"
)

// Searched is by which keys a contact is found when somebody searches, packed: so these go
// when it is found by others. A contact that is found by none has no such row.
type Searched struct {
	Space contact.SpaceID
	ID    contact.ID
	Keys  string
}

// PackKeys writes keys as a Searched has them: a line each, its kind and its text. No key
// holds the end of a line.
func PackKeys(keys []contact.MatchKey) string {
	var b strings.Builder
	for i, k := range keys {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(strconv.Itoa(int(k.Kind)))
		b.WriteByte(' ')
		b.WriteString(k.Text)
	}
	return b.String()
}

// SearchedBy reads what PackKeys wrote. What cannot be read is left out: all of it is
// derived.
func (s *Searched) SearchedBy() (keys []contact.MatchKey) {
	for line := range strings.SplitSeq(s.Keys, "\n") {
		kind, text, found := strings.Cut(line, " ")
		n, err := strconv.Atoi(kind)
		if found && err == nil {
			keys = append(keys, contact.MatchKey{Kind: contact.Kind(n), Text: text})
		}
	}
	return keys
}
