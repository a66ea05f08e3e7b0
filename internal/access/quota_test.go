package access

import (
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// FAULT F2.
func TestQuota(t *testing.T) {
	const start, minute = contact.Time(1_000_000), contact.Time(60_000_000)
	for name, test := range map[string]struct {
		usage Usage
		quota Quota
		at    contact.Time
		wait  time.Duration // 0: admitted; -1: refused for good
	}{
		"no quota":                   {Usage{1 << 60, start, 1 << 60}, Quota{}, start, 0},
		"room in all":                {Usage{99, start, 0}, Quota{Bytes: 100}, start, 0},
		"none in all":                {Usage{100, start, 0}, Quota{Bytes: 100}, start, -1},
		"room in the minute":         {Usage{500, start, 99}, Quota{Minute: 100}, start, 0},
		"none in the minute":         {Usage{500, start, 100}, Quota{Minute: 100}, start, time.Minute},
		"none until it is over":      {Usage{500, start, 100}, Quota{Minute: 100}, start + minute - 1, time.Microsecond},
		"the minute is over":         {Usage{500, start, 100}, Quota{Minute: 100}, start + minute, 0},
		"in all comes first":         {Usage{500, start, 100}, Quota{Bytes: 500, Minute: 100}, start, -1},
		"the clock was before there": {Usage{500, start, 100}, Quota{Minute: 100}, start - minute, 2 * time.Minute},
	} {
		err := test.usage.Check(test.quota, test.at)
		e, _ := err.(*fault.Error)
		switch {
		case test.wait == 0:
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		case e == nil || e.Kind != fault.SpaceFull || e.Code != "space_full" || e.RetryAfter != max(0, test.wait):
			t.Errorf("%s: %+v, want to wait for %v", name, err, test.wait)
		}
	}
}

func TestUsage(t *testing.T) {
	const start, minute = contact.Time(1_000_000), contact.Time(60_000_000)
	var u Usage
	for _, step := range []struct {
		bytes int64
		at    contact.Time
		want  Usage
	}{
		{100, start + minute, Usage{100, start + minute, 100}},
		{50, start + 2*minute - 1, Usage{150, start + minute, 150}},
		{10, start + 2*minute, Usage{160, start + 2*minute, 10}},
	} {
		if u = u.Add(step.bytes, step.at); u != step.want {
			t.Errorf("after %d at %d: %+v, want %+v", step.bytes, step.at, u, step.want)
		}
	}
	for _, step := range []struct{ by, bytes int64 }{{5, 165}, {-60, 105}, {-200, 0}} {
		if u = u.Grow(step.by); u != (Usage{step.bytes, start + 2*minute, 10}) {
			t.Errorf("after growing by %d: %+v, want %d bytes", step.by, u, step.bytes)
		}
	}
}
