package book_test

import (
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/jobs"
	"github.com/carnet-project/carnet/internal/store"
)

// A new region of the Space finds phones that were stored before it, and by what they
// were found before no longer where they mean something else: when its job is done, and
// until then as before, whatever is written meanwhile.
func TestFindAfterTheRegionChanged(t *testing.T) {
	s := openShop(t)
	var p contact.Patch
	p.Values[contact.Phones] = contact.List{Sent: true, Texts: []string{"030 23125 001"}}
	c := s.create(t, p)
	find := func(phone string) int {
		t.Helper()
		return len(s.list(t, book.List{Phone: phone}).Contacts)
	}
	if find("+49 30 23125001") != 0 || find("03023125001") != 1 {
		t.Error("without a region")
	}
	space, err := s.UpdateSpace(t.Context(), "test", s.space.ID, func(sp *access.Space) error { sp.Region = "DE"; return nil })
	if err != nil {
		t.Fatal(err)
	}
	s.space = space
	runner := jobs.New(s.store, jobs.Options{Clock: func() time.Time { return time.Unix(0, s.now.Add(int64(time.Minute))) }})
	step := func() {
		t.Helper()
		if n, err := runner.Round(t.Context()); n != 1 || err != nil {
			t.Errorf("%d steps, %v", n, err)
		}
		if s.space, _, _, err = s.store.SpaceNow(t.Context(), s.space.ID); err != nil {
			t.Error(err)
		}
	}
	s.create(t, p)
	everybody := 2
	if find("03023125001") != everybody {
		t.Error("who is not there yet is not found")
	}
	if step(); find("03023125001") != everybody {
		t.Errorf("while it is %+v", s.space.Rekeying)
	}
	for n := range 6 {
		step()
		if now := s.space; now.Rekeying.Phase == access.KeysBoth { // a server that does not know that yet finds what is written now
			s.create(t, p)
			everybody++
			s.space = space
			if find("030/23125-001") != everybody {
				t.Error("not found by who takes the region for what it was")
			}
			s.space = now
		}
		if s.space.Rekeying.Phase == access.KeysLeaving && (find("+49 30 23125001") != everybody || find("030/23125-001") != everybody) {
			t.Errorf("after step %d, while it is %+v", n, s.space.Rekeying)
		}
	}
	if everybody == 2 {
		t.Error("nobody waits for other servers")
	}
	if find("+49 30 23125001") != everybody || find("030/23125-001") != everybody || s.space.Rekeying != (access.Rekeying{}) {
		t.Errorf("with the region DE contact %d is not found: %+v", c.ID, s.space.Rekeying)
	}
	if list, _, err := s.Jobs(t.Context(), s.grant(), "", 10); err != nil || len(list) != 1 || list[0].State != store.JobCompleted || list[0].Done != int64(2+everybody) || list[0].Total != list[0].Done {
		t.Errorf("the job: %v, %+v", err, list)
	}
}
