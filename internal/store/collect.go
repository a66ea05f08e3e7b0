package store

import (
	"fmt"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
)

// collect gathers what the batch has to write: each contact once, in its last
// state, every change, and what is kept of retries. The mark is its first change,
// or its first record of a retry where nothing changes.
func (b *batchRun) collect() (*Save, Mark, error) {
	var s Save
	var answers []record.Retry
	for space, ws := range b.spaces {
		ws.pairs.save(space, &s)
		ws.saveKeys(space, &s)
		if len(ws.changes)+len(ws.kept)+len(ws.planSaves())+len(ws.fileSaves())+len(ws.over)+len(ws.answers)+len(ws.changed) == 0 {
			continue
		}
		s.Plans = append(s.Plans, ws.planSaves()...)
		s.Files = append(s.Files, ws.fileSaves()...)
		s.RetriesGone = append(s.RetriesGone, ws.forgotten...)
		s.Retries = append(s.Retries, ws.kept...)
		answers = append(answers, ws.answers...)
		s.Changes = append(s.Changes, ws.changes...)
		s.Rewritten = append(s.Rewritten, ws.over...)
		s.Erasures = append(s.Erasures, ws.erasures...)
		s.Remembered = append(s.Remembered, ws.remembered...)
		s.Redirects = append(s.Redirects, ws.redirects...)
		for _, id := range ws.changed {
			before, after := ws.known[id].loaded, ws.known[id].now
			row, err := record.EncodeContact(space, after)
			if err != nil {
				return nil, Mark{}, fmt.Errorf("%w: %w", ErrRefused, err)
			}
			ws.row.Usage = ws.row.Usage.Grow(int64(row.Weight() - ws.known[id].weight))
			save := ContactSave{Row: row}
			if before != nil {
				save.Loaded = before.Version
				save.Moved = after.State != before.State || after.Parent != before.Parent
			}
			s.Contacts = append(s.Contacts, save)
			gone, come := ws.keyChanges(before, after)
			s.KeysGone = appendKeys(s.KeysGone, space, id, gone)
			s.KeysCome = appendKeys(s.KeysCome, space, id, come)
		}
		s.Spent = append(s.Spent, ws.spentNow()...)
		s.Spaces = append(s.Spaces, ws.row)
	}
	if s.Empty() {
		return &s, Mark{}, nil
	}
	var mark Mark
	switch {
	case len(s.Changes) > 0:
		first := &s.Changes[0]
		mark = Mark{Space: first.Space, Seq: first.Seq, RequestID: first.RequestID}
	case len(s.Retries) == 0: // pairs, keys, plans, files and what is written over alone, which may be saved again
		mark = Mark{Space: s.space()}
	default:
		kept := &s.Retries[0]
		mark = Mark{Space: kept.Space, Key: kept.Key, RequestID: kept.RequestID}
	}
	s.Retries = append(s.Retries, answers...)
	return &s, mark, nil
}

func appendKeys(to []record.MatchKey, space contact.SpaceID, id contact.ID, keys []contact.MatchKey) []record.MatchKey {
	for _, k := range keys {
		to = append(to, record.MatchKey{Space: space, MatchKey: k, ID: id})
	}
	return to
}
