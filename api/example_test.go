package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/carnet-project/carnet/api"
)

// exampleServer answers like a Carnet server that holds one contact.
func exampleServer() *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /public-api/v1/contacts/5", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"3"`)
		io.WriteString(w, `{"id":5,"emails":["ada@example.com"],"phones":["+1 555 0123"],"names":["Ada Example"],"locations":[],
			"custom_fields":{"profile_field_1":"Enterprise","profile_field_16":500}}`)
	})
	mux.HandleFunc("PUT /public-api/v1/contacts/5", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Header.Get("If-Match") == `"2"` {
			w.WriteHeader(http.StatusPreconditionFailed)
			io.WriteString(w, `{"message":"The contact has changed: it is at version 3. Read it again and repeat your change on that.","code":"version_mismatch","request_id":"0f"}`)
			return
		}
		w.Header().Set("ETag", `"4"`)
		w.Header().Set("X-Change-Id", "1-12")
		io.WriteString(w, `{"id":5,`+strings.TrimPrefix(string(body), "{"))
	})
	mux.HandleFunc("POST /public-api/v1/contacts/batch", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"batch_id":"UQ3F","results":[{"status":201,"id":6,"version":1,"change_id":"1-13","error":null},
			{"status":200,"id":5,"version":5,"change_id":"1-13","error":null},{"status":412,"id":null,"version":null,"change_id":null,
			"error":{"message":"The contact has changed: it is at version 5.","code":"version_mismatch"}}]}`)
	})
	mux.HandleFunc("GET /public-api/v1/contacts", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"data":[{"id":5,"email":"ada@example.com","name":"Ada Example","phone":"+1 555 0123","location":null}],"next_cursor":null}`)
	})
	mux.HandleFunc("GET /public-api/v1/changes", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("after") != "" { // nothing new, however long it waits
			<-r.Context().Done()
			return
		}
		io.WriteString(w, `{"data":[{"id":"1-12","seq":12,"contact_id":5,"version":4,"at":"2026-11-23T15:04:05.123456Z","action":"put",
			"actor":{"key_id":1,"key_name":"first","name":null},"changes":{"emails":{"before":["ada@example.com"],
			"after":["ada@example.com","ada@example.org"],"added":["ada@example.org"],"removed":[],"reordered":false}}}],"next_after":12,"next_page_url":null}`)
	})
	return httptest.NewServer(mux)
}

// exampleClient is what a program has made at its start, by New with the
// address of its server and the key from its environment.
func exampleClient() (*api.Client, func()) {
	s := exampleServer()
	c, err := api.New(s.URL, testKey)
	if err != nil {
		panic(err)
	}
	return c, s.Close
}

func ExampleNew() {
	server := exampleServer() // carnet serve, where this is not an example
	defer server.Close()

	client, err := api.New(server.URL, testKey) // os.Getenv("CARNET_KEY")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	got, err := client.Get(context.Background(), 5)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	fmt.Println(got.Contact.Names[0], got.Contact.Emails, "version", got.Version)
	// Output: Ada Example [ada@example.com] version 3
}

// To add a value without losing one: read, add, and write on the condition
// that nobody was faster.
func ExampleClient_Put() {
	client, done := exampleClient()
	defer done()
	ctx := context.Background()

	got, err := client.Get(ctx, 5)
	if err != nil {
		fmt.Println(err)
		return
	}
	patch := api.Patch{Emails: api.Values(append(got.Contact.Emails, "ada@example.org")...)}
	put, err := client.Put(ctx, 5, patch, api.IfMatch(got.Version), api.WithReason("asked for by phone"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(put.Contact.Emails, "version", put.Version, "change", put.ChangeID)
	// Output: [ada@example.com ada@example.org] version 4 change 1-12
}

// Many writes in one call. That one is refused does not keep the others from being done;
// Atomic would.
func ExampleClient_Batch() {
	client, done := exampleClient()
	defer done()

	batch, err := client.Batch(context.Background(), []api.Operation{
		api.BatchCreate{Patch: api.Patch{Names: api.Values("Grace Example")}},
		api.BatchPatch{ID: 5, Amendment: api.Amendment{Phones: &api.ListAmendment{Add: []string{"+1 555 0199"}}}},
		api.BatchDelete{ID: 5, IfMatch: 3},
	}, api.MaxRemovals(10), api.WithReason("import of Monday"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range batch.Results {
		if r.Err != nil {
			fmt.Println(r.Status, r.Err.Message)
		} else {
			fmt.Println(r.Status, "contact", r.ID, "version", r.Version)
		}
	}
	// Output: 201 contact 6 version 1
	// 200 contact 5 version 5
	// 412 The contact has changed: it is at version 5.
}

// A name of one's own lets a program that was ended and began again repeat what it
// cannot know to be done: within a day that does nothing twice.
func ExampleIdempotencyKey() {
	client, done := exampleClient()
	defer done()

	patch := api.Patch{Emails: api.Values("ada@example.com")}
	put, err := client.Put(context.Background(), 5, patch, api.IdempotencyKey("order-1042"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("version", put.Version, "done before:", put.Replayed)
	// Output: version 4 done before: false
}

func ExampleError() {
	client, done := exampleClient()
	defer done()

	_, err := client.Put(context.Background(), 5, api.Patch{Phones: api.Values()}, api.IfMatch(2))
	var refused *api.Error
	if errors.As(err, &refused) && refused.Code == api.CodeVersionMismatch {
		fmt.Println("Somebody was faster:", refused.Message)
	}
	// Output: Somebody was faster: The contact has changed: it is at version 3. Read it again and repeat your change on that.
}

func ExampleCustomFields() {
	text, err := json.Marshal(api.Patch{CustomFields: &api.CustomFields{
		"profile_field_1":  "Enterprise",
		"profile_field_16": json.Number("19.90"), // exact; 19.9 would be a float
		"profile_field_26": "2026-01-31",
	}})
	fmt.Println(string(text), err)
	// Output: {"custom_fields":{"profile_field_1":"Enterprise","profile_field_16":19.90,"profile_field_26":"2026-01-31"}} <nil>
}

func ExampleClient_All() {
	client, done := exampleClient()
	defer done()

	for row, err := range client.All(context.Background(), api.Query{Email: new("ada@example.com")}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(row.ID, *row.Email)
	}
	// Output: 5 ada@example.com
}

func ExampleClient_Follow() {
	client, done := exampleClient()
	defer done()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()

	for change, err := range client.Follow(ctx, 0) { // 0, or the Seq of the last change that was handled
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(change.Seq, change.Action, "contact", change.ContactID, "added", change.Changes.Emails.Added)
		break // where this is not an example, it goes on
	}
	// Output: 12 put contact 5 added [ada@example.org]
}
