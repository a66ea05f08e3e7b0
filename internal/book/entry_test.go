package book_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// told gives the entries of a log as lines, without ids and times.
func told(t *testing.T, log iter.Seq2[access.Entry, error]) (lines []string) {
	t.Helper()
	for e, err := range log {
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprint(e.Who, " ", e.Action, " ", e.Space, " ", e.Key, " ", e.KeyName, " ", e.Edits))
	}
	return lines
}

func wantLog(t *testing.T, log iter.Seq2[access.Entry, error], want ...string) {
	t.Helper()
	if got := told(t, log); !slices.Equal(got, want) {
		t.Errorf("the log tells\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

const (
	madeSpace = "cli: ada create 1 0  [{name  one} {timezone  UTC} {subscription  active} {limits.update  60} {limits.create  60} {limits.get  30} {limits.list  15} {limits.batch  10} {limits.ui  600}]"
	madeKey   = "cli: ada create 1 1 crm [{name  crm} {scopes  contacts:read,contacts:write}]"
)

// Each use case that changes a Space or a key tells who did it and what; those
// that are refused, or change nothing, tell nothing.
func TestLogs(t *testing.T) {
	b, now := registry(t)
	wantLog(t, b.SpaceLog(t.Context(), 0))
	space, err := b.CreateSpace(t.Context(), "cli: ada", access.Space{Name: "one"})
	if err != nil {
		t.Fatal(err)
	}
	k, secret, err := b.CreateKey(t.Context(), "cli: ada", access.APIKey{Space: space.ID, Name: "crm"})
	if err != nil {
		t.Fatal(err)
	}
	update := func(by string, change func(*access.Space)) error {
		_, err := b.UpdateSpace(t.Context(), by, space.ID, func(s *access.Space) error { change(s); return nil })
		return err
	}
	if update("cli: eve", func(s *access.Space) { s.Region = "no region" }) == nil {
		t.Error("it is not refused")
	}
	if err := update("cli: zoë", func(s *access.Space) { s.Region, s.Labels[2] = "GB", "Plan" }); err != nil {
		t.Fatal(err)
	}
	if err := update("cli: eve", func(s *access.Space) { s.Region = "GB" }); err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.Enter(t.Context(), secret.Reveal(), access.Get, access.Read); err != nil { // which notes the use
		t.Fatal(err)
	}
	b.Close()
	if list, err := b.APIKeys(t.Context()); err != nil || list[0].LastUsed == 0 {
		t.Fatalf("the use of the key is not noted: %+v, %v", list, err)
	}
	wantLog(t, b.SpaceLog(t.Context(), space.ID), "cli: zoë update 1 0  [{region  GB} {labels.profile_field_3  Plan}]", madeSpace)
	wantLog(t, b.KeyLog(t.Context(), k.ID), madeKey)

	r, err := b.RotateKey(t.Context(), "cli: zoë", k.ID, time.Hour, func(book.Rotation) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	*now = now.Add(time.Minute)
	for range 2 { // the second time changes nothing
		if _, _, err := b.RevokeKey(t.Context(), "cli: eve", r.Made.ID); err != nil {
			t.Fatal(err)
		}
	}
	wantLog(t, b.KeyLog(t.Context(), 0),
		"cli: eve revoke 1 2 crm [{revoked_at  2026-06-30T12:01:00Z}]",
		"cli: zoë rotate 1 1 crm [{expires_at  2026-06-30T13:00:00Z}]",
		"cli: zoë create 1 2 crm [{name  crm} {scopes  contacts:read,contacts:write}]",
		madeKey)
	wantNoSecrets(t, b, secret, r.Secret)
	for e, err := range b.KeyLog(t.Context(), r.Made.ID) {
		if err != nil || e.At != contact.TimeOf(*now) {
			t.Errorf("the newest entry is of %v, %v", e.At, err)
		}
		break
	}
}

// CONTRACT D19: of a key's secret and its hash the logs hold nothing.
func wantNoSecrets(t *testing.T, b *book.Book, secrets ...access.Secret) {
	t.Helper()
	logs := strings.Join(append(told(t, b.KeyLog(t.Context(), 0)), told(t, b.SpaceLog(t.Context(), 0))...), "\n")
	for _, s := range secrets {
		hash := s.Hash()
		for _, hidden := range []string{
			s.Reveal(), hex.EncodeToString(hash[:]), fmt.Sprintf("%X", hash), base64.StdEncoding.EncodeToString(hash[:]), string(hash[:]), fmt.Sprint(hash),
		} {
			if strings.Contains(logs, hidden) {
				t.Errorf("the logs hold a secret, or its hash: %s", logs)
			}
		}
	}
}

// A log of any length is read whole, in its order, and no further than its
// reader goes.
func TestLongLog(t *testing.T) {
	b, _ := registry(t)
	space := makeSpace(t, b)
	const changes = 1203 // more than two pages
	for n := range changes {
		_, err := b.UpdateSpace(t.Context(), "test", space.ID, func(s *access.Space) error {
			s.Limits = s.Limits.With(access.Get, 100+n)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	n, last := changes, int64(0)
	for e, err := range b.SpaceLog(t.Context(), space.ID) {
		if n--; err != nil || n >= 0 && e.Edits[0].After != fmt.Sprint(100+n) || last != 0 && e.ID >= last {
			t.Fatalf("entry %d is %+v, %v", n, e, err)
		}
		last = e.ID
	}
	if n != -1 { // and the one of the Space's making
		t.Errorf("%d of %d changes are told", changes-n, changes)
	}
	for range b.SpaceLog(t.Context(), 0) {
		break
	}
}

func TestLogsOfNothing(t *testing.T) {
	b, _ := registry(t)
	wantLog(t, b.KeyLog(t.Context(), 0))
	space := makeSpace(t, b)
	for name, c := range map[string]struct {
		log  iter.Seq2[access.Entry, error]
		code fault.Code
	}{
		"a Space that is not": {b.SpaceLog(t.Context(), space.ID+1), "space_not_found"},
		"a key that is not":   {b.KeyLog(t.Context(), 1), "key_not_found"},
	} {
		n := 0
		for _, err := range c.log {
			if n++; code(err) != c.code {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n != 1 {
			t.Errorf("%s: %d answers", name, n)
		}
	}
}

// One Space is made where there is none, by whoever is first, and told of once.
func TestFirstSpace(t *testing.T) {
	b, _ := registry(t)
	_, _, err := b.FirstSpace(t.Context(), "serve", access.Space{})
	if code(err) != "name_length" {
		t.Errorf("without a name: %v", err)
	}
	first, made, err := b.FirstSpace(t.Context(), "serve", access.Space{Name: "default"})
	if err != nil || !made || first.TimeZone != access.DefaultTimeZone || first.Subscription != access.Active || first.Created == 0 {
		t.Errorf("%+v, made %v, %v", first, made, err)
	}
	makeSpace(t, b)
	again, made, err := b.FirstSpace(t.Context(), "serve", access.Space{Name: "default"})
	if err != nil || made || again != first {
		t.Errorf("again: %+v, made %v, %v", again, made, err)
	}
	if lines := told(t, b.SpaceLog(t.Context(), first.ID)); len(lines) != 1 || !strings.HasPrefix(lines[0], "serve create ") {
		t.Errorf("the log tells %q", lines)
	}
}
