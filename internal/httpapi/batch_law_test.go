package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// CONTRACT D32, D33: a batch answers, and leaves, what its operations do one after the
// other; one that is atomic too, or else nothing; a dry run tells before what it will do;
// and sent again it says the same and does nothing.
func TestBatchesAreTheirOperations(t *testing.T) {
	s := &batchLaw{single: newWorld(t, openSQLite(t)), batch: newWorld(t, openSQLite(t)), atomic: newWorld(t, openSQLite(t))}
	for range 3 {
		s.one(t, lawOperation{Method: "POST", Body: json.RawMessage(`{"names":["Ann"],"emails":["a@example.com"]}`)})
		for _, w := range []*world{s.batch, s.atomic} {
			w.as("main", "POST", "/contacts", `{"names":["Ann"],"emails":["a@example.com"]}`)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		list := make([]lawOperation, rapid.IntRange(1, 8).Draw(rt, "operations"))
		for i := range list {
			list[i] = s.draw(rt)
		}
		s.check(rt, list)
	})
}

// batchLaw are three Spaces in which the same was done in three ways.
type batchLaw struct {
	single, batch, atomic *world
	contacts              int
	changes               []string
	rounds                int
}

// lawOperation is an operation as it is sent.
type lawOperation struct {
	Method  string          `json:"method"`
	ID      int64           `json:"id,omitempty"`
	Body    json.RawMessage `json:"body,omitempty"`
	IfMatch string          `json:"if_match,omitempty"`
	Base    int64           `json:"base_version,omitempty"`
	Change  string          `json:"change_id,omitempty"`
	Resolve string          `json:"resolve,omitempty"`
}

func (s *batchLaw) draw(t *rapid.T) lawOperation {
	id := func(name string) int64 {
		return int64(rapid.IntRange(max(1, s.contacts-5), s.contacts+1).Draw(t, name)) // the last may not be there
	}
	o := lawOperation{ID: id("id"), Method: rapid.SampledFrom([]string{"POST", "PUT", "PUT", "PATCH", "PATCH", "DELETE", "MERGE", "UNMERGE", "UNDO", "UNDO"}).Draw(t, "method")}
	name := rapid.SampledFrom([]string{"Ann", "Bob", "Cy", ""}).Draw(t, "name")
	email := rapid.SampledFrom([]string{"a@example.com", "A@example.com", "b@example.com", "x"}).Draw(t, "email")
	number := rapid.SampledFrom([]string{"null", "1", `"1.50"`, `"x"`}).Draw(t, "number")
	body := ""
	switch o.Method {
	case "POST":
		o.ID = 0
		body = fmt.Sprintf(`{"names":["New",%q],"emails":[%q]}`, name, email)
	case "PUT":
		body = fmt.Sprintf(`{"names":["Ann",%q],"custom_fields":{"profile_field_16":%s}}`, name, number)
	case "PATCH":
		member := rapid.SampledFrom([]string{"add", "remove", "primary"}).Draw(t, "member")
		value := fmt.Sprintf("[%q]", email)
		if member == "primary" {
			value = fmt.Sprintf("%q", email)
		}
		body = fmt.Sprintf(`{"emails":{%q:%s},"custom_fields":{"profile_field_16":%s}}`, member, value, number)
	case "MERGE", "UNMERGE":
		body = fmt.Sprintf(`{"merged_id":%d}`, id("merged"))
		if o.Method == "MERGE" {
			body = fmt.Sprintf(`{"merged_id":%d,"confirm_distinct":%v}`, id("merged"), rapid.Bool().Draw(t, "confirm"))
		}
	case "UNDO":
		o.Change = rapid.SampledFrom(s.changes[max(0, len(s.changes)-12):]).Draw(t, "change")
		o.Resolve = rapid.SampledFrom([]string{"", "theirs"}).Draw(t, "resolve")
	}
	if body != "" {
		o.Body = json.RawMessage(body)
	}
	if o.Method != "POST" {
		o.IfMatch = rapid.SampledFrom([]string{"", "", "", "", "*", "2", `"3"`}).Draw(t, "if_match")
	}
	if o.Method == "PUT" || o.Method == "PATCH" {
		o.Base = int64(rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, "base"))
	}
	return o
}

