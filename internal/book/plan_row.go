package book

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/wire"
)

// PlanRow is one write of a plan, and what it was found to do.
type PlanRow struct {
	N         int64
	Operation []byte // as CONTRACT D33 spells it
	Outcome   contact.RowOutcome
	Contact   contact.ID      // that it is about; 0 for a new one, and where there is none
	Version   contact.Version // that was read of it; 0 likewise
	Removals  int
	Changes   contact.Edits // of that contact, as who reads it sees them
	Hides     []contact.Hidden
	Left      []contact.Conflict // what it leaves, because that was changed again
	Err       error              // why it does nothing
	Line      int                // of the file that it comes of; 0 where it comes of none
	AddsTo    int64              // the row that makes the contact to which it adds; 0 for none
	LeftOut   []LeftOut          // of what the file says there
	Undoes    contact.ImportLine // that the change was done for which it takes back; zero where that was for none
	Result    RowResult          // "" until it was done
	Done      *RowDoneAs
}

// LeftOut is what of a line of a file was left out, and why.
type LeftOut struct {
	Column string `json:"column,omitzero"` // "" where it is about the whole line
	Why    string `json:"why"`
}

// RowDoneAs is what became of a row.
type RowDoneAs struct {
	Contact contact.ID
	Version contact.Version
	Change  contact.Seq // 0 where nothing changed
	Removed int
	Left    []contact.Conflict // what it left, because that was changed again by then
	Remains []contact.Remains
	Err     error
}

// decided is what a row was found to do, as it is stored: docs/format.md describes it.
type decided struct {
	Contact  contact.ID      `json:"contact,omitzero"`
	Version  contact.Version `json:"version,omitzero"`
	Removals int             `json:"removals,omitzero"`
	Shown    []shown         `json:"shown,omitzero"`
	Seen     jsontext.Value  `json:"seen,omitzero"` // what who reads the contact sees, where that is not what is shown
	Hides    []keptField     `json:"hides,omitzero"`
	Left     []keptField     `json:"left,omitzero"`
	Refused  *keptRefusal    `json:"refused,omitzero"`

	// Of a row of an import:
	Line    int          `json:"line,omitzero"`
	AddsTo  int64        `json:"adds_to,omitzero"` // the row that makes its contact
	Keys    []contact.ID `json:"keys,omitzero"`    // what later rows may be matched by: see keyedBy
	LeftOut []LeftOut    `json:"left_out,omitzero"`
}

// shown is what a row was found to do to one contact.
type shown struct {
	Contact contact.ID     `json:"contact"`
	Op      contact.Seq    `json:"op"`    // by which its own values are marked
	Found   []byte         `json:"found"` // a hash of what the contact showed
	Edits   jsontext.Value `json:"edits"`
}

// operation reads the verb of a row.
func operation(row *record.PlanRow) contact.Verb { return wire.ReadOperation(row.Operation, row.Space) }

// decide writes down what a row was found to do.
func decide(row *record.PlanRow, out *store.Outcome) error {
	var d decided
	return d.write(row, out)
}

// write writes down what a row was found to do, beside what it says already.
func (d *decided) write(row *record.PlanRow, out *store.Outcome) error {
	row.Outcome = string(contact.OutcomeOf(out.Entries, out.Stands, out.Err))
	if out.Err != nil {
		d.Refused = keepRefusal(out.Err)
	} else {
		if d.Contact, d.Version = out.Subject.ID, out.Found.Version; d.Version == 0 {
			d.Contact = 0
		}
		d.Removals = contact.Removals(out.Entries)
		d.Left = keptConflicts(out.Left)
		for _, h := range contact.Hides(out.Entries, out.Subject.ID) {
			d.Hides = append(d.Hides, keptField{Contact: h.Contact, Field: h.Slot.Path(), Yours: []string{h.Text}, Theirs: textIf(h.Behind)})
		}
		if err := d.show(row, out); err != nil {
			return err
		}
	}
	var err error
	row.Decided, err = json.Marshal(d)
	return err
}

