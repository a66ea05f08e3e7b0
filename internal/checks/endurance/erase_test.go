package endurance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/checks/pgtest"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/tables"
)

// vanishing is a database of couples, of which the first was part of the second for a while,
// and is erased while servers are killed.
type vanishing struct {
	ruined
	ledger string
	random *rand.Rand
	goes   []int64          // who is erased
	stays  map[int64]string // who is not, and what is theirs
	told   map[int64]string // when who was told so was erased
}

// canary is in all that goes, and in nothing else.
const canary = "canary"

const (
	couples = 20
	writes  = 90 // of each couple: enough that an erasure takes several steps
)

func newVanishing(t *testing.T, db string) *vanishing {
	v := &vanishing{ruined: ruined{t: t, db: db}, ledger: filepath.Join(t.TempDir(), "erasures"), stays: map[int64]string{}, told: map[int64]string{}}
	seed := seedOf(t)
	v.random = rand.New(rand.NewPCG(seed, 0))
	v.key = makeKeyFor(t, db, "1", "--scopes", "contacts:read,contacts:write,contacts:erase")
	s := v.serve()
	v.batch(s, 2*couples, func(i int) string {
		if i%2 == 0 {
			return fmt.Sprintf(`{"method":"POST","body":{"names":["%s %d"],"emails":["%[1]s%d@example.com"]}}`, canary, i)
		}
		return fmt.Sprintf(`{"method":"POST","body":{"names":["Stays %d"]}}`, i)
	})
	v.batch(s, couples*writes, func(i int) string {
		goes, stays, n := v.goes[i/writes], 0, i%writes
		stays = int(goes) + 1
		switch n {
		case 10:
			return fmt.Sprintf(`{"method":"MERGE","id":%d,"body":{"merged_id":%d}}`, stays, goes)
		case writes - 10:
			return fmt.Sprintf(`{"method":"UNMERGE","id":%d,"body":{"merged_id":%d}}`, stays, goes)
		}
		return fmt.Sprintf(`{"method":"PATCH","id":%d,"body":{"custom_fields":{"profile_field_1":"%s %d %s"}}}`, goes, canary, n, strings.Repeat("and more ", n))
	})
	s.stop(t)
	return v
}

// batch does many writes, all of which must be done. The first are those that make people, in
// couples.
func (v *vanishing) batch(s *server, n int, operation func(i int) string) {
	v.t.Helper()
	made := len(v.goes) == 0
	for first := 0; first < n; first += 500 {
		var list []string
		for i := first; i < min(first+500, n); i++ {
			list = append(list, operation(i))
		}
		a, err := s.do("POST", "/contacts/batch", `{"operations":[`+strings.Join(list, ",")+`]}`)
		var out struct {
			Results []struct {
				Status int
				ID     int64
			}
		}
		if err == nil {
			err = json.Unmarshal(a.body, &out)
		}
		if err != nil || len(out.Results) != len(list) {
			v.t.Fatalf("%v, status %d, code %s: %.300s", err, a.status, a.code(), a.body)
		}
		for i, r := range out.Results {
			if r.Status >= 300 {
				v.t.Fatalf("%s: status %d: %.500s", list[i], r.Status, a.body)
			}
			switch {
			case made && i%2 == 0:
				v.goes = append(v.goes, r.ID)
			case made:
				v.stays[r.ID] = fmt.Sprintf("Stays %d", i)
			}
		}
	}
}

func (v *vanishing) onFile() bool { return !strings.HasPrefix(v.db, "postgres") }

// flags are those of servers that are in no hurry to scrub.
func (v *vanishing) flags(more ...string) []string {
	flags := append([]string{"--erasures", v.ledger}, more...)
	if v.onFile() {
		flags = append(flags, "--scrub-at", time.Now().Add(12*time.Hour).Format("15:04"))
	}
	return flags
}

func (v *vanishing) serve(more ...string) *server {
	v.t.Helper()
	return start(v.t, v.db, v.key, v.flags(more...)...)
}

