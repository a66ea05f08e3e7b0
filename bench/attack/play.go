package attack

import (
	"bufio"
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/bench/load"
)

// NoAnswer is what came of a request that had none: it was not taken, or the
// connection ended before.
const NoAnswer = "none"

// longest is how long an attack lasts at the most, whatever becomes of who has
// started it.
const longest = 5 * time.Minute

// Play reads an order, and plays it until in ends. For each line that comes after
// the order it writes one: how often a request was answered with each status so
// far, as JSON.
func Play(ctx context.Context, in io.Reader, out io.Writer) error {
	lines := bufio.NewReader(in)
	text, err := lines.ReadBytes('\n')
	if err != nil {
		return errors.Join(errors.New("there is no order"), err)
	}
	var o Order
	if err := json.Unmarshal(text, &o); err != nil {
		return err
	}
	inputs, err := named(o.Input)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	var all sync.WaitGroup
	t := &tally{counts: map[string]int{}}
	for i := range inputs {
		for range inputs[i].conns {
			all.Go(func() { (&player{ctx: ctx, order: &o, tally: t}).run(&inputs[i]) })
		}
	}
	for {
		if _, err = lines.ReadBytes('\n'); err != nil {
			break
		}
		text, err := json.Marshal(t.copy(), json.Deterministic(true))
		if err != nil {
			return err
		}
		if _, err := out.Write(append(text, '\n')); err != nil {
			return err
		}
	}
	cancel()
	all.Wait()
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

type tally struct {
	mu     sync.Mutex
	counts map[string]int
}

func (t *tally) add(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts[what]++
}

func (t *tally) copy() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.counts)
}

// player is one connection of the attacker, or one after the other.
type player struct {
	ctx   context.Context
	order *Order
	tally *tally
	kept  *load.Conn // of ask
}

// run plays an input until the end.
func (p *player) run(in *Input) {
	request := in.request(p.order)
	defer p.drop()
	for p.ctx.Err() == nil {
		if status := in.play(p, request); !strings.HasPrefix(status, "2") {
			p.wait(in.pause)
		}
	}
}

// wait waits for d, or for the end.
func (p *player) wait(d time.Duration) {
	select {
	case <-p.ctx.Done():
	case <-time.After(d):
	}
}

// drop closes the connection that is kept.
func (p *player) drop() {
	if p.kept != nil {
		_ = p.kept.Close() // nothing of it is of use
		p.kept = nil
	}
}

// ask sends a request and reads its answer, over a connection that is kept.
func (p *player) ask(request string) (status string) {
	defer func() { p.note(status) }()
	if p.kept == nil {
		conn, err := load.Dial(p.order.Addr, time.Now().Add(longest))
		if err != nil {
			return NoAnswer
		}
		p.kept = conn
	}
	kept := p.kept
	defer context.AfterFunc(p.ctx, func() { _ = kept.Close() })() // it may be closed already
	n, err := kept.Do([]byte(request))
	if err != nil {
		p.drop()
		return NoAnswer
	}
	return strconv.Itoa(n)
}

// hold sends a request and nothing more, and keeps the connection as long as
// the server does.
func (p *player) hold(request string) (status string) {
	conn, status := p.send(request)
	if conn == nil {
		return status
	}
	defer p.hang(conn)()
	_, _ = io.Copy(io.Discard, conn) // until it ends
	return NoAnswer                  // whatever it was, the connection has ended
}

// leave sends a request, and does not read more of its answer than the status.
func (p *player) leave(request string) (status string) {
	conn, status := p.send(request)
	if conn == nil {
		return status
	}
	defer p.hang(conn)()
	if strings.HasPrefix(status, "2") {
		<-p.ctx.Done()
	}
	return status
}

// hang gives what ends a connection, and ends it when all do.
func (p *player) hang(conn net.Conn) func() {
	stop := context.AfterFunc(p.ctx, func() { _ = conn.Close() })
	return func() {
		stop()
		_ = conn.Close() // it may be closed already
	}
}

// send opens a connection, sends a request, and waits for the first line of an
// answer. It gives nil where the connection ended before.
func (p *player) send(request string) (net.Conn, string) {
	conn, err := p.dial()
	if err != nil {
		p.note(NoAnswer)
		return nil, NoAnswer
	}
	stop := context.AfterFunc(p.ctx, func() { _ = conn.Close() })
	defer stop()
	line := make([]byte, len("HTTP/1.1 200"))
	_, err = io.WriteString(conn, request)
	if err == nil {
		_, err = io.ReadFull(conn, line)
	}
	if err != nil {
		_ = conn.Close() // it has failed
		p.note(NoAnswer)
		return nil, NoAnswer
	}
	status := string(line[len(line)-3:])
	p.note(status)
	return conn, status
}

// note counts what came of a request, unless the end has brought it about.
func (p *player) note(status string) {
	if p.ctx.Err() == nil {
		p.tally.add(status)
	}
}

// small is a buffer that takes little of an answer which is not read.
const small = 4 << 10

func (p *player) dial() (net.Conn, error) {
	conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(p.ctx, "tcp", p.order.Addr)
	if err != nil {
		return nil, err
	}
	return conn, conn.(*net.TCPConn).SetReadBuffer(small)
}
