package main

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carnet-project/carnet/api"
)

// While a file is planned a terminal shows how many of its rows were looked at; a key that is not told of jobs sees the
// state alone.
func TestImportProgress(t *testing.T) {
	for name, c := range map[string]struct {
		answers []string
		want    string
	}{
		"counted": {[]string{jobText("running", 0, "null", "null", "null"), jobText("running", 200, "800", "null", "null"), jobText("running", 900, "800", "null", "null"), jobText("completed", 900, "900", endOfJob, "null")},
			"\rbuilding\r[#######-----------------------] building, 200 of 800\r[##############################] building, 900 of 900"},
		"not told": {[]string{`{"message":"It may not.","code":"scope_missing","request_id":"r"}`}, "\rbuilding"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var said bytes.Buffer
				in := &surroundings{ctx: t.Context(), stdout: screenOf(new(bytes.Buffer)), stderr: &said, log: slog.New(slog.DiscardHandler)}
				server := &someJobs{answers: c.answers}
				client, err := api.New("http://carnet.example", "carnet_x", api.WithHTTPClient(&http.Client{Transport: server}))
				if err != nil {
					t.Fatal(err)
				}
				tellImport(in, client, &api.Import{State: api.PlanBuilding, JobID: 12}, &progressBar{&progress{to: &said, terminal: true}, time.Now()})
				if said.String() != c.want || len(server.answers) > 0 || !strings.HasSuffix(server.asked[0], "/jobs/12") {
					t.Errorf("%q after %q, want %q", &said, server.asked, c.want)
				}
			})
		})
	}
}