// receipt is what an erasure is answered with.
type receipt struct {
	ErasedAt   string  `json:"erased_at"`
	ScrubbedAt *string `json:"scrubbed_at"`
}

// erase erases somebody; false where there is no answer.
func (v *vanishing) erase(s *server, id int64) (r receipt, answered bool) {
	a, err := s.do("POST", fmt.Sprintf("/contacts/%d/erase", id), "")
	if err != nil {
		return r, false
	}
	if err := json.Unmarshal(a.body, &r); err != nil || a.status != http.StatusOK && a.status != http.StatusServiceUnavailable {
		v.t.Errorf("to erase %d: %v, status %d, code %s", id, err, a.status, a.code())
	}
	return r, a.status == http.StatusOK
}

// eraseKilled erases some, and kills the server in the middle of it. It tells whether that
// left something to do.
func (v *vanishing) eraseKilled(some []int64) (middle bool) {
	s := v.serve()
	b := openBeside(v.t, v.db)
	jobs := func() int { return b.number("SELECT count(*) FROM jobs WHERE kind = 'erase'") }
	before := jobs()
	answers := make([]string, len(some))
	ended := make(chan bool)
	go func() {
		in(len(some), func(i int) {
			if r, answered := v.erase(s, some[i]); answered {
				answers[i] = r.ErasedAt
			}
		})
		close(ended)
	}()
	if !within(healing, func() bool { return jobs() > before }) {
		v.t.Error("nobody is being erased")
	}
	time.Sleep(time.Duration(v.random.IntN(40)) * time.Millisecond)
	s.kill(v.t)
	<-ended
	for i, at := range answers {
		if at != "" {
			v.told[some[i]] = at
		}
	}
	middle = b.number("SELECT count(*) FROM jobs WHERE kind = 'erase' AND completed_at = 0") > 0
	v.goOn(b)
	return middle
}

// goOn starts a server in place of one that was killed, which does not scrub, and stops it.
func (v *vanishing) goOn(b *beside) {
	v.t.Helper()
	b.later()
	b.do(fmt.Sprintf("UPDATE jobs SET due_at = %d WHERE kind = 'scrub' AND completed_at = 0", time.Now().Add(time.Hour).UnixMicro()))
	s := v.serve()
	b.close()
	s.stop(v.t)
}

// later has all jobs due, in a database that was closed well: what this writes is in its
// file when a server comes.
func (v *vanishing) later() {
	v.t.Helper()
	b := openBeside(v.t, v.db)
	b.later()
	b.close()
}

// scrubKilled kills a server that scrubs, a moment after it began. It tells whether the
// server was not quicker.
func (v *vanishing) scrubKilled() (middle bool) {
	v.later()
	b := openBeside(v.t, v.db)
	v.killedOnce(func() bool {
		if b.number("SELECT count(*) FROM jobs WHERE kind = 'scrub' AND due_at > 1") == 0 { // which has who takes it
			return false
		}
		time.Sleep(time.Duration(v.random.IntN(15)) * time.Millisecond)
		return true
	}, v.db, "--erasures", v.ledger)
	middle = b.number("SELECT count(*) FROM jobs WHERE kind = 'scrub' AND completed_at = 0") > 0
	v.goOn(b)
	return middle
}

// killedOnce starts a server and kills it as soon as something is seen.
func (v *vanishing) killedOnce(seen func() bool, db string, flags ...string) {
	v.t.Helper()
	cmd := exec.Command(binary, append([]string{"serve", "--db", db, "--listen", "127.0.0.1:0"}, flags...)...)
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		v.t.Fatal(err)
	}
	for range 10_000 {
		if seen() {
			cmd.Process.Kill()
			cmd.Wait()
			return
		}
		time.Sleep(time.Millisecond)
	}
	cmd.Process.Kill()
	cmd.Wait()
	v.t.Fatalf("what is waited for is not seen: %s", &said)
}

