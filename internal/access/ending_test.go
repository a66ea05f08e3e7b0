package access_test

import (
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
)

func TestEndsSoon(t *testing.T) {
	const now = 1000 * day
	for name, c := range map[string]struct {
		expires, revoked contact.Time
		want             bool
	}{
		"never":                  {0, 0, false},
		"in two weeks":           {now + 14*day, 0, true},
		"a moment later":         {now + 14*day + 1, 0, false},
		"in a moment":            {now + 1, 0, true},
		"now":                    {now, 0, false},
		"yesterday":              {now - day, 0, false},
		"soon, but revoked":      {now + day, now - 1, false},
		"in many years":          {1 << 62, 0, false},
		"never, and was revoked": {0, now - 1, false},
	} {
		k := access.APIKey{Created: day, Expires: c.expires, Revoked: c.revoked}
		if got := k.EndsSoon(now); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestNoticeDue(t *testing.T) {
	const end = 1000 * day
	for name, c := range map[string]struct {
		created, revoked, before, now contact.Time
		want                          bool
	}{
		"a moment too soon":                       {day, 0, 0, end - 14*day - 1, false},
		"14 days ahead":                           {day, 0, end - 14*day - 1, end - 14*day, true},
		"once":                                    {day, 0, end - 14*day, end - 14*day + 1, false},
		"nothing between":                         {day, 0, end - 14*day, end - 3*day - 1, false},
		"3 days ahead":                            {day, 0, end - 14*day, end - 3*day, true},
		"once then too":                           {day, 0, end - 3*day, end - 2*day, false},
		"1 day ahead":                             {day, 0, end - 3*day, end - day, true},
		"in the last moment":                      {day, 0, end - 3*day, end - 1, true},
		"once in the last day":                    {day, 0, end - day, end - 1, false},
		"not when it has ended":                   {day, 0, 0, end, false},
		"never looked at":                         {day, 0, 0, end - 10*day, true},
		"looked at for the last time long ago":    {day, 0, end - 100*day, end - 2*day, true},
		"revoked":                                 {day, end - 20*day, 0, end - 2*day, false},
		"made for ten days":                       {end - 10*day, 0, 0, end - 9*day, false},
		"made for ten days, of which 3 are left":  {end - 10*day, 0, 0, end - 3*day, true},
		"made for a day":                          {end - day, 0, 0, end - 1, false},
		"a clock that went back says nothing new": {day, 0, end - 2*day, end - 10*day, false},
	} {
		k := access.APIKey{Created: c.created, Expires: end, Revoked: c.revoked}
		if got := k.NoticeDue(c.before, c.now); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if forever := (access.APIKey{Created: day}); forever.NoticeDue(0, end) {
		t.Error("a key that never ends does")
	}
}
