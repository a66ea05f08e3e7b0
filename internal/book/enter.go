package book

import (
	"context"
	"sync"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// Enter lets a request in, in the order of CONTRACT D1: 401 where the key is
// not valid, 403 where it may not do this, 429 where the Space's limit for the
// bucket is reached. A request whose key is valid counts against the limit
// whatever becomes of it. What it gives is good also beside an error, for the
// headers that tell of it; beside a 401 it is zero.
//
// secret is the text after "Bearer"; a malformed one costs no look-up.
func (b *Book) Enter(ctx context.Context, secret string, bucket access.Bucket, scopes ...access.Scope) (access.Grant, access.Verdict, error) {
	s, ok := access.ParseSecret(secret)
	if !ok {
		return access.Grant{}, access.Verdict{}, access.Unauthenticated(fault.CodeKeyMalformed)
	}
	g, err := b.lookUp(ctx, s.Hash())
	if err != nil {
		return access.Grant{}, access.Verdict{}, err
	}
	v, err := b.admit(ctx, g, bucket, scopes)
	return g, v, err
}

// admit counts the request of a grant that is valid, and then says whether it may be
// done.
func (b *Book) admit(ctx context.Context, g access.Grant, bucket access.Bucket, scopes []access.Scope) (access.Verdict, error) {
	v, err := b.count(ctx, g.Space, bucket)
	if err != nil {
		return v, err
	}
	for _, scope := range scopes {
		if err := g.Allow(scope); err != nil {
			return v, err
		}
	}
	if !v.Allowed {
		return v, access.RateLimited(v)
	}
	return v, nil
}

// again looks at a key that was let in before: whether it still is valid, and
// may still do this.
func (b *Book) again(ctx context.Context, g access.Grant, scope access.Scope) (access.Grant, error) {
	now, err := b.lookUp(ctx, g.Key.Hash)
	if err != nil {
		return access.Grant{}, err
	}
	return now, now.Allow(scope)
}

// lookUp finds the key of a hash, which must be valid now, and notes its use.
func (b *Book) lookUp(ctx context.Context, hash [32]byte) (access.Grant, error) {
	now := b.clock()
	e, fresh := b.grants.get(hash, now)
	if !fresh {
		g, found, err := b.store.Grant(ctx, hash)
		if err != nil {
			return access.Grant{}, err
		}
		if !found {
			return access.Grant{}, access.Unauthenticated(fault.CodeKeyInvalid)
		}
		e = grantEntry{grant: g, asked: now}
		b.grants.put(hash, e)
	}
	if err := b.inUse(e.grant, now, fresh); err != nil {
		return access.Grant{}, err
	}
	return e.grant, nil
}

// inUse gives a 401 where a key is not valid now, and notes its use where it was
// asked for anew.
func (b *Book) inUse(g access.Grant, now time.Time, fresh bool) error {
	if err := g.Authenticate(contact.TimeOf(now)); err != nil {
		return err
	}
	if !fresh && g.Key.TouchDue(contact.TimeOf(now)) && b.grants.tryTouch(g.Key.ID, now) {
		b.touch(g.Key.ID, contact.TimeOf(now))
	}
	return nil
}

// touch notes that a key is in use, at the grain of an hour, while the request
// goes on.
func (b *Book) touch(id int64, now contact.Time) {
	b.after.Add(1)
	go func() {
		defer b.after.Done()
		// Of a use the log tells nothing, so nobody need be named.
		_, err := b.store.UpdateKey(context.Background(), access.Act{}, id, func(k *access.APIKey) error {
			if k.TouchDue(now) {
				k.LastUsed = now
			}
			return nil
		})
		if err != nil {
			b.log.Warn("the last use of a key could not be noted", "key_id", id, "error", err)
		}
	}()
}

// touchRetry is how long a failed note of a key's use waits to be tried again.
const touchRetry = time.Minute

// How long a key and its Space are believed, and how many at most. A change of
// either, by whatever process, is in force within this time; CONTRACT D19
// allows a second. Unknown keys are never remembered, so new ones work at once.
const (
	grantLife = 500 * time.Millisecond
	maxGrants = 10_000
)

// grants remembers the keys in use, and who is signed in, so that a busy client
// costs two look-ups a second.
type grants struct {
	mu      sync.RWMutex
	known   map[[32]byte]grantEntry // by the hash of a key, or of a session
	touched map[int64]time.Time     // when a key's last use was last to be noted
}

type grantEntry struct {
	grant   access.Grant
	session access.Session // zero for a key
	asked   time.Time      // before the look-up, so that what it misses is not believed too long
}

func (g *grants) get(hash [32]byte, now time.Time) (grantEntry, bool) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	e, ok := g.known[hash]
	age := now.Sub(e.asked)
	return e, ok && age >= 0 && age < grantLife
}

func (g *grants) put(hash [32]byte, e grantEntry) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.known) >= maxGrants {
		clear(g.known)
		clear(g.touched)
	}
	g.known[hash] = e
}

// forget lets go of what was changed here, so that this server does not believe in it
// any more.
func (g *grants) forget(changed func(*grantEntry) bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for hash, e := range g.known {
		if changed(&e) {
			delete(g.known, hash)
		}
	}
}

// tryTouch tells whether it is time to note the use of a key, and takes it as
// noted from now on: a disk that is full is not tried at every request.
func (g *grants) tryTouch(key int64, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if last, ok := g.touched[key]; ok && now.Sub(last) < touchRetry {
		return false
	}
	g.touched[key] = now
	return true
}

// count counts a request against its limit (CONTRACT D18).
func (b *Book) count(ctx context.Context, space access.Space, bucket access.Bucket) (v access.Verdict, err error) {
	err = b.store.UpdateWindow(ctx, space.ID, bucket, b.now(), func(w access.Window, now contact.Time) access.Window {
		w, v = w.Take(now, space.Limits.Get(bucket))
		return w
	})
	return v, err
}
