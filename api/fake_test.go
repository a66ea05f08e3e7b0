package api_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/api"
)

// testKey has the form of a key, and is none.
const testKey = "carnet_0000000000000000000000000000000000000000000abcdef"

// reply is what a fake server answers, or what happens instead.
type reply struct {
	status int
	header map[string]string
	body   string
	err    error // no answer comes
	cut    bool  // the body ends with an error
}

// refusal is an error in Carnet's shape.
func refusal(status int, code api.Code, retryAfter string) reply {
	r := reply{status: status, body: `{"message":"No.","code":"` + string(code) + `","request_id":"r1"}`}
	if retryAfter != "" {
		r.header = map[string]string{"Retry-After": retryAfter}
	}
	return r
}

var good = reply{status: 200, body: `{"id":5}`}

var errCut = errors.New("the connection broke")

// script answers requests one after the other without a network, so that
// waiting can be tested with made-up time. It keeps what was asked.
type script struct {
	t       *testing.T
	replies []reply
	asked   []string // "PUT /public-api/v1/contacts/5 {...}"
	headers []http.Header
}

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		s.t.Error(err)
	}
	s.asked = append(s.asked, strings.TrimSpace(req.Method+" "+req.URL.RequestURI()+" "+string(body)))
	s.headers = append(s.headers, req.Header)
	if len(s.replies) == 0 { // the server holds the answer
		<-req.Context().Done()
		return nil, req.Context().Err()
	}
	next := s.replies[0]
	s.replies = s.replies[1:]
	if next.err != nil {
		return nil, next.err
	}
	res := httptest.NewRecorder()
	for name, value := range next.header {
		res.Header().Set(name, value)
	}
	res.WriteHeader(next.status)
	text := next.body
	if text == good.body && strings.Contains(req.URL.Path, "/plans") { // whose ids are texts
		text = `{"id":"A"}`
	}
	_, _ = res.WriteString(text)
	answer := res.Result()
	if next.cut {
		answer.Body = io.NopCloser(io.MultiReader(answer.Body, broken{}))
	}
	return answer, nil
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errCut }

// scripted makes a client of a server that answers with replies.
func scripted(t *testing.T, replies []reply, options ...api.Option) (*api.Client, *script) {
	t.Helper()
	s := &script{t: t, replies: replies}
	options = append([]api.Option{api.WithHTTPClient(&http.Client{Transport: s})}, options...)
	c, err := api.New("http://carnet.example.com", testKey, options...)
	if err != nil {
		t.Fatal(err)
	}
	return c, s
}

// call is a request of any kind, for tests that try them all.
type call struct {
	name string
	safe bool // it may be sent again where it may have been done
	do   func(context.Context, *api.Client) error
}

