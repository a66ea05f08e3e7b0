package access

import (
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/contact"
)

// Action is what was done to a Space or a key.
type Action string

// The actions.
const (
	ActionCreate Action = "create"
	ActionUpdate Action = "update"
	ActionRevoke Action = "revoke"
	ActionRotate Action = "rotate" // the key has a successor, and is to end
)

// Act is something that is done to a Space or a key: by whom, as Author names
// them, and when.
type Act struct {
	At     contact.Time
	Who    string
	Action Action
}

// Entry is an entry of the log of Spaces and keys: what one Act changed. It
// never holds a secret, nor the hash of one.
type Entry struct {
	ID int64 // grows in the order of commits
	Act
	Space   contact.SpaceID
	Key     int64  // 0 for the Space itself
	KeyName string // as it is afterwards
	Edits   []Edit // at least one
}

// Edit is one setting, as texts before and after; "" for what is not set, and
// for what was not there yet.
type Edit struct{ Setting, Before, After string }

// Author names whoever acts: a program and the user of the operating system who
// runs it, as in "cli: ada". Systems let such a name hold anything; what would
// not show on a line stands as "?".
func Author(program, user string) string {
	var b strings.Builder
	b.WriteString(program + ": ")
	n := 0
	for _, r := range user {
		if n++; n > MaxName {
			break
		}
		if !unicode.IsPrint(r) {
			r = '?'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// OfSpace gives the entry about a Space that an act changed, nil where all is
// as it was. before is nil for a Space that is made.
func (a Act) OfSpace(before, after *Space) *Entry {
	e := &Entry{Act: a, Space: after.ID}
	if before == nil {
		e.Edits = edits(nil, after.settings())
	} else {
		e.Edits = edits(before.settings(), after.settings())
	}
	return e.orNil()
}

// OfKey gives the entry about a key that an act changed, nil where all is as it
// was. That it was used is no change. before is nil for a key that is made.
func (a Act) OfKey(before, after *APIKey) *Entry {
	e := &Entry{Act: a, Space: after.Space, Key: after.ID, KeyName: after.Name}
	if before == nil {
		e.Edits = edits(nil, after.settings())
	} else {
		e.Edits = edits(before.settings(), after.settings())
	}
	return e.orNil()
}

func (e *Entry) orNil() *Entry {
	if len(e.Edits) == 0 {
		return nil
	}
	return e
}

// setting is what people set, and what an entry tells of it.
type setting struct{ name, value string }

// settings are those that were not given by the store, under the names by which
// they are set.
func (s *Space) settings() []setting {
	list := []setting{
		{"name", s.Name}, {"timezone", s.TimeZone}, {"region", s.Region}, {"subscription", string(s.Subscription)},
	}
	for _, b := range Buckets {
		list = append(list, setting{"limits." + string(b), strconv.Itoa(s.Limits.Get(b))})
	}
	list = append(list, setting{"quota.bytes", FormatSize(s.Quota.Bytes)}, setting{"quota.minute", FormatSize(s.Quota.Minute)})
	bin := ""
	if s.BinDays != 0 {
		bin = strconv.Itoa(s.BinDays)
	}
	remember := ""
	if s.Remember.On() {
		remember = "on"
	}
	list = append(list, setting{"bin_days", bin}, setting{"remember_erased", remember})
	for i, label := range s.Labels {
		list = append(list, setting{"labels." + contact.SlotAt(i).String(), label})
	}
	for i := range s.Labels {
		filterable := ""
		if s.Filterable.Has(contact.SlotAt(i)) {
			filterable = "on"
		}
		list = append(list, setting{"filterable." + contact.SlotAt(i).String(), filterable})
	}
	return list
}

func (k *APIKey) settings() []setting {
	budget := k.Budget.settings()
	return append([]setting{
		{"name", k.Name}, {"scopes", k.Scopes.String()}, {"expires_at", settingOf(k.Expires)}, {"revoked_at", settingOf(k.Revoked)},
	}, budget[:]...)
}

// settingOf gives a time to the microsecond, as it is stored.
func settingOf(t contact.Time) string {
	if t == 0 {
		return ""
	}
	return t.Std().Format(time.RFC3339Nano)
}

// edits compares settings, which stand in one order; before is nil where there
// were none.
func edits(before, after []setting) (list []Edit) {
	for i, now := range after {
		was := ""
		if before != nil {
			was = before[i].value
		}
		if was != now.value {
			list = append(list, Edit{now.name, was, now.value})
		}
	}
	return list
}

// EncodeEdits writes edits for storage: [["name","Research","Field research"],...],
// each with what was before and after.
func EncodeEdits(edits []Edit) string {
	rows := make([][3]string, len(edits))
	for i, e := range edits {
		rows[i] = [3]string{e.Setting, e.Before, e.After}
	}
	text, _ := json.Marshal(rows, jsontext.AllowInvalidUTF8(true)) // and nothing else can fail
	return string(text)
}

var errEdits = errors.New("access: stored edits cannot be read")

// DecodeEdits reads what EncodeEdits wrote, and nothing else. Its error is no
// fault.Error: what is stored is not what a caller sent.
func DecodeEdits(text string) ([]Edit, error) {
	var rows [][3]string
	if err := json.Unmarshal([]byte(text), &rows); err != nil {
		return nil, errEdits
	}
	edits := make([]Edit, len(rows))
	for i, r := range rows {
		edits[i] = Edit{r[0], r[1], r[2]}
	}
	if EncodeEdits(edits) != text {
		return nil, errEdits
	}
	return edits, nil
}
