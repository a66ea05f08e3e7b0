package twins

import (
	"fmt"
	"sync"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// CONTRACT D20: writers that read, change and write with If-Match, each time on
// the next server, lose no update.
func TestNoLostUpdateOverServers(t *testing.T) {
	t.Parallel()
	const writers, each = 16, 5
	w := newTown(t, 4)
	id := w.create(t, w.servers[0], patch(contact.Emails, "start@example.com")).ID
	var wg sync.WaitGroup
	for n := range writers {
		wg.Go(func() {
			for i := 0; i < each; {
				s := w.servers[(n+i)%len(w.servers)]
				c, err := s.Get(bg, w.grant, id)
				if err != nil {
					t.Error(err)
					return
				}
				texts := []string{fmt.Sprintf("w%d-%d@example.com", n, i)}
				for _, v := range c.Values[contact.Emails] {
					texts = append(texts, v.Text)
				}
				_, err = w.servers[(n+i+1)%len(w.servers)].Do(bg, w.grant, by(), &contact.Put{
					Ref: id, Patch: patch(contact.Emails, texts...), Match: contact.Match{Set: true, Versions: []contact.Version{c.Version}},
				})
				switch {
				case err == nil:
					i++
				case fault.KindOf(err) != fault.Stale:
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	for i, s := range w.servers {
		c, err := s.Get(bg, w.grant, id)
		if err != nil || len(c.Values[contact.Emails]) != 1+writers*each || c.Version != 1+writers*each {
			t.Errorf("server %d: %v, %d emails at version %d, want %d", i, err, len(c.Values[contact.Emails]), c.Version, 1+writers*each)
		}
	}
}

// Pairs are merged in both orders at once, on two servers. One order wins, the
// other is told that they are one already; neither is a fault of the server.
func TestMergesInBothOrders(t *testing.T) {
	t.Parallel()
	const pairs = 50
	w := newTown(t, 2)
	var ids [pairs][2]contact.ID
	var wg sync.WaitGroup
	for i := range ids {
		for j := range ids[i] {
			wg.Go(func() {
				p := patch(contact.Emails, fmt.Sprintf("p%d-%d@example.com", i, j))
				made, err := w.servers[j].Do(bg, w.grant, by(), &contact.Create{Patch: p})
				if err != nil {
					t.Error(err)
				}
				ids[i][j] = made.Contact.ID
			})
		}
	}
	wg.Wait()
	var errs [pairs][2]error
	for i := range ids {
		for j, s := range w.servers {
			wg.Go(func() {
				_, errs[i][j] = s.Do(bg, w.grant, by(), &contact.Merge{Survivor: ids[i][j], Merged: []contact.ID{ids[i][1-j]}})
			})
		}
	}
	wg.Wait()
	for i := range ids {
		won := 0
		if errs[i][0] != nil {
			won = 1
		}
		if lost := errs[i][1-won]; errs[i][won] != nil || fault.KindOf(lost) != fault.Invalid {
			t.Errorf("pair %d: answered %v and %v, want one merge and one refusal", i, errs[i][0], errs[i][1])
		}
		for _, s := range w.servers {
			for _, id := range ids[i] {
				c, err := s.Get(bg, w.grant, id)
				if err != nil || c.ID != ids[i][won] || len(c.Values[contact.Emails]) != 2 {
					t.Errorf("pair %d: id %d leads to %d with %d emails, %v; want %d with both", i, id, c.ID, len(c.Values[contact.Emails]), err, ids[i][won])
				}
			}
		}
	}
	if n := len(w.history(t, w.servers[0])); n != 4*pairs {
		t.Errorf("%d changes, want %d: two a pair for its making and two for its merge", n, 4*pairs)
	}
}
