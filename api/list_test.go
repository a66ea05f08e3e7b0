package api_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carnet-project/carnet/api"
)

func TestListRequests(t *testing.T) {
	zone := time.FixedZone("", 2*60*60)
	for asked, q := range map[string]api.Query{
		"": {},
		"?end_date=2026-02-01+00%3A00%3A00&start_date=2026-01-31+14%3A00%3A00": {Start: new("2026-01-31 14:00:00"), End: new("2026-02-01 00:00:00")},
		"?updated_since=2026-01-31T12%3A00%3A00.000001Z":                       {UpdatedSince: new(time.Date(2026, 1, 31, 14, 0, 0, 1000, zone))},
		"?email=ada%2Bx%40example.com&phone=%2B1+555+0123":                     {Email: new("ada+x@example.com"), Phone: new("+1 555 0123")},
		"?custom_field_filters=%5B%5D":                                         {Where: []api.Condition{}},
		"?custom_field_filters=%5B%7B%22field%22%3A%22Plan%22%2C%22operator%22%3A%22contains%22%2C%22value%22%3A%22a+b%22%7D%5D": {Where: []api.Condition{{Field: "Plan", Operator: "contains", Value: "a b"}}},
		"?cursor=abc&per_page=5000": {Paging: api.Paging{PerPage: 5000, Cursor: "abc"}},
		"?include_all_values=1":     {AllValues: true},
		"?include_all_emails=1&include_custom_fields=1&use_custom_field_labels=1": {AllEmails: true, CustomFields: true, Labels: true},
	} {
		client, s := scripted(t, []reply{{status: 200, body: `{"data":[]}`}})
		if _, err := client.List(t.Context(), q); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"GET /public-api/v1/contacts" + asked}, s.asked); diff != "" {
			t.Error(diff)
		}
	}
}

func TestListAnswer(t *testing.T) {
	text := func(s string) *string { return &s }
	client, _ := scripted(t, []reply{{status: 200, body: `{"data":[
		{"id":7,"email":"a@example.com","name":null,"phone":"+1 555 0123","location":null,
		 "emails":["a@example.com","b@example.com"],"custom_fields":{"profile_field_16":12.50}},
		{"id":6,"email":null,"name":"Ada","phone":null,"location":"London"},
		{"id":5,"email":null,"name":"Zoe","phone":null,"location":null,"deleted_at":"2026-03-01T12:00:00.000001Z","change_id":"1-7"}],
		"path":"http://carnet.example.com/public-api/v1/contacts","per_page":2,
		"next_cursor":"n","next_page_url":"http://carnet.example.com/public-api/v1/contacts?cursor=n","prev_cursor":null,"prev_page_url":null}`}})
	got, err := client.List(t.Context(), api.Query{})
	if err != nil {
		t.Fatal(err)
	}
	want := api.Page[api.Row]{
		Data: []api.Row{
			{ID: 7, Email: text("a@example.com"), Phone: text("+1 555 0123"), Emails: []string{"a@example.com", "b@example.com"},
				CustomFields: api.CustomFields{"profile_field_16": json.Number("12.50")}},
			{ID: 6, Name: text("Ada"), Location: text("London")},
			{ID: 5, Name: text("Zoe"), DeletedAt: time.Date(2026, 3, 1, 12, 0, 0, 1000, time.UTC), ChangeID: "1-7"},
		},
		Path: "http://carnet.example.com/public-api/v1/contacts", PerPage: 2,
		NextCursor: "n", NextPageURL: "http://carnet.example.com/public-api/v1/contacts?cursor=n",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// CONTRACT D39: a count is asked for by what narrows a list, and by nothing else.
func TestCount(t *testing.T) {
	client, s := scripted(t, []reply{{status: 200, body: `{"count":10000,"exact":false}`}})
	q := api.Query{Email: new("ada@example.com"), Where: []api.Condition{}, AllEmails: true, CustomFields: true, Paging: api.Paging{PerPage: 5, Cursor: "abc"}}
	n, err := client.Count(t.Context(), q)
	if err != nil || n != (api.ContactCount{Count: 10_000}) {
		t.Errorf("%v, %v", n, err)
	}
	if diff := cmp.Diff([]string{"GET /public-api/v1/contacts/count?custom_field_filters=%5B%5D&email=ada%40example.com"}, s.asked); diff != "" {
		t.Error(diff)
	}
}

// rowsPage is a page of two rows; next is a JSON string or null.
func rowsPage(first, second int, next string) reply {
	return reply{status: 200, body: fmt.Sprintf(`{"data":[{"id":%d},{"id":%d}],"next_cursor":%s}`, first, second, next)}
}

// TestAll: every page is asked for by the same query and the cursor of the one
// before, beginning where the query does.
func TestAll(t *testing.T) {
	client, s := scripted(t, []reply{rowsPage(9, 8, `"x"`), rowsPage(7, 6, `"y"`), {status: 200, body: `{"data":[],"next_cursor":null}`}})
	var ids []int64
	for row, err := range client.All(t.Context(), api.Query{Email: new("a@example.com"), Paging: api.Paging{PerPage: 2, Cursor: "w"}}) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, row.ID)
	}
	if diff := cmp.Diff([]int64{9, 8, 7, 6}, ids); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{
		"GET /public-api/v1/contacts?cursor=w&email=a%40example.com&per_page=2",
		"GET /public-api/v1/contacts?cursor=x&email=a%40example.com&per_page=2",
		"GET /public-api/v1/contacts?cursor=y&email=a%40example.com&per_page=2",
	}, s.asked); diff != "" {
		t.Error(diff)
	}
}

