package api

import (
	"fmt"
	"net/url"
	"unicode/utf8"
)

// notUTF8 names a text that is not UTF-8 by where it stands, never by what it
// holds. Such text is refused before anything is sent: JSON cannot hold it, and
// what stood for it would be another text.
type notUTF8 string

// Error says what to do.
func (e notUTF8) Error() string {
	return "carnet: " + string(e) + " is not UTF-8: convert it before it is sent"
}

// checkTexts refuses a list with a text that is not UTF-8.
func checkTexts(name string, texts *[]string) error {
	if texts == nil {
		return nil
	}
	for i, text := range *texts {
		if !utf8.ValidString(text) {
			return notUTF8(fmt.Sprintf("%s.%d", name, i))
		}
	}
	return nil
}

// checkQuery refuses a parameter that is not UTF-8.
func checkQuery(q url.Values) error {
	for name, values := range q {
		for _, text := range values {
			if !utf8.ValidString(text) {
				return notUTF8(name)
			}
		}
	}
	return nil
}
