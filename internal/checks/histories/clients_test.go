package histories

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/anishathalye/porcupine"

	"github.com/carnet-project/carnet/internal/contact"
)

// system is what is asked: some server. An error says that nothing came back.
type system interface {
	do(client int, c *call) (*answer, error)
}

// scope is how much of everything a history has.
type scope struct {
	groups, contacts, clients, calls int // clients of each group, calls of each client
}

// recorder keeps a history.
type recorder struct {
	system
	say   speaker
	http  bool         // nobody asks for dry runs
	clock atomic.Int64 // each moment is another
	calls atomic.Int64

	after int64 // so many calls, then is called
	then  func()

	mu      sync.Mutex
	history []porcupine.Operation
	writes  int            // that changed something, and were answered
	unknown int            // that were not answered
	told    map[string]int // how often which refusal
}

// ask asks, and writes down what came of it. It is false where nothing came back.
func (r *recorder) ask(client int, c *call) (*answer, bool) {
	n := r.calls.Add(1)
	if n == r.after {
		go r.then()
	}
	c.n = int(n)
	called := r.clock.Add(1)
	a, err := r.do(client, c)
	returned := r.clock.Add(1)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		if c.reads() || c.dry || errors.Is(err, syscall.ECONNREFUSED) {
			return nil, false // which did nothing to anybody
		}
		a, returned = &answer{unknown: true}, forever
		r.unknown++
	}
	r.history = append(r.history, porcupine.Operation{ClientId: client, Input: c, Output: a, Call: called, Return: returned})
	switch {
	case a.op != 0:
		r.writes++
	case a.refused != "":
		r.told[string(c.kind)+" "+a.refused]++
	}
	return a, !a.unknown
}

// call has something called in the middle of so many calls more.
func (r *recorder) call(after int64, then func()) { r.after, r.then = r.calls.Load()+after, then }

// forever is later than any moment.
const forever = 1 << 62

// party is those who share a group: what one has learned, all know.
type party struct {
	group int
	ids   []contact.ID

	mu   sync.Mutex
	done []done
}

// done is a write that changed something.
type done struct {
	op  contact.Seq
	ref contact.ID
}

func (p *party) learn(d done) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done = append(p.done, d)
}

// some gives one of the newest writes.
func (p *party) some(random *rand.Rand, newest int) done {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.done[max(0, len(p.done)-newest):]
	return list[random.IntN(len(list))]
}

// client is one of a party.
type client struct {
	*party
	*recorder
	number int
	random *rand.Rand
	seen   map[contact.ID]contact.Version // the newest that a ref answered
	gone   bool                           // the last answer was that there is no such contact
}

// begin makes the contacts of each group, one after the other.
func (r *recorder) begin(t *testing.T, s scope) []*party {
	t.Helper()
	var parties []*party
	for g := range s.groups {
		p := &party{group: g}
		for i := range s.contacts {
			c := &call{group: g, kind: create}
			c.patch.Values[contact.Emails] = sends(contact.Emails, emails[i], emails[0])
			c.patch.Values[contact.Names] = sends(contact.Names, names[i])
			a, ok := r.ask(g*s.clients, c)
			if !ok || a.refused != "" {
				t.Fatalf("%s: %+v", c, a)
			}
			p.ids = append(p.ids, a.id)
			p.learn(done{a.op, a.id})
		}
		parties = append(parties, p)
	}
	return parties
}

// all has the clients of all groups ask at once, until each has asked so often or
// got no answer.
func (r *recorder) all(parties []*party, s scope, seed uint64) {
	var wg sync.WaitGroup
	for g, p := range parties {
		for i := range s.clients {
			c := &client{party: p, recorder: r, number: g*s.clients + i, seen: map[contact.ID]contact.Version{},
				random: rand.New(rand.NewPCG(seed, uint64(g*s.clients+i)))}
			wg.Go(func() {
				for range s.calls {
					if !c.once() {
						return
					}
				}
			})
		}
	}
	wg.Wait()
}

// end reads everything, when all others are silent.
func (r *recorder) end(parties []*party) {
	for _, p := range parties {
		for _, id := range p.ids {
			r.ask(0, &call{group: p.group, kind: get, ref: id})
		}
		if a, ok := r.ask(0, &call{group: p.group, kind: feed}); ok {
			r.resolve(p.group, a.told)
		}
	}
}

// resolve tells of the calls of a group to which nothing came back what the feed says:
// by which write each was done. The others changed nothing that a feed shows. Without it
// the check would try each of them at each moment after, in every order.
func (r *recorder) resolve(group int, told map[int]contact.Seq) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, o := range r.history {
		c, a := o.Input.(*call), o.Output.(*answer)
		if a.unknown && c.group == group {
			a.op = told[c.n]
			a.nothing = a.op == 0 && c.kind != distinct
		}
	}
}

