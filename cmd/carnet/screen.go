package main

import (
	"io"
	"os"

	"github.com/mattn/go-isatty"
	"golang.org/x/sys/unix"
)

// screen is where results are printed, with what is known of it.
type screen struct {
	io.Writer
	terminal bool // a person looks at it, and nothing keeps it
	width    int  // in columns; 0 where lines may be of any length
}

// screenOf looks at what a program was given to write to.
func screenOf(to io.Writer) screen {
	s := screen{Writer: to}
	file, ok := to.(*os.File)
	if !ok || !isatty.IsTerminal(file.Fd()) {
		return s
	}
	s.terminal = true
	if size, err := unix.IoctlGetWinsize(int(file.Fd()), unix.TIOCGWINSZ); err == nil {
		s.width = int(size.Col)
	}
	return s
}
