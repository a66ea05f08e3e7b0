package access

import (
	"sync"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
)

// Earliest gives the first moment at which clocks in the Space's time zone show
// a local time, and Latest the last (CONTRACT D17). They differ where a clock
// change repeats that time. Where one skips it, they are what the clocks would
// have shown with the offset of after and of before the change, so that a
// window from an Earliest to a Latest is always the wider one.
//
// Only the wall clock of local counts, not its zone.
func (s Space) Earliest(local time.Time) contact.Time {
	first, _ := s.moments(local)
	return contact.TimeOf(first)
}

// Latest is described at Earliest.
func (s Space) Latest(local time.Time) contact.Time {
	_, last := s.moments(local)
	return contact.TimeOf(last)
}

// zones remembers time zones by their names, of which a Space has only such as the
// system knows: to read one takes longer than what is asked of it.
var zones sync.Map

// Zone gives the Space's time zone.
func (s Space) Zone() *time.Location {
	if zone, known := zones.Load(s.TimeZone); known {
		return zone.(*time.Location)
	}
	zone, err := time.LoadLocation(s.TimeZone)
	if err != nil {
		return time.UTC // it was checked when it was set: the system has lost it
	}
	zones.Store(s.TimeZone, zone)
	return zone
}

// Day gives the day that it is in the Space's time zone, YYYY-MM-DD.
func (s Space) Day(at contact.Time) string { return at.Std().In(s.Zone()).Format(time.DateOnly) }

func (s Space) moments(local time.Time) (first, last time.Time) {
	zone := s.Zone()
	year, month, day := local.Date()
	wall := time.Date(year, month, day, local.Hour(), local.Minute(), local.Second(), local.Nanosecond(), time.UTC)
	guess := time.Date(year, month, day, local.Hour(), local.Minute(), local.Second(), local.Nanosecond(), zone)
	// The moments that lie so far from UTC as the clocks did in the zone's
	// period of the guess, and in those around it.
	var shown, all []time.Time
	for _, at := range periods(guess) {
		_, offset := at.Zone()
		moment := wall.Add(-time.Duration(offset) * time.Second)
		all = append(all, moment)
		if _, there := moment.In(zone).Zone(); there == offset {
			shown = append(shown, moment)
		}
	}
	if len(shown) == 0 { // the time was skipped
		shown = all
	}
	first, last = shown[0], shown[0]
	for _, m := range shown[1:] {
		if m.Before(first) {
			first = m
		}
		if m.After(last) {
			last = m
		}
	}
	return first, last
}

// periods gives a moment in the period of one offset that t lies in, and one in
// each that borders on it within a day.
func periods(t time.Time) []time.Time {
	out := []time.Time{t}
	start, end := t.ZoneBounds()
	if !start.IsZero() && t.Sub(start) < 24*time.Hour {
		out = append(out, start.Add(-time.Second))
	}
	if !end.IsZero() && end.Sub(t) < 24*time.Hour {
		out = append(out, end)
	}
	return out
}