// wantDone waits until the jobs of these kinds have ended, beside a server.
func (v *vanishing) wantDone(db string, kinds ...string) {
	v.t.Helper()
	b := openBeside(v.t, db)
	defer b.close()
	for _, kind := range kinds {
		if !within(healing, func() bool {
			return b.number("SELECT count(*) FROM jobs WHERE completed_at = 0 AND kind = '"+kind+"'") == 0
		}) {
			v.t.Errorf("a job of kind %s does not end", kind)
		}
	}
}

// finish lets all jobs come to their end.
func (v *vanishing) finish() {
	v.t.Helper()
	v.later()
	s := start(v.t, v.db, v.key, "--erasures", v.ledger)
	v.wantDone(v.db, "erase", "scrub")
	for _, id := range v.goes {
		r, _ := v.erase(s, id)
		if told := v.told[id]; told != "" && told != r.ErasedAt {
			v.t.Errorf("%d was erased at %s, and now at %s", id, told, r.ErasedAt)
		}
		if v.onFile() != (r.ScrubbedAt != nil) {
			v.t.Errorf("the receipt of %d is %+v", id, r)
		}
	}
	s.stop(v.t)
}

// holds counts what of a database holds a canary: files, or rows.
func (v *vanishing) holds(db string) (n int) {
	v.t.Helper()
	if v.onFile() {
		files, err := filepath.Glob(filepath.Join(filepath.Dir(db), "*"))
		if err != nil || len(files) == 0 {
			v.t.Fatal(files, err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				v.t.Fatal(err)
			}
			if bytes.Contains(text, []byte(canary)) {
				n++
			}
		}
		return n
	}
	b := openBeside(v.t, db)
	defer b.close()
	for _, table := range tables.All {
		if table != tables.Numbers {
			n += b.number(fmt.Sprintf("SELECT count(*) FROM %s AS one WHERE one::text LIKE '%%%s%%'", table.Name, canary))
		}
	}
	return n
}

// check wants a database in which everybody who goes was erased once, who stays is as
// before, and all fits together.
func (v *vanishing) check(when, db string) {
	v.t.Helper()
	if n := v.holds(db); n > 0 {
		v.t.Errorf("%s: %d hold a canary", when, n)
	}
	r := v.ruined
	r.db = db
	s := r.openStore()
	defer s.Close()
	live := slices.Sorted(slices.Values(r.live(s)))
	if want := slices.Sorted(maps.Keys(v.stays)); !slices.Equal(live, want) {
		v.t.Errorf("%s: %v live, want %v", when, live, want)
	}
	for id, name := range v.stays {
		c, ok, err := s.Get(v.t.Context(), 1, contact.ID(id))
		if err != nil || !ok || len(c.Values[contact.Names]) != 1 || c.Values[contact.Names][0].Text != name {
			v.t.Errorf("%s: %d is %+v: %t, %v", when, id, c, ok, err)
		}
	}
	times := map[int64]int{}
	list, err := s.Erasures(v.t.Context(), 0, false, 1000)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, e := range list {
		times[int64(e.Contact)]++
	}
	for at := contact.Seq(0); ; {
		page, err := s.Feed(v.t.Context(), store.FeedQuery{Space: 1, After: at, Limit: 1000})
		if err != nil {
			v.t.Fatal(err)
		}
		for _, ch := range page.Changes {
			if ch.Action == contact.ActionErase {
				times[int64(ch.Contact)]++
			}
		}
		if at = page.Last; !page.More {
			break
		}
	}
	for _, id := range v.goes {
		if times[id] != 2 {
			v.t.Errorf("%s: %d was erased and noted %d times, want once each", when, id, times[id])
		}
	}
	v.wantFit(db)
}

// wantFit looks whether all of a database fits together.
func (v *vanishing) wantFit(db string) {
	v.t.Helper()
	if out, err := exec.Command(binary, "check", "--db", db, "--pace", "0").CombinedOutput(); err != nil {
		v.t.Errorf("carnet check: %v\n%s", err, out)
	}
}

