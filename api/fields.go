package api

import (
	"bytes"
	"encoding/json"
	"errors"
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

// MarshalJSON writes nil as {}: no field has a value.
func (f CustomFields) MarshalJSON() ([]byte, error) {
	if f == nil {
		return []byte("{}"), nil
	}
	for _, value := range f {
		// encoding/json would write the number 0.
		if n, ok := value.(json.Number); ok && n == "" {
			return nil, errField
		}
	}
	text, err := encode(map[string]any(f))
	if err != nil {
		return nil, errField
	}
	return text, nil
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