var calls = []call{
	{"Get", true, func(ctx context.Context, c *api.Client) error { _, err := c.Get(ctx, 5); return err }},
	{"GetLabelled", true, func(ctx context.Context, c *api.Client) error { _, err := c.GetLabelled(ctx, 5); return err }},
	{"GetVersion", true, func(ctx context.Context, c *api.Client) error { _, err := c.GetVersion(ctx, 5, 2); return err }},
	{"GetAt", true, func(ctx context.Context, c *api.Client) error { _, err := c.GetAt(ctx, 5, time.Time{}); return err }},
	{"Diff", true, func(ctx context.Context, c *api.Client) error { _, err := c.Diff(ctx, 5, 1, 2); return err }},
	{"List", true, func(ctx context.Context, c *api.Client) error { _, err := c.List(ctx, api.Query{}); return err }},
	{"Changes", true, func(ctx context.Context, c *api.Client) error { _, err := c.Changes(ctx, 5, api.Paging{}); return err }},
	{"Feed", true, func(ctx context.Context, c *api.Client) error { _, err := c.Feed(ctx, api.FeedQuery{}); return err }},
	{"Create", true, func(ctx context.Context, c *api.Client) error { _, err := c.Create(ctx, api.Patch{}); return err }},
	{"Put", true, func(ctx context.Context, c *api.Client) error { _, err := c.Put(ctx, 5, api.Patch{}); return err }},
	{"Patch", true, func(ctx context.Context, c *api.Client) error { _, err := c.Patch(ctx, 5, api.Amendment{}); return err }},
	{"Delete", true, func(ctx context.Context, c *api.Client) error { _, err := c.Delete(ctx, 5); return err }},
	{"Undo", true, func(ctx context.Context, c *api.Client) error { _, err := c.Undo(ctx, 5, "1-9"); return err }},
	{"Put, dry", true, func(ctx context.Context, c *api.Client) error {
		_, err := c.Put(ctx, 5, api.Patch{}, api.DryRun())
		return err
	}},
	{"MergeAll", true, func(ctx context.Context, c *api.Client) error {
		_, err := c.MergeAll(ctx, 5, api.Merging{Merged: []int64{6, 7}})
		return err
	}},
	{"Unmerge", true, func(ctx context.Context, c *api.Client) error { _, err := c.Unmerge(ctx, 5, 6); return err }},
	{"Distinct", true, func(ctx context.Context, c *api.Client) error { return c.Distinct(ctx, 5, 6) }},
	{"ForgetDistinct", true, func(ctx context.Context, c *api.Client) error { return c.ForgetDistinct(ctx, 5, 6) }},
	{"Merge", true, func(ctx context.Context, c *api.Client) error { _, err := c.Merge(ctx, 5, 6); return err }},
	{"Batch", true, func(ctx context.Context, c *api.Client) error {
		_, err := c.Batch(ctx, []api.Operation{api.BatchDelete{ID: 5}})
		return err
	}},
	{"Job", true, func(ctx context.Context, c *api.Client) error { _, err := c.Job(ctx, 5); return err }},
	{"Jobs", true, func(ctx context.Context, c *api.Client) error { _, err := c.Jobs(ctx, api.Paging{}); return err }},
	{"Propose", false, func(ctx context.Context, c *api.Client) error {
		_, err := c.Propose(ctx, []api.Operation{api.BatchDelete{ID: 5}}, api.NoIdempotencyKey())
		return err
	}},
	{"Plan", true, func(ctx context.Context, c *api.Client) error { _, err := c.Plan(ctx, "A"); return err }},
	{"Plans", true, func(ctx context.Context, c *api.Client) error { _, err := c.Plans(ctx, api.Paging{}); return err }},
	{"PlanRows", true, func(ctx context.Context, c *api.Client) error {
		_, err := c.PlanRows(ctx, "A", api.PlanRowsQuery{})
		return err
	}},
	{"ApplyPlan", true, func(ctx context.Context, c *api.Client) error { _, err := c.ApplyPlan(ctx, "A", "00"); return err }},
	{"DiscardPlan", false, func(ctx context.Context, c *api.Client) error { return c.DiscardPlan(ctx, "A") }},
	{"CancelJob", false, func(ctx context.Context, c *api.Client) error { return c.CancelJob(ctx, 5) }},
	{"Create, unnamed", false, func(ctx context.Context, c *api.Client) error {
		_, err := c.Create(ctx, api.Patch{}, api.NoIdempotencyKey())
		return err
	}},
	{"Undo, unnamed", false, func(ctx context.Context, c *api.Client) error {
		_, err := c.Undo(ctx, 5, "1-9", api.NoIdempotencyKey())
		return err
	}},
	{"Unmerge, unnamed", false, func(ctx context.Context, c *api.Client) error {
		_, err := c.Unmerge(ctx, 5, 6, api.NoIdempotencyKey())
		return err
	}},
	{"Batch, unnamed", false, func(ctx context.Context, c *api.Client) error {
		_, err := c.Batch(ctx, []api.Operation{api.BatchDelete{ID: 5}}, api.NoIdempotencyKey())
		return err
	}},
	{"Put, named", true, func(ctx context.Context, c *api.Client) error {
		_, err := c.Put(ctx, 5, api.Patch{}, api.IdempotencyKey("mine"))
		return err
	}},
}
