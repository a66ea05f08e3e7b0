package book

import (
	"context"
	"crypto/rand"
	"slices"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// SignIn begins a session with a key, in the name of the person at the browser, ""
// where it was not given. It counts as a request to the bucket ui: 401 and 429 as
// Enter, then Invalid for the name. The token is known this once.
func (b *Book) SignIn(ctx context.Context, secret, name string) (access.Token, access.Session, error) {
	g, _, err := b.Enter(ctx, secret, access.UI)
	if err != nil {
		return access.Token{}, access.Session{}, err
	}
	token, err := access.NewToken(rand.Reader)
	if err != nil {
		return access.Token{}, access.Session{}, err
	}
	s, err := access.SessionOf(token, g.Key, name, b.now())
	if err != nil {
		return access.Token{}, access.Session{}, err
	}
	if err := b.store.CreateSession(ctx, s, false); err != nil {
		return access.Token{}, access.Session{}, busy(missing(err, access.Unauthenticated(fault.CodeKeyInvalid)))
	}
	return token, s, nil
}

// EnterSession lets a request in as Enter does, by the token of a session in the
// place of a key: 401 where the session has ended, or its key, then 403, then 429.
// What it gives is good also beside an error, for the page that tells of it; beside a
// 401 it is zero. A malformed token costs no look-up.
func (b *Book) EnterSession(ctx context.Context, token string, bucket access.Bucket, scopes ...access.Scope) (access.Grant, access.Session, access.Verdict, error) {
	t, ok := access.ParseToken(token)
	if !ok {
		return access.Grant{}, access.Session{}, access.Verdict{}, access.Unauthenticated(fault.CodeSessionEnded)
	}
	e, err := b.lookUpSession(ctx, t.Hash())
	if err != nil {
		return access.Grant{}, access.Session{}, access.Verdict{}, err
	}
	v, err := b.admit(ctx, e.grant, bucket, scopes)
	if err != nil {
		return e.grant, e.session, v, err
	}
	return e.grant, e.session, v, nil
}

// lookUpSession finds the session of a hash, which must not have ended, nor its key.
func (b *Book) lookUpSession(ctx context.Context, hash [32]byte) (grantEntry, error) {
	now := b.clock()
	e, fresh := b.grants.get(hash, now)
	if !fresh {
		s, g, found, err := b.store.Session(ctx, hash)
		if err != nil {
			return grantEntry{}, err
		}
		if !found {
			return grantEntry{}, access.Unauthenticated(fault.CodeSessionEnded)
		}
		e = grantEntry{grant: g, session: s, asked: now}
		b.grants.put(hash, e)
	}
	if err := e.session.Authenticate(contact.TimeOf(now)); err != nil {
		return grantEntry{}, err
	}
	if err := b.inUse(e.grant, now, fresh); err != nil {
		return grantEntry{}, err
	}
	return e, nil
}

// SignOut ends a session. That it has ended is no fault.
func (b *Book) SignOut(ctx context.Context, token string) error {
	t, ok := access.ParseToken(token)
	if !ok {
		return nil
	}
	hash := t.Hash()
	// What anybody may send must not cost a write.
	if _, _, found, err := b.store.Session(ctx, hash); err != nil || !found {
		return busy(err)
	}
	err := b.store.EndSession(ctx, hash)
	b.grants.forget(func(e *grantEntry) bool { return e.session.Hash == hash })
	return busy(err)
}

// SignOutEverywhere ends all sessions of the key of a grant, and the links to it that
// nobody has used. Other servers know it within a second (CONTRACT D19).
func (b *Book) SignOutEverywhere(ctx context.Context, g access.Grant) error {
	err := b.store.EndSessions(ctx, g.Key.ID)
	b.grants.forget(func(e *grantEntry) bool { return e.session.Key == g.Key.ID })
	return busy(err)
}

// LinkKey is the name of the key that SignInLink signs in with, and linkScopes are
// what it may do.
const LinkKey = "book"

var linkScopes = access.ScopesOf(access.Read, access.Write, access.Admin)

// SignInLink makes a link that signs in to a Space once, for whoever runs the server:
// see registry.go on by. It is of a key that is there for that alone: its
// secret was given to nobody. NotFound where there is no such Space.
func (b *Book) SignInLink(ctx context.Context, by string, space contact.SpaceID) (access.Token, error) {
	keys, err := b.store.APIKeysOf(ctx, space, MaxKeys)
	if err != nil {
		return access.Token{}, busy(err)
	}
	now := b.now()
	i := slices.IndexFunc(keys, func(k access.APIKey) bool {
		return k.Name == LinkKey && k.Scopes == linkScopes && access.Grant{Key: k}.Authenticate(now) == nil
	})
	var k access.APIKey
	if i >= 0 {
		k = keys[i]
	} else if k, _, err = b.CreateKey(ctx, by, access.APIKey{Space: space, Name: LinkKey, Scopes: linkScopes}); err != nil {
		return access.Token{}, err
	}
	token, _, err := b.link(ctx, k)
	return token, err
}

// KeyLink makes a link that signs in once with a key, for whoever runs the server, and
// says when it ends. NotFound where there is no such key, Conflict where it has ended.
func (b *Book) KeyLink(ctx context.Context, id int64) (access.Token, contact.Time, error) {
	k, err := b.key(ctx, id)
	if err != nil {
		return access.Token{}, 0, err
	}
	if err := k.MayGoOn(b.now()); err != nil {
		return access.Token{}, 0, err
	}
	return b.link(ctx, k)
}

func (b *Book) link(ctx context.Context, k access.APIKey) (access.Token, contact.Time, error) {
	token, err := access.NewToken(rand.Reader)
	if err != nil {
		return access.Token{}, 0, err
	}
	link := access.LinkOf(token, k, b.now())
	if err := b.store.CreateSession(ctx, link, true); err != nil {
		return access.Token{}, 0, busy(missing(err, noKey(k.ID)))
	}
	return token, link.Expires, nil
}

// UseLink signs in by a link, in the name of the person at the browser, "" where it was
// not given: Invalid for the name leaves the link. It is used up by this, whoever else
// tries. A link that
// was used, or is too old, or never was, is Unauthenticated, and says what to do.
func (b *Book) UseLink(ctx context.Context, token, name string) (access.Token, access.Session, error) {
	link, ok := access.ParseToken(token)
	if !ok {
		return access.Token{}, access.Session{}, linkEnded()
	}
	made, err := access.NewToken(rand.Reader)
	if err != nil {
		return access.Token{}, access.Session{}, err
	}
	s, err := access.SessionOf(made, access.APIKey{}, name, b.now()) // the link has the key
	if err != nil {
		return access.Token{}, access.Session{}, err
	}
	s, found, err := b.store.UseLink(ctx, link.Hash(), s)
	if err == nil && !found {
		err = linkEnded()
	}
	if err != nil {
		return access.Token{}, access.Session{}, busy(err)
	}
	return made, s, nil
}

func linkEnded() error {
	return fault.New(fault.Unauthenticated, fault.CodeLinkEnded,
		"This link signs in once, within five minutes: it was used, or is too old. Make another with `carnet key link`.")
}