// request gives an operation as a request of its own.
func (o lawOperation) request() (method, path string, headers []string) {
	path = "/public-api/v1/contacts/" + strconv.FormatInt(o.ID, 10)
	method = o.Method
	switch o.Method {
	case "POST":
		path = "/public-api/v1/contacts"
	case "MERGE", "UNMERGE":
		method, path = "POST", path+"/"+strings.ToLower(o.Method)
	case "UNDO":
		method, path = "POST", path+"/changes/"+o.Change+"/undo?resolve="+o.Resolve
		path = strings.TrimSuffix(path, "?resolve=")
	}
	if o.IfMatch == "*" {
		headers = append(headers, "If-Match", "*")
	} else if o.IfMatch != "" {
		headers = append(headers, "If-Match", `"`+strings.Trim(o.IfMatch, `"`)+`"`)
	}
	if o.Base != 0 {
		headers = append(headers, "X-Base-Version", strconv.FormatInt(o.Base, 10))
	}
	return method, path, headers
}

var idOfContact = regexp.MustCompile(`"id":(\d+)`)

// one does an operation by itself, and gives what a batch is to answer to it.

func (s *batchLaw) one(t interface{ Fatalf(string, ...any) }, o lawOperation) (r operationResult) {
	method, path, headers := o.request()
	res := s.single.send("main", method, path, string(o.Body), append(headers, "Prefer", "return=changes")...)
	r.Status = res.Code
	body := res.Body.String()
	if res.Code >= 300 {
		if err := json.Unmarshal(res.Body.Bytes(), &r.Error); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		return r
	}
	name := "ETag" // as it is written, which is not as Go spells it
	version, _ := strconv.ParseInt(strings.Trim(res.Header()[name][0], `"`), 10, 64)
	id, _ := strconv.ParseInt(idOfContact.FindStringSubmatch(body)[1], 10, 64)
	r.ID, r.Version = &id, &version
	if change := res.Header().Get("X-Change-Id"); change != "" {
		r.Change = &change
		s.changes = append(s.changes, change)
	}
	if res.Code == 201 {
		s.contacts = int(id)
	}
	return r
}

// text is all that an answer to an operation says which one by itself says too.

func (r *operationResult) text() string {
	text := fmt.Sprint(r.Status)
	for _, n := range []*int64{r.ID, r.Version} {
		if n != nil {
			text += fmt.Sprint(" ", *n)
		}
	}
	if r.Change != nil {
		text += " " + *r.Change
	}
	if r.Error != nil {
		text += " " + r.Error.Code + " " + r.Error.Message
	}
	return text
}

func texts(list []operationResult) (all []string) {
	for i := range list {
		all = append(all, list[i].text())
	}
	return all
}

var notAlike = regexp.MustCompile(`"(request_id|batch_id|at)":("[^"]*"|null)`)

// life is all that a Space shows: its history, and its newest contacts.
func (s *batchLaw) life(w *world) string {
	after := max(0, 4*s.rounds-100)
	text := w.send("main", "GET", fmt.Sprint("/public-api/v1/changes?per_page=5000&after=", after), "").Body.String()
	for id := max(1, s.contacts-8); id <= s.contacts+1; id++ {
		text += w.send("main", "GET", "/public-api/v1/contacts/"+strconv.Itoa(id), "").Body.String()
	}
	return notAlike.ReplaceAllString(text, "")
}

