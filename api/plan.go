package api

import (
	"encoding/json"
	"time"
)

// MaxPlanned is how many operations a plan may have.
const MaxPlanned = 100_000

// Plan is many writes that are looked at before they are done. A key that may propose and
// not read is told ID and State alone.
type Plan struct {
	ID         string              `json:"id"` // and that of the batch of what it does: see Filter
	State      PlanState           `json:"state"`
	Hash       string              `json:"hash"` // of all that it shows, for ApplyPlan; "" while that is not known
	Rows       int64               `json:"rows"`
	Counts     map[PlanOutcome]int `json:"counts"`   // of the rows that were looked at
	Removals   int64               `json:"removals"` // what it takes away, as MaxRemovals counts
	Contacts   int64               `json:"contacts"` // how many it changes; one that several rows change counts for each
	CreatedAt  time.Time           `json:"created_at"`
	ExpiresAt  time.Time           `json:"expires_at"` // until then it can be applied
	ProposedBy PlanActor           `json:"proposed_by"`
	Undo       *Undone             `json:"undo"`                // what it takes back; nil where operations were sent
	ImportID   string              `json:"import_id,omitempty"` // of the import that it is made of; "" of none
	FileName   *string             `json:"file_name,omitempty"` // of that import; nil where nobody said
	JobID      int64               `json:"job_id"`              // that looks at it, or applies it
	Message    *string             `json:"message"`             // a sentence for people, such as why it failed
	Applied    *PlanReport         `json:"applied"`             // nil until it is applied
}

// PlanState says where a plan is.
type PlanState string

// The states of a plan. The last four are ends.
const (
	PlanBuilding  PlanState = "building" // it is not known yet what it does
	PlanReady     PlanState = "ready"    // it can be looked at and applied
	PlanApplying  PlanState = "applying"
	PlanApplied   PlanState = "applied"
	PlanCancelled PlanState = "cancelled" // what it did by then stands
	PlanFailed    PlanState = "failed"    // likewise
	PlanExpired   PlanState = "expired"   // it is older than 7 days
)

// Moves tells whether the server is at work on the plan.
func (p *Plan) Moves() bool { return p.State == PlanBuilding || p.State == PlanApplying }

// PlanActor is who proposed a plan, or had it applied.
type PlanActor struct {
	Actor
	Reason    *string `json:"reason"`
	RequestID string  `json:"request_id"`
}

// PlanReport is what became of a plan that is applied, or was.
type PlanReport struct {
	By          PlanActor          `json:"by"`
	Rows        int64              `json:"rows"` // that it has come to
	Results     map[PlanResult]int `json:"results"`
	Removals    int64              `json:"removals"`
	CompletedAt *time.Time         `json:"completed_at"` // when it ended, in whatever way; nil until then
	UndoneBy    *string            `json:"undone_by"`    // the plan that took back what this one did; nil where none did, or that was taken back itself
}

// PlanOutcome is what a row of a plan was found to do.
type PlanOutcome string

// The outcomes of rows. Rows of the last four do nothing.
const (
	OutcomeCreate   PlanOutcome = "create"
	OutcomeUpdate   PlanOutcome = "update"
	OutcomeDelete   PlanOutcome = "delete"
	OutcomeMerge    PlanOutcome = "merge"
	OutcomeUnmerge  PlanOutcome = "unmerge"
	OutcomeSame     PlanOutcome = "same"          // all is so already
	OutcomeSince    PlanOutcome = "changed_since" // of an undo: all that it would take back was changed again since, and stays
	OutcomeConflict PlanOutcome = "conflict"      // something that is stored stands in its way
	OutcomeRefused  PlanOutcome = "refused"
)

// PlanResult is what became of a row of a plan.
type PlanResult string

// The results of rows. Those of the last three were left alone.
const (
	ResultDone     PlanResult = "done"          // as it was shown
	ResultRebased  PlanResult = "rebased"       // as it was shown, of a contact that had changed since
	ResultSame     PlanResult = "same"          // there was nothing left to do
	ResultSince    PlanResult = "changed_since" // of an undo: all that it was to take back was changed again by then, and stays
	ResultConflict PlanResult = "conflict"      // because of what had changed since
	ResultRefused  PlanResult = "refused"
)

// PlanRow is one write of a plan.
type PlanRow struct {
	Row       int64           // its number, from 1: rows are done in this order
	Line      int64           // of an import, of the file; 0 of none
	AddsTo    int64           // of an import, the row that makes the contact to which it adds; 0 for none
	LeftOut   []LeftOut       // of an import, what of the line was left out
	Import    *ImportLine     // of an undo plan, the line of a file that the change was done for; nil for none
	Operation json.RawMessage // as it was sent; of an undo plan, the undo of a change
	Outcome   PlanOutcome     // "" while it was not looked at
	ID        int64           // of the contact; 0 of a new one, and where the row does nothing
	Version   int64           // of it, that was looked at; 0 likewise
	Removals  int64
	Changes   *Edits     // nil where it was not looked at, and with Err
	Left      []Conflict // what an undo leaves as it is, because that was changed again since
	Err       *Error     // why it does nothing
	Result    PlanResult // "" until it was done, and of a row that does nothing
	Done      *PlanDone  // nil likewise
}

// LeftOut is what of a line of a file was left out.
type LeftOut struct {
	Column *string `json:"column"` // nil where it is about the whole line
	Why    string  `json:"why"`    // a sentence
}

// PlanDone is what became of a row.
type PlanDone struct {
	ID        int64      // of the contact; 0 where the row was left
	Version   int64      // that it left; 0 likewise
	ChangeID  string     // "" where nothing changed
	Conflicts []Remains  // of what splits contacts, as Split has them
	Left      []Conflict // what an undo left as it was, because that had been changed again by then
	Err       *Error     // why it was left
}

// Undone says which writes a plan takes back: those of a batch, which may be that of a
// plan; of a request; or of a key in a stretch of time. The others are nil.
type Undone struct {
	BatchID   *string    `json:"batch_id,omitzero"`
	RequestID *string    `json:"request_id,omitzero"`
	KeyID     *int64     `json:"key_id,omitzero"`
	Since     *time.Time `json:"since,omitzero"` // from, inclusive
	Until     *time.Time `json:"until,omitzero"` // to, exclusive
}
