package store

import (
	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
)

// spending is what a key has used of its daily budget.
type spending struct{ loaded, now access.Spent }

// addSpent asks for what the key of a write has used, where that matters: who has no
// daily budget pays for none.
func (a *asked) addSpent(to *Wants, w *Write) {
	key := KeyID{w.Space, w.By.Actor.KeyID}
	if !w.Budget.Daily() || a.spent[key] {
		return
	}
	if a.spent == nil {
		a.spent = map[KeyID]bool{}
	}
	a.spent[key] = true
	to.Spent = append(to.Spent, key)
}

// hasSpent makes what a key has used part of the state.
func (ws *workspace) hasSpent(k *KeySpent) { ws.setSpent(k.Key, spending{k.Spent, k.Spent}) }

func (ws *workspace) setSpent(key int64, s spending) {
	if ws.spent == nil {
		ws.spent = map[int64]spending{}
	}
	ws.spent[key] = s
}

// spend counts what a decision takes away and changes against the budget of the key,
// and refuses what would pass it, with what it would have done. What changes nothing uses nothing, and what a
// write that is gone back on has used comes back with the rest (CONTRACT D24).
func (ws *workspace) spend(w *Write, subject contact.ID, entries []contact.Entry, removed int) error {
	if w.Budget == (access.Budget{}) || len(entries) == 0 {
		return nil
	}
	if err := w.Budget.CheckWrite(int64(ws.removed+removed), w.Reads); err != nil {
		return contact.OverBudget(err, subject, entries)
	}
	if err := ws.take(w, int64(removed), changed(entries)); err != nil {
		return contact.OverBudget(err, subject, entries)
	}
	return nil
}

// take counts removals and contacts that changed against the daily budget of the key.
func (ws *workspace) take(w *Write, removals, contacts int64) error {
	if !w.Budget.Daily() {
		return nil
	}
	key := w.By.Actor.KeyID
	before := ws.spent[key]
	now, err := before.now.Take(w.Budget, ws.at, removals, contacts, w.Reads)
	if err != nil {
		return err
	}
	ws.setSpent(key, spending{before.loaded, now})
	if ws.undo != nil {
		ws.undo = append(ws.undo, func() { ws.spent[key] = before })
	}
	return nil
}

// changed counts the contacts that entries are about.
func changed(entries []contact.Entry) int64 {
	seen := make(map[contact.ID]bool, len(entries))
	for i := range entries {
		seen[entries[i].Contact.ID] = true
	}
	return int64(len(seen))
}

// spentNow gives what keys have used that have used more than was loaded.
func (ws *workspace) spentNow() (list []KeySpent) {
	for key, s := range ws.spent {
		if s.now != s.loaded {
			list = append(list, KeySpent{KeyID{ws.row.Space, key}, s.now})
		}
	}
	return list
}
