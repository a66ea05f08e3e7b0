package model

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// holdings tells all that the backend holds of the script's Spaces, and what
// every kind of list makes of it, as lines of text.
func (p *player) holdings() (out []string) {
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	paged := map[int]bool{} // the lists that some Space has more than one page of
	for i, space := range p.spaces {
		row := suite.Counters(p.t, p.backend, space)[0]
		say("Space %d: %+v", i, row)
		p.rows(space, row, say)
		p.lists(space, row, paged, say)
		p.keys(i, say)
	}
	for list := range len(listQueries(0)) {
		if !paged[list] {
			p.t.Errorf("list %d has one page in every Space: it shows nothing", list)
		}
	}
	return out
}

// must gives what a call gave, and ends the test where it failed.
func must[T any](p *player, got T, err error) T {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
	return got
}

// rows tells every contact and every change as it is stored, and the history of
// each contact.
func (p *player) rows(space contact.SpaceID, row store.SpaceRow, say func(string, ...any)) {
	for id := row.BlockEnd - 1000; id < row.NextID; id++ {
		c, ok, err := p.backend.Row(bg, space, id)
		if err != nil || !ok {
			p.t.Fatalf("contact %d of Space %d: %v, %v", id, space, ok, err)
		}
		doc, origins := c.Doc, c.Origins
		c.Doc, c.Origins = nil, nil
		say("contact %d: %+v doc %s origins %s", id, c, doc, origins)
		led, _, err := p.backend.Contact(bg, space, id)
		say("contact %d leads to %d", id, must(p, led, err).ID)
		var chain []contact.Seq
		changes, err := p.backend.Chain(bg, space, c.Head, 1000)
		for _, ch := range must(p, changes, err) {
			chain = append(chain, ch.Seq)
		}
		say("history of contact %d: %v", id, chain)
	}
	for after := contact.Seq(0); ; {
		page, err := p.backend.Feed(bg, store.Stretch{Space: space, After: after, Limit: 100})
		if len(must(p, page, err).Rows) == 0 {
			break
		}
		say("feed after %d: %d changes", after, len(page.Rows))
		for _, ch := range page.Rows {
			after = ch.Seq
			actor, edits, snapshot, none := ch.Actor, ch.Edits, ch.Snapshot, ch.Snapshot == nil
			ch.Actor, ch.Edits, ch.Snapshot = nil, nil, nil
			say("change %d: %+v actor %s edits %s snapshot %v %s", ch.Seq, ch, actor, edits, none, snapshot)
		}
	}
	last, err := p.backend.LastSeq(bg, space)
	say("last change: %d", must(p, last, err))
}

// listQueries are the lists that are told of a Space.
func listQueries(middle contact.Time) []store.Query {
	return []store.Query{
		{}, {CreatedFrom: middle}, {CreatedUntil: middle}, {UpdatedSince: 1}, {UpdatedSince: middle}, {UpdatedSince: middle, CreatedUntil: middle},
		{LatestFirst: true}, {LatestFirst: true, UpdatedSince: middle, CreatedUntil: middle},
	}
}

// lists tells each page of the lists of a Space, forward and then back.
func (p *player) lists(space contact.SpaceID, row store.SpaceRow, paged map[int]bool, say func(string, ...any)) {
	for i, q := range listQueries(contact.TimeOf(scriptTime) + contact.Time(row.NextSeq)/3) {
		q.Space = space
		pages := 0
		for at, back := (store.Place{}), false; ; {
			page, err := p.store.List(bg, q, at, 7)
			var ids []contact.ID
			for j := range must(p, page, err).Rows {
				ids = append(ids, page.Rows[j].ID)
			}
			say("list %d from %+v: %v, and on at %+v and %+v", i, at, ids, page.Next, page.Prev)
			pages++
			back = back || page.Next == store.Place{}
			if at = page.Next; back {
				at = page.Prev
			}
			if (at == store.Place{}) {
				break
			}
		}
		paged[i] = paged[i] || pages > 1
	}
}

// keys tells who is found by each email and phone that was ever sent, and by
// each with the one before it.
func (p *player) keys(place int, say func(string, ...any)) {
	sent := map[contact.MatchKey]bool{}
	for _, l := range p.script.lines {
		for _, col := range []contact.Collection{contact.Emails, contact.Phones} {
			for _, text := range l.ask.lists[int(col)] {
				sent[contact.MatchKeyOf(col, text, p.script.regions[place])] = true
			}
		}
	}
	all := slices.SortedFunc(maps.Keys(sent), func(a, b contact.MatchKey) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Text, b.Text))
	})
	found := func(keys ...contact.MatchKey) {
		rows, err := p.backend.List(bg, store.Listing{Space: p.spaces[place], Keys: keys, Limit: 2000})
		say("found by %+v: %v", keys, suite.IDs(must(p, rows, err).Rows))
	}
	for i, key := range all {
		found(key)
		found(key, all[max(i-1, 0)])
	}
}