// once asks for something.
func (c *client) once() bool {
	what := c.draw()
	a, ok := c.ask(c.number, what)
	if !ok {
		return false
	}
	c.gone = a.refused == "contact_not_found"
	if a.refused != "" {
		return true
	}
	if a.version != 0 && !what.dry && what.kind != undo {
		c.seen[what.ref] = a.version
	}
	if a.op != 0 {
		c.learn(done{a.op, what.ref})
	}
	return true
}

var (
	emails = []string{"ada@example.com", "grace@example.com", "alan@example.com", "Ada@Example.com", "ada@example.org"}
	names  = []string{"Ada", "Grace", "Alan", "Ada L.", "ada"}
	slots  = []string{"", "red", "green", "blue"}
)

// sends gives a list as what reads a body leaves it: the same email once (CONTRACT
// D8).
func sends(col contact.Collection, texts ...string) contact.List {
	out, known := contact.List{Sent: true}, map[string]bool{}
	for _, text := range texts {
		if key := contact.MatchText(col, text, ""); !known[key] {
			known[key] = true
			out.Texts = append(out.Texts, text)
		}
	}
	return out
}

// weights say how often what is asked for, of 100.
var weights = []struct {
	kind kind
	of   int
}{{get, 13}, {put, 27}, {patch, 19}, {merge, 12}, {unmerge, 9}, {undo, 13}, {remove, 2}, {distinct, 2}, {feed, 3}}

// draw makes up a call.
func (c *client) draw() *call {
	out := &call{group: c.group, ref: c.id()}
	if c.gone && !c.odds(4) { // bring somebody back
		d := c.some(c.random, 3)
		out.kind, out.op, out.ref, out.anyway = undo, d.op, d.ref, true
		return out
	}
	at := c.random.IntN(100)
	for _, w := range weights {
		if at -= w.of; at < 0 {
			out.kind = w.kind
			break
		}
	}
	version := c.seen[out.ref]
	if out.kind != get && out.kind != feed && out.kind != distinct && c.odds(6) {
		out.match = version
	}
	switch out.kind {
	case put:
		out.patch = c.patch()
	case patch:
		out.amend = c.amendment()
	case merge, distinct, unmerge:
		c.drawOthers(out)
	case undo:
		d := c.some(c.random, 8)
		out.op, out.ref, out.anyway = d.op, d.ref, c.odds(3)
	case feed:
		d := c.some(c.random, 8)
		out.op = d.op - 1
	}
	if (out.kind == put || out.kind == patch) && c.odds(4) {
		out.base = version
	}
	out.dry = !out.reads() && out.kind != distinct && !c.http && c.odds(20)
	return out
}

func (c *client) drawOthers(out *call) {
	out.anyway = c.odds(2)
	others := slices.DeleteFunc(slices.Clone(c.ids), func(id contact.ID) bool { return id == out.ref })
	c.random.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
	out.others = others[:1]
	if out.kind == merge && c.odds(5) && len(others) > 1 {
		out.others = others[:2]
	}
}

func (c *client) id() contact.ID { return c.ids[c.random.IntN(len(c.ids))] }

// odds is true once in n times.
func (c *client) odds(n int) bool { return c.random.IntN(n) == 0 }

func (c *client) pick(from []string) string { return from[c.random.IntN(len(from))] }

// fresh gives a text that nobody sent before, or one that others send too.
func (c *client) fresh(col contact.Collection) string {
	switch {
	case col == contact.Emails && c.odds(2):
		return c.pick(emails)
	case col == contact.Emails:
		return fmt.Sprintf("c%d-%d@example.com", c.number, c.random.IntN(1000))
	case c.odds(2):
		return c.pick(names)
	}
	return fmt.Sprintf("Name %d %d", c.number, c.random.IntN(1000))
}

func (c *client) collection() contact.Collection {
	if c.odds(3) {
		return contact.Names
	}
	return contact.Emails
}

func (c *client) patch() (p contact.Patch) {
	if c.odds(4) {
		p.Fields.Sent = true
		for i := range 3 {
			p.Fields.Named[i], p.Fields.Texts[i] = true, c.pick(slots)
		}
		return p
	}
	col := c.collection()
	var texts []string
	for range c.random.IntN(4) {
		texts = append(texts, c.fresh(col))
	}
	p.Values[col] = sends(col, texts...)
	return p
}

func (c *client) amendment() (a contact.Amendment) {
	if c.odds(4) {
		i := c.random.IntN(3)
		a.Fields.Sent, a.Fields.Named[i], a.Fields.Texts[i] = true, true, c.pick(slots)
		return a
	}
	col := c.collection()
	l := &a.Values[col]
	l.Add = []string{c.fresh(col)}
	if c.odds(2) {
		l.Remove = []string{c.fresh(col)}
	}
	if c.odds(3) {
		l.Primary = c.fresh(col)
	}
	return a
}
