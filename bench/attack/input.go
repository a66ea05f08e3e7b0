// Package attack plays what one Space, or somebody without a key, has disturbed
// the others with: the inputs of docs/faults.md, section A. It runs in a process
// of its own, so that it does not hold up who measures, and it is loopback that
// it is for.
package attack

import (
	"fmt"
	"strings"
	"time"
)

// All plays every input at once.
const All = "all"

// Order says what is to be played, and on whom.
type Order struct {
	Addr    string `json:"addr"`
	Auth    string `json:"auth"`    // the header line with the attacker's key
	Input   string `json:"input"`   // the name of an input, or All
	Contact int64  `json:"contact"` // of the attacker's Space, with much history
	Cursor  string `json:"cursor"`  // of the page before, in that history
}

// Input is one way to disturb.
type Input struct {
	Name  string
	What  string // it does, in a few words
	Keyed bool   // it needs a key, so that limits count
	Holds bool   // it leaves requests of a key under way, which a stop waits for

	conns   int
	pause   time.Duration // of a connection, after a refusal
	request func(o *Order) string
	play    func(p *player, request string) string // one request; gives what came of it
}

// What all of the attacker's contacts have one of, and none has both.
const (
	SharedEmail = "everybody@example.com"
	SharedPhone = "+12015550100"
)

// refused is how long most wait that were refused: who does not wait at all
// plays a flood of refusals, which is another thing, and tells how fast the
// machine is.
const refused = 100 * time.Millisecond

// Inputs are those of section A, each as it was found or a little more of it.
var Inputs = []Input{
	{"A1 nobody", "a list of all changes, by an email that nobody has; 8 at once", true, false, 8, refused,
		get("/contacts?updated_since=1970-01-01T00:00:00Z&email=nobody@example.com"), (*player).ask},
	{"A1 shared", "a list by an email and a phone number that many have one of; 8 at once", true, false, 8, refused,
		get("/contacts?email=" + SharedEmail + "&phone=%2B" + SharedPhone[1:]), (*player).ask},
	{"A2", "1,100 bodies of which the most never comes", true, true, 1100, time.Second, slowBody, (*player).hold},
	{"A3", "600 pages of the feed that nobody reads", true, true, 600, time.Second, get("/changes?after=0&per_page=5000"), (*player).leave},
	{"A4", "HEAD of the largest file of /docs, unpacked; 4 at once", false, false, 4, refused, func(*Order) string {
		return "HEAD /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
	}, (*player).ask},
	{"A5", "200 bodies that never end, on a page that needs no key", false, false, 200, time.Second, func(*Order) string {
		return "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nx"
	}, (*player).hold},
	{"A6", "the page before, in a history with large changes; 8 at once", true, false, 8, refused, func(o *Order) string {
		return get(fmt.Sprintf("/contacts/%d/changes?per_page=500&cursor=%s", o.Contact, o.Cursor))(o)
	}, (*player).ask},
}

const base = "/public-api/v1"

func get(path string) func(*Order) string {
	return func(o *Order) string {
		return "GET " + base + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + o.Auth + "\r\n"
	}
}

func slowBody(o *Order) string {
	return fmt.Sprintf("PUT %s/contacts/%d HTTP/1.1\r\nHost: 127.0.0.1\r\n%sContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{\"names\": ",
		base, o.Contact, o.Auth)
}

// named gives the inputs that an order names.
func named(name string) ([]Input, error) {
	if name == All {
		return Inputs, nil
	}
	for i := range Inputs {
		if Inputs[i].Name == name {
			return Inputs[i : i+1], nil
		}
	}
	var names []string
	for i := range Inputs {
		names = append(names, Inputs[i].Name)
	}
	return nil, fmt.Errorf("there is no input %q: say %s or %s", name, strings.Join(names, ", "), All)
}
