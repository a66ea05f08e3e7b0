package main

import (
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
)

func TestSoon(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	const day = 24 * time.Hour
	for after, want := range map[time.Duration]string{
		-day: "", 0: "", time.Second: " (within a day)", day - 1000: " (within a day)", day: " (in 1 day)", 2*day - 1000: " (in 1 day)",
		3 * day: " (in 3 days)", 14 * day: " (in 14 days)", 14*day + 1000: "", 1000 * day: "",
	} {
		if got := soon(access.APIKey{Expires: contact.TimeOf(now.Add(after))}, now); got != want {
			t.Errorf("%v: %q, want %q", after, got, want)
		}
	}
	if got := soon(access.APIKey{}, now); got != "" {
		t.Errorf("one that never ends: %q", got)
	}
}
