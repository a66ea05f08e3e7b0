package main

import (
	"io"
	"io/fs"
	"os"

	"github.com/mattn/go-isatty"
	"golang.org/x/sys/unix"
)

// screen is where results are printed, with what is known of it.
type screen struct {
	io.Writer
	terminal bool     // a person looks at it, and nothing keeps it
	width    int      // in columns; 0 where lines may be of any length
	unseen   bool     // it is the null device, as it is too where it was closed before the program began
	pipe     *os.File // not nil where another program reads it

	written *written
}

// screenOf looks at what a program was given to write to.
func screenOf(to io.Writer) screen {
	w := &written{to: to}
	s := screen{Writer: w, written: w}
	file, ok := to.(*os.File)
	if !ok {
		return s
	}
	if info, err := file.Stat(); err == nil {
		null, err := os.Stat(os.DevNull)
		s.unseen = err == nil && os.SameFile(info, null)
		if info.Mode()&fs.ModeNamedPipe != 0 {
			s.pipe = file
		}
	}
	if !isatty.IsTerminal(file.Fd()) {
		return s
	}
	s.Writer, s.terminal = terminal{w, file}, true
	if size, err := unix.IoctlGetWinsize(int(file.Fd()), unix.TIOCGWINSZ); err == nil {
		s.width = int(size.Col)
	}
	return s
}

// written passes on what is written, until that fails once.
type written struct {
	to  io.Writer
	err error // the first
}

// Write is part of io.Writer.
func (w *written) Write(text []byte) (n int, err error) {
	if w.err == nil {
		n, w.err = w.to.Write(text)
	}
	return n, w.err
}

// terminal is what libraries that style texts take for one.
type terminal struct {
	*written
	file *os.File
}

// Read, Close and Fd are what a terminal has beside Write.
func (t terminal) Read(b []byte) (int, error) { return t.file.Read(b) }
func (t terminal) Close() error               { return t.file.Close() }
func (t terminal) Fd() uintptr                { return t.file.Fd() }
