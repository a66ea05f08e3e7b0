package attack

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"

	"github.com/go-json-experiment/json"
)

// Command is what the program is told to play an order.
const Command = "attack"

// Attacker is an attack under way, in a process of its own. Who has started it
// calls Stop.
type Attacker struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	said    strings.Builder // on standard error
	stopped bool
}

// Start has a program play an order. It is nice to the server and to who
// measures: the attacker's own work would be done on another machine.
func Start(self string, o Order) (*Attacker, error) {
	text, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	a := &Attacker{cmd: exec.Command("nice", "-n", "10", self, Command)}
	a.cmd.Stderr = &a.said
	out, err := a.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	a.out = bufio.NewReader(out)
	if a.in, err = a.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := a.cmd.Start(); err != nil {
		return nil, err
	}
	if _, err := a.in.Write(append(text, '\n')); err != nil {
		return nil, errors.Join(err, a.Stop())
	}
	return a, nil
}

// Report tells how often the attacker was answered with each status so far.
func (a *Attacker) Report() (map[string]int, error) {
	if _, err := io.WriteString(a.in, "\n"); err != nil {
		return nil, err
	}
	text, err := a.out.ReadBytes('\n')
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	return counts, json.Unmarshal(text, &counts)
}

// Stop ends the attack. Further calls do nothing.
func (a *Attacker) Stop() error {
	if a.stopped {
		return nil
	}
	a.stopped = true
	err := a.in.Close()
	if ended := a.cmd.Wait(); ended != nil {
		return errors.Join(err, fmt.Errorf("the attacker: %w: %s", ended, strings.TrimSpace(a.said.String())))
	}
	return err
}
