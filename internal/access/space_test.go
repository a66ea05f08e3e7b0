package access_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/fault"
)

// wantProblems holds an error to be Invalid with problems at these paths, in
// this order, or to be nil where there are none.
func wantProblems(t *testing.T, err error, at ...string) {
	t.Helper()
	if len(at) == 0 {
		if err != nil {
			t.Errorf("got %v, want no error", err)
		}
		return
	}
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Kind != fault.Invalid {
		t.Errorf("got %v, want problems at %v", err, at)
		return
	}
	var got []string
	for _, p := range e.At {
		got = append(got, p.Path)
	}
	if !slices.Equal(got, at) {
		t.Errorf("got problems at %v, want %v", got, at)
	}
}

func goodSpace() access.Space {
	return access.Space{ID: 1, Name: "Example", TimeZone: access.DefaultTimeZone, Subscription: access.Active}
}

func TestSpaceCheck(t *testing.T) {
	tests := []struct {
		name   string
		change func(*access.Space)
		at     []string
	}{
		{"good", func(s *access.Space) {}, nil},
		{"inactive", func(s *access.Space) { s.Subscription = access.Inactive }, nil},
		{"with a region", func(s *access.Space) { s.Region = "GB" }, nil},
		{"unknown region", func(s *access.Space) { s.Region = "Example" }, []string{"region"}},
		{"longest name", func(s *access.Space) { s.Name = strings.Repeat("é", 100) }, nil},
		{"no name", func(s *access.Space) { s.Name = "" }, []string{"name"}},
		{"name too long", func(s *access.Space) { s.Name = strings.Repeat("é", 101) }, []string{"name"}},
		{"name with space at its end", func(s *access.Space) { s.Name = "Example\u00a0" }, []string{"name"}},
		{"name of two lines", func(s *access.Space) { s.Name = "Exam\nple" }, []string{"name"}},
		{"name with NUL", func(s *access.Space) { s.Name = "Exam\x00ple" }, []string{"name"}},
		{"name that turns text", func(s *access.Space) { s.Name = "Exam\u202eple" }, []string{"name"}}, // FAULT B14
		{"name that hides something", func(s *access.Space) { s.Name = "Exam\u200bple" }, []string{"name"}},
		{"name of nothing to see", func(s *access.Space) { s.Name = "\u3164" }, []string{"name"}},
		{"name not UTF-8", func(s *access.Space) { s.Name = "Exam\xffple" }, []string{"name"}},
		{"no subscription", func(s *access.Space) { s.Subscription = "" }, []string{"subscription"}},
		{"no limit", func(s *access.Space) { s.Limits = s.Limits.With(access.Get, 0) }, nil},
		{"greatest limit", func(s *access.Space) { s.Limits = s.Limits.With(access.Get, access.MaxLimit) }, nil},
		{"limit too great", func(s *access.Space) { s.Limits = s.Limits.With(access.Get, access.MaxLimit+1) }, []string{"limits.get"}},
		{"limit below zero", func(s *access.Space) { s.Limits = s.Limits.With(access.Batch, -1) }, []string{"limits.batch"}},
		{"all at once", func(s *access.Space) {
			*s = access.Space{Region: "?", Limits: access.Limits{}.With(access.Update, -1)}
		}, []string{"name", "timezone", "region", "subscription", "limits.update"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := goodSpace()
			tt.change(&s)
			wantProblems(t, s.Check(), tt.at...)
		})
	}
}

func TestTimeZones(t *testing.T) {
	for _, zone := range []string{
		"UTC", "Europe/London", "America/Argentina/Buenos_Aires", "America/Port-au-Prince", "Etc/GMT+5", "EST5EDT",
	} {
		s := goodSpace()
		s.TimeZone = zone
		if err := s.Check(); err != nil {
			t.Errorf("%s: %v", zone, err)
		}
	}
	for _, zone := range []string{
		"", "Local", "localtime", "utc ", "Europe", "Europe/", "/Europe/London", "Europe//London", "./UTC", "Europe/../UTC",
		"../../etc/passwd", "/etc/localtime", "posix/UTC", "right/UTC", "posixrules", "Europe/Nowhere", "Europe\\London",
		"UTC\n", "UTC\x00", "+01:00", "zone.tab",
	} {
		s := goodSpace()
		s.TimeZone = zone
		t.Run(zone, func(t *testing.T) { wantProblems(t, s.Check(), "timezone") })
	}
}
