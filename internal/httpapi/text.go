package httpapi

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/contact"
)

// ContactText gives a contact as a GET answers it, set out in lines to be read.
func ContactText(c *contact.Contact) (string, error) {
	text := jsontext.Value(jsonText(nil).contact(c, &look{}, nil))
	err := text.Indent(jsontext.WithIndent("  "))
	return string(text), err
}
