package access_test

import (
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
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

// A key is rotated into one like it, and lives on for the overlap at most.
func TestRotation(t *testing.T) {
	const now, hour = contact.Time(1_000_000_000_000), contact.Time(time.Hour / time.Microsecond)
	key := access.APIKey{ID: 7, Space: 3, Name: "crm", Hash: [32]byte{1}, Scopes: access.ScopesOf(access.Write), Budget: access.Budget{DailyWrites: access.AtMost(9)},
		Created: now - 10*hour, LastUsed: now}
	like := access.APIKey{Space: 3, Name: "crm", Scopes: access.ScopesOf(access.Write), Budget: access.Budget{DailyWrites: access.AtMost(9)}, Created: now}
	for name, c := range map[string]struct {
		expires, revoked contact.Time
		code             fault.Code
		lives            contact.Time // the new one
	}{
		"for ever":          {},
		"for 15 hours":      {expires: now + 5*hour, lives: now + 15*hour},
		"one moment left":   {expires: now + 1, lives: now + 10*hour + 1},
		"expired just now":  {expires: now, code: "key_expired"},
		"revoked":           {revoked: now - 1, code: "key_revoked"},
		"revoked, then due": {expires: now - 1, revoked: now - 2, code: "key_revoked"},
	} {
		k, want := key, like
		k.Expires, k.Revoked, want.Expires = c.expires, c.revoked, c.lives
		got, err := k.Successor(now)
		if f, ok := err.(*fault.Error); ok != (c.code != "") || ok && (f.Code != c.code || f.Kind != fault.Conflict) || !ok && got != want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for name, c := range map[string]struct {
		expires, revoked     contact.Time
		overlap              time.Duration
		wantExpires, wantEnd contact.Time
	}{
		"for ever":               {overlap: 24 * time.Hour, wantExpires: now + 24*hour},
		"ends sooner":            {expires: now + hour, overlap: 2 * time.Hour, wantExpires: now + hour},
		"ends later":             {expires: now + 3*hour, overlap: 2 * time.Hour, wantExpires: now + 2*hour},
		"no overlap":             {wantEnd: now},
		"no overlap, ends later": {expires: now + hour, wantExpires: now + hour, wantEnd: now},
		"revoked meanwhile":      {revoked: now - 5, overlap: time.Hour, wantEnd: now - 5},
	} {
		k := key
		k.Expires, k.Revoked = c.expires, c.revoked
		want := key
		want.Expires, want.Revoked = c.wantExpires, c.wantEnd
		if got := k.EndAfter(c.overlap, now); got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
}
