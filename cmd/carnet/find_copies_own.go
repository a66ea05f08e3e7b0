package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/api"
	"github.com/carnet-project/carnet/internal/contact"
)

// ownValues are all that a contact holds or ever held, by what is the same.
type ownValues struct {
	region string
	ids    map[int64]bool // that lead to it
	values []ownValue
	keys   map[ownKey]int // in values
}

// ownValue is one of them.
type ownValue struct {
	field  string
	text   string // as it was typed: of a phone alone
	within string // folded, where it is looked for within longer texts; else ""
	places int    // where it was found
}

// ownKey is what values are compared by: emails and phones as everywhere, texts folded.
type ownKey struct {
	kind contact.Collection // Emails, Phones, or Names for any text
	key  string
}

func newOwnValues(region *string) *ownValues {
	o := &ownValues{ids: map[int64]bool{}, keys: map[ownKey]int{}}
	set(&o.region, region)
	return o
}

// read reads all that is known of a contact, an entry of its history at a time, and gives
// its own id.
func (o *ownValues) read(ctx context.Context, client *api.Client, id int64) (int64, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	from, into := io.Pipe()
	sent := make(chan error, 1)
	go func() {
		err := client.ExportContact(ctx, id, into)
		into.CloseWithError(err)
		sent <- err
	}()
	own, err := o.readExport(from)
	from.CloseWithError(errors.New("the rest is not needed"))
	if refused, answered := errors.AsType[*api.Error](<-sent); answered {
		err = refused
	}
	return own, err
}

func (o *ownValues) readExport(from io.Reader) (id int64, err error) {
	in := jsontext.NewDecoder(from)
	if _, err := in.ReadToken(); err != nil {
		return 0, err
	}
	for in.PeekKind() != '}' {
		name, err := in.ReadToken()
		if err != nil {
			return 0, err
		}
		switch name.String() {
		case "contact":
			var c api.Contact
			if err := json.UnmarshalDecode(in, &c); err != nil {
				return 0, err
			}
			id = o.contact(&c)
		case "history":
			if err := o.history(in); err != nil {
				return 0, err
			}
		default:
			if err := in.SkipValue(); err != nil {
				return 0, err
			}
		}
	}
	_, err = in.ReadToken()
	return id, err
}

func (o *ownValues) contact(c *api.Contact) int64 {
	o.ids[c.ID] = true
	if c.Meta != nil {
		for _, id := range c.Meta.Aliases {
			o.ids[id] = true
		}
	}
	for _, list := range []struct {
		field string
		texts []string
	}{{"emails", c.Emails}, {"phones", c.Phones}, {"names", c.Names}, {"locations", c.Locations}} {
		for _, text := range list.texts {
			o.add(list.field, text)
		}
	}
	for field, value := range c.CustomFields {
		o.addSlot(field, value)
	}
	return c.ID
}

func (o *ownValues) history(in *jsontext.Decoder) error {
	if _, err := in.ReadToken(); err != nil {
		return err
	}
	for in.PeekKind() != ']' {
		var ch api.Change
		if err := json.UnmarshalDecode(in, &ch); err != nil {
			return err
		}
		for field, l := range listsOf(&ch.Changes) {
			for _, text := range append(l.Before, l.After...) {
				o.add(field, text)
			}
		}
		for field, edit := range ch.Changes.CustomFields {
			o.addSlot(field, edit.Before)
			o.addSlot(field, edit.After)
		}
	}
	_, err := in.ReadToken()
	return err
}

// listsOf gives the collections that a change edited, by their names.
func listsOf(e *api.Edits) map[string]*api.ListEdit {
	lists := map[string]*api.ListEdit{}
	for field, l := range map[string]*api.ListEdit{"emails": e.Emails, "phones": e.Phones, "names": e.Names, "locations": e.Locations} {
		if l != nil {
			lists[field] = l
		}
	}
	return lists
}

func (o *ownValues) addSlot(field string, value any) {
	if text, ok := value.(string); ok { // numbers are many people's
		o.add(field, text)
	}
}

// shortestWithin is how many characters a value has at least that is looked for within
// longer texts.
const shortestWithin = 4

func (o *ownValues) add(field, text string) {
	keys := o.keysOf(field, text)
	at := len(o.values)
	for _, key := range keys {
		if i, there := o.keys[key]; there {
			at = i
			break
		}
	}
	for _, key := range keys {
		if _, there := o.keys[key]; !there {
			o.keys[key] = at
		}
	}
	if at < len(o.values) {
		return
	}
	value := ownValue{field: field}
	if field == "phones" {
		value.text = text
	}
	if !strings.HasPrefix(field, slotPrefix) && utf8.RuneCountInString(text) >= shortestWithin {
		value.within = folded(text)
	}
	o.values = append(o.values, value)
}

const slotPrefix = "profile_field_"

// keysOf gives what a text is compared by: what may be an email or a phone by that too,
// wherever it stands.
func (o *ownValues) keysOf(field, text string) []ownKey {
	text = strings.TrimSpace(text)
	keys := []ownKey{{contact.Names, folded(text)}}
	if strings.Contains(text, "@") {
		keys = append(keys, ownKey{contact.Emails, contact.MatchText(contact.Emails, text, o.region)})
	}
	if field == "phones" || mayBePhone(text) {
		keys = append(keys, ownKey{contact.Phones, contact.MatchText(contact.Phones, text, o.region)})
	}
	return keys
}

// folded is how texts are compared.
func folded(text string) string { return strings.ToLower(strings.Join(strings.Fields(text), " ")) }

// in finds which of the values stand in a text, by their index, and whether one is the whole
// of it.
func (o *ownValues) in(field, text string) map[int]bool {
	found := map[int]bool{}
	fold := folded(text)
	for i := range o.values {
		if w := o.values[i].within; w != "" && len(fold) > len(w) && hasWord(fold, w) {
			found[i] = false
		}
	}
	for _, key := range o.keysOf(field, text) {
		if i, ok := o.keys[key]; ok {
			found[i] = true
		}
	}
	return found
}

// mayBePhone tells whether somebody may have typed a phone number into a text.
func mayBePhone(text string) bool {
	digits := 0
	for _, r := range text {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLetter(r):
			return false
		}
	}
	return digits > shortestWithin
}

// hasWord tells whether a text has another between what are no letters or digits.
func hasWord(text, word string) bool {
	inWord := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return false
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[i+len(word):])
		if !inWord(before) && !inWord(after) {
			return true
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		from = i + size
	}
}
