package access_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/carnet-project/carnet/internal/access"
)

var act = access.Act{At: 5, Who: "cli: ada", Action: access.ActionUpdate}

// wantEntry holds an entry to be about these edits, or to be none where there are
// none.
func wantEntry(t *testing.T, e *access.Entry, about access.Entry, edits ...access.Edit) {
	t.Helper()
	if len(edits) == 0 {
		if e != nil {
			t.Errorf("got %+v, want no entry", *e)
		}
		return
	}
	about.Act, about.Edits = act, edits
	if e == nil || !reflect.DeepEqual(*e, about) {
		t.Errorf("got %+v\nwant %+v", e, about)
	}
}

// Each field of a Space by what changes it. A new one must be here, so that
// nobody forgets to tell of it.
func TestSpaceEntries(t *testing.T) {
	changes := map[string]struct {
		change func(*access.Space)
		want   []access.Edit
	}{
		"ID":           {}, // never changes
		"Created":      {}, // never changes
		"Name":         {func(s *access.Space) { s.Name = "New" }, []access.Edit{{"name", "Example", "New"}}},
		"TimeZone":     {func(s *access.Space) { s.TimeZone = "Europe/London" }, []access.Edit{{"timezone", "UTC", "Europe/London"}}},
		"Region":       {func(s *access.Space) { s.Region = "GB" }, []access.Edit{{"region", "", "GB"}}},
		"Subscription": {func(s *access.Space) { s.Subscription = access.Inactive }, []access.Edit{{"subscription", "active", "inactive"}}},
		"Limits": {func(s *access.Space) { s.Limits = s.Limits.With(access.Batch, 0).With(access.Update, 600) },
			[]access.Edit{{"limits.update", "60", "600"}, {"limits.batch", "10", "0"}}},
		"Rekeying": {}, // follows from Region
		"Quota": {func(s *access.Space) { s.Quota = access.Quota{Bytes: 1 << 30, Minute: 7} },
			[]access.Edit{{"quota.bytes", "", "1GiB"}, {"quota.minute", "", "7B"}}},
		"BinDays":  {func(s *access.Space) { s.BinDays = 30 }, []access.Edit{{"bin_days", "", "30"}}},
		"Remember": {func(s *access.Space) { s.Remember[0] = 1 }, []access.Edit{{"remember_erased", "", "on"}}},
		"Filterable": {func(s *access.Space) { s.Filterable = s.Filterable.With(16, true).With(1, true) },
			[]access.Edit{{"filterable.profile_field_1", "", "on"}, {"filterable.profile_field_16", "", "on"}}},
		"Labels": {func(s *access.Space) { s.Labels[29], s.Labels[0] = "Notes", "Customer plan" },
			[]access.Edit{{"labels.profile_field_1", "", "Customer plan"}, {"labels.profile_field_30", "", "Notes"}}},
	}
	wantFields(t, reflect.TypeFor[access.Space](), slices.Collect(maps.Keys(changes)))
	for field, c := range changes {
		if c.change == nil {
			continue
		}
		t.Run(field, func(t *testing.T) {
			before, after := goodSpace(), goodSpace()
			wantEntry(t, act.OfSpace(&before, &after), access.Entry{})
			c.change(&after)
			wantEntry(t, act.OfSpace(&before, &after), access.Entry{Space: 1}, c.want...)
			var back []access.Edit
			for _, e := range c.want {
				back = append(back, access.Edit{Setting: e.Setting, Before: e.After, After: e.Before})
			}
			wantEntry(t, act.OfSpace(&after, &before), access.Entry{Space: 1}, back...)
		})
	}
	made := goodSpace()
	made.Limits = made.Limits.With(access.Get, 0)
	wantEntry(t, act.OfSpace(nil, &made), access.Entry{Space: 1}, []access.Edit{
		{"name", "", "Example"}, {"timezone", "", "UTC"}, {"subscription", "", "active"},
		{"limits.update", "", "60"}, {"limits.create", "", "60"}, {"limits.get", "", "0"}, {"limits.list", "", "15"}, {"limits.batch", "", "10"}, {"limits.ui", "", "600"},
	}...)
}

func wantFields(t *testing.T, of reflect.Type, have []string) {
	t.Helper()
	var all []string
	for f := range of.Fields() {
		all = append(all, f.Name)
	}
	slices.Sort(all)
	if slices.Sort(have); !slices.Equal(have, all) {
		t.Errorf("the fields of %v are %v, and the table has %v", of, all, have)
	}
}

func entryKey() access.APIKey {
	return access.APIKey{ID: 7, Space: 1, Name: "crm", Hash: sha256.Sum256([]byte("x")), Scopes: access.DefaultScopes, Created: 1}
}

