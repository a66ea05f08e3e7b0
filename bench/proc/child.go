// Package proc starts the servers that are measured, each a process of its own,
// and reads from /proc and from their files what they use. Linux only.
package proc

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// Child is a server under measurement.
type Child struct {
	Addr string // where it listens, always on loopback
	cmd  *exec.Cmd
	done chan error
	log  string
}

// readyTime is how long a server may take until it listens.
const readyTime = 60 * time.Second

// FreeAddr gives an address of loopback at which nobody listens at the moment.
func FreeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// Start runs a command that serves at addr, and returns once it listens. What
// it prints goes to the file log. Whoever started it calls Stop.
func Start(ctx context.Context, addr, log string, cmd *exec.Cmd) (*Child, error) {
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer out.Close() // the child has its own
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt at the terminal is for us: we stop them
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &Child{Addr: addr, cmd: cmd, done: make(chan error, 1), log: log}
	go func() { c.done <- cmd.Wait() }()
	limit := time.After(readyTime)
	for {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			return c, conn.Close()
		}
		select {
		case err := <-c.done:
			c.done <- err
			return nil, fmt.Errorf("%s ended at once: %w: %s", cmd.Path, err, c.lastWords())
		case <-limit:
			return nil, errors.Join(fmt.Errorf("%s does not listen after %v: %s", cmd.Path, readyTime, c.lastWords()), c.Stop())
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), c.Stop())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// PID gives the process id.
func (c *Child) PID() int { return c.cmd.Process.Pid }

// Stop ends the server in its own way, and after a minute by force. It returns
// an error where the server ended with one, or had ended before.
func (c *Child) Stop() error {
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("%s had ended before: %w: %s", c.cmd.Path, err, c.lastWords())
	}
	select {
	case err := <-c.done:
		if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGTERM {
			return nil // one that has no way of its own
		}
		if err != nil {
			return fmt.Errorf("%s: %w: %s", c.cmd.Path, err, c.lastWords())
		}
		return nil
	case <-time.After(time.Minute):
		return errors.Join(fmt.Errorf("%s did not stop within a minute", c.cmd.Path), c.cmd.Process.Kill())
	}
}

// lastWords gives the end of what the server printed.
func (c *Child) lastWords() string {
	text, err := os.ReadFile(c.log)
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(text[max(0, len(text)-1000):]))
}
