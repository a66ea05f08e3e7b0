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
// beside the old ones. When all have them, phones are found by the new ones; and when
// every server knows that, the old ones go. Each write meanwhile leaves its contact with
// the keys of both, or at last of the new one alone. It is the job that was created when
// the change began, and is needed: half of it would be phones found by half.
const RekeyJob JobKind = "rekey"

// rekeying begins a change of region, with its job.
func rekeying(before, after *access.Space, at contact.Time) ([]Job, error) {
	switch now := before.Rekeying; {
	case now.Phase == access.NotRekeying:
		after.Rekeying = access.Rekeying{Phase: access.KeysComing, From: before.Region, At: at}
	case now.Phase == access.KeysComing && after.Region == now.From: // all contacts still have these
		after.Rekeying = access.Rekeying{Phase: access.KeysLeaving, From: before.Region, At: now.At}
		return nil, nil // its job goes on with that
	default:
		return nil, fault.New(fault.Conflict, fault.CodeRekeying,
			"The phones of this Space are still being brought over from an earlier change of its region, which the running server does: see its jobs. Change the region again when that is done.")
	}
	return []Job{{Space: before.ID, Kind: RekeyJob, State: JobQueued, Created: at, Due: at}}, nil
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
	if err != nil {
		return err
	}
	now := space.Rekeying
	if !found || now.Phase == access.NotRekeying || now.At != j.Created {
		j.State, j.Total = JobCompleted, j.Done
		return nil
	}
	begun, after := rekeyedTo(j.Cursor, now.Phase)
	if now.Phase == access.KeysBoth {
		if begun {
			return s.nextPhase(ctx, j.Space, now)
		}
		j.Cursor, j.Total = rekeyCursor(now.Phase, 0), 2*j.Done
		j.Due += grantsEnd
		return nil
	}
	last, n, err := s.rekeySome(ctx, j.Space, after)
	if err != nil {
		return err
	}
	if last == 0 {
		return s.nextPhase(ctx, j.Space, now)
	}
	j.Cursor = rekeyCursor(now.Phase, last)
	if j.Done += int64(n); j.Total > 0 { // some may have been made meanwhile
		j.Total = max(j.Total, j.Done)
	}
	return nil
}

// rekeyCursor says how far a phase is.
func rekeyCursor(phase access.RekeyPhase, last contact.ID) string {
	return strconv.FormatInt(int64(phase), 10) + " " + last.String()
}

// rekeyedTo reads a cursor: whether it is of this phase, and the last contact that is
// done.
func rekeyedTo(cursor string, phase access.RekeyPhase) (begun bool, last contact.ID) {
	of, at, _ := strings.Cut(cursor, " ")
	if of != strconv.FormatInt(int64(phase), 10) {
		return false, 0
	}
	n, _ := strconv.ParseInt(at, 10, 64) // where it cannot be read, the phase begins anew
	return true, contact.ID(n)
}

// nextPhase ends a phase, unless that has ended.
func (s *Store) nextPhase(ctx context.Context, id contact.SpaceID, now access.Rekeying) error {
	_, err := guarded(s, func() (access.Space, error) {
		return s.backend.UpdateSpace(ctx, id, func(space *access.Space) (WithSpace, error) {
			switch {
			case space.Rekeying != now:
			case now.Phase == access.KeysLeaving:
				space.Rekeying = access.Rekeying{}
			default:
				space.Rekeying.Phase++
			}
			return WithSpace{}, nil
		})
	})
	s.unfolded.add(id)
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
	for i := range s.Plans {
		return s.Plans[i].Plan.Space
	}
	for i := range s.Files {
		return s.Files[i].File.Space
	}
	for i := range s.Spaces {
		return s.Spaces[i].Space
	}
	return 0
}
