package server

import (
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// The counters stand on an address of their own, and hold nothing of anybody.
func TestMetrics(t *testing.T) {
	s, err := Open(t.Context(), Config{Database: filepath.Join(t.TempDir(), "carnet.db"), Listen: "127.0.0.1:0",
		Metrics: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	r := start(t, s)
	if status := r.post(t); status != http.StatusCreated {
		t.Fatalf("status %d", status)
	}
	if status, _ := get(t, r.URL()+"/metrics"); status != http.StatusNotFound {
		t.Errorf("/metrics of the API: %d", status)
	}
	status, text := get(t, r.MetricsURL())
	if status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	for _, want := range []string{
		`carnet_requests_total{method="POST",route="/public-api/v1/contacts",status="201"} 1`,
		`carnet_requests_total{method="other",route="other",status="404"} 1`,
		`carnet_batches_total{outcome="saved"} 1`,
		`carnet_batch_writes_count 1`,
		`carnet_writes_waiting 0`,
		`carnet_lanes_busy 0`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("no line %s", want)
		}
	}
	for _, secret := range []string{"Ada", "Example", r.secret, "test"} {
		if strings.Contains(text, secret) {
			t.Errorf("the counters hold %q", secret)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	r.stop()
	if err := <-r.ended; err != nil {
		t.Errorf("Run: %v", err)
	}
	if _, err := http.Get(r.MetricsURL()); err == nil {
		t.Error("the counters are served after the end")
	}
}

func TestMetricsRefused(t *testing.T) {
	_, err := Open(t.Context(), Config{Database: filepath.Join(t.TempDir(), "carnet.db"), Listen: "127.0.0.1:0", Metrics: "0.0.0.0:0"})
	if err == nil || !strings.Contains(err.Error(), "0.0.0.0:0 can be reached from other machines") || !strings.Contains(err.Error(), "as in --metrics ") {
		t.Errorf("an address of the network: %v", err)
	}
}
