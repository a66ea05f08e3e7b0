package target

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/carnet-project/carnet/bench/load"
	"github.com/carnet-project/carnet/bench/people"
	"github.com/carnet-project/carnet/bench/proc"
)

// DirectusVersion is the release that is measured.
const DirectusVersion = "12.4.0"

// directusToken is the key of a server that listens on loopback while it is
// measured, and holds nobody's data.
const directusToken = "bench-token"

// installTime is how long npm may take: where it cannot download what is
// compiled, it compiles it.
const installTime = 20 * time.Minute

// collection is what Directus is told to keep, with all revisions.
const collection = `{"collection":"contacts","schema":{},"meta":{"accountability":"all"},"fields":[
	{"field":"id","type":"integer","meta":{},"schema":{"is_primary_key":true,"has_auto_increment":true}},
	{"field":"emails","type":"json","meta":{},"schema":{}},
	{"field":"phones","type":"json","meta":{},"schema":{}},
	{"field":"names","type":"json","meta":{},"schema":{}},
	{"field":"locations","type":"json","meta":{},"schema":{}},
	{"field":"custom_fields","type":"json","meta":{},"schema":{}}]}`

// Directus makes the target of Directus on SQLite with a write-ahead log, which
// is not its default, and with revisions, which are its history. It is installed
// with npm the first time.
func (e *Env) Directus(ctx context.Context, contacts int) (*Target, error) {
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			return nil, fmt.Errorf("it needs %s, which is not installed", program)
		}
	}
	home := filepath.Join(e.Scratch, "directus-"+DirectusVersion)
	if err := e.installDirectus(ctx, home); err != nil {
		return nil, err
	}
	seeds, err := e.seedDirectus(ctx, home, contacts)
	if err != nil {
		return nil, err
	}
	dir := e.work("Directus")
	t := &Target{Name: "Directus", Contacts: contacts, Spaces: 1, DB: filepath.Join(dir, "data.db"), steps: make([]atomic.Uint32, contacts),
		method: "PATCH", path: "/items/contacts/", auth: []string{"Authorization: Bearer " + directusToken + "\r\n"},
		id: func(b []byte, i int) []byte { return strconv.AppendInt(b, int64(i+1), 10) }}
	t.start = func(ctx context.Context, t *Target) (*proc.Child, error) { return startDirectus(ctx, home, dir) }
	return t, copyDir(seeds, dir)
}

func (e *Env) installDirectus(ctx context.Context, home string) error {
	if _, err := os.Stat(filepath.Join(home, "installed")); err == nil {
		return nil
	}
	e.Say("installing Directus " + DirectusVersion + " with npm; the next run finds it there")
	if err := errors.Join(os.MkdirAll(home, 0o755), os.WriteFile(filepath.Join(home, "package.json"), []byte(`{"private":true}`), 0o644)); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, installTime)
	defer cancel()
	cmd := exec.Command("npm", "install", "--no-audit", "--no-fund", "directus@"+DirectusVersion)
	cmd.Dir = home
	if _, err := output(ctx, cmd); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(home, "installed"), nil, 0o644)
}

// directusCommand runs Directus on the data in dir.
func directusCommand(home, dir, addr string, args ...string) *exec.Cmd {
	cmd := exec.Command("node", append([]string{filepath.Join(home, "node_modules", "directus", "cli.js")}, args...)...)
	cmd.Dir = dir
	port := addr[strings.LastIndexByte(addr, ':')+1:]
	cmd.Env = append(os.Environ(), "DB_CLIENT=sqlite3", "DB_FILENAME="+filepath.Join(dir, "data.db"), "SECRET=of-no-worth-here-0123456789abcdef",
		"ADMIN_EMAIL=admin@example.com", "ADMIN_PASSWORD=of-no-worth", "ADMIN_TOKEN="+directusToken, "HOST=127.0.0.1", "PORT="+port,
		"NODE_ENV=production", "TELEMETRY=false", "RATE_LIMITER_ENABLED=false", "CACHE_ENABLED=false", "LOG_LEVEL=warn")
	return cmd
}

func startDirectus(ctx context.Context, home, dir string) (*proc.Child, error) {
	addr, err := proc.FreeAddr()
	if err != nil {
		return nil, err
	}
	return proc.Start(ctx, addr, dir+".log", directusCommand(home, dir, addr, "start"))
}

func (e *Env) seedDirectus(ctx context.Context, home string, contacts int) (string, error) {
	dir, there, err := e.seeds(fmt.Sprintf("directus-%d", contacts), DirectusVersion+"-"+people.Version)
	if there || err != nil {
		return dir, err
	}
	e.Say(fmt.Sprintf("making %d contacts for Directus; the next run finds them there", contacts))
	making := dir + ".part"
	if err := errors.Join(os.RemoveAll(making), os.Mkdir(making, 0o755)); err != nil {
		return "", err
	}
	if _, err := output(ctx, directusCommand(home, making, ":0", "bootstrap")); err != nil {
		return "", err
	}
	child, err := startDirectus(ctx, home, making)
	if err != nil {
		return "", err
	}
	if err := errors.Join(makeCollection(child.Addr), child.Stop(), os.Remove(making+".log")); err != nil {
		return "", err
	}
	if err := fillDirectus(filepath.Join(making, "data.db"), contacts); err != nil {
		return "", err
	}
	return dir, os.Rename(making, dir)
}

func makeCollection(addr string) error {
	c, err := load.Dial(addr, time.Now().Add(time.Minute))
	if err != nil {
		return err
	}
	defer c.Close() // nothing is under way
	status, answer, err := c.Ask(fmt.Appendf(nil, "POST /collections HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"+
		"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", directusToken, len(collection), collection))
	if err == nil && status != 200 {
		err = fmt.Errorf("making the collection was answered with %d: %.300s", status, answer)
	}
	return err
}

// fillDirectus writes the rows into the file that Directus has made.
func fillDirectus(path string, contacts int) (err error) {
	c, err := sqlite.OpenConn(path, sqlite.OpenReadWrite, sqlite.OpenWAL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	end, err := sqlitex.ImmediateTransaction(c)
	if err != nil {
		return err
	}
	defer end(&err)
	stmt, err := c.Prepare(`INSERT INTO contacts (id, emails, phones, names, locations, custom_fields)
		VALUES (?1, ?2 -> '$.emails', ?2 -> '$.phones', ?2 -> '$.names', ?2 -> '$.locations', ?2 -> '$.custom_fields')`)
	if err != nil {
		return err
	}
	var body []byte
	for i := range contacts {
		body = people.AppendBody(body[:0], i, people.Start(i))
		stmt.BindInt64(1, int64(i+1))
		stmt.BindText(2, string(body))
		if _, err := stmt.Step(); err != nil {
			return err
		}
		if err := stmt.Reset(); err != nil {
			return err
		}
	}
	return nil
}
