package target

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/bench/attack"
)

// AttackedSpaces is how many Spaces an attacked file has. The first is the
// attacker's.
const AttackedSpaces = 8

// AttackedSize says how much an attacked file holds.
type AttackedSize struct {
	Each    int `json:"each"`    // contacts of each Space
	Shared  int `json:"shared"`  // further ones of the attacker, half of which share an email and half a phone number
	Changes int `json:"changes"` // small ones in the attacker's history
	History int `json:"history"` // small ones of one of the attacker's contacts, after some large ones
}

// attackName is the file beside a seeded database that tells the attacker where
// to begin.
const attackName = "attack.json"

// Attacked makes a target of the product whose first Space belongs to an
// attacker, with what that is to be told.
func (e *Env) Attacked(ctx context.Context, name string, size AttackedSize) (*Target, attack.Order, error) {
	var o attack.Order
	seeds, err := e.seedAttacked(ctx, size)
	if err != nil {
		return nil, o, err
	}
	text, err := os.ReadFile(filepath.Join(seeds, attackName))
	if err != nil {
		return nil, o, err
	}
	if err := json.Unmarshal(text, &o); err != nil {
		return nil, o, err
	}
	t, err := e.copyOf(name, seeds, size.Each*AttackedSpaces, AttackedSpaces)
	if err != nil {
		return nil, o, err
	}
	if err := e.asks(ctx, t); err != nil {
		return nil, o, err
	}
	t.list = base[:len(base)-1] + "?per_page=50"
	o.Auth = t.auth[0]
	return t, o, nil
}

// Limits says how often the attacker may ask: as often as a Space may unless it
// is set, or as often as it likes. The server must not run.
func (e *Env) Limits(ctx context.Context, t *Target, limited bool) error {
	args := []string{"space", "set", "1"}
	for bucket, figure := range map[string]int{"update": 60, "create": 60, "get": 30, "list": 15, "batch": 10} {
		if !limited {
			figure = 0
		}
		args = append(args, fmt.Sprintf("--limit=%s=%d", bucket, figure))
	}
	_, err := e.carnet(ctx, e.db(t), args...)
	return err
}

// seedAttacked gives the folder with a seeded file, making it where there is
// none.
func (e *Env) seedAttacked(ctx context.Context, size AttackedSize) (string, error) {
	by, err := e.fingerprint()
	if err != nil {
		return "", err
	}
	dir, there, err := e.seeds(fmt.Sprintf("attacked-%d-%d-%d-%d", size.Each, size.Shared, size.Changes, size.History), by)
	if there || err != nil {
		return dir, err
	}
	contacts := size.Each * AttackedSpaces
	from, err := e.seedCarnet(ctx, contacts, AttackedSpaces)
	if err != nil {
		return "", err
	}
	e.Say(fmt.Sprintf("making %d changes of the attacker; the next run finds them there", size.Changes+size.Shared+size.History))
	making := dir + ".part"
	err = errors.Join(os.RemoveAll(making), os.Mkdir(making, 0o755))
	for _, name := range []string{dbName, idsName} {
		if err == nil {
			err = copyFile(filepath.Join(from, name), filepath.Join(making, name))
		}
	}
	if err != nil {
		return "", err
	}
	t := &Target{Name: "seeding", Contacts: contacts, Spaces: AttackedSpaces, DB: filepath.Join(making, dbName), path: base, start: e.startCarnet}
	if t.ids, err = ReadIDs(filepath.Join(making, idsName)); err != nil {
		return "", err
	}
	if t.auth, err = e.keys(ctx, t.DB, 1); err != nil {
		return "", err
	}
	if err := t.Start(ctx); err != nil {
		return "", err
	}
	o, err := t.makeHistory(ctx, size)
	if err := errors.Join(err, t.Stop()); err != nil {
		return "", err
	}
	text, err := json.Marshal(o)
	if err != nil {
		return "", err
	}
	return dir, errors.Join(os.WriteFile(filepath.Join(making, attackName), text, 0o644), os.Rename(making, dir))
}