func textIf(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// show writes down what a row was found to do to each contact.
func (d *decided) show(row *record.PlanRow, out *store.Outcome) error {
	p := contact.Plan(nil, out.Entries)
	for i := range p.Shown {
		ch := &p.Shown[i]
		edits, err := record.EncodeEdits(contact.Origin{Contact: ch.Contact, Op: ch.Op}, &ch.Edits)
		if err != nil {
			return err
		}
		d.Shown = append(d.Shown, shown{Contact: ch.Contact, Op: ch.Op, Found: p.Found[i].Sum[:], Edits: edits})
		if out.Found.Version != 0 { // of a new one, nobody knows the id
			row.Contacts = append(row.Contacts, ch.Contact)
		}
		if state := ch.Edits.State; ch.Contact == out.Subject.ID && state != nil {
			seen := contact.Seen(out.Entries, ch.Contact)
			if d.Seen, err = record.EncodeEdits(contact.Origin{Contact: ch.Contact, Op: ch.Op}, &seen); err != nil {
				return err
			}
		}
	}
	return nil
}

// planned gives the verb of a row, which does what it was found to do.
func planned(row *record.PlanRow) (*contact.Planned, error) {
	var d decided
	if err := json.Unmarshal(row.Decided, &d); err != nil {
		return nil, err
	}
	p := &contact.Planned{}
	if d.AddsTo == 0 {
		p.Verb = operation(row)
	}
	for i := range d.Shown {
		s := &d.Shown[i]
		edits, err := record.DecodeEdits(s.Edits, contact.Origin{Contact: s.Contact, Op: s.Op})
		if err != nil {
			return nil, err
		}
		found := contact.Showing{ID: s.Contact}
		copy(found.Sum[:], s.Found)
		p.Found = append(p.Found, found)
		p.Shown = append(p.Shown, contact.Change{Contact: s.Contact, Op: s.Op, Edits: edits})
	}
	return p, nil
}

// rowOf reads a row as people are shown it.
func rowOf(r *record.PlanRow) (PlanRow, error) {
	row := PlanRow{N: r.N, Operation: r.Operation, Outcome: contact.RowOutcome(r.Outcome), Result: RowResult(r.Result)}
	if r.Decided == nil {
		return row, nil
	}
	var d decided
	if err := json.Unmarshal(r.Decided, &d); err != nil {
		return row, err
	}
	row.Contact, row.Version, row.Removals = d.Contact, d.Version, d.Removals
	row.Line, row.AddsTo, row.LeftOut = d.Line, d.AddsTo, d.LeftOut
	if d.AddsTo != 0 { // nobody knows the id
		row.Contact, row.Version = 0, 0
	}
	row.Left = conflictsOf(d.Left)
	if d.Refused != nil {
		row.Err = d.Refused.err(true)
	}
	for i := range d.Hides {
		h := &d.Hides[i]
		row.Hides = append(row.Hides, contact.Hidden{Contact: h.Contact, Slot: h.slot(), Text: h.Yours[0], Behind: strings.Join(h.Theirs, "")})
	}
	for i := range d.Shown {
		s := &d.Shown[i]
		text := s.Edits
		if d.Seen != nil {
			text = d.Seen
		}
		if s.Contact != d.Contact && d.Contact != 0 {
			continue
		}
		edits, err := record.DecodeEdits(text, contact.Origin{Contact: s.Contact, Op: s.Op})
		if err != nil {
			return row, err
		}
		row.Changes = edits
		break
	}
	if r.Done != nil {
		var k keptResult
		if err := json.Unmarshal(r.Done, &k); err != nil {
			return row, err
		}
		row.Done = &RowDoneAs{Contact: k.Contact, Version: k.Version, Change: k.Op, Removed: k.Removed, Left: conflictsOf(k.Left), Remains: k.remains()}
		if k.Refused != nil {
			row.Done.Err = k.Refused.err(true)
		}
	}
	return row, nil
}

// result writes down what became of a row, and gives that.
func result(row *record.PlanRow, out *store.Outcome, verb contact.Verb) (RowResult, error) {
	res := RowDone
	switch outcome := contact.OutcomeOf(out.Entries, out.Stands, out.Err); {
	case outcome == contact.RowConflict, fault.KindOf(out.Err) == fault.NotFound, fault.KindOf(out.Err) == fault.Gone:
		res = RowLeft
	case out.Err != nil:
		res = RowRejected
	case outcome == contact.RowSince:
		res = RowKept
	case len(out.Entries) == 0:
		res = RowAlready
	case moved(verb, out.Entries):
		res = RowRebased
	}
	k := keptResultOf(out)
	k.Left = keptConflicts(out.Left)
	var err error
	row.Result = string(res)
	row.Done, err = json.Marshal(&k)
	return res, err
}

// moved tells whether a contact was not as it was found to be.
func moved(verb contact.Verb, entries []contact.Entry) bool {
	was, ok := verb.(*contact.Planned)
	if !ok || len(was.Found) == 0 {
		return false
	}
	now := contact.Plan(nil, entries)
	for _, found := range now.Found {
		for _, before := range was.Found {
			if found.ID == before.ID && found != before {
				return true
			}
		}
	}
	return false
}

// hashOf gives the hash of a plan without rows.
func hashOf(plan string) []byte {
	sum := sha256.Sum256([]byte(plan))
	return sum[:]
}

// hashed gives the hash of a plan's rows up to this one, from that up to the one before.
func hashed(before []byte, row *record.PlanRow) []byte {
	h := sha256.New()
	h.Write(before)
	put := func(b []byte) {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(b)))
		h.Write(size[:])
		h.Write(b)
	}
	put([]byte(row.Outcome))
	put(row.Operation)
	put(row.Decided)
	return h.Sum(nil)
}

// RowContacts gives the contacts that a row was found to change, by which it is found. It
// returns false where that is not known: of a row that is not decided yet, and of one that
// waits for others, which is found by all that it is about.
func RowContacts(row *record.PlanRow) (ids []contact.ID, known bool, err error) {
	if row.Decided == nil {
		return nil, false, nil
	}
	var d decided
	if err := json.Unmarshal(row.Decided, &d); err != nil {
		return nil, false, err
	}
	if d.Line != 0 && d.Refused == nil {
		return d.importContacts(row.N), true, nil
	}
	if d.Contact == 0 { // of a new one, nobody knows the id
		return nil, d.Refused == nil, nil
	}
	for i := range d.Shown {
		ids = append(ids, d.Shown[i].Contact)
	}
	return ids, true, nil
}

// importContacts gives by what a row of an import is found: see importView.
func (d *decided) importContacts(n int64) []contact.ID {
	if len(d.Shown) == 0 {
		return nil
	}
	return append([]contact.ID{subjectOfRow(n, d)}, d.Keys...)
}
