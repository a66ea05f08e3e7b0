package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carnet-project/carnet/api"
)

// TestContactRequests: what goes over the wire, and what is made of the answer.
func TestContactRequests(t *testing.T) {
	headers := map[string]string{"ETag": `"7"`, "X-Change-Id": "1-9", "X-Request-Id": "r1"}
	const whole = `{"id":5,"emails":["a@example.com","b@example.com"],"phones":[],"names":["Ada"],"locations":[],
		"custom_fields":{"profile_field_1":"Pro","profile_field_2":null,"profile_field_16":0.10,"profile_field_26":"2026-02-01"}}`
	contact := api.Contact{
		ID: 5, Emails: []string{"a@example.com", "b@example.com"}, Phones: []string{}, Names: []string{"Ada"}, Locations: []string{},
		CustomFields: api.CustomFields{"profile_field_1": "Pro", "profile_field_2": nil, "profile_field_16": json.Number("0.10"), "profile_field_26": "2026-02-01"},
	}
	moment := time.Date(2026, 3, 1, 12, 0, 0, 1000, time.UTC)
	for name, c := range map[string]struct {
		do     func(context.Context, *api.Client) (api.Result, error)
		asked  string
		answer reply
		want   api.Result
	}{
		"get": {
			func(ctx context.Context, c *api.Client) (api.Result, error) { return c.Get(ctx, 5) },
			"GET /public-api/v1/contacts/5",
			reply{status: 200, header: map[string]string{"ETag": `"7"`, "X-Request-Id": "r1"}, body: whole},
			api.Result{Contact: contact, Version: 7, RequestID: "r1"},
		},
		"get a version": {
			func(ctx context.Context, c *api.Client) (api.Result, error) { return c.GetVersion(ctx, 5, 3) },
			"GET /public-api/v1/contacts/5?version=3",
			reply{status: 200, body: whole},
			api.Result{Contact: contact},
		},
		"get what was at a time": {
			func(ctx context.Context, c *api.Client) (api.Result, error) {
				return c.GetAt(ctx, 5, time.Date(2026, 1, 31, 15, 0, 0, 1000, time.FixedZone("", 3600)))
			},
			"GET /public-api/v1/contacts/5?at=2026-01-31T14%3A00%3A00.000001Z",
			reply{status: 200, body: whole},
			api.Result{Contact: contact},
		},
		"get with labels, which bears no ETag": {
			func(ctx context.Context, c *api.Client) (api.Result, error) { return c.GetLabelled(ctx, 5) },
			"GET /public-api/v1/contacts/5?use_custom_field_labels=1",
			reply{status: 200, body: `{"id":5,"custom_fields":{"Customer plan":"Pro","profile_field_2":null}}`},
			api.Result{Contact: api.Contact{ID: 5, CustomFields: api.CustomFields{"Customer plan": "Pro", "profile_field_2": nil}}},
		},
		"get with sources and meta, which names the version": {
			func(ctx context.Context, c *api.Client) (api.Result, error) {
				return c.Get(ctx, 5, api.IncludeSources(), api.IncludeMeta())
			},
			"GET /public-api/v1/contacts/5?include_meta=1&include_sources=1",
			reply{status: 200, body: `{"id":5,"names":["Ada","Ada E."],"sources":{"emails":[],"phones":[],
				"names":[{"added_at":"2026-03-01T12:00:00.000001Z","change_id":"1-9","action":"put","actor":{"key_id":1,"key_name":"main","name":null},"import":null,"contact_ids":[4,5]},
					{"added_at":null,"change_id":null,"action":null,"actor":null,"import":null,"contact_ids":[5]}],
				"locations":[],"custom_fields":{"profile_field_1":{"added_at":null,"change_id":null,"action":null,"actor":null,"import":null,"contact_ids":[5]},"profile_field_2":null}},
				"meta":{"version":7,"created_at":"2026-03-01T12:00:00.000001Z","updated_at":"2026-03-01T12:00:00.000001Z","aliases":[4],"distinct_from":[]}}`},
			api.Result{Version: 7, Contact: api.Contact{ID: 5, Names: []string{"Ada", "Ada E."}, Sources: &api.Sources{
				Emails: []api.Source{}, Phones: []api.Source{}, Locations: []api.Source{},
				Names: []api.Source{
					{AddedAt: &moment, ChangeID: new("1-9"), Action: new(api.ActionPut), Actor: &api.Actor{KeyID: 1, KeyName: "main"}, ContactIDs: []int64{4, 5}},
					{ContactIDs: []int64{5}},
				},
				CustomFields: map[string]*api.Source{"profile_field_1": {ContactIDs: []int64{5}}, "profile_field_2": nil},
			}, Meta: &api.Meta{Version: 7, CreatedAt: moment, UpdatedAt: moment, Aliases: []int64{4}, DistinctFrom: []int64{}}}},
		},
		"get with labels and meta": {
			func(ctx context.Context, c *api.Client) (api.Result, error) {
				return c.GetLabelled(ctx, 5, api.IncludeMeta())
			},
			"GET /public-api/v1/contacts/5?include_meta=1&use_custom_field_labels=1",
			reply{status: 200, body: `{"id":5}`},
			api.Result{Contact: api.Contact{ID: 5}},
		},
		"put with meta": {
			func(ctx context.Context, c *api.Client) (api.Result, error) {
				return c.Put(ctx, 5, api.Patch{Names: api.Values("Ada")}, api.WithMeta())
			},
			`PUT /public-api/v1/contacts/5?include_meta=1 {"names":["Ada"]}`,
			reply{status: 200, body: `{"id":5,"names":["Ada"],"meta":{"version":7,"created_at":"2026-03-01T12:00:00.000001Z","updated_at":"2026-03-01T12:00:00.000001Z"}}`},
			api.Result{Version: 7, Contact: api.Contact{ID: 5, Names: []string{"Ada"}, Meta: &api.Meta{Version: 7, CreatedAt: moment, UpdatedAt: moment}}},
		},
		"create": {
			func(ctx context.Context, c *api.Client) (api.Result, error) {
				return c.Create(ctx, api.Patch{Names: api.Values("Ada & <Co>")})
			},
			`POST /public-api/v1/contacts {"names":["Ada & <Co>"]}`,
			reply{status: 201, header: headers, body: `{"id":6,"names":["Ada & <Co>"]}`},
			api.Result{Contact: api.Contact{ID: 6, Names: []string{"Ada & <Co>"}}, Version: 7, ChangeID: "1-9", RequestID: "r1"},
		},
		"put answers what was sent, under the survivor's id": {
			func(ctx context.Context, c *api.Client) (api.Result, error) {
				return c.Put(ctx, 4, api.Patch{Emails: api.Values(), CustomFields: &api.CustomFields{"profile_field_16": json.Number("500")}})
			},
			`PUT /public-api/v1/contacts/4 {"emails":[],"custom_fields":{"profile_field_16":500}}`,
			reply{status: 200, header: headers, body: `{"id":5,"emails":[],"custom_fields":{"profile_field_16":500}}`},
			api.Result{
				Contact: api.Contact{ID: 5, Emails: []string{}, CustomFields: api.CustomFields{"profile_field_16": json.Number("500")}},
				Version: 7, ChangeID: "1-9", RequestID: "r1",
			},
		},
		"put as it stands, mistakes included": {
			func(ctx context.Context, c *api.Client) (api.Result, error) {
				return c.Put(ctx, 5, json.RawMessage(`{ "emails": [], "emails": 1.50, `))
			},
			`PUT /public-api/v1/contacts/5 { "emails": [], "emails": 1.50,`,
			reply{status: 200, body: `{"id":5}`},
			api.Result{Contact: api.Contact{ID: 5}},
		},
		"merge": {
			func(ctx context.Context, c *api.Client) (api.Result, error) { return c.Merge(ctx, 5, 9007199254740991) },
			`POST /public-api/v1/contacts/5/merge {"merged_id":9007199254740991}`,
			reply{status: 200, header: headers, body: whole},
			api.Result{Contact: contact, Version: 7, ChangeID: "1-9", RequestID: "r1"},
		},
		"patch": {
			func(ctx context.Context, c *api.Client) (api.Result, error) {
				return c.Patch(ctx, 5, api.Amendment{
					Emails:       &api.ListAmendment{Remove: []string{"x@example.com"}, Add: []string{"b@example.com"}, Primary: "a@example.com"},
					Names:        &api.ListAmendment{Add: []string{}},
					CustomFields: api.CustomFields{"profile_field_16": 500, "profile_field_2": nil},
				})
			},
			`PATCH /public-api/v1/contacts/5 {"emails":{"remove":["x@example.com"],"add":["b@example.com"],"primary":"a@example.com"},"names":{"add":[]},"custom_fields":{"profile_field_2":null,"profile_field_16":500}}`,
			reply{status: 200, header: headers, body: `{"id":5,"emails":["a@example.com","b@example.com"]}`},
			api.Result{Contact: api.Contact{ID: 5, Emails: []string{"a@example.com", "b@example.com"}}, Version: 7, ChangeID: "1-9", RequestID: "r1"},
		},
		"delete": {
			func(ctx context.Context, c *api.Client) (api.Result, error) { return c.Delete(ctx, 5) },
			`DELETE /public-api/v1/contacts/5`,
			reply{status: 204, header: headers},
			api.Result{Version: 7, ChangeID: "1-9", RequestID: "r1"},
		},
		"undo": {
			func(ctx context.Context, c *api.Client) (api.Result, error) {
				return c.Undo(ctx, 5, "1-9", api.ResolveTheirs())
			},
			`POST /public-api/v1/contacts/5/changes/1-9/undo?resolve=theirs`,
			reply{status: 200, header: headers, body: whole},
			api.Result{Contact: contact, Version: 7, ChangeID: "1-9", RequestID: "r1"},
		},
		"undo of what no path can hold": {
			func(ctx context.Context, c *api.Client) (api.Result, error) { return c.Undo(ctx, 5, "../x?y") },
			`POST /public-api/v1/contacts/5/changes/..%2Fx%3Fy/undo`,
			reply{status: 204},
			api.Result{},
		},
		"a dry run of a create": {
			func(ctx context.Context, c *api.Client) (api.Result, error) {
				return c.Create(ctx, api.Patch{Names: api.Values("Ada")}, api.DryRun(), api.MaxRemovals(0))
			},
			`POST /public-api/v1/contacts?dry_run=1&max_removals=0 {"names":["Ada"]}`,
			reply{status: 201, body: `{"id":null,"names":["Ada"],"changes":{"names":{"before":[],"after":["Ada"],"added":["Ada"],"removed":[],"reordered":false}}}`},
			api.Result{Contact: api.Contact{Names: []string{"Ada"}}, Changes: &api.Edits{Names: &api.ListEdit{Before: []string{}, After: []string{"Ada"}, Added: []string{"Ada"}, Removed: []string{}}}},
		},
		"an entity tag of another make names no version": {
			func(ctx context.Context, c *api.Client) (api.Result, error) { return c.Get(ctx, 5) },
			"GET /public-api/v1/contacts/5",
			reply{status: 200, header: map[string]string{"ETag": `W/"7-gzip"`}, body: `{"id":5}`},
			api.Result{Contact: api.Contact{ID: 5}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			client, s := scripted(t, []reply{c.answer})
			got, err := c.do(t.Context(), client)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{c.asked}, s.asked); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestConditions: each write takes those that the server heeds there. What it would
// pass over is refused before anything is sent.
func TestConditions(t *testing.T) {
	for name, c := range map[string]struct {
		do          func(*api.Client, api.WriteOption) error
		match, base bool
	}{
		"Create": {func(c *api.Client, o api.WriteOption) error {
			_, err := c.Create(t.Context(), api.Patch{}, o)
			return err
		}, false, false},
		"Put": {func(c *api.Client, o api.WriteOption) error {
			_, err := c.Put(t.Context(), 5, api.Patch{}, o)
			return err
		}, true, true},
		"Patch": {func(c *api.Client, o api.WriteOption) error {
			_, err := c.Patch(t.Context(), 5, api.Amendment{}, o)
			return err
		}, true, true},
		"Merge":  {func(c *api.Client, o api.WriteOption) error { _, err := c.Merge(t.Context(), 5, 6, o); return err }, true, false},
		"Delete": {func(c *api.Client, o api.WriteOption) error { _, err := c.Delete(t.Context(), 5, o); return err }, true, false},
		"Undo":   {func(c *api.Client, o api.WriteOption) error { _, err := c.Undo(t.Context(), 5, "1-9", o); return err }, true, false},
	} {
		for header, o := range map[string]struct {
			option api.WriteOption
			taken  bool
			want   string
		}{
			"If-Match":       {api.IfMatch(3), c.match, `"3"`},
			"X-Base-Version": {api.BaseVersion(3), c.base, "3"},
			"Prefer":         {api.ReturnChanges(), true, "return=changes"},
		} {
			client, s := scripted(t, []reply{good})
			if err := c.do(client, o.option); (err == nil) != o.taken || len(s.asked) == 1 != o.taken {
				t.Errorf("%s with %s: %v, sent %q", name, header, err, s.asked)
			} else if o.taken && s.headers[0].Get(header) != o.want {
				t.Errorf("%s with %s: %v", name, header, s.headers[0])
			}
		}
	}
}

// TestUndoOfNothing: Result.ChangeID is empty where nothing changed.
func TestUndoOfNothing(t *testing.T) {
	client, s := scripted(t, []reply{good})
	if _, err := client.Undo(t.Context(), 5, ""); err == nil || len(s.asked) != 0 {
		t.Errorf("%v, sent %q", err, s.asked)
	}
}

// TestEvidence: an error bears what it rests on, in the types that answers have.
func TestEvidence(t *testing.T) {
	client, _ := scripted(t, []reply{{status: 409, body: `{"message":"No.","code":"undo_conflict",
		"changes":{"custom_fields":{"profile_field_16":{"before":0.10,"after":null}}},
		"conflicts":[{"contact_id":5,"field":"emails","base":[],"yours":["a@example.com"],"theirs":["b@example.com"]},
			{"contact_id":5,"field":"custom_fields.profile_field_16","base":0.10,"yours":null,"theirs":"0.20"},
			{"contact_id":5,"field":"id","base":9007199254740991,"yours":null,"theirs":5}],
		"id":6,"change_id":"1-9","request_id":"r1"}`}})
	_, err := client.Undo(t.Context(), 5, "1-8")
	e, ok := errors.AsType[*api.Error](err)
	if !ok {
		t.Fatal(err)
	}
	want := &api.Error{Status: 409, Code: api.CodeUndoConflict, Message: "No.", RequestID: "r1", LeadsTo: 6, ChangeID: "1-9",
		Changes: &api.Edits{CustomFields: map[string]api.FieldEdit{"profile_field_16": {Before: json.Number("0.10")}}},
		Conflicts: []api.Conflict{
			{ContactID: 5, Field: "emails", Base: []string{}, Yours: []string{"a@example.com"}, Theirs: []string{"b@example.com"}},
			{ContactID: 5, Field: "custom_fields.profile_field_16", Base: json.Number("0.10"), Theirs: "0.20"},
			{ContactID: 5, Field: "id", Base: json.Number("9007199254740991"), Theirs: json.Number("5")},
		}}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Error(diff)
	}
}

// TestActorIsOneLine: what cannot be a header is refused before anything is
// sent, and not shown.
func TestActorIsOneLine(t *testing.T) {
	client, s := scripted(t, []reply{good, good})
	for _, option := range []api.WriteOption{api.WithActor("canary\nX-Injected: 1"), api.WithReason("canary\x00")} {
		if _, err := client.Put(t.Context(), 5, api.Patch{}, option); err == nil || strings.Contains(err.Error(), "canary") {
			t.Error(err)
		}
	}
	if len(s.asked) != 0 {
		t.Errorf("sent %q", s.asked)
	}
}

// FAULT C4: any name reaches the server, whatever stands between: as RFC 8187
// spells it where it is not ASCII, or could be mistaken for that.
func TestActorOfAnyScript(t *testing.T) {
	for name, want := range map[string]string{
		"Sam O'Neil <sam@example.com>": "Sam O'Neil <sam@example.com>",
		"100% sure":                    "100% sure",
		"Łukasz":                       "UTF-8''%C5%81ukasz",
		"Zoë, 100% sure":               "UTF-8''Zo%C3%AB%2C%20100%25%20sure",
		"مریم":                         "UTF-8''%D9%85%D8%B1%DB%8C%D9%85",
		"UTF-8''Sam":                   "UTF-8''UTF-8%27%27Sam",
		"utf-8' a.b-c_d~":              "UTF-8''utf-8%27%20a.b-c_d~",
		"UTF-8":                        "UTF-8",
	} {
		client, s := scripted(t, []reply{good})
		if _, err := client.Put(t.Context(), 5, api.Patch{}, api.WithActor(name), api.WithReason(name)); err != nil {
			t.Fatal(err)
		}
		if h := s.headers[0]; h.Get("X-Actor") != want || h.Get("X-Reason") != want {
			t.Errorf("%s: sent as %q, %q", name, h.Get("X-Actor"), h.Get("X-Reason"))
		}
	}
}

func TestPatchJSON(t *testing.T) {
	var none []string
	for name, c := range map[string]struct {
		patch api.Patch
		want  string
	}{
		"nothing":                {api.Patch{}, `{}`},
		"one list":               {api.Patch{Phones: api.Values("+1 555 0123", "x")}, `{"phones":["+1 555 0123","x"]}`},
		"cleared":                {api.Patch{Names: api.Values()}, `{"names":[]}`},
		"cleared, by a nil list": {api.Patch{Names: api.Values(none...), Locations: &none}, `{"names":[],"locations":[]}`},
		"cleared fields":         {api.Patch{CustomFields: &api.CustomFields{}}, `{"custom_fields":{}}`},
		"cleared, by a nil map":  {api.Patch{CustomFields: new(api.CustomFields)}, `{"custom_fields":{}}`},
		"a field cleared":        {api.Patch{CustomFields: &api.CustomFields{"profile_field_1": nil}}, `{"custom_fields":{"profile_field_1":null}}`},
		"what needs no escaping": {api.Patch{Names: api.Values("<&>"), CustomFields: &api.CustomFields{"profile_field_1": "<&>"}}, `{"names":["<&>"],"custom_fields":{"profile_field_1":"<&>"}}`},
		"all, in the order of ours": {
			api.Patch{CustomFields: &api.CustomFields{"profile_field_16": 500}, Locations: api.Values("l"), Names: api.Values("n"), Phones: api.Values("p"), Emails: api.Values("e")},
			`{"emails":["e"],"phones":["p"],"names":["n"],"locations":["l"],"custom_fields":{"profile_field_16":500}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := c.patch.MarshalJSON()
			if err != nil || string(got) != c.want {
				t.Errorf("%s, want %s (%v)", got, c.want, err)
			}
		})
	}
}

// TestPatchUnchanged: writing a patch does not change the caller's lists.
func TestPatchUnchanged(t *testing.T) {
	var none []string
	p := api.Patch{Emails: &none}
	if _, err := p.MarshalJSON(); err != nil || none != nil || p.Emails != &none {
		t.Errorf("%v %v %v", p, none, err)
	}
}
