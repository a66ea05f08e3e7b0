package endurance

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/sqlite"
)

const (
	kills   = 100
	writers = 12
)

// ledger is what one writer knows of its contact. A write that was acknowledged
// must be there for ever; one that was sent and not answered may be.
type ledger struct {
	contact int64
	acked   int            // the number in the last acknowledged PUT
	sent    int            // the number in the last PUT sent
	changes map[string]int // acknowledged X-Change-Ids, and what each wrote
	created []int64        // acknowledged contacts
}

// seedOf gives what random moments follow from, and prints it.
func seedOf(t *testing.T) uint64 {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("CARNET_TEST_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("CARNET_TEST_SEED=%d", seed)
	return seed
}

// No acknowledged write is lost by kill -9 at any moment, and no update is seen
// half done.
func TestKilledUnderLoad(t *testing.T) {
	seed := seedOf(t)
	random := rand.New(rand.NewPCG(seed, 0))

	db, key := newDatabase(t, t.TempDir())
	s := start(t, db, key)
	ledgers := make([]*ledger, writers)
	for i := range ledgers {
		a, err := s.do("POST", "/contacts", both(fmt.Sprintf("w%d-0", i)))
		if err != nil || a.status != http.StatusCreated {
			t.Fatalf("%v, status %d", err, a.status)
		}
		ledgers[i] = &ledger{contact: idOf(t, a), changes: map[string]int{}}
	}
	acknowledged, interrupted := 0, 0
	for range kills {
		var stopping atomic.Bool
		done := make(chan struct{})
		go func() {
			in(writers, func(i int) { ledgers[i].write(t, s, i, &stopping) })
			close(done)
		}()
		time.Sleep(time.Duration(20+random.IntN(130)) * time.Millisecond)
		stopping.Store(true)
		s.kill(t)
		<-done
		s = start(t, db, key)
		for i, l := range ledgers {
			interrupted += l.check(t, s, i)
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	s.stop(t)
	for i, l := range ledgers {
		acknowledged += len(l.changes)
		l.checkHistory(t, db, i)
	}
	t.Logf("%d acknowledged PUTs, %d that were not answered but done", acknowledged, interrupted)
	if acknowledged < kills || interrupted == 0 {
		t.Errorf("too little happened to prove anything")
	}
}

func idOf(t *testing.T, a answer) int64 {
	t.Helper()
	id, err := strconv.ParseInt(strings.TrimPrefix(a.header.Get("Location"), "/public-api/v1/contacts/"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// write sends PUTs, and a POST now and then, until the server is gone.
func (l *ledger) write(t *testing.T, s *server, i int, stopping *atomic.Bool) {
	for {
		l.sent++
		a, err := s.do("PUT", fmt.Sprintf("/contacts/%d", l.contact), both(fmt.Sprintf("w%d-%d", i, l.sent)))
		if err == nil && l.sent%5 == 0 && a.status == http.StatusOK {
			l.acknowledge(a)
			if a, err = s.do("POST", "/contacts", both(fmt.Sprintf("c%d-%d", i, l.sent))); err == nil && a.status == http.StatusCreated {
				l.created = append(l.created, idOf(t, a))
				continue
			}
		}
		switch {
		case err != nil && stopping.Load():
			return
		case err != nil:
			t.Errorf("writer %d, before the kill: %v", i, err)
			return
		case a.status != http.StatusOK:
			t.Errorf("writer %d: status %d, code %s", i, a.status, a.code())
			return
		}
		l.acknowledge(a)
	}
}

func (l *ledger) acknowledge(a answer) {
	l.acked = l.sent
	l.changes[a.header.Get("X-Change-Id")] = l.sent
}

// check compares what the server has after a restart with the ledger. It gives
// 1 where the PUT that was not answered had been done.
func (l *ledger) check(t *testing.T, s *server, i int) int {
	p, header := s.get(t, l.contact)
	var writer, n int
	if len(p.Names) == 1 {
		fmt.Sscanf(p.Names[0], "w%d-%d", &writer, &n)
	}
	if len(p.Names) != 1 || len(p.Emails) != 1 || writer != i || p.Emails[0] != p.Names[0]+"@example.com" {
		t.Errorf("contact %d is half done or another's", l.contact)
		return 0
	}
	if n < l.acked || n > l.sent {
		t.Errorf("contact %d holds write %d; %d was acknowledged, %d was sent", l.contact, n, l.acked, l.sent)
	}
	if header.Get("ETag") == "" {
		t.Errorf("contact %d has no ETag", l.contact)
	}
	for _, id := range l.created {
		s.get(t, id)
	}
	done := 0
	if n > l.acked {
		done = 1
	}
	// What was done counts from now on; what was not is never sent again.
	l.acked = n
	l.created = nil
	return done
}

// checkHistory finds every acknowledged change in the history, with what it
// wrote.
func (l *ledger) checkHistory(t *testing.T, db string, i int) {
	b, err := sqlite.Open(t.Context(), sqlite.Options{Path: db})
	if err != nil {
		t.Fatal(err)
	}
	s := store.New(b, store.Options{})
	defer s.Close()
	for text, n := range l.changes {
		id, ok := contact.ParseChangeID(text)
		if !ok {
			t.Fatalf("X-Change-Id %q", text)
		}
		ch, ok, err := s.Change(t.Context(), id.Space, id.Op)
		if err != nil || !ok {
			t.Fatalf("change %s: found %v, %v", text, ok, err)
		}
		names := ch.Edits.Values[contact.Names]
		if ch.Contact != contact.ID(l.contact) || names == nil || names.After[0].Text != fmt.Sprintf("w%d-%d", i, n) {
			t.Errorf("change %s of contact %d is not what was acknowledged", text, l.contact)
		}
	}
}
