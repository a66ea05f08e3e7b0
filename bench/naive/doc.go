package naive

import (
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/bench/people"
)

// doc is the JSON of a contact's row, as Carnet has it.
type doc struct {
	Emails    []string          `json:"emails,omitempty"`
	Phones    []string          `json:"phones,omitempty"`
	Names     []string          `json:"names,omitempty"`
	Locations []string          `json:"locations,omitempty"`
	Fields    map[string]string `json:"fields,omitempty"`
}

func decodeDoc(text string) (d doc, err error) {
	err = json.Unmarshal([]byte(text), &d)
	return d, err
}

func toDoc(b *people.Body) doc {
	d := doc{b.Emails, b.Phones, b.Names, b.Locations, make(map[string]string, len(b.CustomFields))}
	for name, value := range b.CustomFields {
		d.Fields[strings.TrimPrefix(name, "profile_field_")] = strings.Trim(string(value), `"`)
	}
	return d
}
