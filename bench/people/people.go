// Package people makes the contacts that every target of the benchmark holds
// and is sent, and the changes to them. Contact i at its step n is always the
// same text, so nothing is kept but a counter a contact.
package people

import (
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// Version changes whenever the texts do, or the Spaces that they are seeded into:
// databases seeded before are stale.
const Version = "2"

// Body is what a request holds. Servers of the benchmark decode into it.
type Body struct {
	Emails       []string                  `json:"emails"`
	Phones       []string                  `json:"phones"`
	Names        []string                  `json:"names"`
	Locations    []string                  `json:"locations"`
	CustomFields map[string]jsontext.Value `json:"custom_fields"`
}

// Start is the step at which contact i is seeded. Contacts start at different
// steps, so that half of the first changes bring a new key, too.
func Start(i int) int { return i % 4 }

// The custom fields that are sent: 8 texts, 2 numbers, 2 dates.
const (
	texts, changingTexts = 8, 4
	firstNumber          = 16
	firstDate            = 26
)

var slots = []int{1, 2, 3, 4, 5, 6, 7, 8, firstNumber, firstNumber + 1, firstDate, firstDate + 1}

// Changing lists the slots whose values every step changes.
var Changing = []int{1, 2, 3, 4, firstNumber, firstDate}

var (
	givens   = []string{"Ada", "Bela", "Chidi", "Dunya", "Elif", "Farid", "Greta", "Hana", "Ivo", "Jun", "Kofi", "Lena", "Mina", "Nils", "Oyin", "Pia"}
	families = []string{"Abara", "Brandt", "Costa", "Dahl", "Endo", "Fekete", "Garnier", "Holm", "Ito", "Jansen", "Kaya", "Lund", "Moreau", "Novak", "Okoye", "Pires", "Quint", "Rossi", "Sato"}
	places   = []string{"Berlin, Germany", "Lagos, Nigeria", "Lima, Peru", "Osaka, Japan", "Porto, Portugal", "Pune, India", "Turku, Finland"}
	plans    = []string{"Free plan since the spring", "Enterprise, paid each year", "Trial, ends with the month", "Team of five, paid monthly"}
)

func given(i int) string  { return givens[i%len(givens)] }
func family(i int) string { return families[i/len(givens)%len(families)] }

// Every second step brings a new key, an email and a phone in turns.
func emailStep(n int) int { return (n/2 + 1) / 2 }
func phoneStep(n int) int { return n / 2 / 2 }

// AppendEmail appends the primary email, which is nobody else's.
func AppendEmail(b []byte, i, n int) []byte {
	b = append(append(append(append(b, given(i)...), '.'), family(i)...), '.')
	b = append(strconv.AppendInt(b, int64(i), 36), '.')
	b = strconv.AppendInt(b, int64(emailStep(n)), 10)
	return append(b, "@example.com"...)
}

// AppendPhone appends the phone number, one of those reserved for fiction, of
// which there are fewer than contacts.
func AppendPhone(b []byte, i, n int) []byte {
	k := i*7 + phoneStep(n)*101
	b = append(b, "+1 "...)
	b = strconv.AppendInt(b, int64(201+k/100%750), 10)
	b = append(b, "-555-01"...)
	return append(b, byte('0'+k/10%10), byte('0'+k%10))
}

// AppendName appends the name.
func AppendName(b []byte, i int) []byte {
	return append(append(append(b, given(i)...), ' '), family(i)...)
}

// AppendSecondEmail appends the email that stays.
func AppendSecondEmail(b []byte, i int) []byte {
	b = append(append(b, family(i)...), '+')
	return append(strconv.AppendInt(b, int64(i), 10), "@example.org"...)
}

// AppendField appends the value of a slot, without the quotes that all but
// numbers have in JSON. Nothing in it needs to be escaped there.
func AppendField(b []byte, slot, i, n int) []byte {
	switch {
	case slot <= changingTexts:
		b = strconv.AppendInt(append(b, "Note "...), int64(n), 10)
		return append(append(b, " on "...), plans[(i+slot+n)%len(plans)]...)
	case slot <= texts:
		b = append(append(b, plans[(i+slot)%len(plans)]...), ", no. "...)
		return strconv.AppendInt(b, int64(i*texts+slot), 10)
	case slot == firstNumber:
		b = strconv.AppendInt(b, int64(i%1000), 10)
		return append(b, '.', byte('1'+n%9))
	case slot < firstDate:
		return strconv.AppendInt(b, int64(100+i), 10)
	case slot == firstDate:
		return appendDay(b, 2020+i%7, n)
	}
	return appendDay(b, 1950+i%50, i)
}

// appendDay appends a day that is not the one of n-1.
func appendDay(b []byte, year, n int) []byte {
	m, d := 1+n/28%12, 1+n%28
	b = strconv.AppendInt(b, int64(year), 10)
	return append(b, '-', byte('0'+m/10), byte('0'+m%10), '-', byte('0'+d/10), byte('0'+d%10))
}

// AppendBody appends the JSON of contact i at its step n: all five fields, 12
// custom fields. Between two steps 4 of 8 texts, one of 2 numbers and one of 2
// dates differ, and in every second one a key.
func AppendBody(b []byte, i, n int) []byte {
	b = append(appendLists(b, i, n), `"custom_fields":{`...)
	for _, slot := range slots {
		b = append(strconv.AppendInt(append(b, `"profile_field_`...), int64(slot), 10), `":`...)
		b = append(appendJSON(b, slot, i, n, slot < firstNumber || slot >= firstDate), ',')
	}
	return append(b[:len(b)-1], "}}"...)
}

// AppendDoc appends the same as Carnet keeps it in the contact's row.
func AppendDoc(b []byte, i, n int) []byte {
	b = append(appendLists(b, i, n), `"fields":{`...)
	for _, slot := range slots {
		b = append(strconv.AppendInt(append(b, '"'), int64(slot), 10), `":`...)
		b = append(appendJSON(b, slot, i, n, true), ',')
	}
	return append(b[:len(b)-1], "}}"...)
}

func appendJSON(b []byte, slot, i, n int, quoted bool) []byte {
	if !quoted {
		return AppendField(b, slot, i, n)
	}
	return append(AppendField(append(b, '"'), slot, i, n), '"')
}

func appendLists(b []byte, i, n int) []byte {
	b = append(b, `{"emails":["`...)
	b = AppendEmail(b, i, n)
	b = append(b, `","`...)
	b = AppendSecondEmail(b, i)
	b = append(b, `"],"phones":["`...)
	b = AppendPhone(b, i, n)
	b = append(b, `"],"names":["`...)
	b = AppendName(b, i)
	b = append(b, `"],"locations":["`...)
	b = append(b, places[i%len(places)]...)
	return append(b, `"],`...)
}
