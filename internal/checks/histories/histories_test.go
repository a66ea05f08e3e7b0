package histories

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/carnet-project/carnet/internal/checks/pgtest"
	"github.com/carnet-project/carnet/internal/store/postgres"
)

var long = os.Getenv("CARNET_TEST_LONG") == "1"

// seedOf gives what all random calls follow from, and prints it.
func seedOf(t *testing.T) uint64 {
	t.Helper()
	seed := rand.Uint64N(1 << 62)
	if text := os.Getenv("CARNET_TEST_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("CARNET_TEST_SEED=%d", seed)
	return seed
}

// usual is the scope of most histories.
var usual = scope{groups: 4, contacts: 4, clients: 5, calls: 30}

func newRecorder(s system) *recorder { return &recorder{system: s, told: map[string]int{}} }

// enough is how many writes must have changed something.
const enough = 200

// checkTime is how long the check of one history may take. It takes milliseconds.
const checkTime = time.Minute

// judge fails the test where no order explains the history.
func (r *recorder) judge(t *testing.T, say speaker) {
	t.Helper()
	if r.writes < enough {
		t.Errorf("only %d writes of %d calls, refused %v", r.writes, len(r.history), r.told)
	}
	switch porcupine.CheckOperationsTimeout(model(say), r.history, checkTime) {
	case porcupine.Ok:
	case porcupine.Unknown:
		t.Error("the check of a history ran out of time")
	default:
		r.show(t, say)
	}
}

// show tells how far each group can be explained.
func (r *recorder) show(t *testing.T, say speaker) {
	t.Helper()
	for _, part := range byGroup(r.history) {
		m := model(say)
		m.Partition = nil
		res, info := porcupine.CheckOperationsVerbose(m, part, checkTime)
		if res == porcupine.Ok {
			continue
		}
		t.Error(story(part, info, say))
	}
}

func TestHistoriesOnSQLite(t *testing.T) {
	t.Parallel()
	seed := seedOf(t)
	for i := range times() {
		b := onSQLite(t, usual.groups)
		r := newRecorder(b)
		r.run(t, fmt.Sprint("SQLite ", i), usual, seed+uint64(i))
	}
}

func TestHistoriesOnPostgres(t *testing.T) {
	t.Parallel()
	empty := pgtest.NewTemplate(t, postgres.Migrate)
	seed := seedOf(t)
	for i := range times() {
		r := newRecorder(onPostgres(t, empty, usual.groups))
		r.run(t, fmt.Sprint("PostgreSQL ", i), usual, seed+uint64(i))
	}
}

func times() int {
	if long {
		return 1000
	}
	return 16
}

func (r *recorder) run(t *testing.T, name string, s scope, seed uint64) {
	t.Helper()
	begin := time.Now()
	parties := r.begin(t, s)
	r.all(parties, s, seed)
	r.end(parties)
	ran := time.Since(begin)
	r.judge(t, sayAll)
	t.Logf("%s: %d calls, %d writes, refused %v; ran %s, checked in %s", name, len(r.history), r.writes, r.told, ran, time.Since(begin)-ran)
}
