package access_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
)

const second = contact.Time(1_000_000)

// start is a moment that is not a whole second, to see the rounding.
const start = 1_700_000_000*second + 250_000

func TestTake(t *testing.T) {
	type step struct {
		at        contact.Time // after start
		limit     int
		allowed   bool
		remaining int
		ends      contact.Time // after start
		retry     time.Duration
	}
	tests := []struct {
		name  string
		steps []step
	}{
		{"the window starts at its first request and lasts 60 s", []step{
			{0, 2, true, 1, 60 * second, 0},
			{59 * second, 2, true, 0, 60 * second, 0},
			{60*second - 1, 2, false, 0, 60 * second, time.Microsecond},
			{60 * second, 2, true, 1, 120 * second, 0},
		}},
		{"a window after a pause starts at its own first request", []step{
			{0, 1, true, 0, 60 * second, 0},
			{100 * second, 1, true, 0, 160 * second, 0},
			{119 * second, 1, false, 0, 160 * second, 41 * time.Second},
		}},
		{"a greater figure holds at once, whatever was refused", []step{
			{0, 1, true, 0, 60 * second, 0},
			{1 * second, 1, false, 0, 60 * second, 59 * time.Second},
			{2 * second, 1, false, 0, 60 * second, 58 * time.Second},
			{3 * second, 3, true, 1, 60 * second, 0},
			{4 * second, 3, true, 0, 60 * second, 0},
			{5 * second, 3, false, 0, 60 * second, 55 * time.Second},
		}},
		{"a lesser figure holds at once", []step{
			{0, 9, true, 8, 60 * second, 0},
			{1 * second, 9, true, 7, 60 * second, 0},
			{2 * second, 1, false, 0, 60 * second, 58 * time.Second},
			{3 * second, 3, true, 0, 60 * second, 0},
		}},
		{"a clock set back takes the window along and keeps its count", []step{
			{0, 2, true, 1, 60 * second, 0},
			{-500 * second, 2, true, 0, -440 * second, 0},
			{-499 * second, 2, false, 0, -440 * second, 59 * time.Second},
			{-441 * second, 2, false, 0, -440 * second, 1 * time.Second},
			{-440 * second, 2, true, 1, -380 * second, 0},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var w access.Window
			var got access.Verdict
			for i, s := range tt.steps {
				w, got = w.Take(start+s.at, s.limit)
				want := access.Verdict{Allowed: s.allowed, Limit: s.limit, Remaining: s.remaining, Reset: start + s.ends, RetryAfter: s.retry}
				if got != want {
					t.Errorf("request %d: got %+v, want %+v", i, got, want)
				}
			}
		})
	}
}

// D18: 0 means no limit, and then the headers are left out. Nothing is counted.
func TestTakeWithoutLimit(t *testing.T) {
	w := access.Window{Start: start, Used: 7}
	after, v := w.Take(start+second, 0)
	if after != w || v != (access.Verdict{Allowed: true}) {
		t.Errorf("got %+v, %+v", after, v)
	}
}

func TestVerdictSeconds(t *testing.T) {
	resets := []struct {
		reset contact.Time
		want  int64
	}{{0, 0}, {1, 1}, {second, 1}, {second + 1, 2}, {2*second - 1, 2}, {-1, 0}, {-second - 1, -1}}
	for _, tt := range resets {
		if got := (access.Verdict{Reset: tt.reset}).ResetUnix(); got != tt.want {
			t.Errorf("ResetUnix of %d µs = %d, want %d", tt.reset, got, tt.want)
		}
	}
	retries := []struct {
		after time.Duration
		want  int
	}{{0, 1}, {1, 1}, {time.Second, 1}, {time.Second + 1, 2}, {time.Minute, 60}}
	for _, tt := range retries {
		if got := (access.Verdict{RetryAfter: tt.after}).RetryAfterSeconds(); got != tt.want {
			t.Errorf("RetryAfterSeconds of %v = %d, want %d", tt.after, got, tt.want)
		}
	}
}

// The model knows nothing of counting as it goes: it first cuts the times into
// windows, and then admits the first few of each.
func admittedByModel(times []contact.Time, limit int) []bool {
	admitted := make([]bool, len(times))
	for first := 0; first < len(times); {
		next := first
		for next < len(times) && times[next] < times[first]+60*second {
			admitted[next] = next-first < limit
			next++
		}
		first = next
	}
	return admitted
}

func TestTakeAgreesWithModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 5).Draw(t, "limit")
		times := drawTimes(t)
		want := admittedByModel(times, limit)
		var w access.Window
		var v access.Verdict
		for i, now := range times {
			w, v = w.Take(now, limit)
			if v.Allowed != want[i] {
				t.Fatalf("request %d at %d: allowed %v, the model says %v", i, now, v.Allowed, want[i])
			}
		}
	})
}

// drawTimes gives the times of requests, which never fall: many at once, on
// the edges of a window, and with pauses.
func drawTimes(t *rapid.T) []contact.Time {
	pause := rapid.OneOf(
		rapid.SampledFrom([]int64{0, 1, 30_000_000, 59_999_999, 60_000_000, 60_000_001}),
		rapid.Int64Range(0, 25_000_000),
	)
	now := contact.Time(rapid.Int64Range(0, 2_000_000_000_000_000).Draw(t, "first"))
	var times []contact.Time
	for _, p := range rapid.SliceOfN(pause, 1, 60).Draw(t, "pauses") {
		now += contact.Time(p)
		times = append(times, now)
	}
	return times
}

// Where the clock is set back, again and again, no window admits more than the
// limit, none is shorter than 60 s of real time, and none ends more than 60 s
// from now by the clock.
func TestTakeWithClockSetBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 5).Draw(t, "limit")
		var w access.Window
		var v access.Verdict
		var began, behind contact.Time // real start of the window; how far the clock is behind
		admitted, started := 0, false
		for _, real := range drawTimes(t) {
			behind += contact.Time(rapid.SampledFrom([]int64{0, 0, 0, 1, 7_000_000, 60_000_000, 3_600_000_000}).Draw(t, "set back"))
			clock := real - behind
			w, v = w.Take(clock, limit)
			if v.Reset <= clock || v.Reset > clock+60*second {
				t.Fatalf("at %d the window ends at %d", clock, v.Reset)
			}
			if !v.Allowed {
				continue
			}
			if v.Remaining == limit-1 { // the first of a window
				if started && real-began < 60*second {
					t.Fatalf("a window lasted %d µs", real-began)
				}
				began, started, admitted = real, true, 0
			}
			if admitted++; admitted > limit {
				t.Fatalf("%d admitted in a window, the limit is %d", admitted, limit)
			}
		}
	})
}

// Whatever the clock and the figures do, a verdict makes sense.
func TestTakeIsAlwaysSane(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var w access.Window
		var v access.Verdict
		for range rapid.IntRange(1, 40).Draw(t, "requests") {
			now := contact.Time(rapid.Int64Range(-1e16, 1e16).Draw(t, "now"))
			limit := rapid.IntRange(1, 3).Draw(t, "limit")
			w, v = w.Take(now, limit)
			if v.Limit != limit || v.Remaining < 0 || v.Remaining >= limit || v.Reset <= now || v.Reset > now+60*second {
				t.Fatalf("at %d with limit %d: %+v", now, limit, v)
			}
			if v.Allowed != (v.RetryAfter == 0) || v.RetryAfter < 0 || v.RetryAfter > access.WindowLength {
				t.Fatalf("allowed %v, retry after %v", v.Allowed, v.RetryAfter)
			}
		}
	})
}
