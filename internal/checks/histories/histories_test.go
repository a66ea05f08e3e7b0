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
var usual = scope{groups: 4, contacts: 4, clients: 5, calls: 34}

func newRecorder(s system, say speaker) *recorder {
	return &recorder{system: s, say: say, told: map[string]int{}}
}

// enough is how many writes must have changed something.
const enough = 200

// checkTime is how long the check of one history may take. It takes milliseconds.
const checkTime = time.Minute

// judge fails the test where no order explains the history.
func (r *recorder) judge(t *testing.T) {
	t.Helper()
	if r.writes < enough {
		t.Errorf("only %d writes of %d calls, refused %v", r.writes, len(r.history), r.told)
	}
	t.Logf("%d calls, %d writes, refused %v", len(r.history), r.writes, r.told)
	switch porcupine.CheckOperationsTimeout(model(r.say), r.history, checkTime) {
	case porcupine.Ok:
	case porcupine.Unknown:
		t.Error("the check of a history ran out of time")
	default:
		r.show(t)
	}
}

// show tells how far each group can be explained.
func (r *recorder) show(t *testing.T) {
	t.Helper()
	for _, part := range byGroup(r.history) {
		m := model(r.say)
		m.Partition = nil
		res, info := porcupine.CheckOperationsVerbose(m, part, checkTime)
		if res == porcupine.Ok {
			continue
		}
		t.Error(story(part, info, r.say))
	}
}

// What clients are answered who write at once, each as fast as it can, is what the
// rules say in some order: on SQLite, and by two servers on PostgreSQL.
func TestHistories(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) books{
		"SQLite":     onSQLite,
		"PostgreSQL": func(t *testing.T) books { return onPostgres(t, pgtest.NewTemplate(t, postgres.Migrate).Database(t)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seed, servers := seedOf(t), open(t)
			for i := range times(16, 1000) {
				t.Run(fmt.Sprint(i), func(t *testing.T) {
					t.Parallel() // they share batches
					v := &visit{books: servers, tenants: settle(t, servers[0], usual.groups)}
					r := newRecorder(v, sayAll)
					parties := r.begin(t, usual)
					r.all(parties, usual, seed+uint64(i))
					r.end(parties)
					r.judge(t)
				})
			}
		})
	}
}

// times is how many of something there are, of which there are more in a long run.
func times(few, many int) int {
	if long {
		return many
	}
	return few
}
