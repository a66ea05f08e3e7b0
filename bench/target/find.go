package target

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"

	"github.com/carnet-project/carnet/bench/load"
)

// Filter asks for the newest 25 contacts that conditions on custom fields find, each of
// Questions in turn.
const Filter Op = "filter"

// Question is a filter, as Carnet and as PocketBase are asked for it.
type Question struct{ Carnet, PocketBase string }

// Questions is the published mix: a text in a quarter of the contacts, a number and a date
// in one of a hundred or fifty, and two conditions of which both must hold.
var Questions = [...]Question{
	{`[{"field":"profile_field_5","operator":"contains","value":"enterprise"}]`,
		`custom_fields.profile_field_5 ~ "enterprise"`},
	{`[{"field":"profile_field_16","operator":"greater_than","value":990}]`,
		`custom_fields.profile_field_16 > 990`},
	{`[{"field":"profile_field_27","operator":"between","start":"1990-01-01","end":"1990-12-31"}]`,
		`custom_fields.profile_field_27 >= "1990-01-01" && custom_fields.profile_field_27 <= "1990-12-31"`},
	{`[{"field":"profile_field_6","operator":"starts_with","value":"team"},{"field":"profile_field_16","operator":"less_than","value":50}]`,
		`custom_fields.profile_field_6 ~ "Team%" && custom_fields.profile_field_16 < 50`},
}

// filters gives the requests, or an error of a server that knows none.
func (t *Target) filters() (func(*rand.Rand, *scratch) load.Next, error) {
	if t.filter == nil {
		return nil, fmt.Errorf("%s has no filters", t.Name)
	}
	var paths [len(Questions)]string
	for i := range Questions {
		paths[i] = t.filter(&Questions[i])
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

func carnetFilter(q *Question) string {
	return base[:len(base)-1] + "?" + url.Values{"per_page": {"25"}, "custom_field_filters": {q.Carnet}}.Encode()
}

func pocketBaseFilter(q *Question) string {
	return "/api/collections/contacts/records?" + url.Values{"perPage": {"25"}, "skipTotal": {"1"}, "sort": {"-id"}, "filter": {q.PocketBase}}.Encode()
}
