package api_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/api"
)

// FAULT E5: text that is not UTF-8 is refused by its place, in every string that
// a caller can give, and nothing is sent.
func TestNotUTF8(t *testing.T) {
	const bad = "Jos\xe9"
	type named string
	text := bad
	put := func(p json.Marshaler, o ...api.WriteOption) func(context.Context, *api.Client) error {
		return func(ctx context.Context, c *api.Client) error { _, err := c.Put(ctx, 5, p, o...); return err }
	}
	list := func(q api.Query) func(context.Context, *api.Client) error {
		return func(ctx context.Context, c *api.Client) error { _, err := c.List(ctx, q); return err }
	}
	good := api.Patch{Names: api.Values("José")}
	for name, c := range map[string]struct {
		field string
		do    func(context.Context, *api.Client) error
	}{
		"an email":      {"emails.0", put(api.Patch{Emails: api.Values(bad)})},
		"a phone":       {"phones.1", put(api.Patch{Phones: api.Values("+1 555 0123", bad)})},
		"a name":        {"names.2", put(api.Patch{Names: api.Values("José", "x", bad)})},
		"a location":    {"locations.0", put(api.Patch{Locations: api.Values(bad)})},
		"a field":       {"custom_fields.profile_field_1", put(api.Patch{CustomFields: &api.CustomFields{"profile_field_1": bad}})},
		"a pointer":     {"custom_fields.profile_field_1", put(api.Patch{CustomFields: &api.CustomFields{"profile_field_1": &text}})},
		"a named type":  {"custom_fields.profile_field_1", put(api.Patch{CustomFields: &api.CustomFields{"profile_field_1": named(bad)}})},
		"a field's key": {"custom_fields.Jos?", put(api.Patch{CustomFields: &api.CustomFields{bad: "x"}})},
		"a whole body":  {"the body", put(json.RawMessage(`{"names":["` + bad + `"]}`))},
		"an actor":      {"X-Actor", put(good, api.WithActor(bad))},
		"a reason":      {"X-Reason", put(good, api.WithReason(bad))},
		"a creation": {"names.0", func(ctx context.Context, c *api.Client) error {
			_, err := c.Create(ctx, api.Patch{Names: api.Values(bad)})
			return err
		}},
		"an amendment": {"phones.primary", func(ctx context.Context, c *api.Client) error {
			_, err := c.Patch(ctx, 5, api.Amendment{Phones: &api.ListAmendment{Primary: bad}})
			return err
		}},
		"what an amendment adds": {"names.add.1", func(ctx context.Context, c *api.Client) error {
			_, err := c.Patch(ctx, 5, api.Amendment{Names: &api.ListAmendment{Add: []string{"x", bad}}})
			return err
		}},
		"a change's id": {"the id of the change", func(ctx context.Context, c *api.Client) error {
			_, err := c.Undo(ctx, 5, bad)
			return err
		}},
		"a merge's reason": {"X-Reason", func(ctx context.Context, c *api.Client) error {
			_, err := c.Merge(ctx, 1, 2, api.WithReason(bad))
			return err
		}},
		"email=":      {"email", list(api.Query{Email: new(bad)})},
		"phone=":      {"phone", list(api.Query{Phone: new(bad)})},
		"start_date=": {"start_date", list(api.Query{Start: new(bad)})},
		"end_date=":   {"end_date", list(api.Query{End: new(bad)})},
		"cursor=":     {"cursor", list(api.Query{Paging: api.Paging{Cursor: bad}})},
		"a history's cursor": {"cursor", func(ctx context.Context, c *api.Client) error {
			_, err := c.Changes(ctx, 5, api.Paging{Cursor: bad})
			return err
		}},
		"a base URL": {"the base URL", func(context.Context, *api.Client) error {
			_, err := api.New("http://example.com/"+bad, testKey)
			return err
		}},
		"a user agent": {"User-Agent", func(context.Context, *api.Client) error {
			_, err := api.New("http://example.com", testKey, api.WithUserAgent(bad))
			return err
		}},
	} {
		client, s := scripted(t, []reply{{status: 200, body: `{"id":5}`}})
		err := c.do(t.Context(), client)
		if err == nil || !strings.Contains(err.Error(), "carnet: "+c.field+" is not UTF-8") || strings.Contains(err.Error(), "Jos\xe9") {
			t.Errorf("%s: %v, want %s named", name, err, c.field)
		}
		if len(s.asked) != 0 {
			t.Errorf("%s was sent: %q", name, s.asked)
		}
	}
}

// FAULT E2: custom fields are written in the order in which the server sends
// them, by their numbers.
func TestFieldsInOrder(t *testing.T) {
	const fields = `{"profile_field_1":"a","profile_field_2":null,"profile_field_9":"<b>","profile_field_10":"c","profile_field_30":null,"Plan":"d","Rank":"e"}`
	var read api.CustomFields
	if err := json.Unmarshal([]byte(fields), &read); err != nil {
		t.Fatal(err)
	}
	if text, err := read.MarshalJSON(); err != nil || string(text) != fields {
		t.Errorf("%s, %v", text, err)
	}
	const edits = `{"names":{"before":[],"after":["x"],"added":["x"],"removed":[],"reordered":false},"custom_fields":{"profile_field_2":{"before":null,"after":"a"},"profile_field_10":{"before":1.50,"after":null}}}`
	var change api.Edits
	if err := json.Unmarshal([]byte(edits), &change); err != nil {
		t.Fatal(err)
	}
	if text, err := change.MarshalJSON(); err != nil || string(text) != edits {
		t.Errorf("%s, %v", text, err)
	}
}
