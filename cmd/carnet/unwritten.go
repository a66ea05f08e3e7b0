package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"
)

// did notes in a sentence what a command has changed, for the case that it cannot
// print its result: who does not see that it was done would do it again.
func (in *surroundings) did(format string, args ...any) { in.done = fmt.Sprintf(format, args...) }

// outcome gives what is to be said at the end of a command. That its result could
// not be written comes before what became of it for that reason.
func (in *surroundings) outcome(err error) error {
	failed := in.stdout.written.err
	if failed == nil || in.endless && errors.Is(failed, syscall.EPIPE) {
		return err
	}
	return &unwritten{failed, in.done}
}

// unwritten says that a result could not be printed, and what was done.
type unwritten struct {
	cause error
	done  string
}

// Error is part of error.
func (u *unwritten) Error() string {
	cause := u.cause
	if inner, ok := errors.AsType[*fs.PathError](cause); ok {
		cause = inner.Err // the name of what is written to is no news
	}
	text := fmt.Sprintf("the result could not be written: %v", cause)
	if u.done != "" {
		text += ". " + u.done
	}
	return text
}

// quiet tells whether there is nothing to say: whoever read the result has ended,
// as head does, and nothing was changed.
func (u *unwritten) quiet() bool { return u.done == "" && errors.Is(u.cause, syscall.EPIPE) }

// whileRead has a command that goes on until it is told to stop end, too, when
// whoever reads what it prints through a pipe has ended: that is no failure.
func (in *surroundings) whileRead() (stop context.CancelFunc) {
	in.endless = true
	in.ctx, stop = context.WithCancel(in.ctx)
	if pipe := in.stdout.pipe; pipe != nil {
		go func() { // goes with the program
			waitUnread(pipe)
			stop()
		}()
	}
	return stop
}

// unlessStopped gives what went wrong, nil where the program was told to stop.
func (in *surroundings) unlessStopped(err error) error {
	if in.ctx.Err() != nil || errors.Is(in.stdout.written.err, syscall.EPIPE) {
		return nil
	}
	return err
}
