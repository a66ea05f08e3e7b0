package promise

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"testing/synctest"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var brokenTests = []suite.Test{
	{"after the storage failed, nothing is written any more", testBroken},
	{"the storage may also fail while a commit is asked for", testBrokenSaved},
	{"a backend that finds its storage broken by itself stops the store", testBrokenByItself},
	{"the storage may also fail while the registry changes, which then stays as it is", testBrokenRegistry},
}

var errBroken = fmt.Errorf("the test pulled the disk: %w", store.ErrBroken)

func testBroken(t *testing.T, b store.Backend) {
	for _, test := range []struct {
		step  suite.Step
		want  string
		there int
	}{
		{suite.AtBegin, isRefused, 0},
		{suite.AtSpaces, isRefused, 0},
		{suite.AtSave, isRefused, 0},
		{suite.BeforeCommit, isUnknown, 0},
		{suite.AfterCommit, isUnknown, 1},
	} {
		f, space := suite.NewFaulty(b), suite.NewSpace(t, b, "")
		s := suite.NewStore(t, f, store.Options{})
		held, calls := make(chan struct{}), 0
		f.SetHook(func(step suite.Step, _ *store.Save) error {
			calls++
			if step == test.step {
				<-held
				return errBroken
			}
			return nil
		})
		first := sendTo(bg, s, creation(space, name("A")))
		synctest.Wait()
		queued := sendTo(bg, s, creation(space, name("B")))
		synctest.Wait()
		select {
		case <-s.Broken():
			t.Errorf("%s: broken before it is", test.step)
		default:
		}
		until := calls
		close(held)
		synctest.Wait()
		later := sendTo(bg, s, creation(space, name("C")))
		synctest.Wait()

		select {
		case <-s.Broken():
		default:
			t.Errorf("%s: nobody is told", test.step)
		}
		if s.Check(bg) == nil {
			t.Errorf("%s: it says that it can serve", test.step)
		}
		if !first.done || answerOf(first) != test.want {
			t.Errorf("%s: answered %v, %v; want %q", test.step, first.done, first.err, test.want)
		}
		for _, p := range []*sent{queued, later} {
			if !p.done || fault.KindOf(p.err) != fault.Unavailable {
				t.Errorf("%s: a write after it: answered %v, %v; want it refused at once", test.step, p.done, p.err)
			}
		}
		if calls != until {
			t.Errorf("%s: %d more steps were tried", test.step, calls-until)
		}
		l := suite.Audit(t, b, space)
		if n := l.Ops[first.write.By.RequestID]; n != test.there || len(l.Changes) != test.there {
			t.Errorf("%s: %d times in the history, and %d changes; want %d", test.step, n, len(l.Changes), test.there)
		}
	}
}

func testBrokenSaved(t *testing.T, b store.Backend) {
	f, space := suite.NewFaulty(b), suite.NewSpace(t, b, "")
	s := suite.NewStore(t, f, store.Options{})
	asked := 0
	f.SetHook(func(step suite.Step, _ *store.Save) error {
		switch step {
		case suite.AfterCommit:
			return errOdd
		case suite.AtSaved:
			asked++
			return errBroken
		}
		return nil
	})
	p := sendTo(bg, s, creation(space, name("A")))
	synctest.Wait()
	if !p.done || answerOf(p) != isUnknown || asked != 1 {
		t.Errorf("answered %v, %v, after asking %d times", p.done, p.err, asked)
	}
	select {
	case <-s.Broken():
	default:
		t.Error("nobody is told")
	}
}

func testBrokenRegistry(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	another := access.Space{Name: "Example Ltd", TimeZone: "UTC", Subscription: access.Active, Created: 1}
	keyOf := func(hash byte) access.APIKey {
		return access.APIKey{Space: space, Name: "key", Hash: [sha256.Size]byte{hash}, Scopes: access.DefaultScopes, Created: 1}
	}
	key, err := b.CreateKey(bg, keyOf(1), suite.Noted("a key"))
	if err != nil {
		t.Fatal(err)
	}
	before := registryOf(t, b)
	changes := func(s *store.Store) []error {
		_, err1 := s.CreateSpace(bg, access.Act{Who: "test"}, another)
		_, err2 := s.UpdateSpace(bg, access.Act{Who: "test"}, space, func(sp *access.Space) error { sp.Name = "New name"; return nil })
		_, err3 := s.CreateKey(bg, access.Act{Who: "test"}, keyOf(2))
		_, err4 := s.UpdateKey(bg, access.Act{Who: "test"}, key.ID, func(k *access.APIKey) error { k.Name = "New name"; return nil })
		_, _, err5 := s.FirstSpace(bg, access.Act{Who: "test"}, another)
		signedIn := access.Session{Space: space, Key: key.ID, Created: 1, Expires: 2}
		_, _, err6 := s.UseLink(bg, [sha256.Size]byte{1}, signedIn)
		return []error{err1, err2, err3, err4, err5, err6, s.CreateSession(bg, signedIn, false), s.EndSession(bg, signedIn.Hash), s.EndSessions(bg, key.ID)}
	}
	for i := range 9 {
		f, steps := suite.NewFaulty(b), 0
		s := suite.NewStore(t, f, store.Options{})
		f.SetHook(func(step suite.Step, _ *store.Save) error {
			if steps++; step == suite.AtRegistry && steps == i+1 {
				return errBroken
			}
			return errOdd
		})
		for n, err := range changes(s) {
			if after := n > i; after != (fault.KindOf(err) == fault.Unavailable) || err == nil {
				t.Errorf("it fails at change %d, and change %d is answered %v", i, n, err)
			}
		}
		if _, err := s.Do(bg, creation(space, name("A"))); fault.KindOf(err) != fault.Unavailable || steps != i+1 {
			t.Errorf("it fails at change %d, and a write is answered %v after %d steps", i, err, steps)
		}
		select {
		case <-s.Broken():
		default:
			t.Errorf("it fails at change %d, and nobody is told", i)
		}
	}
	if after := registryOf(t, b); !reflect.DeepEqual(after, before) {
		t.Errorf("the registry was %+v\nand is %+v", before, after)
	}
}

// registry is all Spaces and keys of a backend.
type registry struct {
	spaces []access.Space
	keys   []access.APIKey
}

func registryOf(t *testing.T, b store.Backend) (r registry) {
	t.Helper()
	var err1, err2 error
	r.spaces, err1 = b.Spaces(bg)
	r.keys, err2 = b.APIKeys(bg)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	return r
}

// FAULT B3: what a read met was that request's error alone.
func testBrokenByItself(t *testing.T, b store.Backend) {
	f, space := suite.NewFaulty(b), suite.NewSpace(t, b, "")
	s := suite.NewStore(t, f, store.Options{})
	if err := s.Check(bg); err != nil {
		t.Fatal(err)
	}
	f.Fail(errBroken)
	f.Fail(errBroken) // once more does no harm
	select {
	case <-s.Broken():
	default:
		t.Error("nobody is told")
	}
	if s.Check(bg) == nil {
		t.Error("it says that it can serve")
	}
	if _, err := s.Do(bg, creation(space, name("A"))); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a write is answered %v", err)
	}
	if l := suite.Audit(t, b, space); len(l.Changes) != 0 {
		t.Errorf("%d changes", len(l.Changes))
	}
}
