package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// servers are the programs that a script has launched, by name.
type servers map[string]*launched

type serversKey struct{}

// launched is a program that runs in the background. out may be read once
// drained is closed.
type launched struct {
	cmd      *exec.Cmd
	out, err bytes.Buffer
	drained  chan struct{}
}

// launch waits for what the program prints, not for time to pass: its address
// is taken before it prints anything, so whoever connects then is answered.
func launch(ts *testscript.TestScript, neg bool, args []string) {
	onTerminal := len(args) > 0 && args[0] == "-tty"
	if onTerminal {
		args = args[1:]
	}
	usage(ts, neg, len(args) > 2, "launch [-tty] NAME UNTIL PROGRAM ARG...")
	name, ready := args[0], regexp.MustCompile(args[1])
	cmd := exec.Command(args[2], args[3:]...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(os.Environ(), "TMPDIR="+ts.Getenv("TMPDIR"), "PWD="+cmd.Dir)
	if db := ts.Getenv("CARNET_DB"); db != "" {
		cmd.Env = append(cmd.Env, "CARNET_DB="+db)
	}
	l := &launched{cmd: cmd, drained: make(chan struct{})}
	cmd.Stderr = &l.err
	var stdout io.Reader
	started := func() error { return nil }
	if onTerminal {
		end, tty, err := openTerminal(80)
		ts.Check(err)
		cmd.Stdout, stdout = tty, end
		started = tty.Close // the program has its own, and reading ends with that
	} else {
		pipe, err := cmd.StdoutPipe()
		ts.Check(err)
		stdout = pipe
	}
	ts.Check(cmd.Start())
	ts.Check(started())
	ts.Value(serversKey{}).(servers)[name] = l
	ts.Defer(func() {
		if cmd.ProcessState == nil {
			cmd.Process.Kill()
			<-l.drained
			cmd.Wait()
		}
	})
	isReady := make(chan string, 1)
	go func() {
		defer close(l.drained)
		defer close(isReady)
		for lines := bufio.NewReader(stdout); ; {
			line, err := lines.ReadString('\n')
			line = strings.ReplaceAll(line, "\r\n", "\n") // a terminal's
			l.out.WriteString(line)
			if ready.MatchString(line) && len(isReady) == 0 {
				isReady <- l.out.String()
			}
			if err != nil {
				return
			}
		}
	}()
	printed, ok := <-isReady
	if !ok {
		cmd.Wait()
		ts.Fatalf("%s ended before it was ready:\n%s%s", name, &l.out, &l.err)
	}
	// What it has printed so far can be used while it runs.
	ts.Check(os.WriteFile(ts.MkAbs(name+".out"), []byte(printed), 0o600))
	ts.Setenv("URL", regexp.MustCompile(`http://[0-9.:]+`).FindString(printed))
}

func terminate(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, len(args) == 1, "terminate NAME")
	l := ts.Value(serversKey{}).(servers)[args[0]]
	if l == nil {
		ts.Fatalf("%s was not launched", args[0])
	}
	ts.Check(l.cmd.Process.Signal(syscall.SIGTERM))
	<-l.drained
	if err := l.cmd.Wait(); err != nil {
		ts.Fatalf("%s: %v\n%s", args[0], err, strings.TrimSpace(l.err.String()))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".out"), l.out.Bytes(), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".err"), l.err.Bytes(), 0o600))
}
