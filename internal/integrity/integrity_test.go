package integrity_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/integrity"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// damages are what may be wrong with each kind of row, and how that is told. What is
// derived a repair makes anew; what is not stays as it is.
var damages = []struct {
	sql     string // run past the program
	want    string // a regular expression that a finding matches
	derived bool
}{
	{"UPDATE contacts SET version = version + 1 WHERE id = 4", `^Space 1, contact 4: its checksum is another\.$`, false},
	{"UPDATE contacts SET state = 2 WHERE id = 4", `^Space 1, contact 4: its checksum is another\.$`, false},
	{"UPDATE contacts SET parent_id = 3 WHERE id = 2", `^Space 1, contact 2: its checksum is another\.$`, false},
	{"UPDATE contacts SET created_at = created_at + 1 WHERE id = 4", `^Space 1, contact 4: its checksum is another\.$`, false},
	{"UPDATE contacts SET head_seq = head_seq - 1 WHERE id = 1", `^Space 1, contact 1: its checksum is another\.$`, false},
	{"UPDATE contacts SET depth = depth + 1 WHERE id = 1", `^Space 1, contact 1: its checksum is another\.$`, false},
	{"UPDATE contacts SET checksum = checksum + 1 WHERE id = 3", `^Space 1, contact 3: its checksum is another\.$`, false},
	{"UPDATE contacts SET doc = '{}' WHERE id = 1", `^Space 1, contact 1: its checksum is another\.$`, false},
	{"UPDATE contacts SET origins = '{}' WHERE id = 1", `^Space 1, contact 1: its checksum is another\.$`, false},
	{"DELETE FROM contacts WHERE id = 4", `^Space 1, change 4: its contact is not there\.$`, false},
	{"UPDATE contacts SET id = 777 WHERE id = 4", `^Space 1, contact 777: its checksum is another\.$`, false},

	{"UPDATE changes SET op_seq = 1 WHERE space_id = 1 AND seq = 5", `^Space 1, change 5: its checksum is another\.$`, false},
	{"UPDATE changes SET contact_id = 2 WHERE space_id = 1 AND seq = 5", `^Space 1, change 5: its checksum is another\.$`, false},
	{"UPDATE changes SET ref = 2 WHERE space_id = 1 AND seq = 5", `^Space 1, change 5: its checksum is another\.$`, false},
	{"UPDATE changes SET version = 9 WHERE space_id = 1 AND seq = 5", `^Space 1, change 5: its checksum is another\.$`, false},
	{"UPDATE changes SET prev_seq = 0 WHERE space_id = 1 AND seq = 5", `^Space 1, change 5: its checksum is another\.$`, false},
	{"UPDATE changes SET at = at + 1 WHERE space_id = 1 AND seq = 5", `^Space 1, change 5: its checksum is another\.$`, false},
	{"UPDATE changes SET action = 'patch' WHERE space_id = 1 AND seq = 5", `^Space 1, change 5: its checksum is another\.$`, false},
	{"UPDATE changes SET actor = '{}' WHERE space_id = 1 AND seq = 5", `^Space 1, change 5: its checksum is another\.$`, false},
	{"UPDATE changes SET reason = 'why' WHERE space_id = 1 AND seq = 5", `^Space 1, change 5: its checksum is another\.$`, false},
	{"UPDATE changes SET request_id = 'r' WHERE space_id = 1 AND seq = 5", `^Space 1, change 5: its checksum is another\.$`, false},
	{"UPDATE changes SET batch_id = 'b' WHERE space_id = 1 AND seq = 5", `^Space 1, change 5: its checksum is another\.$`, false},
	{"UPDATE changes SET undoes = 1 WHERE space_id = 1 AND seq = 5", `^Space 1, change 5: its checksum is another\.$`, false},
	{"UPDATE changes SET checksum = 1 WHERE space_id = 1 AND seq = 5", `^Space 1, change 5: its checksum is another\.$`, false},
	{"UPDATE changes SET edits = '{}' WHERE space_id = 1 AND seq = 5", `^Space 1, change 5: its checksum is another\.$`, false},
	{"UPDATE changes SET snapshot = NULL WHERE snapshot IS NOT NULL", `^Space 1, change 35: its checksum is another\.$`, false},
	{"DELETE FROM changes WHERE space_id = 1 AND seq = 20", `^Space 1, contact 1: its history is broken: change 20 is not there\.$`, false},
	{"DELETE FROM changes WHERE space_id = 1 AND seq = 20", `^Space 1, change 20: it is not there, nor are those after it before change 21\.$`, false},
	{"DELETE FROM changes WHERE space_id = 1 AND seq = 1", `^Space 1, contact 1: its history is broken: change 1 is not there\.$`, false},

	{"DELETE FROM aliases WHERE id = 2", `^Space 1, alias 2: it does not lead to`, true},
	{"UPDATE aliases SET canonical_id = 4 WHERE id = 2", `^Space 1, alias 2: it does not lead to`, true},
	{"INSERT INTO aliases VALUES (1, 4, 1)", `^Space 1, alias 4: it leads elsewhere, and the contact was not merged\.$`, true},
	{"INSERT INTO aliases VALUES (1, 99, 1)", `^Space 1, alias 99: there is no such contact\.$`, true},
	{"DELETE FROM match_keys WHERE kind = 0 AND id = 4", `^Space 1, match key of contact 4: it is not found by all`, true},
	{"DELETE FROM match_keys", `^Space 1, match key of contact 1: it is not found by all`, true},
	{"UPDATE match_keys SET key = 'eve@example.com' WHERE kind = 0 AND id = 4", `^Space 1, match key of contact 4: it is found by an email`, true},
	{"UPDATE match_keys SET id = 1 WHERE id = 4", `^Space 1, match key of contact 1: it is found by an email`, true},
	{"INSERT INTO match_keys VALUES (1, 1, '+447700900122', 3)", `^Space 1, match key of contact 3: it is found by an email`, true},
	{"INSERT INTO match_keys VALUES (1, 0, 'ada@example.com', 99)", `^Space 1, match key of contact 99: it is found by an email`, true},
	{"DELETE FROM search_keys WHERE id = 4", `^Space 1, key of searches of contact 4: a search does not find it`, true},
	{"DELETE FROM searched WHERE id = 4", `^Space 1, key of searches of contact 4: a search does not find it`, true},
	{"UPDATE searched SET keys = '3 eve' WHERE id = 4", `^Space 1, key of searches of contact 4: a search does not find it`, true},
	{"INSERT INTO search_keys VALUES (1, 3, 'eve', 4)", `^Space 1, key of searches of contact 4: a search looks at it for what it has not`, true},
	{"INSERT INTO search_keys VALUES (1, 3, 'eve', 99)", `^Space 1, key of searches of contact 99: a search looks at it for what it has not`, true},
	{"DELETE FROM plan_contacts", `^Space 1, plan contact P, row 1: it is not found by`, true},
	{"INSERT INTO plan_contacts VALUES (1, 'P', 4, 1)", `^Space 1, plan contact P, row 1: it is not found by`, true},
	{"INSERT INTO plan_contacts VALUES (1, 'P', 4, 2)", `^Space 1, plan contact P, row 2: it is not found by`, true},
	{"INSERT INTO plan_contacts VALUES (1, 'P', 4, 3)", `^Space 1, plan contact P, row 3: there is no such row\.$`, true},
	{"UPDATE spaces SET bytes = bytes + 1", `^Space 1, usage: what it counts as kept is not what is\.$`, true},
	{"UPDATE spaces SET bytes = 0", `^Space 1, usage: what it counts as kept is not what is\.$`, true},

	{"UPDATE spaces SET next_seq = 2", `^Space 1, counters: the next change would get a number that another has\.$`, false},
	{"UPDATE spaces SET next_seq = next_seq + 7", `^Space 1, change 48: it is not there, nor are those after it before change 55\.$`, false},
	{"UPDATE spaces SET last_at = 1", `^Space 1, counters: the newest change is later than they say\.$`, false},
	{"UPDATE spaces SET next_id = 2", `^Space 1, contact 4: its id may be given again\.$`, false},
	{"UPDATE id_blocks SET next = 3", `^numbers of contact: the next one that is given was given before\.$`, false},
	{"UPDATE distinct_pairs SET b = 99", `^Space 1, pair 1 and 99: one of its contacts is not there\.$`, false},
	{"UPDATE retries SET answer = '{\"reads\":true}'", `^Space 1, record of a retry of 20.*Z: its checksum is another\.$`, false},
	{"UPDATE retries SET request_id = 'r'", `^Space 1, record of a retry of 20.*Z: its checksum is another\.$`, false},
	{"UPDATE plans SET state = 'building'", `^Space 1, plan P: its checksum is another\.$`, false},
	{"UPDATE plans SET doc = '{\"rows\":1}'", `^Space 1, plan P: its checksum is another\.$`, false},
	{"UPDATE plan_rows SET outcome = 'same' WHERE n = 2", `^Space 1, plan P, row 2: its checksum is another\.$`, false},
	{"UPDATE plan_rows SET decided = NULL WHERE n = 2", `^Space 1, plan P, row 2: its checksum is another\.$`, false},
	{"DELETE FROM plan_rows WHERE n = 2", `^Space 1, plan P: its rows do not weigh what it says\.$`, false},
	{"UPDATE files SET state = 'completed'", `^Space 1, file E: its checksum is another\.$`, false},
	{"UPDATE file_chunks SET checksum = 0 WHERE n = 2", `^Space 1, file E, chunk 2: its checksum is another\.$`, false},
	{"DELETE FROM file_chunks WHERE n = 2", `^Space 1, file E, chunk 2: it is not there\.$`, false},
	{"DELETE FROM files", `^Space 1, file E: chunks of it are there, and it is not\.$`, false},
	{"DELETE FROM plans", `^Space 1, plan P: rows of it are there, and it is not\.$`, false},
}