// TestAllAgain: an iterator that is run again begins where it began before.
func TestAllAgain(t *testing.T) {
	client, s := scripted(t, []reply{rowsPage(9, 8, `"x"`), rowsPage(7, 6, `null`), rowsPage(9, 8, `null`)})
	all := client.All(t.Context(), api.Query{})
	for range 2 {
		for _, err := range all {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(s.asked) != 3 || s.asked[2] != s.asked[0] {
		t.Errorf("asked %q", s.asked)
	}
}

// TestAllStops: who stops reading causes no further request.
func TestAllStops(t *testing.T) {
	client, s := scripted(t, []reply{rowsPage(9, 8, `"x"`), rowsPage(7, 6, `"y"`)})
	for row := range client.All(t.Context(), api.Query{}) {
		if row.ID == 8 {
			break
		}
	}
	if len(s.asked) != 1 {
		t.Errorf("asked %q", s.asked)
	}
}

// TestAllError: an error comes last, after what was there before it.
func TestAllError(t *testing.T) {
	client, _ := scripted(t, []reply{rowsPage(9, 8, `"x"`), refusal(403, api.CodeSubscriptionInactive, "")})
	var ids []int64
	var last error
	for row, err := range client.All(t.Context(), api.Query{}) {
		if last != nil {
			t.Fatal("something follows the error")
		}
		ids, last = append(ids, row.ID), err
	}
	e, ok := errors.AsType[*api.Error](last)
	if diff := cmp.Diff([]int64{9, 8, 0}, ids); diff != "" || !ok || e.Code != api.CodeSubscriptionInactive {
		t.Error(diff, last)
	}
}

// A filter that came to nothing is sent, for the server to refuse: left out, it
// would list everybody.
func TestFiltersAreSentAsNothing(t *testing.T) {
	for asked, q := range map[string]api.Query{
		"?start_date=": {Start: new("")},
		"?end_date=":   {End: new("")},
		"?email=":      {Email: new("")},
		"?phone=":      {Phone: new("")},
		"?updated_since=0001-01-01T00%3A00%3A00Z": {UpdatedSince: new(time.Time{})},
		"?per_page=-1": {Paging: api.Paging{PerPage: -1}},
	} {
		client, s := scripted(t, []reply{{status: 200, body: `{"data":[]}`}})
		if _, err := client.List(t.Context(), q); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"GET /public-api/v1/contacts" + asked}, s.asked); diff != "" {
			t.Error(diff)
		}
	}
}