// makeHistory makes the attacker's Space what it is.
func (t *Target) makeHistory(ctx context.Context, size AttackedSize) (o attack.Order, err error) {
	if o, err = t.longHistory(ctx, size.History); err != nil {
		return o, err
	}
	err = t.send(ctx, size.Shared, 201, func(b []byte, _ *scratch, i int) []byte {
		value := `"emails":["` + attack.SharedEmail + `"]`
		if i%2 == 0 {
			value = `"phones":["` + attack.SharedPhone + `"]`
		}
		return t.write(b, "POST", base[:len(base)-1], `{"names":["Shared `+strconv.Itoa(i)+`"],`+value+`}`)
	}, nil)
	if err != nil {
		return o, err
	}
	own := t.Contacts / t.Spaces
	return o, t.send(ctx, size.Changes, 200, func(b []byte, _ *scratch, i int) []byte {
		id := t.ids[i%own*t.Spaces]
		return t.write(b, "PUT", base+strconv.FormatInt(id, 10), `{"names":["Change `+strconv.Itoa(i)+`"]}`)
	}, nil)
}

// longHistory makes a contact with a history that has few large changes and many
// small ones after them, and a place between those for a page before it.
func (t *Target) longHistory(ctx context.Context, changes int) (o attack.Order, err error) {
	path := base[:len(base)-1]
	one := func(method, path, body string, status int) (answer []byte, err error) {
		err = t.send(ctx, 1, status, func(b []byte, _ *scratch, _ int) []byte { return t.write(b, method, path, body) },
			func(_ int, a []byte) error { answer = a; return nil })
		return answer, err
	}
	answer, err := one("POST", path, `{"names":["Small 0"]}`, 201)
	if err != nil {
		return o, err
	}
	if o.Contact, err = madeID(answer); err != nil {
		return o, err
	}
	path += "/" + strconv.FormatInt(o.Contact, 10)
	for i := range 2 {
		if _, err := one("PUT", path, `{"names":["Small `+strconv.Itoa(i+1)+`"]}`, 200); err != nil {
			return o, err
		}
	}
	var page struct {
		Next string `json:"next_cursor"`
		Prev string `json:"prev_cursor"`
	}
	query := "/changes?per_page=1"
	for range 2 { // the second page has one before it
		if answer, err = one("GET", path+query, "", 200); err != nil {
			return o, err
		}
		if err := json.Unmarshal(answer, &page); err != nil {
			return o, err
		}
		query = "/changes?per_page=1&cursor=" + url.QueryEscape(page.Next)
	}
	if o.Cursor = page.Prev; o.Cursor == "" {
		return o, errors.New("the second page of a history has none before it")
	}
	for i := range 4 { // the last wipes what is large
		if _, err := one("PUT", path, largeBody(i, i < 3), 200); err != nil {
			return o, err
		}
	}
	return o, t.send(ctx, changes, 200, func(b []byte, _ *scratch, i int) []byte {
		return t.write(b, "PUT", path, `{"names":["Small `+strconv.Itoa(i)+`"]}`)
	}, nil)
}

// largeBody fills the texts, names and locations of a contact with as much as
// they take, about 1 MiB, or clears them.
func largeBody(n int, full bool) string {
	var fields, lines []string
	for slot := range 15 {
		value := "null"
		if full {
			value = `"` + strconv.Itoa(n) + strings.Repeat("\U0001D11E", 10_000) + `"`
		}
		fields = append(fields, fmt.Sprintf(`"profile_field_%d":%s`, slot+1, value))
	}
	for i := range 100 {
		if full {
			lines = append(lines, fmt.Sprintf(`"%d, %d%s"`, n, i, strings.Repeat("\U0001D11E", 490)))
		}
	}
	list := strings.Join(lines, ",")
	return `{"names":[` + list + `],"locations":[` + list + `],"custom_fields":{` + strings.Join(fields, ",") + `}}`
}

// write appends a request of the attacker, with a body unless it is empty.
func (t *Target) write(b []byte, method, path, body string) []byte {
	b = append(b, method+" "+path+" HTTP/1.1\r\n"...)
	if body == "" {
		return t.head(b, 0, nil)
	}
	return append(t.head(b, 0, []byte(body)), body...)
}
