package api

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// CustomFields are custom fields by their key, profile_field_1 to
// profile_field_30, or by their label where an answer was asked for labels.
//
// What is read has a string for text and for a date (YYYY-MM-DD), a json.Number
// for a number, digit for digit as the server sent it, and nil for an empty
// field. What is sent may be a string, a json.Number, an integer or nil; nil
// and "" clear a field. A float is sent as its shortest decimal form: give
// money as a json.Number.
type CustomFields map[string]any

// errField does not show the field: it may be personal data.
var errField = errors.New("carnet: a custom field must be a string, a number or nil")

// MarshalJSON writes nil as {}: no field has a value. The fields stand in the
// order of their numbers, as in what the server sends.
func (f CustomFields) MarshalJSON() ([]byte, error) {
	for name, value := range f {
		// encoding/json would write the number 0.
		if n, ok := value.(json.Number); ok && n == "" {
			return nil, errField
		}
		// encoding/json would put another character in place of what it does
		// not know.
		text := reflect.Indirect(reflect.ValueOf(value))
		if !utf8.ValidString(name) || text.Kind() == reflect.String && !utf8.ValidString(text.String()) {
			return nil, notUTF8("custom_fields." + strings.ToValidUTF8(name, "?"))
		}
	}
	text, err := inOrder(f)
	if err != nil {
		return nil, errField
	}
	return text, nil
}

// inOrder writes a JSON object whose members stand in the order of the numbers
// that their names end in; labels stand behind them.
func inOrder[V any](members map[string]V) ([]byte, error) {
	text := []byte("{")
	for i, name := range slices.SortedFunc(maps.Keys(members), byNumber) {
		if i > 0 {
			text = append(text, ',')
		}
		key, err1 := encode(name)
		value, err2 := encode(members[name])
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		text = append(append(append(text, key...), ':'), value...)
	}
	return append(text, '}'), nil
}

func byNumber(a, b string) int {
	return cmp.Or(cmp.Compare(slotNumber(a), slotNumber(b)), strings.Compare(a, b))
}

// slotNumber gives the number of a custom field's key; labels have none, and
// come last.
func slotNumber(name string) int {
	digits, ok := strings.CutPrefix(name, "profile_field_")
	if n, err := strconv.Atoi(digits); ok && err == nil {
		return n
	}
	return math.MaxInt
}

// UnmarshalJSON keeps numbers exact.
func (f *CustomFields) UnmarshalJSON(text []byte) error {
	var read map[string]any
	if err := decode(text, &read); err != nil {
		return err
	}
	*f = read
	return nil
}

// encode writes JSON without escaping what only HTML needs.
func encode(value any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// decode reads JSON, numbers as json.Number where nothing else is asked for.
func decode(text []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	return dec.Decode(into)
}
