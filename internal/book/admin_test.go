package book_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// office is a shop with an admin, and another Space with a key of its own.
type office struct {
	*shop
	admin   access.Grant
	foreign access.APIKey
}

func openOffice(t *testing.T) *office {
	t.Helper()
	o := &office{shop: openShop(t)}
	_, secret := o.makeKey(t, access.ScopesOf(access.Admin))
	var err error
	if o.admin, _, err = o.Enter(t.Context(), secret, access.UI, access.Admin); err != nil {
		t.Fatal(err)
	}
	other, err := o.CreateSpace(t.Context(), "test", access.Space{Name: "other"})
	if err != nil {
		t.Fatal(err)
	}
	if o.foreign, _, err = o.CreateKey(t.Context(), "test", access.APIKey{Space: other.ID}); err != nil {
		t.Fatal(err)
	}
	return o
}

// uses asks for every use case of an admin, about a key, and gives the errors.
func (o *office) uses(t *testing.T, g access.Grant, key int64) map[string]error {
	t.Helper()
	ctx := t.Context()
	errs := map[string]error{}
	_, errs["KeysOf"] = o.KeysOf(ctx, g)
	_, _, errs["MakeKey"] = o.MakeKey(ctx, g, "test", access.APIKey{})
	_, errs["UsedToday"] = o.UsedToday(ctx, g, key)
	_, _, errs["SpaceNow"] = o.SpaceNow(ctx, g)
	_, errs["ChangeSpace"] = o.ChangeSpace(ctx, g, "test", func(*access.Space) error { return nil })
	for name, err := range o.usesOfKey(t, g, key) {
		errs[name] = err
	}
	return errs
}

func (o *office) usesOfKey(t *testing.T, g access.Grant, key int64) map[string]error {
	t.Helper()
	ctx := t.Context()
	errs := map[string]error{}
	_, errs["SetKeyBudget"] = o.SetKeyBudget(ctx, g, "test", key, func(*access.Budget) {})
	for _, err := range o.KeyLogOf(ctx, g, key) {
		errs["KeyLogOf"] = err
	}
	_, errs["Rotate"] = o.Rotate(ctx, g, "test", key, time.Hour)
	_, _, errs["Revoke"] = o.Revoke(ctx, g, "test", key)
	return errs
}

// what gives the keys, which no refused use may change.
func (o *office) what(t *testing.T) []access.APIKey {
	t.Helper()
	all, err := o.store.APIKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return unused(all)
}

// unused leaves out when keys were used, which is noted whenever there is time.
func unused(keys []access.APIKey) []access.APIKey {
	for i := range keys {
		keys[i].LastUsed = 0
	}
	return keys
}

// The scope is looked at again, as it may be gone since the request was let in.
func TestAdminNeedsItsScope(t *testing.T) {
	for name, test := range map[string]struct {
		lose func(*access.APIKey)
		want fault.Code
	}{
		"never had it": {func(k *access.APIKey) { k.Scopes = access.ScopesOf(access.Read, access.Write, access.Erase) }, fault.CodeScopeMissing},
		"revoked":      {func(k *access.APIKey) { k.Revoked = 1 }, fault.CodeKeyInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			o := openOffice(t)
			for use, err := range o.uses(t, o.admin, o.key.ID) {
				if err != nil {
					t.Errorf("%s by an admin: %v", use, err)
				}
			}
			_, err := o.store.UpdateKey(t.Context(), access.Act{Who: "test"}, o.admin.Key.ID, func(k *access.APIKey) error { test.lose(k); return nil })
			if err != nil {
				t.Fatal(err)
			}
			o.now.Add(int64(time.Second))
			before := o.what(t)
			uses := o.uses(t, o.admin, o.key.ID)
			if len(uses) != 9 {
				t.Errorf("%d uses", len(uses))
			}
			for use, err := range uses {
				if code(err) != test.want {
					t.Errorf("%s: %v, want %s", use, err, test.want)
				}
			}
			if !slices.Equal(o.what(t), before) {
				t.Error("something was changed")
			}
		})
	}
}