// older gives a database as it was put back from before anybody was erased, and whether it
// needs a word to be served.
func (v *vanishing) older(backup string) (db string, flags []string) {
	v.t.Helper()
	if !v.onFile() {
		return backup, []string{"--erasures", v.ledger}
	}
	db = filepath.Join(v.t.TempDir(), "carnet.db")
	content, err := os.ReadFile(backup)
	if err == nil {
		err = os.WriteFile(db, content, 0o600)
	}
	if err != nil {
		v.t.Fatal(err)
	}
	return db, []string{"--erasures", v.ledger, "--accept-restored"}
}

// replayKilled starts servers on a database that was put back, and kills each when it has
// erased somebody again. It tells how often that left somebody.
func (v *vanishing) replayKilled(db string, flags []string, kills int) (middle int) {
	b := openBeside(v.t, db)
	erased := func() int { return b.number("SELECT count(*) FROM erasures") }
	for range kills {
		before := erased()
		if before == len(v.goes) {
			break
		}
		v.killedOnce(func() bool { return erased() > before }, db, flags...)
		if erased() < len(v.goes) {
			middle++
		}
	}
	b.later()
	s := start(v.t, db, v.key, flags...)
	b.close()
	v.wantDone(db, "erase", "scrub")
	s.stop(v.t)
	return middle
}

// CONTRACT D35: killed in the middle of erasing, of scrubbing, and of erasing again whom a
// backup brought back, all ends as if each had been done once.
func TestKilledWhileErasing(t *testing.T) {
	kills := 3
	if long() {
		kills = 10
	}
	onBoth(t, func(t *testing.T, open func() (db, key string)) {
		db, _ := open()
		v := newVanishing(t, db)
		if v.holds(db) == 0 {
			t.Fatal("there is nothing to erase")
		}
		var backup string
		if v.onFile() {
			backup = filepath.Join(t.TempDir(), "backup.db")
			carnet(t, "backup", backup, "--db", db)
		} else {
			backup = pgtest.Copy(t, db)
		}
		erasing, scrubbing := 0, 0
		for some := range slices.Chunk(v.goes, (len(v.goes)+kills-1)/kills) {
			if v.eraseKilled(some) {
				erasing++
			}
		}
		s := v.serve() // who had no answer asks again
		for _, id := range v.goes {
			if r, answered := v.erase(s, id); answered && v.told[id] == "" {
				v.told[id] = r.ErasedAt
			}
		}
		v.wantDone(db, "erase")
		s.stop(t)
		if v.onFile() { // until one is quicker
			for scrubbing < kills && v.scrubKilled() {
				scrubbing++
			}
		}
		v.finish()
		v.check("at last", db)
		noted, err := os.ReadFile(v.ledger)
		if n := bytes.Count(noted, []byte("\n")); err != nil || n != len(v.goes) {
			t.Errorf("the ledger has %d lines: %v", n, err)
		}

		again, flags := v.older(backup)
		if v.holds(again) == 0 {
			t.Error("nobody is back")
		}
		replaying := v.replayKilled(again, flags, kills)
		v.check("put back", again)
		if v.onFile() {
			restored := filepath.Join(t.TempDir(), "carnet.db")
			for range kills {
				if killedIn(t, v.random, "restore", backup, "--db", restored, "--erasures", v.ledger) {
					break
				}
			}
			if _, err := os.Stat(restored); err != nil {
				carnet(t, "restore", backup, "--db", restored, "--erasures", v.ledger)
			}
			v.check("restored", restored)
		}
		// A scrub is quick: its end may come before the kill.
		t.Logf("killed in the middle of erasing %d times, of scrubbing %d, of erasing again %d", erasing, scrubbing, replaying)
		if erasing == 0 || replaying == 0 {
			t.Error("too little happened to prove anything")
		}
	})
}
