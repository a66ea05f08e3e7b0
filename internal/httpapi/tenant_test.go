package httpapi_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// place is where a request can name something that belongs to a Space.
type place struct {
	in     string // "path", "query" or "body"
	name   string
	schema string // of the document: "ContactID"
}

// noPlaces are the parameters and the members of bodies that name nothing that
// is stored: whatever is sent there, it is the sender's own. What stands here
// and could lead to another Space would escape the test.
var noPlaces = []string{
	"start_date", "end_date", "updated_since", "custom_field_filters", "per_page", "wait", "own",
	"include_all_emails", "include_all_values", "include_custom_fields", "use_custom_field_labels", "numbers", "include_sources", "include_meta",
	"version", "at", "from", "to", "since", "until", "action",
	"batch_id", // no request makes a batch
	"dry_run", "max_removals", "resolve", "confirm_distinct",
	"merged_ids", "prefer", // beside merged_id, which is tried
	"deleted",
	"If-Match", "If-None-Match", "X-Base-Version", "Prefer", "X-Actor", "X-Reason",
	"Idempotency-Key", "atomic",
	"operations", "where", "operation", "keep_as", // see batches.txt and filters.txt
	"outcome", "result", "hash", "undo", // see plans.txt
	"format", "layout", "safe", "include_all_emails", "body email", "body phone", // see exports.txt
	"file_name", "recognised", "mapping", "match", // see imports.txt
	"emails", "phones", "names", "locations", "custom_fields",
}

// places finds where an operation takes names of what is stored. A new one is
// found by itself; unknown are those that nobody knows how to fill.
func (d document) places(o operation) (list []place, unknown []string) {
	add := func(in, name string, schema any) {
		ref, _ := d.resolve(schema)["$ref"].(string)
		p := place{in, name, strings.TrimPrefix(ref, "#/components/schemas/")}
		switch {
		case slices.Contains(noPlaces, name), slices.Contains(noPlaces, in+" "+name):
		case (subject{}).names(p) != nil:
			list = append(list, p)
		default:
			unknown = append(unknown, in+" "+name)
		}
	}
	for _, p := range o.parameters {
		add(p["in"].(string), p["name"].(string), p["schema"])
	}
	properties, _ := o.body["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		add("body", name, properties[name])
	}
	return list, unknown
}

// What an operation takes and nobody knows is not passed over.
func TestTenantsKnowEveryPlace(t *testing.T) {
	d := readDocument(t)
	id, other := map[string]any{"$ref": "#/components/schemas/ContactID"}, map[string]any{"$ref": "#/components/schemas/ChangeID"}
	list, unknown := d.places(operation{
		parameters: []map[string]any{
			{"in": "path", "name": "id", "schema": id}, {"in": "query", "name": "parent", "schema": id},
			{"in": "query", "name": "change", "schema": other}, {"in": "query", "name": "per_page", "schema": map[string]any{"type": "integer"}}},
		body: map[string]any{"properties": map[string]any{"ids": map[string]any{"type": "array", "items": id}}},
	})
	if len(list) != 1 || !slices.Equal(unknown, []string{"query parent", "query change", "body ids"}) {
		t.Errorf("known: %v, unknown: %v", list, unknown)
	}
}

// subject is what a Space has, and by what it can be named.
type subject struct {
	key          string
	contacts     []string // two live ones, one that an alias leads to, and the alias
	change       string   // of the first contact
	job          string   // the later of two
	plan         string   // likewise, of two rows
	export       string   // likewise
	file         string   // likewise, that came
	mapping      string   // likewise
	cursor       string
	after        string
	keyID        string
	email, phone string
}

// names gives the values by which a place can name something of the subject;
// nil for a place that it does not know.
func (s subject) names(p place) []string {
	if p.name == "q" {
		return []string{s.email}
	}
	switch p.schema {
	case "ContactID":
		switch p.name {
		case "id", "contact_id":
			return append([]string{}, s.contacts...)
		case "merged_id", "other": // the second, so that a request with both is in order
			return append([]string{}, s.contacts[min(1, len(s.contacts)):]...)
		}
	case "ChangeID":
		if p.in == "path" {
			return []string{s.change}
		}
	case "JobID":
		return []string{s.job}
	case "PlanID":
		return []string{s.plan}
	case "ExportID":
		return []string{s.export}
	case "ImportID":
		return []string{s.file}
	case "MappingName":
		return []string{s.mapping}
	case "Cursor":
		return []string{s.cursor}
	case "KeyID":
		return []string{s.keyID}
	case "FeedStart":
		return []string{s.after}
	case "Email", "EmailFilter":
		return []string{s.email}
	case "Phone":
		return []string{s.phone}
	}
	return nil
}

