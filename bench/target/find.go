package target

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"

	"github.com/carnet-project/carnet/bench/load"
)

// What is asked for to find contacts, each of the Questions of it in turn: the newest, or
// the best, 25.
const (
	Filter Op = "filter" // conditions on custom fields
	Search Op = "search" // words and digits
)

// Question is a filter or what is searched for, as Carnet and as PocketBase are asked for it.
type Question struct{ Carnet, PocketBase string }

// Questions is the published mix. Filters: a text in a quarter of the contacts, a number and
// a date in one of a hundred or fifty, and two conditions of which both must hold. Searches: a
// whole name, the beginning of one with that of a place, four digits, an email that one contact has,
// a word that a quarter of them have, one letter, and what nobody has.
var Questions = map[Op][]Question{
	Filter: {
		{`[{"field":"profile_field_5","operator":"contains","value":"enterprise"}]`,
			`custom_fields.profile_field_5 ~ "enterprise"`},
		{`[{"field":"profile_field_16","operator":"greater_than","value":990}]`,
			`custom_fields.profile_field_16 > 990`},
		{`[{"field":"profile_field_27","operator":"between","start":"1990-01-01","end":"1990-12-31"}]`,
			`custom_fields.profile_field_27 >= "1990-01-01" && custom_fields.profile_field_27 <= "1990-12-31"`},
		{`[{"field":"profile_field_6","operator":"starts_with","value":"team"},{"field":"profile_field_16","operator":"less_than","value":50}]`,
			`custom_fields.profile_field_6 ~ "Team%" && custom_fields.profile_field_16 < 50`},
	},
	Search: {
		{"Ada Brandt", anywhere("Ada") + " && " + anywhere("Brandt")},
		{"jans port", anywhere("jans") + " && " + anywhere("port")},
		{"555 0142", anywhere("555-0142")},
		{"abara 917", anywhere("abara+917@")},
		{"enterprise", anywhere("enterprise")},
		{"q", anywhere("q")},
		{"zzyzx", anywhere("zzyzx")},
	},
}

// anywhere is how PocketBase is asked for a text in any field.
func anywhere(text string) string {
	return fmt.Sprintf("(names ~ %[1]q || emails ~ %[1]q || phones ~ %[1]q || locations ~ %[1]q || custom_fields ~ %[1]q)", text)
}

// finds gives the requests, or an error of a server that cannot be asked so.
func (t *Target) finds(op Op) (func(*rand.Rand, *scratch) load.Next, error) {
	if t.find == nil {
		return nil, fmt.Errorf("%s has no %s", t.Name, op)
	}
	var paths []string
	for i := range Questions[op] {
		paths = append(paths, t.find(op, &Questions[op][i]))
	}
	return func(r *rand.Rand, _ *scratch) load.Next {
		turn := r.IntN(len(paths))
		return func(b []byte) ([]byte, int) {
			turn++
			b = append(append(append(b, "GET "...), paths[turn%len(paths)]...), " HTTP/1.1\r\n"...)
			return t.head(b, r.IntN(t.Spaces), nil), http.StatusOK
		}
	}, nil
}

func carnetFind(op Op, q *Question) string {
	by := map[Op]string{Filter: "custom_field_filters", Search: "q"}[op]
	return base[:len(base)-1] + "?" + url.Values{"per_page": {"25"}, by: {q.Carnet}}.Encode()
}

func pocketBaseFind(_ Op, q *Question) string {
	return "/api/collections/contacts/records?" + url.Values{"perPage": {"25"}, "skipTotal": {"1"}, "sort": {"-id"}, "filter": {q.PocketBase}}.Encode()
}
