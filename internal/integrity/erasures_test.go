package integrity_test

import (
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// erase erases a contact, and does all of its job.
func (w *world) erase(id contact.ID) {
	w.Helper()
	job, err := w.store.CreateJob(bg, store.Job{Space: w.space, Kind: store.EraseJob, State: store.JobQueued, Of: id.String(), Created: 1, Due: 1})
	if err != nil {
		w.Fatal(err)
	}
	write := suite.Write(suite.NewRequest(), w.space, &contact.Erase{Ref: id})
	write.Erase = job.ID
	w.do(write)
	if err := w.store.EraseHistory(bg, &job, forgets{}); err != nil {
		w.Fatal(err)
	}
}

// forgets takes the chunks of the file that export makes.
type forgets struct{ store.Forgetter }

func (forgets) ForgetFile(e *record.File) (save store.FileSave, more bool, err error) {
	e.State, e.Doc = "erased", []byte(`{"sizes":[1,2],"first":2,"gone":2}`)
	return store.FileSave{Gone: 2, Was: e.Weight}, false, nil
}

// CONTRACT D35: whatever is another in what is noted of who was erased, or in what is left of
// them, is found.
func TestDamagedErasuresAreFound(t *testing.T) {
	tests := map[string]string{
		"DELETE FROM erasures":                                                         `^Space 1, change 48: what it erased is not noted\.$`,
		"UPDATE erasures SET space_id = 2":                                             `^Space 2, erasure 4: its contact is not erased\.$`,
		"UPDATE erasures SET contact_id = 3":                                           `^Space 1, erasure 3: its contact is not erased\.$`,
		"UPDATE erasures SET contact_id = 99":                                          `^Space 1, change 48: what it erased is not noted\.$`,
		"UPDATE erasures SET at = at + 1":                                              `^Space 1, erasure 4: the change that erased it is another\.$`,
		"UPDATE erasures SET op_seq = 47":                                              `^Space 1, erasure 4: the change that erased it is another\.$`,
		"UPDATE erasures SET job_id = 99":                                              `^Space 1, erasure 4: its job is another\.$`,
		"UPDATE jobs SET about = '3'":                                                  `^Space 1, erasure 4: its job is another\.$`,
		"UPDATE erasures SET scrubbed_at = 1":                                          `^Space 1, erasure 4: it was scrubbed before it was erased\.$`,
		"UPDATE contacts SET state = 0 WHERE id = 4":                                   `^Space 1, contact 4: its checksum is another\.$`,
		"UPDATE changes SET action = 'delete' WHERE space_id = 1 AND seq = 48":         `^Space 1, change 48: its checksum is another\.$`,
		`UPDATE changes SET edits = '{"erased":true}' WHERE space_id = 1 AND seq = 20`: `^Space 1, change 20: its checksum is another\.$`,
		`UPDATE changes SET reason = 'because' WHERE space_id = 1 AND seq = 4`:         `^Space 1, change 4: its checksum is another\.$`,
		"INSERT INTO erasures VALUES (1, 1, 1, 1, 99, 0)":                              `^Space 1, erasure 1: its contact is not erased\.$`,
	}
	onBoth(t, func(t *testing.T, open func(*testing.T, bool) *world) {
		for sql, want := range tests {
			t.Run(sql, func(t *testing.T) {
				t.Parallel()
				w := open(t, true)
				w.erase(w.ids[3])
				w.wantWhole()
				w.sql(sql)
				w.wantFound(want, false)
			})
		}
	})
}
