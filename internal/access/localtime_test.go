package access

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/carnet-project/carnet/internal/contact"
)

// CONTRACT D17: a local time that a clock change skips or repeats is read so
// that the window is the wider one.
func TestLocalTimes(t *testing.T) {
	tests := []struct{ zone, local, earliest, latest string }{
		{"UTC", "2026-03-29 02:30:00", "2026-03-29T02:30:00Z", "2026-03-29T02:30:00Z"},
		{"Europe/Berlin", "2026-01-15 12:00:00", "2026-01-15T11:00:00Z", "2026-01-15T11:00:00Z"},
		// Clocks went from 02:00 to 03:00.
		{"Europe/Berlin", "2026-03-29 01:59:59", "2026-03-29T00:59:59Z", "2026-03-29T00:59:59Z"},
		{"Europe/Berlin", "2026-03-29 02:30:00", "2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z"},
		{"Europe/Berlin", "2026-03-29 03:00:00", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"},
		// Clocks went from 03:00 back to 02:00.
		{"Europe/Berlin", "2026-10-25 01:59:59", "2026-10-24T23:59:59Z", "2026-10-24T23:59:59Z"},
		{"Europe/Berlin", "2026-10-25 02:30:00", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"},
		{"Europe/Berlin", "2026-10-25 03:00:00", "2026-10-25T02:00:00Z", "2026-10-25T02:00:00Z"},
		// Half an hour, on the other side of the world.
		{"Australia/Lord_Howe", "2026-04-05 01:45:00", "2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z"},
		// A whole day that there never was.
		{"Pacific/Apia", "2011-12-30 12:00:00", "2011-12-29T22:00:00Z", "2011-12-30T22:00:00Z"},
	}
	for _, test := range tests {
		t.Run(test.zone+" "+test.local, func(t *testing.T) {
			local, err := time.Parse(time.DateTime, test.local)
			if err != nil {
				t.Fatal(err)
			}
			s := Space{TimeZone: test.zone}
			if got := s.Earliest(local).Std().Format(time.RFC3339); got != test.earliest {
				t.Errorf("earliest %s, want %s", got, test.earliest)
			}
			if got := s.Latest(local).Std().Format(time.RFC3339); got != test.latest {
				t.Errorf("latest %s, want %s", got, test.latest)
			}
		})
	}
}

// Every moment lies within the window that its own local time makes.
func TestLocalTimesHoldTheirMoment(t *testing.T) {
	zones := []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "Asia/Kathmandu"}
	rapid.Check(t, func(t *rapid.T) {
		s := Space{TimeZone: rapid.SampledFrom(zones).Draw(t, "zone")}
		zone, err := time.LoadLocation(s.TimeZone)
		if err != nil {
			t.Fatal(err)
		}
		moment := time.Unix(rapid.Int64Range(0, 2_000_000_000).Draw(t, "unix"), 0).In(zone)
		at := contact.TimeOf(moment)
		if s.Earliest(moment) > at || at > s.Latest(moment) {
			t.Errorf("%s lies outside %s to %s", moment, s.Earliest(moment).Std(), s.Latest(moment).Std())
		}
	})
}

// A zone is read once, however many ask; one that the system has lost is UTC.
func TestZone(t *testing.T) {
	berlin := Space{TimeZone: "Europe/Berlin"}
	if z := berlin.Zone(); z.String() != "Europe/Berlin" || z != berlin.Zone() || z == (Space{TimeZone: "Europe/Paris"}).Zone() {
		t.Errorf("the zone %v is read again, or is another", z)
	}
	if z := (Space{TimeZone: "Mars/Base"}).Zone(); z != time.UTC {
		t.Errorf("a zone that is lost is %v", z)
	}
}
