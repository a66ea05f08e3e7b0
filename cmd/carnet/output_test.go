package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"

	"github.com/carnet-project/carnet/api"
)

// FAULT E2: a table is no wider than the terminal, whatever signs are in it, and
// says where it was cut. Narrow columns are left alone.
func TestTablesFit(t *testing.T) {
	rows := [][]string{
		{"1", "Ada Example", "a-rather-long-address-of-somebody@contacts.example.com"},
		{"22", "佐々木翔太佐々木翔太佐々木翔太佐々木翔太佐々木翔太", "shota@example.org"},
		{"333", "🎉🎉🎉", "-"},
	}
	for _, width := range []int{30, 40, 60, 61, 80, 200} {
		var out bytes.Buffer
		if err := showTable(screen{Writer: &out, width: width}, []string{"ID", "NAME", "EMAIL"}, rows); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			if got := lipgloss.Width(strings.TrimSuffix(line, "\n")); got > width {
				t.Errorf("%d columns in %d: %q", got, width, line)
			}
		}
		if cut, want := strings.Contains(out.String(), "…"), width < 110; cut != want {
			t.Errorf("in %d columns: cut %v\n%s", width, cut, &out)
		}
		if !strings.Contains(out.String(), "\n333") {
			t.Errorf("in %d columns the id was cut:\n%s", width, &out)
		}
	}
}

// FAULT E4: what waiting mends is told from what it does not.
func TestLasting(t *testing.T) {
	for status, want := range map[int]bool{400: true, 401: true, 403: true, 404: true, 422: true, 408: false, 429: false, 500: false, 502: false, 503: false, 504: false} {
		if got := lasting(&api.Error{Status: status}); got != want {
			t.Errorf("%d: %v", status, got)
		}
	}
	if lasting(errors.New("no answer")) {
		t.Error("no answer is not for good")
	}
}

// FAULT E6: a key that would cross a network in the clear is told of, and no
// other.
func TestWarnOfClearText(t *testing.T) {
	for url, want := range map[string]bool{
		"http://127.0.0.1:8420": false, "http://localhost:8420": false, "http://[::1]:8420": false,
		"https://contacts.example.com": false, "http://contacts.example.com": true, "http://192.0.2.7:8420": true,
	} {
		var out bytes.Buffer
		if warnOfClearText(&out, url); (out.Len() > 0) != want {
			t.Errorf("%s: %q", url, &out)
		}
	}
}
