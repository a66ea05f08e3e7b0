package api_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carnet-project/carnet/api"
)

// feedPage is a page of the feed; full tells whether another one follows.
func feedPage(next int64, full bool, seqs ...int64) reply {
	link := "null"
	if full {
		link = `"http://carnet.example.com/next"`
	}
	return reply{status: 200, body: fmt.Sprintf(`{"data":%s,"path":"p","per_page":1000,"next_after":%d,"next_page_url":%s}`, entries(seqs...), next, link)}
}

func TestFeed(t *testing.T) {
	client, s := scripted(t, []reply{feedPage(8, true, 7, 8), feedPage(8, false)})
	got, err := client.Feed(t.Context(), api.FeedQuery{After: 6, PerPage: 2, Wait: 29*time.Second + 999*time.Millisecond})
	if err != nil || len(got.Data) != 2 || got.Data[1].Seq != 8 || got.NextAfter != 8 || got.NextPageURL == "" || got.PerPage != 1000 || got.Path != "p" {
		t.Errorf("%+v %v", got, err)
	}
	got, err = client.Feed(t.Context(), api.FeedQuery{})
	if err != nil || got.Data == nil || len(got.Data) != 0 || got.NextPageURL != "" {
		t.Errorf("%+v %v", got, err)
	}
	if diff := cmp.Diff([]string{
		"GET /public-api/v1/changes?after=6&per_page=2&wait=29",
		"GET /public-api/v1/changes",
	}, s.asked); diff != "" {
		t.Error(diff)
	}
}

// Filters that are set are sent, and those that came to nothing too: what a server
// refuses must not pass for all changes.
func TestFeedFilter(t *testing.T) {
	since := time.Date(2026, 1, 31, 15, 0, 0, 123456000, time.FixedZone("", 3600))
	until := since.Add(time.Hour)
	client, s := scripted(t, []reply{feedPage(8, false), feedPage(8, false), feedPage(8, false), feedPage(9, true, 9)})
	for _, q := range []api.FeedQuery{
		{After: 5, Filter: api.Filter{ContactID: new(int64(7)), KeyID: new(int64(2)), Action: new(api.ActionMerge), BatchID: new("b-1"), Since: &since, Until: &until}},
		{Filter: api.Filter{ContactID: new(int64(0)), Action: new(api.Action("")), BatchID: new("")}},
		{Latest: true, After: 3},
	} {
		if _, err := client.Feed(t.Context(), q); err != nil {
			t.Error(err)
		}
	}
	for change, err := range client.FollowSome(t.Context(), 4, api.Filter{KeyID: new(int64(2))}) {
		if err != nil || change.Seq != 9 {
			t.Errorf("%+v %v", change, err)
		}
		break
	}
	if diff := cmp.Diff([]string{
		"GET /public-api/v1/changes?action=merge&after=5&batch_id=b-1&contact_id=7&key_id=2&since=2026-01-31T14%3A00%3A00.123456Z&until=2026-01-31T15%3A00%3A00.123456Z",
		"GET /public-api/v1/changes?action=&batch_id=&contact_id=0",
		"GET /public-api/v1/changes?after=latest",
		"GET /public-api/v1/changes?after=4&key_id=2&per_page=1000&wait=30",
	}, s.asked); diff != "" {
		t.Error(diff)
	}
}

// TestFollow: it gives each change once and in order, and then waits for more.
func TestFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Hour, cancel)
		began := time.Now()
		client, s := scripted(t, []reply{
			feedPage(8, true, 7, 8), feedPage(9, false, 9), feedPage(9, false), refusal(503, api.CodeShuttingDown, "5"), feedPage(11, false, 10, 11),
		})
		var seqs []int64
		var last error
		for change, err := range client.Follow(ctx, 6) {
			if last = err; err == nil {
				seqs = append(seqs, change.Seq)
			}
		}
		if diff := cmp.Diff([]int64{7, 8, 9, 10, 11}, seqs); diff != "" {
			t.Error(diff)
		}
		if !errors.Is(last, context.Canceled) || time.Since(began) != time.Hour {
			t.Errorf("ended after %v with %v", time.Since(began), last)
		}
		var want []string
		for _, after := range []int{6, 8, 9, 9, 9, 11} {
			want = append(want, fmt.Sprintf("GET /public-api/v1/changes?after=%d&per_page=1000&wait=30", after))
		}
		if diff := cmp.Diff(want, s.asked); diff != "" {
			t.Error(diff)
		}
	})
}

// TestFollowLeavesHalf: while there are many changes it takes half of the
// Space's limit, and none of it to catch up faster.
func TestFollowLeavesHalf(t *testing.T) {
	limited := func(r reply) reply {
		r.header = map[string]string{"X-RateLimit-Limit": "15"}
		return r
	}
	for name, c := range map[string]struct {
		first reply
		gap   time.Duration
	}{
		"limited":                     {limited(feedPage(1, false, 1)), 8 * time.Second},
		"limited, and more is there":  {limited(feedPage(1, true, 1)), 0},
		"an empty page that goes on":  {limited(feedPage(1, true)), 0}, // FAULT C2
		"unlimited":                   {feedPage(1, false, 1), 0},
		"unlimited, and nothing held": {feedPage(1, false), time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				client, _ := scripted(t, []reply{c.first, feedPage(2, false, 2)})
				for change, err := range client.Follow(t.Context(), 0) {
					if err != nil {
						t.Fatal(err)
					}
					if change.Seq == 2 {
						break
					}
				}
				if gap := time.Since(began); gap != c.gap {
					t.Errorf("waited %v, want %v", gap, c.gap)
				}
			})
		})
	}
}

// TestFollowError: an error comes last.
func TestFollowError(t *testing.T) {
	client, _ := scripted(t, []reply{feedPage(1, true, 1), refusal(401, api.CodeKeyInvalid, "")})
	var got []string
	for change, err := range client.Follow(t.Context(), 0) {
		got = append(got, fmt.Sprint(change.Seq, err))
	}
	if diff := cmp.Diff([]string{"1 <nil>", "0 carnet: No. (401 key_invalid, request_id r1)"}, got); diff != "" {
		t.Error(diff)
	}
}