// Keys of another Space are not there, in the words for one that never was.
func TestAdminSeesItsOwnSpaceAlone(t *testing.T) {
	o := openOffice(t)
	before := o.what(t)
	for _, id := range []int64{o.foreign.ID, 0, -1, 99} {
		for use, err := range o.usesOfKey(t, o.admin, id) {
			if code(err) != fault.CodeKeyNotFound || fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s of key %d: %v", use, id, err)
			}
		}
	}
	if !slices.Equal(o.what(t), before) {
		t.Error("something was changed")
	}
	made, _, err := o.MakeKey(t.Context(), o.admin, "test", access.APIKey{Space: o.foreign.Space, Name: "new"})
	if err != nil || made.Space != o.space.ID {
		t.Errorf("made in another Space: %v, %+v", err, made)
	}
	keys, err := o.KeysOf(t.Context(), o.admin)
	if want := []access.APIKey{made, before[1], before[0]}; err != nil || !slices.Equal(unused(keys), want) {
		t.Errorf("the keys: %v\n got %+v\nwant %+v", err, keys, want)
	}
}

func TestAdminManagesKeys(t *testing.T) {
	o := openOffice(t)
	const who = "key 2: test: Ada"
	all := access.ScopesOf(access.AllScopes[:]...)
	made, secret, err := o.MakeKey(t.Context(), o.admin, who, access.APIKey{Name: "crm", Scopes: all})
	if err != nil {
		t.Fatal(err)
	}
	if g, _, err := o.Enter(t.Context(), secret.Reveal(), access.Get, access.AllScopes[:]...); err != nil || g.Key.ID != made.ID {
		t.Errorf("with the new key: %v, %+v", err, g.Key)
	}
	budget := access.Budget{DailyWrites: access.AtMost(5)}
	if k, err := o.SetKeyBudget(t.Context(), o.admin, who, made.ID, func(b *access.Budget) { *b = budget }); err != nil || k.Budget != budget {
		t.Errorf("the budget: %v, %+v", err, k)
	}
	r, err := o.Rotate(t.Context(), o.admin, who, made.ID, time.Hour)
	if err != nil || r.Old.ID != made.ID || r.Old.Expires == 0 || r.Made.Budget != budget || r.Made.Space != o.space.ID {
		t.Errorf("rotated: %v, %+v", err, r)
	}
	if _, _, err := o.Enter(t.Context(), r.Secret.Reveal(), access.Get, access.Read); err != nil {
		t.Errorf("with the key that took its place: %v", err)
	}
	if k, already, err := o.Revoke(t.Context(), o.admin, who, made.ID); err != nil || already || k.Revoked == 0 {
		t.Errorf("revoked: %v, %v, %+v", err, already, k)
	}
	if _, already, err := o.Revoke(t.Context(), o.admin, who, made.ID); err != nil || !already {
		t.Errorf("revoked again: %v, %v", err, already)
	}
	var done []access.Action
	for e, err := range o.KeyLogOf(t.Context(), o.admin, made.ID) {
		if err != nil || e.Who != who {
			t.Errorf("the log: %v, %+v", err, e)
		}
		done = append(done, e.Action)
	}
	if want := []access.Action{access.ActionRevoke, access.ActionRotate, access.ActionUpdate, access.ActionCreate}; !slices.Equal(done, want) {
		t.Errorf("the log has %v, want %v", done, want)
	}
}