// nobody names what no Space has, as well-formed as the real thing.
var nobody = subject{
	contacts: []string{"8007199254740991", "8007199254740991"}, change: "8007199254740991-1", job: "8007199254740991", plan: "ABCDEFGHIJKLMNOPQRSTUVWXYZ", export: "ABCDEFGHIJKLMNOPQRSTUVWXYZ", file: "ABCDEFGHIJKLMNOPQRSTUVWXYZ", mapping: "nobody-keeps-it",
	cursor: "AAECAwQFBgcICQoLDA0ODxAREhM", after: "8007199254740991", keyID: "8007199254740991", email: "nobody@example.net", phone: "+44 7700 900001",
}

// request fills an operation. values are by "in name"; an id that is required
// and not among them is the subject's own.
func (d document) request(t *testing.T, o operation, own subject, values map[string]string) (target, body string) {
	target = o.path
	query := url.Values{}
	for _, p := range o.parameters {
		in, name := p["in"].(string), p["name"].(string)
		value, ok := values[in+" "+name]
		switch {
		case in == "path":
			if !ok {
				schema, _ := d.resolve(p["schema"])["$ref"].(string)
				value = own.names(place{in, name, strings.TrimPrefix(schema, "#/components/schemas/")})[0]
			}
			target = strings.ReplaceAll(target, "{"+name+"}", value)
		case in == "query" && ok:
			query.Set(name, value)
		case in == "query" && p["required"] == true:
			query.Set(name, fmt.Sprint(p["example"]))
		case name != "dry_run" && name != "deleted" && p["schema"].(map[string]any)["$ref"] == "#/components/schemas/Flag":
			query.Set(name, "1") // so that answers hold all that they can
		}
	}
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	if o.body == nil {
		return target, ""
	}
	examples := d.at(d.resolve(o.raw["requestBody"]), "content", "application/json", "examples").(map[string]any)
	example := examples[slices.Sorted(maps.Keys(examples))[0]].(map[string]any)
	if file, ok := example["value"].(string); ok {
		return target, file
	}
	members := maps.Clone(example["value"].(map[string]any))
	places, _ := d.places(o)
	for _, p := range places {
		if p.in != "body" {
			continue
		}
		value, ok := values["body "+p.name]
		if _, has := members[p.name]; has && !ok {
			value, ok = own.names(p)[0], true
		}
		if n, err := strconv.ParseInt(value, 10, 64); err == nil && ok {
			members[p.name] = n
		}
	}
	text, err := json.Marshal(members, json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	return target, string(text)
}

func (w *world) send(key, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+w.secrets[key])
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res := httptest.NewRecorder()
	w.handler.ServeHTTP(res, r)
	return res
}

// canaries are pieces of all that the other Space holds.
var canaries = []string{"canary", "900987", "8675309", "1987-06-05"}

// settle makes four contacts in a Space, merges the last of them into the one
// before it, and makes so many changes more. It has two jobs, too, which nobody does, and
// two plans.
func (w *world) settle(t *testing.T, key, word, digits, fields string, changes int) subject {
	t.Helper()
	s := subject{key: key, email: word + "@example.com", phone: "+44 7700 " + digits}
	const contacts = "/public-api/v1/contacts"
	ask := func(method, target, body string) *httptest.ResponseRecorder {
		res := w.send(key, method, target, body, "X-Actor", word+" actor", "X-Reason", word+" reason")
		if res.Code >= 300 {
			t.Fatalf("%s %s: %d %s", method, target, res.Code, res.Body)
		}
		return res
	}
	for range 4 {
		res := ask("POST", contacts, `{"emails":["`+s.email+`"],"phones":["`+s.phone+`"],"names":["`+word+` name"],"locations":["`+word+` town"],
			"custom_fields":{`+fields+`}}`)
		s.contacts = append(s.contacts, strings.TrimPrefix(res.Header().Get("Location"), contacts+"/"))
	}
	ask("POST", contacts+"/"+s.contacts[2]+"/merge", `{"merged_id":`+s.contacts[3]+`}`)
	for n := range changes {
		s.change = ask("PUT", contacts+"/"+s.contacts[0], `{"names":["`+word+` name `+strconv.Itoa(n)+`"]}`).Header().Get("X-Change-Id")
	}
	for range 2 {
		j := w.addJob(t, key, &store.Job{Kind: "sample", State: store.JobRunning, Message: word + " message"})
		s.job = strconv.FormatInt(j.ID, 10)
	}
	for range 2 {
		operation := `{"method":"PATCH","id":` + s.contacts[0] + `,"body":{"names":{"add":["` + word + ` planned"]}}}`
		res := ask("POST", "/public-api/v1/plans", `{"operations":[`+operation+`,`+operation+`]}`)
		s.plan = planInAnswer.FindStringSubmatch(res.Body.String())[1]
	}
	for range 2 {
		s.export = exportInAnswer.FindStringSubmatch(ask("POST", contacts+"/exports", `{}`).Body.String())[1]
	}
	for range 2 {
		s.file = planInAnswer.FindStringSubmatch(ask("POST", "/public-api/v1/imports", `{"emails":["`+s.email+`"]}`).Body.String())[1]
	}
	w.work(t, 1)
	for n := range 2 {
		s.mapping = word + "-mapping-" + strconv.Itoa(n)
		ask("PATCH", "/public-api/v1/imports/"+s.file, `{"keep_as":"`+s.mapping+`"}`)
	}
	s.after = strconv.Itoa(5 + changes)
	s.keyID = keyInAnswer.FindStringSubmatch(ask("GET", "/public-api/v1/changes", "").Body.String())[1]
	return s
}

