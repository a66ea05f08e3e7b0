package api_test

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carnet-project/carnet/api"
)

// The tests of this file run with made-up time: waiting takes none.

// TestRetries: after which answer which request is sent again.
func TestRetries(t *testing.T) {
	const never, safe, all = 1, 2, 3
	for name, c := range map[string]struct {
		first reply
		again int
	}{
		"limited":                         {refusal(429, api.CodeRateLimited, "7"), all},
		"limited, by a proxy":             {reply{status: 429}, all},
		"busy":                            {refusal(503, api.CodeDatabaseBusy, "7"), all},
		"busy, without Retry-After":       {refusal(503, api.CodeDatabaseBusy, ""), never},
		"busy, a proxy":                   {reply{status: 503, header: map[string]string{"Retry-After": "7"}}, safe},
		"full for the minute":             {refusal(507, api.CodeSpaceFull, "7"), all},
		"full":                            {refusal(507, api.CodeSpaceFull, ""), never},
		"full, a proxy":                   {reply{status: 507, header: map[string]string{"Retry-After": "7"}}, safe},
		"outcome unknown":                 {refusal(500, api.CodeOutcomeUnknown, ""), safe},
		"outcome unknown, for good":       {refusal(503, api.CodeOutcomeUnknown, "7"), safe},
		"still under way":                 {refusal(409, api.CodeIdempotencyInProgress, ""), safe},
		"another's name":                  {refusal(422, api.CodeIdempotencyReused, "7"), never},
		"internal":                        {refusal(500, api.CodeInternal, "7"), never},
		"a gateway":                       {reply{status: 502, header: map[string]string{"Retry-After": "7"}}, never},
		"refused":                         {refusal(422, api.CodeWrongType, "7"), never},
		"no answer":                       {reply{err: errCut}, safe},
		"half an answer":                  {reply{status: 200, body: `{"id"`, cut: true}, safe},
		"an answer that is not Carnet's":  {reply{status: 200, body: "<html>"}, never},
		"longer than the client waits":    {refusal(429, api.CodeRateLimited, "121"), never},
		"as long as the client waits":     {refusal(429, api.CodeRateLimited, "120"), all},
		"longer than there are durations": {refusal(503, api.CodeReadOnly, "99999999999999"), never},
	} {
		for _, call := range calls {
			t.Run(name+"/"+call.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					client, s := scripted(t, []reply{c.first, good})
					err := call.do(t.Context(), client)
					again := c.again == all || c.again == safe && call.safe
					if again != (err == nil) || again != (len(s.asked) == 2) {
						t.Errorf("asked %q, then %v", s.asked, err)
					}
					if len(s.asked) == 2 && (s.asked[0] != s.asked[1] || !reflect.DeepEqual(s.headers[0], s.headers[1])) {
						t.Errorf("not the same request again: %q %v", s.asked, s.headers)
					}
				})
			})
		}
	}
}

// TestNames: every write has a name of its own, and nothing else has one.
func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, call := range calls {
		client, s := scripted(t, []reply{good, good})
		for range 2 {
			if err := call.do(t.Context(), client); err != nil {
				t.Fatal(err)
			}
		}
		for _, h := range s.headers {
			given, sent := h["Idempotency-Key"]
			named := call.safe && !strings.HasPrefix(s.asked[0], "GET ") && !strings.Contains(s.asked[0], "dry_run=1")
			switch {
			case named != sent || sent && len(given) != 1:
				t.Errorf("%s: named %q", call.name, given)
			case call.name == "Put, named":
				if given[0] != "mine" {
					t.Errorf("%s: named %q", call.name, given)
				}
			case sent && (len(given[0]) < 20 || seen[given[0]]):
				t.Errorf("%s: the name %q is short, or was another's", call.name, given)
			case sent:
				seen[given[0]] = true
			}
		}
	}
	if len(seen) < 20 {
		t.Errorf("only %d writes had names", len(seen))
	}
}

// TestNamesRefused: what is no name is refused before anything is sent.
func TestNamesRefused(t *testing.T) {
	for name, good := range map[string]bool{
		"": false, "with space": false, "tab\t": false, "é": false, "\x7f": false, strings.Repeat("x", 256): false,
		"x": true, "~!": true, strings.Repeat("x", 255): true,
	} {
		client, s := scripted(t, []reply{{status: 200, body: `{"id":5}`}})
		_, err := client.Put(t.Context(), 5, api.Patch{}, api.IdempotencyKey(name))
		if (err == nil) != good || len(s.asked) == 1 != good {
			t.Errorf("%q: %v, sent %q", name, err, s.asked)
		}
	}
}