func TestAdminChangesSpace(t *testing.T) {
	o := openOffice(t)
	change := func(set func(*access.Space)) (access.Space, error) {
		return o.ChangeSpace(t.Context(), o.admin, "key 2: test", func(s *access.Space) error { set(s); return nil })
	}
	label, err := contact.Labels{}.With(contact.SlotAt(0), "Plan")
	if err != nil {
		t.Fatal(err)
	}
	want := o.space
	want.Name, want.TimeZone, want.Region, want.Labels = "New", "Europe/London", "GB", label
	want.Rekeying = access.Rekeying{Phase: access.KeysComing}
	got, err := change(func(s *access.Space) {
		s.Name, s.TimeZone, s.Region, s.Labels = want.Name, want.TimeZone, want.Region, want.Labels
	})
	want.Rekeying.At = got.Rekeying.At
	if err != nil || got != want || got.Rekeying.At == 0 {
		t.Errorf("changed: %v\n got %+v\nwant %+v", err, got, want)
	}
	for name, test := range map[string]struct {
		set  func(*access.Space)
		want fault.Code
	}{
		"limits":        {func(s *access.Space) { s.Limits = s.Limits.With(access.UI, 0) }, fault.CodeOperatorAlone},
		"quota":         {func(s *access.Space) { s.Quota.Bytes = 1 }, fault.CodeOperatorAlone},
		"minute":        {func(s *access.Space) { s.Quota.Minute = 1 }, fault.CodeOperatorAlone},
		"subscription":  {func(s *access.Space) { s.Subscription = access.Inactive }, fault.CodeOperatorAlone},
		"created":       {func(s *access.Space) { s.Created++ }, fault.CodeOperatorAlone},
		"id":            {func(s *access.Space) { s.ID++ }, fault.CodeOperatorAlone},
		"beside a name": {func(s *access.Space) { s.Name, s.Quota.Bytes = "Newer", 1 }, fault.CodeOperatorAlone},
		"a bad zone":    {func(s *access.Space) { s.TimeZone = "Mars/Base" }, fault.CodeTimezoneInvalid},
		"no name":       {func(s *access.Space) { s.Name = "" }, fault.CodeNameLength},
	} {
		if _, err := change(test.set); code(err) != test.want {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
	errNo := errors.New("no")
	if _, err := o.ChangeSpace(t.Context(), o.admin, "test", func(*access.Space) error { return errNo }); !errors.Is(err, errNo) {
		t.Errorf("what refuses itself: %v", err)
	}
	now, kept, err := o.SpaceNow(t.Context(), o.admin)
	if err != nil || now != want || kept != (access.Usage{}) {
		t.Errorf("now: %v, keeps %+v\n got %+v\nwant %+v", err, kept, now, want)
	}
	o.create(t, emails("ada@example.com"))
	if _, kept, err := o.SpaceNow(t.Context(), o.admin); err != nil || kept.Bytes == 0 {
		t.Errorf("it keeps %+v, %v", kept, err)
	}
}

func TestUsedToday(t *testing.T) {
	o := openOffice(t)
	budget := access.Budget{DailyWrites: access.AtMost(5)}
	write := func(k access.APIKey, n int) {
		for i := range n {
			g := access.Grant{Key: k, Space: access.Space{ID: k.Space, Subscription: access.Active}}
			if _, err := o.Do(t.Context(), g, book.Terms{RequestID: time.Unix(o.now.Add(1), int64(i)).String()}, &contact.Create{Patch: emails("ada@example.com")}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, k := range []access.APIKey{o.key, o.foreign} {
		if _, err := o.SetBudget(t.Context(), "test", k.ID, func(b *access.Budget) { *b = budget }); err != nil {
			t.Fatal(err)
		}
		write(k, 3)
	}
	used, err := o.UsedToday(t.Context(), o.admin, o.key.ID, o.foreign.ID, o.admin.Key.ID, 99)
	if err != nil || len(used) != 1 || used[o.key.ID].Writes != 3 {
		t.Errorf("used: %v, %+v", err, used)
	}
	o.now.Store(used[o.key.ID].Ends().Std().UnixNano())
	if used, err := o.UsedToday(t.Context(), o.admin, o.key.ID); err != nil || len(used) != 0 {
		t.Errorf("24 hours later: %v, %+v", err, used)
	}
}
