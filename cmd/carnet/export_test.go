package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carnet-project/carnet/api"
)

// exportText is an export as the server tells of it.
func exportText(status string) string {
	return fmt.Sprintf(`{"export_id":"E","status":%q,"created_at":"2026-03-01T12:00:00Z","message":"because","job_id":7,"seq":2,"contacts":2}`, status)
}

// Who stops waiting for an export, or whom it is refused, is told what becomes of it, and
// nothing is left of the file.
func TestExportCutOff(t *testing.T) {
	const on = "\n\nThe server goes on writing export E. To fetch it:\n\n"
	begun, busy := `{"export_id":"E","status":"queued"}`, `{"message":"Come later.","code":"rate_limited","request_id":"r"}`
	for name, c := range map[string]struct {
		args    []string
		answers []string
		ends    string // what is said at the end begins so
		line    string // and ends so
	}{
		"stopped":           {nil, []string{begun, exportText("queued"), exportText("processing"), exportText("processing")}, "stopped before it was done" + on, " export FILE --id E --url http://carnet.example\n"},
		"by its id":         {[]string{"E"}, []string{exportText("processing"), exportText("processing"), exportText("processing")}, "stopped before it was done" + on, " export FILE --id E --url http://carnet.example\n"},
		"refused":           {nil, []string{busy}, "Come later.", "Come later."},
		"refused meanwhile": {nil, []string{begun, busy}, "Come later.", "Come later."},
		"it failed":         {nil, []string{begun, exportText("failed")}, "there is no file: because", "because"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				file := filepath.Join(t.TempDir(), "all.csv")
				ctx, stop := context.WithCancel(t.Context())
				time.AfterFunc(4*time.Second, stop)
				defer stop()
				in := &surroundings{ctx: ctx, stdout: screenOf(new(bytes.Buffer)), stderr: new(bytes.Buffer), log: slog.New(slog.DiscardHandler), args: []string{"--url", "http://carnet.example"}}
				client, err := api.New("http://carnet.example", "carnet_x", api.WithHTTPClient(&http.Client{Transport: &someJobs{answers: c.answers}}))
				if err != nil {
					t.Fatal(err)
				}
				export := &exportCommand{File: file, Format: new("csv"), ID: strings.Join(c.args, "")}
				made, err := export.make(ctx, client, &progressBar{&progress{to: new(bytes.Buffer)}, time.Now()}, io.Discard)
				said := strings.ReplaceAll(shown(t, export.cutOff(in, made.ExportID, err)), file, "FILE")
				if !strings.HasPrefix(said, c.ends) || !strings.HasSuffix(said, c.line) {
					t.Errorf("it says %q", said)
				}
				if _, err := os.Stat(file); !os.IsNotExist(err) {
					t.Errorf("something of the file is left: %v", err)
				}
			})
		})
	}
}
