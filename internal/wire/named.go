package wire

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/contact"
)

// names are the members of an operation, or of its body, that name contacts.
type names struct {
	Method jsontext.Value `json:"method"`
	ID     jsontext.Value `json:"id"`
	Merged jsontext.Value `json:"merged_id"`
	All    jsontext.Value `json:"merged_ids"`
	Body   jsontext.Value `json:"body"`
}

// NamedBy gives the ids that an operation of a batch names, as far as it can be read.
func NamedBy(operation []byte) (ids []contact.ID) {
	for text := operation; text != nil; {
		var of names
		if json.Unmarshal(text, &of, jsontext.AllowDuplicateNames(true)) != nil {
			return ids
		}
		for _, one := range []jsontext.Value{of.ID, of.Merged} {
			var id contact.ID
			if json.Unmarshal(one, &id) == nil {
				ids = append(ids, id)
			}
		}
		var all []contact.ID
		if json.Unmarshal(of.All, &all) == nil {
			ids = append(ids, all...)
		}
		text = of.Body
	}
	return ids
}

// Unworded gives what is left of an operation of which all that people wrote was erased: its
// method, and the id that it named.
func Unworded(operation []byte) []byte {
	var of names
	left := struct {
		Method string     `json:"method,omitzero"`
		ID     contact.ID `json:"id,omitzero"`
	}{}
	if json.Unmarshal(operation, &of, jsontext.AllowDuplicateNames(true)) == nil {
		_ = json.Unmarshal(of.ID, &left.ID) // of what is none, nothing is left
		if _, known := operationMembers[method(of.Method)]; known {
			left.Method = method(of.Method)
		}
	}
	out, err := json.Marshal(&left)
	if err != nil {
		panic(err) // of two plain members
	}
	return out
}

func method(v jsontext.Value) (name string) {
	_ = json.Unmarshal(v, &name) // of what is none, there is no name
	return name
}