func TestKeyEntries(t *testing.T) {
	const at = 1_700_000_000_123_456
	none := []access.Edit(nil)
	changes := map[string]struct {
		change func(*access.APIKey)
		want   []access.Edit
	}{
		"ID":       {},                                                // never changes
		"Space":    {},                                                // never changes
		"Created":  {},                                                // never changes
		"Hash":     {func(k *access.APIKey) { k.Hash[0]++ }, none},    // never told
		"LastUsed": {func(k *access.APIKey) { k.LastUsed = 9 }, none}, // no change
		"Name":     {func(k *access.APIKey) { k.Name = "new" }, []access.Edit{{"name", "crm", "new"}}},
		"Scopes": {func(k *access.APIKey) { k.Scopes = access.ScopesOf(access.Admin) },
			[]access.Edit{{"scopes", "contacts:read,contacts:write", "admin"}}},
		"Budget": {func(k *access.APIKey) {
			k.Budget = access.Budget{MaxRemovals: access.AtMost(0), DailyRemovals: access.AtMost(100), DailyWrites: access.AtMost(7)}
		}, []access.Edit{{"max_removals", "", "0"}, {"daily_removals", "", "100"}, {"daily_writes", "", "7"}}},
		"Expires": {func(k *access.APIKey) { k.Expires = at }, []access.Edit{{"expires_at", "", "2023-11-14T22:13:20.123456Z"}}},
		"Revoked": {func(k *access.APIKey) { k.Revoked = at }, []access.Edit{{"revoked_at", "", "2023-11-14T22:13:20.123456Z"}}},
	}
	wantFields(t, reflect.TypeFor[access.APIKey](), slices.Collect(maps.Keys(changes)))
	for field, c := range changes {
		if c.change == nil {
			continue
		}
		t.Run(field, func(t *testing.T) {
			before, after := entryKey(), entryKey()
			c.change(&after)
			want := access.Entry{Space: 1, Key: 7, KeyName: after.Name}
			wantEntry(t, act.OfKey(&before, &after), want, c.want...)
		})
	}
	made := entryKey()
	made.Expires = at
	wantEntry(t, act.OfKey(nil, &made), access.Entry{Space: 1, Key: 7, KeyName: "crm"}, []access.Edit{
		{"name", "", "crm"}, {"scopes", "", "contacts:read,contacts:write"}, {"expires_at", "", "2023-11-14T22:13:20.123456Z"},
	}...)
}

// CONTRACT D19: of a key its hash is stored with the key alone, and its secret
// nowhere.
func TestEntriesHoldNoSecret(t *testing.T) {
	secret, err := access.NewSecret(strings.NewReader(strings.Repeat("random bytes", 3)))
	if err != nil {
		t.Fatal(err)
	}
	k := entryKey()
	k.Hash = secret.Hash()
	ended := k
	ended.Revoked = 5
	ended.Hash[0]++ // so that a diff of hashes would show
	for _, e := range []*access.Entry{act.OfKey(nil, &k), act.OfKey(&k, &ended)} {
		told := strings.ToLower(fmt.Sprintf("%+v %v %x %s", *e, *e, *e, access.EncodeEdits(e.Edits)))
		for _, hidden := range []string{
			secret.Reveal(), hex.EncodeToString(k.Hash[1:]), base64.StdEncoding.EncodeToString(k.Hash[:])[4:], fmt.Sprint(k.Hash[1:])[1:],
		} {
			if strings.Contains(told, strings.ToLower(hidden)) {
				t.Errorf("an entry holds a secret, or its hash: %s", told)
			}
		}
	}
}

func TestAuthor(t *testing.T) {
	for user, want := range map[string]string{
		"ada": "cli: ada", `EXAMPLE\Zoë 例え`: `cli: EXAMPLE\Zoë 例え`, "": "cli: ",
		"a\nb\x00\x1b[31m": "cli: a?b??[31m", "a\u202eb\u200bc\u00a0d": "cli: a?b?c?d", "a\xffb": "cli: a\ufffdb",
		strings.Repeat("é", 200): "cli: " + strings.Repeat("é", access.MaxName),
	} {
		if got := access.Author("cli", user); got != want {
			t.Errorf("Author of %q = %q, want %q", user, got, want)
		}
	}
}

func TestEncodeEdits(t *testing.T) {
	edits := []access.Edit{{"name", "", `Zoë's "Example"`}, {"limits.update", "60", "0"}}
	const want = `[["name","","Zoë's \"Example\""],["limits.update","60","0"]]`
	if got := access.EncodeEdits(edits); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, text := range []string{
		"", "null", "{}", `[null]`, `[["a","b"]]`, `[["a","b","c","d"]]`, `[["a",1,"c"]]`, `[["a",null,"c"]]`, `[] []`, ` []`, `[["a","b","\u0063"]]`, `[`,
	} {
		if got, err := access.DecodeEdits(text); err == nil {
			t.Errorf("DecodeEdits(%s) = %v", text, got)
		}
	}
}

func TestEditsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String()
		edits := rapid.SliceOf(rapid.Custom(func(t *rapid.T) access.Edit {
			return access.Edit{Setting: text.Draw(t, "setting"), Before: text.Draw(t, "before"), After: text.Draw(t, "after")}
		})).Draw(t, "edits")
		got, err := access.DecodeEdits(access.EncodeEdits(edits))
		if err != nil || !slices.Equal(got, edits) {
			t.Fatalf("%v, %v; want %v", got, err, edits)
		}
	})
}

// What can be read is what would be written.
func FuzzDecodeEdits(f *testing.F) {
	f.Add(`[["name","","Research"]]`)
	f.Add(`[["name","a","b"],["region","","DE"]]`)
	f.Fuzz(func(t *testing.T, text string) {
		edits, err := access.DecodeEdits(text)
		if err == nil && (access.EncodeEdits(edits) != text || !utf8.ValidString(text)) {
			t.Errorf("%q is read as %v", text, edits)
		}
	})
}
