package store

import (
	"cmp"
	"slices"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
)

// maxPlayed is of how many ids the history is read, to split one of them off, and
// playedAtOnce how many changes in one statement: each id takes two statements. Beyond
// maxThrough changes, or maxPlayedBytes of them, it is too long.
const (
	maxPlayed      = 100
	playedAtOnce   = 256
	maxPlayedBytes = 8 << 20
)

// history reads all that was written to the ids that lead to the contact, or by them,
// where what others wrote may matter, unless that is too long.
func (p *past) history() error {
	if doubts := p.Doubts(p.rows, p.whole); !doubts.Any() {
		return nil
	}
	root := p.Path[len(p.Path)-1]
	if like := p.like; like != nil && like.Version == p.Version && like.Path[len(like.Path)-1] == root {
		p.History, p.Unread = like.History, like.Unread
		return nil
	}
	ids := []contact.ID{root}
	for _, n := range p.nodes {
		ids = append(ids, n.ID)
	}
	r := played{past: p, has: map[contact.Seq]bool{}}
	if r.long = len(ids) > maxPlayed; !r.long {
		if err := r.read(ids); err != nil {
			return err
		}
	}
	if p.Unread = r.long; !p.Unread {
		slices.SortFunc(r.changes, func(a, b contact.Change) int { return cmp.Compare(a.Seq, b.Seq) })
		p.History = r.changes
	}
	return nil
}

// played is a history that is being read.
type played struct {
	past    *past
	changes []contact.Change
	has     map[contact.Seq]bool
	bytes   int
	long    bool // too long to be read
}

// read reads all that was written to some contacts, or by their ids.
func (r *played) read(ids []contact.ID) error {
	for _, id := range ids {
		if err := r.written(id); err != nil || r.long {
			return err
		}
	}
	s := r.past.store
	seqs, err := s.reads.Through(r.past.ctx, r.past.space, ids, 0, maxThrough+1)
	if err != nil {
		return err
	}
	if r.long = len(seqs) > maxThrough; r.long {
		return nil
	}
	seqs = slices.DeleteFunc(seqs, func(seq contact.Seq) bool { return r.has[seq] })
	return s.eachChange(r.past.ctx, r.past.space, seqs, r.add)
}

// written reads all changes of one contact.
func (r *played) written(id contact.ID) error {
	c, err := r.past.row(id)
	if err != nil {
		return err
	}
	for from := c.Head; from != 0 && !r.long; {
		rows, err := r.past.store.reads.Chain(r.past.ctx, r.past.space, from, playedAtOnce)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return errMoved
		}
		for i := range rows {
			if err := r.add(&rows[i]); err != nil {
				return errDamaged(err)
			}
			from = rows[i].Prev
		}
	}
	return nil
}

// add takes one change, without what it is not played with.
func (r *played) add(row *record.Change) error {
	r.bytes += len(row.Edits)
	if r.long = r.long || len(r.changes) >= maxThrough || r.bytes > maxPlayedBytes; r.long {
		return nil
	}
	ch, err := record.DecodeChange(row)
	ch.Snapshot, ch.Attribution = nil, contact.Attribution{}
	r.changes, r.has[ch.Seq] = append(r.changes, ch), true
	return err
}
