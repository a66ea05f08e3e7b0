package api

import (
	"encoding/json"
)

// MarshalJSON writes it as the API answers it: of one of which the key was told ID and State
// alone, these.
func (p Plan) MarshalJSON() ([]byte, error) {
	if p.CreatedAt.IsZero() {
		return encode(struct {
			ID    string    `json:"id"`
			State PlanState `json:"state"`
		}{p.ID, p.State})
	}
	type members Plan
	return encode(struct {
		ID    string    `json:"id"`    // before those that are embedded
		State PlanState `json:"state"` // likewise
		Hash  *string   `json:"hash"`
		members
	}{p.ID, p.State, orNull(p.Hash), members(p)})
}

// planRowText is a row of a plan as the API answers it.
type planRowText struct {
	Row       int64           `json:"row"`
	Line      int64           `json:"line,omitempty"`
	AddsTo    *int64          `json:"adds_to,omitempty"`
	LeftOut   []LeftOut       `json:"left_out,omitempty"`
	Import    *ImportLine     `json:"import,omitempty"`
	Operation json.RawMessage `json:"operation"`
	Outcome   *PlanOutcome    `json:"outcome"`
	ID        *int64          `json:"id"`
	Version   *int64          `json:"version"`
	Removals  int64           `json:"removals"`
	Changes   *Edits          `json:"changes"`
	Left      []Conflict      `json:"left"`
	Error     *sentError      `json:"error"`
	Result    *PlanResult     `json:"result"`
	Done      *planDoneText   `json:"done"`
}

type planDoneText struct {
	ID        *int64     `json:"id"`
	Version   *int64     `json:"version"`
	ChangeID  *string    `json:"change_id"`
	Conflicts []Remains  `json:"conflicts"`
	Left      []Conflict `json:"left"`
	Error     *sentError `json:"error"`
}

// UnmarshalJSON reads it as the API answers it.
func (r *PlanRow) UnmarshalJSON(text []byte) error {
	var sent planRowText
	if err := json.Unmarshal(text, &sent); err != nil {
		return err
	}
	*r = PlanRow{Row: sent.Row, Line: sent.Line, AddsTo: orZero(sent.AddsTo), LeftOut: sent.LeftOut, Import: sent.Import, Operation: sent.Operation, Outcome: orZero(sent.Outcome), ID: orZero(sent.ID), Version: orZero(sent.Version),
		Removals: sent.Removals, Changes: sent.Changes, Left: sent.Left, Err: sent.Error.orNil(), Result: orZero(sent.Result)}
	if d := sent.Done; d != nil {
		r.Done = &PlanDone{ID: orZero(d.ID), Version: orZero(d.Version), ChangeID: orZero(d.ChangeID), Conflicts: d.Conflicts, Left: d.Left, Err: d.Error.orNil()}
	}
	return nil
}

// MarshalJSON writes it as the API answers it.
func (r PlanRow) MarshalJSON() ([]byte, error) {
	text := planRowText{Row: r.Row, Line: r.Line, AddsTo: orNull(r.AddsTo), LeftOut: r.LeftOut, Import: r.Import, Operation: r.Operation, Outcome: orNull(r.Outcome), ID: orNull(r.ID), Version: orNull(r.Version),
		Removals: r.Removals, Changes: r.Changes, Left: r.Left, Error: sentOf(r.Err), Result: orNull(r.Result)}
	if d := r.Done; d != nil {
		text.Done = &planDoneText{orNull(d.ID), orNull(d.Version), orNull(d.ChangeID), d.Conflicts, d.Left, sentOf(d.Err)}
	}
	return encode(text)
}

func orNull[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}

func orZero[T any](value *T) (zero T) {
	if value == nil {
		return zero
	}
	return *value
}