// TestReplayed: the answer tells whether it is an earlier one's.
func TestReplayed(t *testing.T) {
	for _, text := range []string{"", "true"} {
		answer := reply{status: 200, header: map[string]string{"Idempotency-Replayed": text}, body: `{"id":5}`}
		client, _ := scripted(t, []reply{answer, answer, answer})
		put, err1 := client.Put(t.Context(), 5, api.Patch{})
		split, err2 := client.Unmerge(t.Context(), 5, 6)
		batch, err3 := client.Batch(t.Context(), []api.Operation{api.BatchDelete{ID: 5}})
		if err := errors.Join(err1, err2, err3); err != nil || put.Replayed != (text != "") || split.Replayed != (text != "") || batch.Replayed != (text != "") {
			t.Errorf("%q: %v %v %v, %v", text, put.Replayed, split.Replayed, batch.Replayed, err)
		}
	}
}

// TestRetryPauses: the client waits as long as it is told, or longer from try
// to try, and says so before.
func TestRetryPauses(t *testing.T) {
	limited := refusal(429, api.CodeRateLimited, "42")
	inTime := func(d time.Duration) reply {
		return refusal(503, api.CodeShuttingDown, time.Now().Add(d).UTC().Format(http.TimeFormat))
	}
	type bounds struct{ least, most time.Duration }
	for name, c := range map[string]struct {
		replies func() []reply // made when the clock is
		want    []bounds
	}{
		"seconds": {
			func() []reply { return []reply{limited, limited, good} },
			[]bounds{{42 * time.Second, 42 * time.Second}, {42 * time.Second, 42 * time.Second}},
		},
		"a date": {
			func() []reply { return []reply{inTime(90 * time.Second), good} },
			[]bounds{{90 * time.Second, 90 * time.Second}},
		},
		"nothing": {
			func() []reply { return []reply{{err: errCut}, {err: errCut}, {err: errCut}, good} },
			[]bounds{{250 * time.Millisecond, 500 * time.Millisecond}, {500 * time.Millisecond, time.Second}, {time.Second, 2 * time.Second}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				var pauses []time.Duration
				client, _ := scripted(t, c.replies(), api.WithOnRetry(func(reason error, wait time.Duration) {
					if reason == nil {
						t.Error("no reason given")
					}
					pauses = append(pauses, wait)
				}))
				if _, err := client.Get(t.Context(), 5); err != nil || len(pauses) != len(c.want) {
					t.Fatal(pauses, err)
				}
				var sum time.Duration
				for i, p := range pauses {
					sum += p
					if p < c.want[i].least || p > c.want[i].most {
						t.Errorf("pause %d is %v, want %v", i, p, c.want[i])
					}
				}
				if waited := time.Since(began); waited != sum {
					t.Errorf("waited %v, said %v", waited, pauses)
				}
			})
		})
	}
}

// TestRetriesEnd: after the set number of repetitions the last error is given.
func TestRetriesEnd(t *testing.T) {
	busy := refusal(503, api.CodeDatabaseBusy, "1")
	for retries, want := range map[int]int{-1: 1, 0: 1, 1: 2, api.DefaultRetries: 4, 9: 10} {
		synctest.Test(t, func(t *testing.T) {
			replies := make([]reply, 20)
			for i := range replies {
				replies[i] = busy
			}
			client, s := scripted(t, replies, api.WithRetries(retries))
			_, err := client.Put(t.Context(), 5, api.Patch{})
			if e, ok := errors.AsType[*api.Error](err); !ok || e.Code != api.CodeDatabaseBusy || e.RetryAfter != time.Second || len(s.asked) != want {
				t.Errorf("%d retries: asked %d times, then %v", retries, len(s.asked), err)
			}
		})
	}
}

// TestRetryDeadline: what would end after the context is not waited for.
func TestRetryDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		began := time.Now()
		client, s := scripted(t, []reply{refusal(429, api.CodeRateLimited, "9"), refusal(429, api.CodeRateLimited, "9"), good})
		_, err := client.Get(ctx, 5)
		if e, ok := errors.AsType[*api.Error](err); !ok || e.Status != 429 || len(s.asked) != 2 || time.Since(began) != 9*time.Second {
			t.Errorf("asked %d times in %v, then %v", len(s.asked), time.Since(began), err)
		}
	})
}

// TestRetryCancelled: a wait ends with the context, and the error tells both.
func TestRetryCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(5*time.Second, cancel)
		began := time.Now()
		client, s := scripted(t, []reply{refusal(429, api.CodeRateLimited, "60"), good})
		_, err := client.Put(ctx, 5, api.Patch{})
		e, ok := errors.AsType[*api.Error](err)
		if !ok || e.Status != 429 || !errors.Is(err, context.Canceled) || len(s.asked) != 1 || time.Since(began) != 5*time.Second {
			t.Errorf("asked %d times in %v, then %v", len(s.asked), time.Since(began), err)
		}
	})
}

// TestNoAnswer: a server that does not answer is left when the context ends.
func TestNoAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		client, s := scripted(t, nil)
		_, err := client.Get(ctx, 5)
		if !errors.Is(err, context.DeadlineExceeded) || len(s.asked) != 1 {
			t.Errorf("asked %d times, then %v", len(s.asked), err)
		}
	})
}