var (
	keyInAnswer  = regexp.MustCompile(`"key_id":(\d+)`)
	planInAnswer = regexp.MustCompile(`"id":"([A-Z2-7]+)"`)

	exportInAnswer = regexp.MustCompile(`"export_id":"([A-Z2-7]+)"`)
)

// life is all that a Space can see of itself.
func (w *world) life(t *testing.T, s subject) string {
	t.Helper()
	text := w.send(s.key, "GET", "/public-api/v1/changes", "").Body.String() + w.send(s.key, "GET", "/public-api/v1/jobs", "").Body.String() +
		w.send(s.key, "GET", "/public-api/v1/plans", "").Body.String()
	for _, id := range s.contacts {
		text += w.send(s.key, "GET", "/public-api/v1/contacts/"+id, "").Body.String()
	}
	return text
}

// TestTenants asks every operation of the document, at every place where a name
// of something stored can stand, for what another Space has. What comes must be
// what comes for something that never was, to the byte, and hold nothing of the
// other Space (CONTRACT D3, D4, D17).
func TestTenants(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	other := w.addSpace(t, access.Active, unlimited())
	w.addKey(t, "canary key", other, access.DefaultScopes|access.ScopesOf(access.Erase), 0)
	w.label(t, other, "canary label")
	theirs := w.settle(t, "canary key", "canary", "900987", `"profile_field_1":"canary","profile_field_16":8675309,"profile_field_26":"1987-06-05"`, 12)
	ours := w.settle(t, "eraser", "own", "900002", `"profile_field_1":"own"`, 2)
	before := w.life(t, theirs)
	if !strings.Contains(before, "canary name 11") || !strings.Contains(before, "canary actor") {
		t.Fatalf("the other Space holds no canaries: %s", before)
	}

	d := readDocument(t)
	tried := 0
	for _, o := range d.operations() {
		if o.raw["x-rate-limit"] == nil {
			continue // no key, no Space
		}
		places, unknown := d.places(o)
		for _, p := range unknown {
			t.Errorf("%s: what of another Space could stand in %s? Teach subject.names, or add it to noPlaces", o, p)
		}
		theirs.cursor = w.cursorOf(t, d, o, theirs)
		for _, p := range places {
			for _, name := range theirs.names(p) {
				tried++
				w.compare(t, d, o, ours, map[string]string{p.in + " " + p.name: name}, map[string]string{p.in + " " + p.name: nobody.names(p)[0]})
			}
		}
		// All at once.
		foreign, none := map[string]string{}, map[string]string{}
		for _, p := range places {
			foreign[p.in+" "+p.name], none[p.in+" "+p.name] = theirs.names(p)[0], nobody.names(p)[0]
		}
		if len(places) > 0 {
			w.compare(t, d, o, ours, foreign, none)
		}
	}
	if tried < 20 {
		t.Errorf("only %d attempts", tried)
	}
	if after := w.life(t, theirs); after != before {
		t.Errorf("the other Space is not what it was:\n%s\n%s", before, after)
	}
	w.control(t, d, theirs, ours)
}

