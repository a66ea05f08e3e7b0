//go:build !linux

package main

import (
	"errors"
	"os"
	"testing"
)

// openTerminal is for Linux alone: scripts that need it say so.
func openTerminal(int) (end, tty *os.File, err error) {
	return nil, nil, errors.New("there are no terminals for tests on this system")
}

// echoes is for Linux alone, too.
func echoes(*testing.T, *os.File) bool { return false }
