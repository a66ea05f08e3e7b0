package api_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carnet-project/carnet/api"
)

// jobReply answers a job of which so much is done; ended is a JSON string or null.
func jobReply(done int, ended string) reply {
	return reply{status: 200, header: map[string]string{"X-RateLimit-Limit": "30"}, body: fmt.Sprintf(
		`{"id":12,"kind":"rekey","state":"running","done":%d,"total":null,"created_at":"2026-03-01T12:00:00.000001Z","completed_at":%s,"message":null}`, done, ended)}
}

func TestJobAnswer(t *testing.T) {
	made := time.Date(2026, 3, 1, 12, 0, 0, 1000, time.UTC)
	for body, want := range map[string]api.Job{
		`{"id":12,"kind":"rekey","state":"queued","done":0,"total":null,"created_at":"2026-03-01T12:00:00.000001Z","completed_at":null,"message":null}`: {
			ID: 12, Kind: api.JobRekey, State: api.JobQueued, CreatedAt: made},
		`{"id":12,"kind":"some-other","state":"failed","done":3,"total":10,"created_at":"2026-03-01T12:00:00.000001Z","completed_at":"2026-03-01T12:00:01.000001Z","message":"So."}`: {
			ID: 12, Kind: "some-other", State: api.JobFailed, Done: 3, Total: new(int64(10)), CreatedAt: made, CompletedAt: new(made.Add(time.Second)), Message: new("So.")},
	} {
		client, s := scripted(t, []reply{{status: 200, body: body}})
		got, err := client.Job(t.Context(), 12)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Error(err, diff)
		}
		if got.Ended() != (want.CompletedAt != nil) {
			t.Errorf("%s: ended: %v", body, got.Ended())
		}
		if diff := cmp.Diff([]string{"GET /public-api/v1/jobs/12"}, s.asked); diff != "" {
			t.Error(diff)
		}
	}
}

// TestAllJobs: every page is asked for by the cursor of the one before.
func TestAllJobs(t *testing.T) {
	client, s := scripted(t, []reply{rowsPage(9, 8, `"x"`), rowsPage(7, 6, `null`)})
	var ids []int64
	for job, err := range client.AllJobs(t.Context(), api.Paging{PerPage: 2, Cursor: "w"}) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, job.ID)
	}
	if diff := cmp.Diff([]int64{9, 8, 7, 6}, ids); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"GET /public-api/v1/jobs?cursor=w&per_page=2", "GET /public-api/v1/jobs?cursor=x&per_page=2"}, s.asked); diff != "" {
		t.Error(diff)
	}
}

// TestFollowJob: it is asked for until it has ended, as seldom as leaves half of the
// limit to others.
func TestFollowJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, s := scripted(t, []reply{jobReply(0, "null"), jobReply(7, "null"), jobReply(9, `"2026-03-01T12:00:09.000000Z"`)})
		began := time.Now()
		var done []int64
		for job, err := range client.FollowJob(t.Context(), 12) {
			if err != nil {
				t.Fatal(err)
			}
			done = append(done, job.Done)
		}
		if diff := cmp.Diff([]int64{0, 7, 9}, done); diff != "" || len(s.asked) != 3 {
			t.Error(diff, s.asked)
		}
		if took := time.Since(began); took != 2*4*time.Second {
			t.Errorf("with a limit of 30 a minute it took %v", took)
		}
	})
}

// TestFollowJobEnds: with an error, which comes last, and with who stops reading.
func TestFollowJobEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, s := scripted(t, []reply{jobReply(0, "null"), refusal(404, api.CodeJobNotFound, ""), jobReply(1, "null")})
		var last error
		n := 0
		for _, err := range client.FollowJob(t.Context(), 12) {
			n, last = n+1, err
		}
		if e, ok := errors.AsType[*api.Error](last); n != 2 || !ok || e.Code != api.CodeJobNotFound {
			t.Errorf("%d times, and at the end %v", n, last)
		}
		for range client.FollowJob(t.Context(), 12) {
			break
		}
		if len(s.asked) != 3 {
			t.Errorf("asked %q", s.asked)
		}
	})
}

// TestCancelJob: nothing is sent but the request, and what stands in the way is told.
func TestCancelJob(t *testing.T) {
	client, s := scripted(t, []reply{{status: 204}, refusal(409, api.CodeJobClosed, "")})
	if err := client.CancelJob(t.Context(), 12); err != nil {
		t.Error(err)
	}
	err := client.CancelJob(t.Context(), 12)
	if e, ok := errors.AsType[*api.Error](err); !ok || e.Code != api.CodeJobClosed {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"DELETE /public-api/v1/jobs/12", "DELETE /public-api/v1/jobs/12"}, s.asked); diff != "" {
		t.Error(diff)
	}
	for _, h := range s.headers {
		if h.Get("Idempotency-Key") != "" {
			t.Error("a cancellation bears a name")
		}
	}
}
