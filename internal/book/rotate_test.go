package book_test

import (
	"errors"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// Both keys open the Space during the overlap, and the new one alone after it.
func TestRotateKey(t *testing.T) {
	b, now := registry(t)
	old, oldSecret, err := b.CreateKey(t.Context(), "test", access.APIKey{Space: makeSpace(t, b).ID, Name: "crm", Scopes: access.ScopesOf(access.Read)})
	if err != nil {
		t.Fatal(err)
	}
	enter := func(s access.Secret) fault.Code {
		_, _, err := b.Enter(t.Context(), s.Reveal(), access.Get, access.Read)
		return code(err)
	}
	var shown book.Rotation
	r, err := b.RotateKey(t.Context(), "test", old.ID, time.Hour, func(r book.Rotation) error {
		shown = r
		if keys, err := b.APIKeys(t.Context()); err != nil || len(keys) != 2 || keys[0] != old {
			t.Errorf("before it is shown: %+v, %v", keys, err)
		}
		return nil
	})
	if err != nil || r.Made.Name != "crm" || r.Made.Scopes != old.Scopes || r.Made.Space != old.Space || r.Made.ID == old.ID {
		t.Fatalf("rotated: %+v, %v", r, err)
	}
	if shown.Old != r.Old || shown.Secret.Reveal() != r.Secret.Reveal() || r.Old.Expires != contact.TimeOf(now.Add(time.Hour)) {
		t.Errorf("shown %+v, then %+v", shown, r)
	}
	if enter(oldSecret) != "no fault" || enter(r.Secret) != "no fault" {
		t.Error("during the overlap both keys work")
	}
	*now = now.Add(time.Hour)
	if got := enter(oldSecret); got != fault.CodeKeyInvalid {
		t.Errorf("after the overlap: %s", got)
	}
	if got := enter(r.Secret); got != "no fault" {
		t.Errorf("the new key after the overlap: %s", got)
	}
}

// Where showing the new key fails, the old one stays as it was: nobody is
// locked out. What has ended or never was is not rotated.
func TestRotateKeyRefuses(t *testing.T) {
	b, now := registry(t)
	space := makeSpace(t, b).ID
	var keys [3]access.APIKey
	for i, expires := range []contact.Time{0, 0, contact.TimeOf(now.Add(time.Minute))} {
		var err error
		if keys[i], _, err = b.CreateKey(t.Context(), "test", access.APIKey{Space: space, Expires: expires}); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := b.RevokeKey(t.Context(), "test", keys[1].ID); err != nil {
		t.Fatal(err)
	}
	*now = now.Add(time.Minute)
	never := func(book.Rotation) error { t.Error("a key was made"); return nil }
	for id, want := range map[int64]fault.Code{99: "key_not_found", keys[1].ID: "key_revoked", keys[2].ID: "key_expired"} {
		if _, err := b.RotateKey(t.Context(), "test", id, 0, never); code(err) != want || fault.KindOf(err) == fault.Internal {
			t.Errorf("key %d: %v, want %s", id, err, want)
		}
	}
	broken := errors.New("nobody reads")
	if r, err := b.RotateKey(t.Context(), "test", keys[0].ID, 0, func(book.Rotation) error { return broken }); err != broken || r.Made.ID == 0 {
		t.Errorf("not shown: %+v, %v", r, err)
	}
	if list, err := b.APIKeys(t.Context()); err != nil || len(list) != 4 || list[0] != keys[0] {
		t.Errorf("the old key: %+v, %v", list, err)
	}
	r, err := b.RotateKey(t.Context(), "test", keys[0].ID, 0, func(book.Rotation) error { return nil })
	if err != nil || r.Old.Revoked != contact.TimeOf(*now) {
		t.Errorf("without an overlap: %+v, %v", r.Old, err)
	}
}
