package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carnet-project/carnet/api"
)

// planText is a plan of four rows as the server tells of it; applied is JSON.
func planText(state, applied string) string {
	return fmt.Sprintf(`{"id":"P","state":%q,"hash":"0f","rows":4,"counts":{"update":2},"removals":1,"contacts":2,"created_at":"2026-03-01T12:00:00Z","expires_at":"2026-03-08T12:00:00Z",
		"proposed_by":{"key_id":1,"key_name":"k","name":null,"reason":null,"request_id":"r"},"undo":null,"job_id":7,"message":null,"applied":%s}`, state, applied)
}

func appliedText(rows int) string {
	return fmt.Sprintf(`{"by":{"key_id":1,"key_name":"k","name":null,"reason":null,"request_id":"r"},"rows":%d,"results":{"done":%d},"removals":1,"completed_at":null}`, rows, rows)
}

// runPlan applies a plan, and gives what it printed and said.
func runPlan(ctx context.Context, t *testing.T, server *someJobs, terminal bool) (out, says string, err error) {
	t.Helper()
	var printed, said bytes.Buffer
	in := &surroundings{ctx: ctx, stdout: screenOf(&printed), stderr: &said, log: slog.New(slog.DiscardHandler)}
	client, err := api.New("http://carnet.example", "carnet_x", api.WithHTTPClient(&http.Client{Transport: server}))
	if err != nil {
		t.Fatal(err)
	}
	told := &progressBar{&progress{to: &said, terminal: terminal}, time.Now()}
	apply := &planApply{ID: "P", writing: writing{format: format{"json"}}}
	err = apply.begin(in, &planCommand{}, client, &api.Plan{ID: "P", Hash: "0f"}, told)
	return printed.String(), said.String(), err
}

const begunText = `{"job_id":7,"batch_id":"P"}`

// TestPlanFollowed: what is said while a plan is applied, and how it ends.
func TestPlanFollowed(t *testing.T) {
	for name, c := range map[string]struct {
		answers        []string
		says, terminal string
		err            string
	}{
		"to its end": {[]string{begunText, planText("applying", appliedText(1)), planText("applying", appliedText(2)), planText("applying", appliedText(4)), planText("applied", appliedText(4))},
			"applying, 4 of 4\n",
			"\r[#######-----------------------] applying, 1 of 4\r[###############---------------] applying, 2 of 4\r[##############################] applying, 4 of 4\r" + strings.Repeat(" ", 49) + "\r", ""},
		"it failed": {[]string{begunText, planText("failed", appliedText(1))}, "", "", "plan P ended as failed"},
		"cancelled": {[]string{begunText, planText("cancelled", "null")}, "", "", "plan P ended as cancelled"},
		"refused":   {[]string{`{"message":"This plan is being applied.","code":"plan_closed","request_id":"r"}`}, "", "", "This plan is being applied."},
	} {
		for terminal, want := range map[bool]string{false: c.says, true: c.terminal} {
			t.Run(fmt.Sprint(name, terminal), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					out, says, err := runPlan(t.Context(), t, &someJobs{answers: c.answers}, terminal)
					if got := shown(t, err); got != c.err || says != want || (out == "") != (name == "refused") {
						t.Errorf("printed %q\nsaid %q, want %q\nended with %q, want %q", out, says, want, got, c.err)
					}
				})
			})
		}
	}
}

// TestPlanFollowingStopped: who stops following is told that the plan goes on, and how to
// see that.
func TestPlanFollowingStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, stop)
		out, _, err := runPlan(ctx, t, &someJobs{answers: []string{begunText, planText("applying", appliedText(1))}}, true)
		if text := shown(t, err); out != "" || !strings.HasPrefix(text, "stopped before it was done\n\nThe server goes on applying it.") || !strings.HasSuffix(text, " plan show P\n") {
			t.Errorf("%q, %q", out, text)
		}
	})
}

// TestAsk: all but a yes is a no, and who is asked may end the command.
func TestAsk(t *testing.T) {
	for answer, want := range map[string]bool{"y\n": true, " YES \n": true, "yes": true, "": false, "\n": false, "n\n": false, "yesterday\n": false} {
		var said bytes.Buffer
		got, err := askOf(&surroundings{ctx: t.Context(), stderr: &said}, strings.NewReader(answer), "Apply it?")
		if got != want || err != nil || said.String() != "Apply it? [y/N] " {
			t.Errorf("%q: %v, %v, %q", answer, got, err, &said)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if yes, err := askOf(&surroundings{ctx: ctx, stderr: new(bytes.Buffer)}, never{ctx: t.Context()}, "Apply it?"); yes || err == nil {
		t.Errorf("%v, %v", yes, err)
	}
}

// never gives nothing to read until the test has ended.
type never struct{ ctx context.Context }

func (n never) Read([]byte) (int, error) {
	<-n.ctx.Done()
	return 0, n.ctx.Err()
}
