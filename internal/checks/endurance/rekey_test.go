package endurance

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/postgres"
	"github.com/carnet-project/carnet/internal/store/sqlite"
)

// ruined is a Space whose region changes while its servers are killed.
type ruined struct {
	t       *testing.T
	db, key string
	servers []*server
	people  int
}

// openStore opens the database as another server does. On SQLite no other may have it.
func (r *ruined) openStore() *store.Store {
	r.t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	var b store.Backend
	var err error
	if strings.HasPrefix(r.db, "postgres") {
		b, err = postgres.Open(r.t.Context(), postgres.Options{DSN: r.db, Log: quiet})
	} else {
		b, err = sqlite.Open(r.t.Context(), sqlite.Options{Path: r.db, Log: quiet})
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return store.New(b, store.Options{Log: quiet})
}

// fill makes people, each with a phone that means something else in each region.
func (r *ruined) fill() {
	const atOnce = 500
	for n := 0; n < r.people; n += atOnce {
		var operations []string
		for i := range atOnce {
			operations = append(operations, fmt.Sprintf(`{"method":"POST","body":{"phones":["020 7946 %04d"]}}`, n+i))
		}
		a, err := r.servers[0].do("POST", "/contacts/batch", `{"operations":[`+strings.Join(operations, ",")+`]}`)
		if err != nil || a.status != http.StatusOK {
			r.t.Fatalf("%v, status %d, code %s", err, a.status, a.code())
		}
	}
}

// job gives the newest job of the Space.
func (r *ruined) job(s *server) (state string, done int) {
	r.t.Helper()
	a, err := s.do("GET", "/jobs?per_page=1", "")
	if err != nil || a.status != http.StatusOK {
		r.t.Fatalf("%v, status %d, code %s", err, a.status, a.code())
	}
	var page struct {
		Data []struct {
			State string
			Done  int
		}
	}
	if err := json.Unmarshal(a.body, &page); err != nil || len(page.Data) != 1 {
		r.t.Fatalf("%v: %s", err, a.body)
	}
	return page.Data[0].State, page.Data[0].Done
}

// write changes phones and merges, from a number on, until its server is gone or it is
// told to end.
func (r *ruined) write(s *server, first int64, ids []int64, end <-chan bool) {
	for n := first; ; n++ {
		select {
		case <-end:
			return
		default:
		}
		id, method, path, body := ids[n%int64(len(ids))], "PUT", "", fmt.Sprintf(`{"phones":["(206) 555-%04d","020 7946 %04d"]}`, n%10000, n%10000)
		if n%10 == 9 {
			method, path, body = "POST", "/merge", fmt.Sprintf(`{"merged_id":%d}`, ids[(n+1)%int64(len(ids))])
		}
		a, err := s.do(method, fmt.Sprintf("/contacts/%d%s", id, path), body)
		if err != nil {
			return // it was killed
		}
		if a.status != http.StatusOK && a.status != http.StatusUnprocessableEntity && a.status != http.StatusServiceUnavailable {
			r.t.Errorf("%s: status %d, code %s", method, a.status, a.code())
		}
	}
}

// expire lets the time pass for which a server that is gone is believed to work.
func (r *ruined) expire() {
	s := r.openStore()
	list, err := s.JobsOf(r.t.Context(), 1, 0, 1)
	if err == nil && len(list) == 1 && !list[0].Closed() {
		_, err = s.UpdateJob(r.t.Context(), 1, list[0].ID, func(j *store.Job) error { j.Due = min(j.Due, 1); return nil })
	}
	if err != nil {
		r.t.Error(err)
	}
	if err := s.Close(); err != nil {
		r.t.Error(err)
	}
}

// live gives the ids of the contacts.
func (r *ruined) live(s *store.Store) (ids []int64) {
	for at := (store.Place{}); ; {
		page, err := s.List(r.t.Context(), store.Query{Space: 1}, at, 1000)
		if err != nil {
			r.t.Fatal(err)
		}
		for i := range page.Rows {
			ids = append(ids, int64(page.Rows[i].ID))
		}
		if len(page.Rows) == 0 || page.Next == (store.Place{}) {
			return ids
		}
		at = page.Next
	}
}

// check finds everybody by the new region and nobody by the old one alone, with all done
// once.
func (r *ruined) check() {
	s := r.openStore()
	defer s.Close()
	ctx := r.t.Context()
	space, _, _, err := s.SpaceNow(ctx, 1)
	if err != nil || space.Region != "GB" || space.Rekeying != (access.Rekeying{}) {
		r.t.Errorf("the Space: %v, %+v", err, space)
	}
	list, err := s.JobsOf(ctx, 1, 0, 9)
	if err != nil || len(list) != 1 || list[0].State != store.JobCompleted || list[0].Done != list[0].Total {
		r.t.Errorf("the jobs: %v, %+v", err, list)
	}
	want, regions := map[contact.MatchKey]int{}, []string{"", "GB"}
	for _, id := range r.live(s) {
		c, ok, err := s.Get(ctx, 1, contact.ID(id))
		if err != nil || !ok {
			r.t.Fatalf("contact %d: %v, %v", id, ok, err)
		}
		for _, key := range contact.MatchKeysOf(&c, regions...) {
			want[key] += 0
		}
		for _, key := range contact.MatchKeysOf(&c, "GB") {
			want[key]++
		}
	}
	for key, n := range want {
		page, err := s.List(ctx, store.Query{Space: 1, Keys: []contact.MatchKey{key}}, store.Place{}, 1000)
		if err != nil || len(page.Rows) != n {
			r.t.Errorf("a phone finds %d contacts, want %d: %v", len(page.Rows), n, err)
		}
	}
}

// CONTRACT D36: a change of region in the middle of which servers are killed again and
// again, while others write, ends as one that nothing disturbed.
func TestKilledWhileTheRegionChanges(t *testing.T) {
	kills := 4
	if long() {
		kills = 12
	}
	onBoth(t, func(t *testing.T, open func() (db, key string)) {
		r := &ruined{t: t, people: 2000}
		r.db, r.key = open()
		r.servers = append(r.servers, start(t, r.db, r.key))
		r.fill()
		r.servers[0].stop(t)
		s := r.openStore()
		ids := r.live(s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		carnet(t, "space", "set", "1", "--db", r.db, "--region", "GB")
		r.servers[0] = start(t, r.db, r.key)
		if strings.HasPrefix(r.db, "postgres") {
			r.servers = append(r.servers, start(t, r.db, r.key))
		}
		middle := 0
		for kill := range kills {
			victim := r.servers[kill%len(r.servers)]
			end := make(chan bool)
			var wg sync.WaitGroup
			for i, s := range r.servers {
				wg.Go(func() { r.write(s, int64(kill*500+i*250), ids, end) })
			}
			_, before := r.job(victim)
			within(healing, func() bool {
				state, done := r.job(victim)
				if state != "completed" && done > before {
					middle++
				}
				return state == "completed" || done > before
			})
			victim.kill(t)
			close(end)
			wg.Wait()
			r.expire()
			r.servers[kill%len(r.servers)] = start(t, r.db, r.key)
		}
		if middle < kills/2 {
			t.Errorf("it was killed in the middle %d times", middle)
		}
		if !within(healing, func() bool { state, _ := r.job(r.servers[0]); return state == "completed" }) {
			t.Error("it does not end")
		}
		for _, s := range r.servers {
			s.stop(t)
		}
		r.check()
	})
}
