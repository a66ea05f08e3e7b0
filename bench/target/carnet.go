package target

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/bench/load"
	"github.com/carnet-project/carnet/bench/people"
	"github.com/carnet-project/carnet/bench/proc"
)

// The paths of Carnet's API, and of its contacts.
const (
	root = "/public-api/v1/"
	base = root + "contacts/"
)

const (
	dbName  = "carnet.db"
	idsName = "ids"
)

// seedConns is how many connections fill a new file, and seedTime how long that
// may take.
const (
	seedConns = 128
	seedTime  = 2 * time.Hour
)

// Carnet makes a target of the product: so many contacts, the i-th in Space
// i modulo spaces, limits off, a key a Space.
func (e *Env) Carnet(ctx context.Context, name string, contacts, spaces int) (*Target, error) {
	seeds, err := e.seedCarnet(ctx, contacts, spaces)
	if err != nil {
		return nil, err
	}
	t, err := e.copyOf(name, seeds, contacts, spaces)
	if err != nil {
		return nil, err
	}
	return t, e.asks(ctx, t)
}

// asks says how Carnet is asked, with a key in each Space.
func (e *Env) asks(ctx context.Context, t *Target) (err error) {
	t.method, t.path, t.list, t.created = "PUT", base, base[:len(base)-1]+"?per_page=200", 201
	t.batches, t.operations, t.posts = base+"batch", `{"operations":`, `{"method":"POST"`
	t.start, t.find = e.startCarnet, carnetFind
	t.auth, err = e.keys(ctx, e.db(t), t.Spaces)
	return err
}

// db is what Carnet is told to serve.
func (e *Env) db(t *Target) string {
	if t.Database != "" {
		return e.Postgres.DSN(t.Database)
	}
	return t.DB
}

// copyOf makes a target over its own copy of Carnet's seeded file.
func (e *Env) copyOf(name, seeds string, contacts, spaces int) (*Target, error) {
	t := &Target{Name: name, Contacts: contacts, Spaces: spaces, DB: e.work(name + ".db"), steps: make([]atomic.Uint32, contacts)}
	var err error
	if t.ids, err = ReadIDs(filepath.Join(seeds, idsName)); err != nil {
		return nil, err
	}
	if len(t.ids) != contacts {
		return nil, fmt.Errorf("%s has %d ids of %d contacts: remove it", seeds, len(t.ids), contacts)
	}
	return t, copyFile(filepath.Join(seeds, dbName), t.DB)
}

func (e *Env) startCarnet(ctx context.Context, t *Target) (*proc.Child, error) {
	addr, err := proc.FreeAddr()
	if err != nil {
		return nil, err
	}
	return proc.Start(ctx, addr, e.work(t.Name+".log"), exec.Command(e.bin("carnet"), "--db", e.db(t), "serve", "--listen", addr))
}

// keys makes a key in each Space, and gives the header lines with them.
func (e *Env) keys(ctx context.Context, db string, spaces int) ([]string, error) {
	var list []string
	for space := range spaces {
		out, err := e.carnet(ctx, db, "key", "create", "--space", strconv.Itoa(space+1), "--name", "bench", "-o", "json")
		if err != nil {
			return nil, err
		}
		var made struct {
			Key string `json:"key"`
		}
		if err := json.Unmarshal([]byte(out), &made); err != nil || made.Key == "" {
			return nil, errors.New("carnet key create did not print a key") // nor may this
		}
		list = append(list, "Authorization: Bearer "+made.Key+"\r\n")
	}
	return list, nil
}

// seedCarnet gives the folder with a seeded file and the ids of its contacts,
// making it where there is none.
func (e *Env) seedCarnet(ctx context.Context, contacts, spaces int) (_ string, err error) {
	by, err := e.fingerprint()
	if err != nil {
		return "", err
	}
	dir, there, err := e.seeds(fmt.Sprintf("carnet-%d-%d", contacts, spaces), by)
	if there || err != nil {
		return dir, err
	}
	e.Say(fmt.Sprintf("making %d contacts in %d Spaces; the next run finds them there", contacts, spaces))
	begun := time.Now()
	making := dir + ".part"
	if err := errors.Join(os.RemoveAll(making), os.Mkdir(making, 0o755)); err != nil {
		return "", err
	}
	t := &Target{Name: "seeding", Contacts: contacts, Spaces: spaces, DB: filepath.Join(making, dbName)}
	ids, err := e.fill(ctx, t)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(t.DB + "-wal"); err == nil {
		return "", errors.New("a stopped server has left a write-ahead log behind")
	}
	if err := errors.Join(writeIDs(filepath.Join(making, idsName), ids), os.Rename(making, dir)); err != nil {
		return "", err
	}
	e.Say(fmt.Sprintf("that took %.0f s, %.0f a second", time.Since(begun).Seconds(), float64(contacts)/time.Since(begun).Seconds()))
	return dir, nil
}

