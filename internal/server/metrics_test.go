package server

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
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

// The gauge of keys that end within two weeks counts those that work, and no others, each time
// anew.
func TestKeysEndingAreCounted(t *testing.T) {
	s, err := Open(t.Context(), Config{Database: filepath.Join(t.TempDir(), "carnet.db"), Listen: "127.0.0.1:0",
		Metrics: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	r := start(t, s)
	var made []access.APIKey
	for _, days := range []int{1, 13, 15, 13} {
		key, _, err := s.Book().CreateKey(t.Context(), "test", access.APIKey{Space: r.grant.Space.ID, Expires: contact.TimeOf(time.Now().AddDate(0, 0, days))})
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, key)
	}
	for _, want := range []int{3, 2} {
		if err := s.countEnding(t.Context()); err != nil { // beside the server's own round
			t.Fatal(err)
		}
		if _, text := get(t, r.MetricsURL()); !strings.Contains(text, fmt.Sprintf("carnet_keys_ending %d\n", want)) {
			t.Errorf("the counters do not say %d keys: %s", want, text)
		}
		if _, _, err := s.Book().RevokeKey(t.Context(), "test", made[3].ID); err != nil {
			t.Fatal(err)
		}
	}
	r.stop()
	if err := <-r.ended; err != nil {
		t.Error(err)
	}
}
