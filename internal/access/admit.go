package access

import (
	"fmt"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// Unauthenticated makes the 401 of a code. Its message is always the same
// (CONTRACT P7).
func Unauthenticated(code fault.Code) error {
	return fault.New(fault.Unauthenticated, code, "Unauthenticated.")
}

// Grant is what the hash of a secret leads to: a key and its Space, as the
// store holds them.
type Grant struct {
	Key   APIKey
	Space Space
}

// Authenticate gives a 401 where the key is revoked or has expired at now. A
// revoked key is refused at once, whenever that was: clocks may differ.
func (g Grant) Authenticate(now contact.Time) error {
	if g.Key.Revoked != 0 || g.Key.Expires != 0 && g.Key.Expires <= now {
		return Unauthenticated(fault.CodeKeyInvalid)
	}
	return nil
}

// Active gives a 403 where the subscription of the Space is not active.
func (g Grant) Active() error {
	if g.Space.Subscription != Active {
		return fault.New(fault.Forbidden, fault.CodeSubscriptionInactive, "The subscription of this Space is inactive.")
	}
	return nil
}

// Allow gives a 403 where the subscription of the Space is not active, or else
// where the key lacks the scope (CONTRACT S8).
func (g Grant) Allow(s Scope) error {
	if err := g.Active(); err != nil {
		return err
	}
	if !g.Key.Scopes.Allow(s) {
		return fault.New(fault.Forbidden, fault.CodeScopeMissing, "This key lacks the scope "+g.Key.Scopes.lacks(s)+".")
	}
	return nil
}

// RateLimited makes the 429 of a verdict that did not allow the request.
func RateLimited(v Verdict) error {
	seconds, unit := v.RetryAfterSeconds(), "seconds"
	if seconds == 1 {
		unit = "second"
	}
	e := fault.New(fault.RateLimited, fault.CodeRateLimited,
		fmt.Sprintf("The limit of %d requests a minute is reached. Try again in %d %s.", v.Limit, seconds, unit))
	e.RetryAfter = v.RetryAfter
	return e
}