func (s *batchLaw) check(t *rapid.T, list []lawOperation) {
	operations := make([]string, len(list))
	for i := range list {
		text, err := json.Marshal(list[i])
		if err != nil {
			t.Fatal(err)
		}
		operations[i] = string(text)
	}
	s.rounds++
	key := fmt.Sprint("round ", s.rounds)
	key = strings.ReplaceAll(key, " ", "-")
	send := func(w *world, query string, atomic bool) *httptest.ResponseRecorder {
		return w.send("main", "POST", "/public-api/v1/contacts/batch"+query, batchOf(atomic, operations...), "Idempotency-Key", key, "Prefer", "return=changes")
	}
	before := s.life(s.batch)
	dry := batchAnswerOf(t, send(s.batch, "?dry_run=1", false))
	if after := s.life(s.batch); after != before {
		t.Fatalf("a dry run of %s left a trace", operations)
	}
	var alone []operationResult
	for _, o := range list {
		alone = append(alone, s.one(t, o))
	}
	res := send(s.batch, "", false)
	a := batchAnswerOf(t, res)
	if res.Code != 200 || !slices.Equal(texts(a.Results), texts(alone)) {
		t.Fatalf("%s:\nas a batch  %q\none by one  %q", strings.Join(operations, "\n"), texts(a.Results), texts(alone))
	}
	s.checkDry(t, operations, dry.Results, a.Results)
	left := s.life(s.batch)
	if want := s.life(s.single); left != want {
		t.Fatalf("%s:\nas a batch it left %s\none by one %s", strings.Join(operations, "\n"), left, want)
	}
	again := send(s.batch, "", false)
	if told(again) != told(res) || again.Header().Get("Idempotency-Replayed") != "true" || s.life(s.batch) != left {
		t.Fatalf("%s:\nfirst %s\nagain %s", strings.Join(operations, "\n"), told(res), told(again))
	}
	s.checkAtomic(t, list, send, alone)
	if got := s.life(s.atomic); got != left {
		t.Fatalf("%s:\natomic it left %s\nelse %s", strings.Join(operations, "\n"), got, left)
	}
}

// checkDry compares what a dry run told with what was done, as far as it could tell.
func (s *batchLaw) checkDry(t *rapid.T, operations []string, dry, real []operationResult) {
	for i := range dry {
		d, r := dry[i], real[i]
		if d.Error != nil && d.Error.Code == "split_batch" {
			return
		}
		if r.Status == 201 {
			r.ID = nil
		}
		r.Version, r.Change = nil, nil
		if d.text() != r.text() || string(d.Changes) != string(r.Changes) {
			t.Fatalf("%s:\noperation %d dry: %s %s\nreal: %s %s", strings.Join(operations, "\n"), i, d.text(), d.Changes, r.text(), r.Changes)
		}
	}
}

// checkAtomic does all at once, or else nothing and then one by one.
func (s *batchLaw) checkAtomic(t *rapid.T, list []lawOperation, send func(*world, string, bool) *httptest.ResponseRecorder, alone []operationResult) {
	first := slices.IndexFunc(alone, func(r operationResult) bool { return r.Error != nil })
	before := s.life(s.atomic)
	res := send(s.atomic, "", true)
	a := batchAnswerOf(t, res)
	at := slices.IndexFunc(a.Results, func(r operationResult) bool { return r.Error != nil && r.Status != 424 })
	switch {
	case res.Code == 200:
		if first >= 0 || !slices.Equal(texts(a.Results), texts(alone)) {
			t.Fatalf("%v: atomic %q, alone %q", list, texts(a.Results), texts(alone))
		}
		again := send(s.atomic, "", true)
		if told(again) != told(res) {
			t.Fatalf("first %s\nagain %s", told(res), told(again))
		}
		return
	case len(a.Results) != len(list) || at < 0 || a.Results[at].Status != res.Code || a.Code != a.Results[at].Error.Code:
		t.Fatalf("%v: %d %s", list, res.Code, res.Body)
	case a.Code == "split_batch":
		o := list[at]
		if at == 0 || first >= 0 && at > first || o.Method != "UNDO" && o.Method != "UNMERGE" && o.Base == 0 {
			t.Fatalf("%v: %d is refused with split_batch", list, at)
		}
	case at != first || a.Results[at].text() != alone[first].text():
		t.Fatalf("%v: atomic %d %s, alone %d %s", list, at, a.Results[at].text(), first, alone[first].text())
	}
	for i := range a.Results {
		if i != at && (a.Results[i].Status != 424 || a.Results[i].Error.Code != "batch_failed") {
			t.Fatalf("%v: %s", list, res.Body)
		}
	}
	if after := s.life(s.atomic); after != before {
		t.Fatalf("%v: a refused atomic batch left a trace", list)
	}
	send(s.atomic, "", false)
}