func TestEachDamageIsFound(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(*testing.T, bool) *world) {
		for _, d := range damages {
			t.Run(d.sql, func(t *testing.T) {
				t.Parallel()
				w := open(t, true)
				w.sql(d.sql)
				w.wantFound(d.want, d.derived)
			})
		}
	})
}

// wantFound wants a finding, and a repair of what is derived and of nothing else.
func (w *world) wantFound(want string, derived bool) {
	w.Helper()
	matches := regexp.MustCompile(want).MatchString
	found, _ := w.check(integrity.Options{})
	if !slices.ContainsFunc(found, matches) {
		w.Fatalf("found %q, want %s", found, want)
	}
	if strings.Contains(strings.Join(found, " "), "example.com") {
		w.Errorf("it tells what is stored: %q", found)
	}
	var mended []string
	w.check(integrity.Options{Repair: true, Mended: func(f integrity.Finding) { mended = append(mended, f.String()) }})
	if slices.ContainsFunc(mended, matches) != derived {
		w.Errorf("made anew: %q", mended)
	}
	left, _ := w.check(integrity.Options{})
	if derived && len(left) > 0 || slices.ContainsFunc(left, matches) == derived {
		w.Errorf("after that it finds %q", left)
	}
}

// What has a right checksum and cannot be all the same.
func TestWhatIsSealedAndWrong(t *testing.T) {
	change := func(w *world, seq contact.Seq, alter func(*record.Change)) {
		row, found, err := w.backend.Change(bg, w.space, seq)
		if err != nil || !found {
			w.Fatal(err)
		}
		w.sql("DELETE FROM changes WHERE space_id = 1 AND seq = " + contact.ID(seq).String())
		alter(&row)
		row.Seal()
		suite.Commit(w.T, w.backend, w.backend.Lane(w.space), &store.Save{Changes: []record.Change{row}})
	}
	row := func(w *world, id contact.ID, alter func(*record.Contact)) {
		row, found, err := w.backend.Row(bg, w.space, id)
		if err != nil || !found {
			w.Fatal(err)
		}
		loaded := row.Version
		alter(&row)
		row.Seal()
		suite.Commit(w.T, w.backend, w.backend.Lane(w.space), &store.Save{Contacts: []store.ContactSave{{Row: row, Loaded: loaded, Moved: true}}})
	}
	tests := map[string]struct {
		damage func(*world)
		want   string
	}{
		"edits that lead elsewhere": {func(w *world) {
			change(w, 20, func(r *record.Change) { r.Edits = []byte(`{"names":{"before":["X"],"after":["Y"]}}`) })
		}, `change 20: it does not lead to what its contact was after it`},
		"a change that does nothing": {func(w *world) { change(w, 20, func(r *record.Change) { r.Edits = []byte(`{}`) }) },
			`change 1\d|change 20|change [2-9]: it does not lead to what its contact was after it`},
		"no snapshot where one belongs": {func(w *world) { change(w, 35, func(r *record.Change) { r.Snapshot = nil }) }, `change 35: it has a snapshot where none belongs, or none`},
		"a snapshot of something else": {func(w *world) {
			change(w, 35, func(r *record.Change) {
				r.Snapshot = []byte(`{"doc":{"names":["X"]},"origins":{"from":[[1,1]],"names":[0]}}`)
			})
		}, `change 35: its snapshot is not what its contact was after it`},
		"a version that does not grow": {func(w *world) { change(w, 20, func(r *record.Change) { r.Version = 40 }) }, `change 20: its version does not go with the change after it`},
		"a chain that leaves one out":  {func(w *world) { change(w, 20, func(r *record.Change) { r.Prev = 18 }) }, `change \d+: `},
		"a chain that ends early":      {func(w *world) { change(w, 20, func(r *record.Change) { r.Prev = 0 }) }, `change 20: its contact has more changes`},
		"a chain into another's":       {func(w *world) { change(w, 5, func(r *record.Change) { r.Prev = 4 }) }, `change 4: it is of another contact`},
		"an action that cannot be":     {func(w *world) { change(w, 20, func(r *record.Change) { r.Action = contact.ActionCreate }) }, `change 20: its contact was not created by its first change`},
		"a time that goes back":        {func(w *world) { change(w, 20, func(r *record.Change) { r.At = 1 }) }, `change 20: it is not later than the one before it`},
		"a write that is not":          {func(w *world) { change(w, 20, func(r *record.Change) { r.Op = 3 }) }, `change 20: it is not of the write that it says`},
		"an undo of what is to come":   {func(w *world) { change(w, 20, func(r *record.Change) { r.Undoes = 30 }) }, `change 20: it takes back what had not happened yet`},
		"a change that does not read":  {func(w *world) { change(w, 20, func(r *record.Change) { r.Edits = []byte(`{"x":1}`) }) }, `change 20: it does not read as what it should be`},
		"a row of before": {func(w *world) {
			row(w, 4, func(r *record.Contact) {
				r.Version, r.Head, r.Depth = 1, 4, 1
				r.Doc, r.Origins = []byte(`{"emails":["ada3@example.com"],"phones":["+44 7700 900123"],"names":["Ada 3"]}`), []byte(`{"from":[[4,4]],"emails":[0],"phones":[0],"names":[0]}`)
			})
		}, `change 4\d: its contact does not know of it`},
		"a contact that nobody brought": {func(w *world) { row(w, 4, func(r *record.Contact) { r.Origins = []byte(`{"from":[]}`) }) }, `contact 4: nobody brought one of its values`},
		"a contact that does not read":  {func(w *world) { row(w, 4, func(r *record.Contact) { r.Doc = []byte(`{"x":1}`) }) }, `contact 4: it does not read as what it should be`},
		"a state that there is not":     {func(w *world) { row(w, 4, func(r *record.Contact) { r.State = 7 }) }, `contact 4: it has a state that there is not`},
		"merged into nothing":           {func(w *world) { row(w, 4, func(r *record.Contact) { r.State = contact.Merged }) }, `contact 4: what it was merged into does not go with its state`},
		"merged into nobody":            {func(w *world) { row(w, 2, func(r *record.Contact) { r.Parent = 99 }) }, `contact 2: what it was merged into is not there`},
		"a circle": {func(w *world) {
			row(w, 2, func(r *record.Contact) { r.Parent = 4 })
			row(w, 4, func(r *record.Contact) { r.State, r.Parent = contact.Merged, 2 })
		}, `contact 2: what it was merged into leads in a circle`},
		"two histories with one end":  {func(w *world) { row(w, 4, func(r *record.Contact) { r.Head = 43 }) }, `contact 4: its history is that of another contact, too|change 43: it is of another contact`},
		"a newest change that is not": {func(w *world) { row(w, 4, func(r *record.Contact) { r.Head = 99 }) }, `contact 4: its newest change has a number that may be given again`},
		"a depth that is not":         {func(w *world) { row(w, 1, func(r *record.Contact) { r.Depth = 3 }) }, `its contact has more changes than its history|it has a snapshot where none belongs`},
	}
	onBoth(t, func(t *testing.T, open func(*testing.T, bool) *world) {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w := open(t, true)
				test.damage(w)
				w.wantFound(test.want, false)
			})
		}
	})
}

// Numbers that a restored backup leaves out are no damage, and told.
func TestRestored(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(*testing.T, bool) *world) {
		w := open(t, true)
		w.sql("UPDATE spaces SET next_seq = next_seq + 100000000, next_id = 0, block_end = 0")
		w.sql("UPDATE id_blocks SET next = next + 100000000")
		var notes []string
		found, _ := w.check(integrity.Options{Note: func(text string) { notes = append(notes, text) }})
		if len(found) != 0 || !slices.Equal(notes, []string{"Space 1 has no changes 48 to 100000047: a backup was restored there."}) {
			t.Errorf("found %q, noted %q", found, notes)
		}
		w.verb(&contact.Create{Patch: patch("Eve", "eve@example.com", "")})
		w.wantWhole()
	})
}
