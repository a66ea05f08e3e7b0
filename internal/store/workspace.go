package store

import (
	"errors"
	"slices"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/record"
)

// workspace is the state of one Space while a batch runs.
type workspace struct {
	state     State
	loaded    map[contact.ID]*contact.Contact // as the database has them; nobody changes one
	changed   []contact.ID                    // in the order of their first change
	changes   []record.Change
	redirects []RedirectRow
}

// decideSafely turns a panic into an error of that write alone. The panic's
// value is left out: it may hold personal data.
func decideSafely(decide func(*State) (contact.Delta, error), s *State) (d contact.Delta, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("store: a decision panicked")
		}
	}()
	return decide(s)
}

// check refuses a delta that would break the history: numbers with gaps,
// another write's name, versions that do not grow, a contact without a change.
func (ws *workspace) check(w *Write, d *contact.Delta) error {
	if len(d.Changes) != len(d.Contacts) {
		return errors.New("store: a delta must hold one change for each contact")
	}
	if n := contact.Seq(len(d.Changes)); ws.state.row.NextSeq > contact.MaxSeq+1-n {
		return errUsedUp("This Space has no numbers left for changes: the write was not done. Reading still works.")
	}
	created := 0
	for i := range d.Changes {
		ch, c := &d.Changes[i], &d.Contacts[i]
		if slices.ContainsFunc(d.Contacts[:i], func(other contact.Contact) bool { return other.ID == c.ID }) {
			return errors.New("store: a delta must change a contact once")
		}
		before := ws.state.contacts[c.ID]
		if before == nil {
			before = &contact.Contact{}
			if c.ID != ws.state.row.NextID+contact.ID(created) {
				return errors.New("store: a new contact must take the next id")
			}
			created++
		}
		if ch.Seq != ws.state.row.NextSeq+contact.Seq(i) || ch.Op != ws.state.row.NextSeq ||
			ch.RequestID != w.RequestID || ch.At != ws.state.at || ch.Contact != c.ID ||
			ch.Prev != before.Head || c.Head != ch.Seq || c.Version != ch.Version || c.Version <= before.Version {
			return errors.New("store: a change does not continue the history")
		}
	}
	for _, r := range d.Redirects {
		if !slices.ContainsFunc(d.Contacts, func(c contact.Contact) bool { return c.ID == r.From && c.Canonical == r.To }) {
			return errors.New("store: a redirect without its merge")
		}
	}
	if created > w.Needs.NewIDs {
		return errors.New("store: more contacts created than announced")
	}
	return nil
}

// accept makes the delta part of the state that later writes decide on.
func (ws *workspace) accept(space contact.SpaceID, d *contact.Delta) error {
	rows := make([]record.Change, len(d.Changes))
	for i := range d.Changes {
		row, err := record.EncodeChange(space, &d.Changes[i])
		if err != nil {
			return err
		}
		rows[i] = row
	}
	ws.changes = append(ws.changes, rows...)
	row := &ws.state.row
	for i := range d.Contacts {
		c := &d.Contacts[i]
		before := ws.state.contacts[c.ID]
		if before == nil {
			row.NextID++
		}
		if before == ws.loaded[c.ID] {
			ws.changed = append(ws.changed, c.ID)
		}
		ws.state.contacts[c.ID] = c
	}
	for _, r := range d.Redirects {
		ws.redirects = append(ws.redirects, RedirectRow{Space: space, Redirect: r})
	}
	row.NextSeq += contact.Seq(len(d.Changes))
	row.LastAt = ws.state.at
	ws.state.at++
	return nil
}

// errUsedUp refuses what would need a number beyond the last.
func errUsedUp(message string) error {
	return &fault.Error{Kind: fault.Unavailable, Code: "storage_full", Message: message, RetryAfter: time.Hour}
}

// CheckSpaceID refuses the number of a new Space that is beyond the last. Backends
// call it before they save one.
func CheckSpaceID(id contact.SpaceID) error {
	if id < 1 || id > contact.MaxSpaceID {
		return errUsedUp("There are no numbers left for Spaces: none was made.")
	}
	return nil
}