// fill fills an empty database over HTTP, as its users would, and gives the
// ids of the contacts.
func (e *Env) fill(ctx context.Context, t *Target) ([]int64, error) {
	t.path, t.start = base, e.startCarnet
	for space := range t.Spaces {
		if _, err := e.carnet(ctx, e.db(t), "space", "create", fmt.Sprintf("bench %d", space+1)); err != nil {
			return nil, err
		}
		args := []string{"space", "set", strconv.Itoa(space + 1)}
		for _, bucket := range []string{"update", "create", "get", "list", "batch", "ui"} {
			args = append(args, "--limit", bucket+"=0")
		}
		if _, err := e.carnet(ctx, e.db(t), args...); err != nil {
			return nil, err
		}
	}
	var err error
	if t.auth, err = e.keys(ctx, e.db(t), t.Spaces); err != nil {
		return nil, err
	}
	if err := t.Start(ctx); err != nil {
		return nil, err
	}
	ids, err := t.create(ctx)
	if err == nil && t.DB != "" {
		err = folded(ctx, t.DB)
	}
	return ids, errors.Join(err, t.Stop())
}

// create creates all contacts and gives their ids.
func (t *Target) create(ctx context.Context) ([]int64, error) {
	ids := make([]int64, t.Contacts)
	err := t.send(ctx, t.Contacts, 201, func(b []byte, s *scratch, i int) []byte {
		s.body = people.AppendBody(s.body[:0], i, people.Start(i))
		b = append(append(append(b, "POST "...), t.path[:len(t.path)-1]...), " HTTP/1.1\r\n"...)
		return append(t.head(b, i%t.Spaces, s.body), s.body...)
	}, func(i int, answer []byte) (err error) {
		ids[i], err = madeID(answer)
		return err
	})
	return ids, err
}

// send sends n requests over many connections. make appends the i-th, which must
// be answered with status; take, which may be nil, gets its answer.
func (t *Target) send(ctx context.Context, n, status int, make func(b []byte, s *scratch, i int) []byte, take func(i int, answer []byte) error) error {
	s := &sending{target: t, n: n, status: status, make: make, take: take}
	var all sync.WaitGroup
	for range min(n, seedConns) {
		all.Go(func() {
			if err := s.work(ctx); err != nil {
				s.once.Do(func() { s.err = err })
				s.next.Store(int64(n)) // the others may stop
			}
		})
	}
	all.Wait()
	return errors.Join(s.err, ctx.Err())
}

// sending is what send is doing.
type sending struct {
	target    *Target
	n, status int
	make      func(b []byte, s *scratch, i int) []byte
	take      func(i int, answer []byte) error
	next      atomic.Int64
	once      sync.Once
	err       error
}

// work sends what nobody else sends, on one connection.
func (s *sending) work(ctx context.Context) error {
	c, err := load.Dial(s.target.Addr(), time.Now().Add(seedTime))
	if err != nil {
		return err
	}
	defer c.Close() // nothing is under way
	var b []byte
	for body := (&scratch{}); ctx.Err() == nil; {
		i := int(s.next.Add(1)) - 1
		if i >= s.n {
			return nil
		}
		b = s.make(b[:0], body, i)
		status, answer, err := c.Ask(b)
		if err != nil {
			return err
		}
		if status != s.status {
			return fmt.Errorf("a request was answered with %d instead of %d", status, s.status)
		}
		if s.take != nil {
			if err := s.take(i, answer); err != nil {
				return err
			}
		}
	}
	return nil
}

// madeID reads the id that an answer begins with.
func madeID(answer []byte) (int64, error) {
	text, found := bytes.CutPrefix(answer, []byte(`{"id":`))
	end := bytes.IndexAny(text, ",}")
	if !found || end < 0 {
		return 0, errors.New("the answer to a POST does not begin with the id")
	}
	return strconv.ParseInt(string(text[:end]), 10, 64)
}

func writeIDs(path string, ids []int64) error {
	b := make([]byte, 0, 8*len(ids))
	for _, id := range ids {
		b = binary.LittleEndian.AppendUint64(b, uint64(id))
	}
	return os.WriteFile(path, b, 0o644)
}

// ReadIDs reads the ids of seeded contacts.
func ReadIDs(path string) ([]int64, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(b)%8 != 0 {
		return nil, fmt.Errorf("%s is cut off: remove its folder", path)
	}
	ids := make([]int64, len(b)/8)
	for i := range ids {
		ids[i] = int64(binary.LittleEndian.Uint64(b[8*i:]))
	}
	return ids, nil
}
