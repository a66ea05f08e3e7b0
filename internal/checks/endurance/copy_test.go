package endurance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/checks/pgtest"
)

// copying is a copy from one database to another that is killed again and again.
type copying struct {
	t        *testing.T
	random   *rand.Rand
	from, to string
}

// half tells whether the copy has begun, and has not ended.
func (c *copying) half() bool {
	c.t.Helper()
	if !strings.HasPrefix(c.to, "postgres") {
		_, err := os.Stat(c.to + ".partial")
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			c.t.Fatal(err)
		}
		return err == nil
	}
	b := openBeside(c.t, c.to)
	defer b.close()
	return b.number("SELECT count(*) FROM pg_tables WHERE tablename = 'installation'") > 0 &&
		b.number("SELECT count(*) FROM installation WHERE secret = ''") > 0
}

// whole tells whether all of it is there.
func (c *copying) whole() bool {
	c.t.Helper()
	if !strings.HasPrefix(c.to, "postgres") {
		_, err := os.Stat(c.to)
		return err == nil
	}
	b := openBeside(c.t, c.to)
	defer b.close()
	return b.number("SELECT count(*) FROM pg_tables WHERE tablename = 'contacts'") > 0 && b.number("SELECT count(*) FROM contacts") > 0
}

// wantRefused wants a database that nobody can serve.
func (c *copying) wantRefused() {
	c.t.Helper()
	ctx, stop := context.WithTimeout(c.t.Context(), healing)
	defer stop()
	out, err := exec.CommandContext(ctx, binary, "serve", "--db", c.to, "--listen", "127.0.0.1:0").CombinedOutput()
	ended, ok := errors.AsType[*exec.ExitError](err)
	if !ok || ended.ExitCode() < 1 || !strings.Contains(string(out), "cut short") && !strings.Contains(string(out), "a copy into this database has begun") {
		c.t.Errorf("half a copy is served: %v: %s", err, out)
	}
}

// killed begins the copy and kills it some times, each a moment after it has begun to write.
// Then it lets one go to its end. It tells how often half a copy was left, the first time by
// one that had begun for certain.
func (c *copying) killed(kills int) (middle int) {
	c.t.Helper()
	for range kills {
		cmd := exec.Command(binary, "copy", "--from", c.from, "--to", c.to)
		var said bytes.Buffer
		cmd.Stderr = &said
		if err := cmd.Start(); err != nil {
			c.t.Fatal(err)
		}
		if middle == 0 && !within(healing, c.begun) {
			c.t.Error("it does not begin")
		}
		time.Sleep(time.Duration(c.random.IntN(40)) * time.Millisecond)
		cmd.Process.Kill()
		if err := cmd.Wait(); err == nil {
			return middle
		} else if cmd.ProcessState.ExitCode() >= 0 {
			c.t.Fatalf("%v: %s", err, &said)
		}
		if c.whole() {
			return middle
		}
		if c.half() {
			middle++
			c.wantRefused()
		}
	}
	carnet(c.t, "copy", "--from", c.from, "--to", c.to)
	return middle
}

// begun tells whether the copy is under way, or over.
func (c *copying) begun() bool { return c.half() || c.whole() }

// A copy that is killed leaves what it reads as it was, and nothing that could be served; the
// same command begins it again, and then all is there, both ways.
func TestKilledCopies(t *testing.T) {
	t.Parallel()
	seed := seedOf(t)
	kills := 4
	if long() {
		kills = 30
	}
	r := &ruined{t: t, people: 5000, db: filepath.Join(t.TempDir(), "carnet.db")}
	r.key = noLimits(t, r.db)
	r.servers = append(r.servers, start(t, r.db, r.key))
	r.fill()
	r.servers[0].stop(t)
	live := func(db string) []int64 {
		now := *r
		now.db = db
		s := now.openStore()
		defer s.Close()
		return now.live(s)
	}
	want := live(r.db)
	there, back := pgtest.Empty(t, "ENCODING 'UTF8'"), filepath.Join(t.TempDir(), "carnet.db")
	for i, way := range [][2]string{{r.db, there}, {there, back}} {
		c := &copying{t, rand.New(rand.NewPCG(seed, uint64(i))), way[0], way[1]}
		middle := c.killed(kills)
		if middle == 0 {
			t.Errorf("way %d: it was never killed in its middle", i)
		}
		for _, db := range way {
			if have := live(db); len(want) != r.people || !slices.Equal(have, want) {
				t.Errorf("way %d: %d contacts, want %d", i, len(have), len(want))
			}
		}
		s := start(t, c.to, r.key)
		if a, err := s.do("GET", fmt.Sprintf("/contacts/%d", want[0]), ""); err != nil || a.status != 200 {
			t.Errorf("way %d: by the same key: %v, status %d", i, err, a.status)
		}
		s.stop(t)
		t.Logf("way %d: killed in the middle %d of %d times", i, middle, kills)
	}
	if _, err := os.Stat(back + ".partial"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something is left: %v", err)
	}
}
