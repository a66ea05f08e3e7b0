package store

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// RekeyJob brings the keys by which phones are found over from one region of a Space to
// another, while the Space is read and written. First each contact gets the new keys
// beside the old ones. When all have them, phones are found by the new ones, and the old
// ones go. Each write meanwhile leaves its contact with the keys of both, or of the new
// one alone.
const RekeyJob JobKind = "rekey"

// rekeying begins a change of region.
func rekeying(before, after *access.Space, at contact.Time) (*Job, error) {
	switch now := before.Rekeying; {
	case now.Phase == access.NotRekeying:
		after.Rekeying = access.Rekeying{Phase: access.KeysComing, From: before.Region}
	case now.Phase == access.KeysComing && after.Region == now.From: // all contacts still have these
		after.Rekeying = access.Rekeying{Phase: access.KeysLeaving, From: before.Region}
		return nil, nil // its job goes on with that
	default:
		return nil, fault.New(fault.Conflict, fault.CodeRekeying,
			"The phones of this Space are still being brought over from an earlier change of its region, which the running server does: see its jobs. Change the region again when that is done.")
	}
	return &Job{Space: before.ID, Kind: RekeyJob, State: JobQueued, Created: at, Due: at}, nil
}

// keyChanges gives the match keys that a contact loses and gains by a write.
func (ws *workspace) keyChanges(before, after *contact.Contact) (gone, come []contact.MatchKey) {
	if ws.row.Rekeying.Phase == access.NotRekeying {
		return contact.MatchKeyChanges(before, after, ws.row.Region)
	}
	return ws.row.Rekeying.Keys(before, after, ws.row.Region)
}

// rekeyAtOnce is how many contacts get their keys in one transaction.
const rekeyAtOnce = 200

// grantsEnd is how long other servers may go on to find phones as they did before:
// longer than a change of a Space takes to be in force (CONTRACT D19).
const grantsEnd = contact.Time(2 * time.Second / time.Microsecond)

// Rekey does the next step of a RekeyJob.
func (s *Store) Rekey(ctx context.Context, j *Job) error {
	space, _, found, err := s.backend.SpaceNow(ctx, j.Space)
	if err != nil || !found {
		return err
	}
	if space.Rekeying.Phase == access.NotRekeying {
		j.State = JobCompleted
		return nil
	}
	phase := strconv.FormatInt(int64(space.Rekeying.Phase), 10)
	after := contact.ID(0)
	if of, at, ok := strings.Cut(j.Cursor, " "); ok && of == phase {
		n, err := strconv.ParseInt(at, 10, 64)
		if err != nil {
			return err
		}
		after = contact.ID(n)
	}
	last, n, err := s.rekeySome(ctx, j.Space, after)
	if err != nil {
		return err
	}
	j.Done += int64(n)
	if last != 0 {
		j.Cursor = phase + " " + last.String()
		return nil
	}
	if space.Rekeying.Phase == access.KeysComing {
		j.Total = 2 * j.Done
		j.Due += grantsEnd
	}
	return s.nextPhase(ctx, j.Space, space.Rekeying.Phase)
}

// nextPhase ends a phase, unless that has ended.
func (s *Store) nextPhase(ctx context.Context, id contact.SpaceID, phase access.RekeyPhase) error {
	_, err := guarded(s, func() (access.Space, error) {
		return s.backend.UpdateSpace(ctx, id, func(space *access.Space) (WithSpace, error) {
			switch {
			case space.Rekeying.Phase != phase:
			case phase == access.KeysComing:
				space.Rekeying.Phase = access.KeysLeaving
			default:
				space.Rekeying = access.Rekeying{}
			}
			return WithSpace{}, nil
		})
	})
	return err
}

// rekeySome gives the contacts after an id their keys, and tells the last of them and
// how many they are; 0 where there are none.
func (s *Store) rekeySome(ctx context.Context, space contact.SpaceID, after contact.ID) (last contact.ID, n int, err error) {
	walk, err := s.reads.List(ctx, Listing{Space: space, After: after, OldestFirst: true, Limit: rekeyAtOnce})
	if err != nil {
		return 0, 0, err
	}
	if len(walk.Rows) == 0 {
		return contact.ID(walk.Stopped), 0, nil
	}
	w := Write{Space: space}
	for i := range walk.Rows {
		w.rekey = append(w.rekey, walk.Rows[i].ID)
	}
	_, err = s.Do(ctx, w)
	return w.rekey[len(w.rekey)-1], len(w.rekey), err
}

// saveKeys saves the keys of the contacts that a RekeyJob has come to. Those of contacts
// that change in the same batch are saved with them, and a row that cannot be read keeps
// what it has.
func (ws *workspace) saveKeys(space contact.SpaceID, s *Save) {
	if ws.row.Rekeying.Phase == access.NotRekeying {
		return
	}
	seen := map[contact.ID]bool{}
	for _, id := range ws.changed {
		seen[id] = true
	}
	for _, id := range ws.rekeyed {
		if c := ws.now(id); c != nil && !seen[id] {
			seen[id] = true
			gone, come := ws.keyChanges(c, c)
			s.KeysGone = appendKeys(s.KeysGone, space, id, gone)
			s.KeysCome = appendKeys(s.KeysCome, space, id, come)
		}
	}
}

// space gives the Space of pairs or keys.
func (s *Save) space() contact.SpaceID {
	for _, k := range slices.Concat(s.KeysGone, s.KeysCome) {
		return k.Space
	}
	for _, p := range slices.Concat(s.PairsGone, s.PairsCome) {
		return p.Space
	}
	return 0
}
