package access_test

import (
	"errors"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

func wantFault(t *testing.T, err error, kind fault.Kind, code fault.Code, message string) {
	t.Helper()
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Kind != kind || e.Code != code || e.Message != message {
		t.Errorf("got %#v, want kind %d, %s: %s", err, kind, code, message)
	}
}

// P7: a 401 says "Unauthenticated.", whatever its cause.
func TestUnauthenticated(t *testing.T) {
	for _, code := range []fault.Code{fault.CodeKeyMissing, fault.CodeKeyMalformed, fault.CodeKeyInvalid} {
		wantFault(t, access.Unauthenticated(code), fault.Unauthenticated, code, "Unauthenticated.")
	}
}

func TestAuthenticate(t *testing.T) {
	tests := []struct {
		name             string
		expires, revoked contact.Time
		good             bool
	}{
		{"for ever", 0, 0, true},
		{"not yet expired", start + 1, 0, true},
		{"expires now", start, 0, false},
		{"expired", start - 1, 0, false},
		{"revoked", 0, start - 1, false},
		{"revoked by a clock that is ahead", 0, start + second, false},
		{"revoked before it expires", start + 1, start - 1, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := access.Grant{Key: access.APIKey{Expires: tt.expires, Revoked: tt.revoked}}.Authenticate(start)
			if !tt.good {
				wantFault(t, err, fault.Unauthenticated, fault.CodeKeyInvalid, "Unauthenticated.")
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

// S8: 403 the key lacks permission, or the Space's subscription is inactive.
func TestAllow(t *testing.T) {
	g := access.Grant{Key: access.APIKey{Scopes: access.ScopesOf(access.Read)}, Space: goodSpace()}
	if err := g.Allow(access.Read); err != nil {
		t.Error(err)
	}
	wantFault(t, g.Allow(access.Write), fault.Forbidden, "scope_missing", "This key lacks the scope contacts:write.")

	// Of several that are needed those are named that the key has not.
	wantFault(t, g.Allow(access.ApplyPlan), fault.Forbidden, "scope_missing", "This key lacks the scope contacts:write.")
	g.Key.Scopes = access.ScopesOf(access.Write)
	wantFault(t, g.Allow(access.ApplyPlan), fault.Forbidden, "scope_missing", "This key lacks the scope contacts:read.")
	g.Key.Scopes = access.ScopesOf(access.Plan)
	wantFault(t, g.Allow(access.ApplyPlan), fault.Forbidden, "scope_missing", "This key lacks the scope contacts:read and contacts:write.")
	g.Key.Scopes = access.ScopesOf(access.Read)

	for _, sub := range []access.Subscription{access.Inactive, ""} {
		g.Space.Subscription = sub
		for _, s := range access.AllScopes { // the subscription comes first, held or not
			wantFault(t, g.Allow(s), fault.Forbidden, "subscription_inactive", "The subscription of this Space is inactive.")
		}
	}
}

func TestRateLimited(t *testing.T) {
	w := access.Window{Start: start, Used: 60}
	_, v := w.Take(start+18*second+1, 60)
	err := access.RateLimited(v)
	wantFault(t, err, fault.RateLimited, "rate_limited", "The limit of 60 requests a minute is reached. Try again in 42 seconds.")
	if e, _ := errors.AsType[*fault.Error](err); e.RetryAfter != 42*time.Second-time.Microsecond {
		t.Errorf("retry after %v", e.RetryAfter)
	}
	_, v = w.Take(start+60*second-1, 60)
	wantFault(t, access.RateLimited(v), fault.RateLimited, "rate_limited", "The limit of 60 requests a minute is reached. Try again in 1 second.")
}
