package access_test

import (
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
)

func TestKeyCheck(t *testing.T) {
	tests := []struct {
		name   string
		change func(*access.APIKey)
		at     []string
	}{
		{"good", func(k *access.APIKey) {}, nil},
		{"expires", func(k *access.APIKey) { k.Expires = k.Created + 1 }, nil},
		{"expires as it is made", func(k *access.APIKey) { k.Expires = k.Created }, []string{"expires"}},
		{"no scope", func(k *access.APIKey) { k.Scopes = 0 }, []string{"scopes"}},
		{"every scope", func(k *access.APIKey) { k.Scopes = access.ScopesOf(access.AllScopes[:]...) }, nil},
		{"a scope that does not exist", func(k *access.APIKey) { k.Scopes |= 1 << 7 }, []string{"scopes"}},
		{"all at once", func(k *access.APIKey) {
			*k = access.APIKey{Name: strings.Repeat("x", 101), Created: start, Expires: 1}
		}, []string{"name", "scopes", "expires"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k := access.APIKey{Name: access.DefaultKeyName, Scopes: access.DefaultScopes, Created: start}
			tt.change(&k)
			wantProblems(t, k.Check(), tt.at...)
		})
	}
}

func TestParseExpiry(t *testing.T) {
	now := contact.TimeOf(time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC))
	good := []struct {
		text string
		want time.Time
	}{
		{"2027-01-01", time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)},
		{"2026-05-02", time.Date(2026, 5, 2, 0, 0, 0, 0, time.UTC)},
		{"2027-01-01T09:00:00+02:00", time.Date(2027, 1, 1, 7, 0, 0, 0, time.UTC)},
		{"2026-05-01T12:00:00.0000019Z", time.Date(2026, 5, 1, 12, 0, 0, 1000, time.UTC)},
	}
	for _, tt := range good {
		if got, err := access.ParseExpiry(tt.text, now); err != nil || !got.Std().Equal(tt.want) {
			t.Errorf("%s: got %v, %v; want %v", tt.text, got.Std(), err, tt.want)
		}
	}
	for _, text := range []string{
		"", "2027", "2027-1-1", "2027-02-30", "01/01/2027", "2027-01-01 09:00:00", "2027-01-01T09:00:00", "30d", // malformed
		"2026-05-01", "2026-05-01T12:00:00Z", "1999-01-01", "1970-01-01", // not after now
	} {
		got, err := access.ParseExpiry(text, now)
		if got != 0 {
			t.Errorf("%s: gives %v beside its error", text, got.Std())
		}
		t.Run(text, func(t *testing.T) { wantProblems(t, err, "expires") })
	}
}

func TestTouchDue(t *testing.T) {
	const hour = 3600 * second
	tests := []struct {
		last, now contact.Time
		want      bool
	}{
		{0, start, true}, // never used
		{0, 1, true},
		{start, start, false},
		{start, start + hour - 1, false},
		{start, start + hour, true},
		{start, start - hour + 1, false}, // another server's clock
		{start, start - hour, true},      // a clock that was wrong
	}
	for _, tt := range tests {
		if got := (access.APIKey{LastUsed: tt.last}).TouchDue(tt.now); got != tt.want {
			t.Errorf("last used at %d, now %d: %v", tt.last, tt.now, got)
		}
	}
}
