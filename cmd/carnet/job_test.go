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

// someJobs answers requests about a job with one body after the other, and keeps what was
// asked. A body is "" for an answer without one, and a refusal where it has a code.
type someJobs struct {
	answers []string
	asked   []string
}

func (s *someJobs) RoundTrip(q *http.Request) (*http.Response, error) {
	s.asked = append(s.asked, q.Method+" "+q.URL.Path)
	next := s.answers[0]
	s.answers = s.answers[1:]
	status := http.StatusOK
	switch {
	case next == "":
		status = http.StatusNoContent
	case strings.Contains(next, `"code"`):
		status = http.StatusConflict
	}
	res := answerOf(q, status, next)
	res.Header.Set("X-RateLimit-Limit", "40") // of which half is a request in three seconds
	return res, nil
}

// jobText is a job as the server tells of it; total, ended and message are JSON.
func jobText(state string, done int, total, ended, message string) string {
	return fmt.Sprintf(`{"id":12,"kind":"sample","state":%q,"done":%d,"total":%s,"created_at":"2026-03-01T12:00:00Z","completed_at":%s,"message":%s}`,
		state, done, total, ended, message)
}

const endOfJob = `"2026-03-01T12:30:00Z"`

// runJob runs a command about a job, and gives what it printed and said.
func runJob(ctx context.Context, t *testing.T, server *someJobs, terminal bool, do func(*surroundings, *jobCommand, *api.Client, *progressBar) error) (out, says string, err error) {
	t.Helper()
	var printed, said bytes.Buffer
	in := &surroundings{ctx: ctx, stdout: screenOf(&printed), stderr: &said, log: slog.New(slog.DiscardHandler)}
	client, err := api.New("http://carnet.example", "carnet_x", api.WithHTTPClient(&http.Client{Transport: server}))
	if err != nil {
		t.Fatal(err)
	}
	told := &progressBar{&progress{to: &said, terminal: terminal}, time.Now()}
	err = do(in, &jobCommand{}, client, told)
	return printed.String(), said.String(), err
}

// TestJobFollowed: what is said on the way, and how it ends.
func TestJobFollowed(t *testing.T) {
	const head = "ID  KIND    STATE      DONE  OF  CREATED               ENDED\n"
	blank := func(n int) string { return "\r" + strings.Repeat(" ", n) + "\r" }
	for name, c := range map[string]struct {
		answers             []string
		says, terminal, out string
		err                 string
	}{
		"to its end": {[]string{jobText("queued", 0, "null", "null", "null"), jobText("running", 3, "null", "null", "null"), jobText("running", 5, "10", "null", "null"),
			jobText("running", 12, "10", "null", "null"), jobText("completed", 12, "12", endOfJob, "null")},
			"running, 5 of 10\n",
			"\rqueued, 0 so far" + "\rrunning, 3 so far" + "\r[###############---------------] running, 5 of 10" + "\r[##############################] running, 12 of 12" + blank(50),
			head + "12  sample  completed  12    12  2026-03-01T12:00:00Z  2026-03-01T12:30:00Z\n", ""},
		"it had ended": {[]string{jobText("completed", 3, "null", endOfJob, "null")}, "", "",
			head + "12  sample  completed  3     -   2026-03-01T12:00:00Z  2026-03-01T12:30:00Z\n", ""},
		"it failed": {[]string{jobText("failed", 3, "10", endOfJob, `"The key is\u0007 gone."`)}, "", "",
			"ID  KIND    STATE   DONE  OF  CREATED               ENDED\n12  sample  failed  3     10  2026-03-01T12:00:00Z  2026-03-01T12:30:00Z\n\nThe key is� gone.\n",
			"job 12 ended as failed"},
		"it was cancelled": {[]string{jobText("running", 1, "2", "null", "null"), jobText("cancelled", 1, "2", endOfJob, "null")}, "",
			"\r[###############---------------] running, 1 of 2" + blank(48),
			head + "12  sample  cancelled  1     2   2026-03-01T12:00:00Z  2026-03-01T12:30:00Z\n", "job 12 ended as cancelled"},
		"it is refused": {[]string{jobText("running", 1, "2", "null", "null"), `{"message":"There is no job with this id.","code":"job_not_found","request_id":"r"}`}, "",
			"\r[###############---------------] running, 1 of 2" + blank(48), "", "the Space has no job with this id: `carnet job list` shows those that it has"},
	} {
		for terminal, want := range map[bool]string{false: c.says, true: c.terminal} {
			t.Run(fmt.Sprint(name, terminal), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					show := &jobShow{ID: 12, Follow: true, format: format{"table"}}
					out, says, err := runJob(t.Context(), t, &someJobs{answers: c.answers}, terminal, show.do)
					if got := shown(t, err); out != c.out || says != want || got != c.err {
						t.Errorf("printed %q, want %q\nsaid %q, want %q\nended with %q, want %q", out, c.out, says, want, got, c.err)
					}
				})
			})
		}
	}
}

// TestJobFollowingStopped: who stops following leaves the job alone, and nothing of a bar.
func TestJobFollowingStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		server := &someJobs{answers: []string{jobText("running", 1, "2", "null", "null")}}
		show := &jobShow{ID: 12, Follow: true, format: format{"table"}}
		out, says, err := runJob(ctx, t, server, true, show.do)
		if out != "" || err == nil || !strings.HasSuffix(says, " \r") || strings.Join(server.asked, "; ") != "GET /public-api/v1/jobs/12" {
			t.Errorf("%q, %q, %v, asked %q", out, says, err, server.asked)
		}
	})
}

// TestJobCancelled: what is cancelled is told in each format, and what is not, why.
func TestJobCancelled(t *testing.T) {
	for output, want := range map[string]string{
		"table": "Job 12 is cancelled. What it did by then stands.\n",
		"json":  `{"id":12,"state":"cancelled"}` + "\n",
		"csv":   "id,state\n12,cancelled\n",
	} {
		server := &someJobs{answers: []string{""}}
		cancel := &jobCancel{ID: 12, format: format{output}}
		out, _, err := runJob(t.Context(), t, server, false, cancel.do)
		if err != nil || out != want || strings.Join(server.asked, "; ") != "DELETE /public-api/v1/jobs/12" {
			t.Errorf("%s: %q, %v, asked %q", output, out, err, server.asked)
		}
	}
	server := &someJobs{answers: []string{`{"message":"This job must come to its end.","code":"job_needed","request_id":"r"}`}}
	if out, _, err := runJob(t.Context(), t, server, false, (&jobCancel{ID: 12, format: format{"json"}}).do); out != "" || err == nil || err.Error() != "This job must come to its end." {
		t.Errorf("%q, %v", out, err)
	}
}