// compare sends a request that names something of another Space, and the same
// with what nobody has.
func (w *world) compare(t *testing.T, d document, o operation, ours subject, foreign, none map[string]string) {
	t.Helper()
	get := func(values map[string]string) (*httptest.ResponseRecorder, string) {
		target, body := d.request(t, o, ours, values)
		res := w.send(ours.key, o.method, target, body)
		text := strings.ReplaceAll(res.Body.String(), res.Header()["X-Request-Id"][0], "{request_id}")
		if after, ok := values["query after"]; ok { // where to go on is told even where nothing came
			text = strings.ReplaceAll(text, after, "{after}")
		}
		return res, text
	}
	res, text := get(foreign)
	never, neverText := get(none)
	if res.Code != 404 && res.Code != 422 && !(res.Code == 200 && o.method == http.MethodGet && (strings.HasPrefix(text, `{"data":[]`) || text == `{"count":0,"exact":true}`)) {
		t.Errorf("%s with %v of another Space: %d %s", o, foreign, res.Code, text)
	}
	if res.Code != never.Code || text != neverText {
		t.Errorf("%s with %v of another Space: %d %s\nwith what never was: %d %s", o, foreign, res.Code, text, never.Code, neverText)
	}
	for name := range res.Header() {
		if name != "X-Request-Id" && name != "Content-Length" && !slices.Equal(res.Header()[name], never.Header()[name]) {
			t.Errorf("%s with %v: %s tells it from what never was", o, foreign, name)
		}
	}
	noCanary(t, o.String(), res)
}

func noCanary(t *testing.T, name string, res *httptest.ResponseRecorder) {
	t.Helper()
	all := strings.ToLower(res.Body.String())
	for _, values := range res.Header() {
		all += "\n" + strings.ToLower(strings.Join(values, "\n"))
	}
	for _, canary := range canaries {
		if strings.Contains(all, canary) {
			t.Errorf("%s lets out %s", name, canary)
		}
	}
}

// cursorOf gives a cursor that the subject's Space gave out, where the
// operation takes one.
func (w *world) cursorOf(t *testing.T, d document, o operation, s subject) string {
	t.Helper()
	for _, p := range o.parameters {
		if p["name"] != "cursor" {
			continue
		}
		target, _ := d.request(t, o, s, map[string]string{"query per_page": "1"})
		var page struct {
			Next string `json:"next_cursor"`
		}
		res := w.send(s.key, o.method, target, "")
		if err := json.Unmarshal(res.Body.Bytes(), &page); err != nil || page.Next == "" {
			t.Fatalf("%s gives no cursor: %d %s", o, res.Code, res.Body)
		}
		return page.Next
	}
	return ""
}

// control makes sure that the requests were in order: with its own key the
// other Space gets what it asks for, canaries and all, and we get nothing of it.
func (w *world) control(t *testing.T, d document, theirs, ours subject) {
	t.Helper()
	operations := d.operations()
	// What was merged can be split, what was split is distinct, what is deleted is gone, and what is erased for good.
	last := []string{"POST /merge", "POST /unmerge", "PUT /distinct/{other}", "DELETE /distinct/{other}", "DELETE ", "POST /erase"}
	rank := func(o operation) int {
		_, of, _ := strings.Cut(o.path, "{id}")
		return slices.Index(last, o.method+" "+of)
	}
	operations = slices.Clone(operations)
	slices.SortStableFunc(operations, func(a, b operation) int { return rank(a) - rank(b) })
	for _, o := range operations {
		if o.raw["x-rate-limit"] == nil {
			continue
		}
		for _, s := range []subject{theirs, ours} {
			values := map[string]string{}
			s.cursor, s.after = w.cursorOf(t, d, o, s), "0"
			places, _ := d.places(o)
			for _, p := range places {
				if names := s.names(p); p.schema != "Cursor" {
					values[p.in+" "+p.name] = names[0]
				}
			}
			target, body := d.request(t, o, s, values)
			res := w.send(s.key, o.method, target, body)
			changed := strings.Contains(res.Body.String(), `"plan_changed"`) // the hash of the example is that of no plan
			if res.Code >= 300 && !changed {
				t.Errorf("%s with our own names: %d %s", o, res.Code, res.Body)
			}
			if s.key == ours.key {
				noCanary(t, o.String(), res)
			} else if o.method == http.MethodGet && !strings.HasSuffix(o.path, "/exports/{export}") && !strings.Contains(res.Body.String(), "canary") && res.Body.String() != `{"count":3,"exact":true}` {
				// Of an export its file alone shows what is stored, which has an address of its own.
				t.Errorf("%s shows its own Space no canary: %s", o, res.Body)
			}
		}
	}
}

func unlimited() (none access.Limits) {
	for _, bucket := range access.Buckets {
		none = none.With(bucket, 0)
	}
	return none
}

// label names the first custom field of a Space.
func (w *world) label(t *testing.T, space contact.SpaceID, label string) {
	t.Helper()
	_, err := w.book.UpdateSpace(t.Context(), "test", space, func(s *access.Space) (err error) {
		s.Labels, err = s.Labels.With(contact.SlotAt(0), label)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
