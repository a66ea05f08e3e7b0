package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/mattn/go-isatty"
)

// progress says how far something is: on a terminal in one line that changes,
// elsewhere in a new line every few seconds.
type progress struct {
	to       io.Writer
	terminal bool
	width    int // of the line that is there now
}

const quietSeconds = 5

func newProgress(to io.Writer) *progress {
	file, ok := to.(*os.File)
	return &progress{to: to, terminal: ok && isatty.IsTerminal(file.Fd())}
}

// write puts a line in the place of the one that is there.
func (p *progress) write(line string) {
	fmt.Fprintf(p.to, "\r%-*s", p.width, line)
	p.width = len(line)
}

// clear takes the line away.
func (p *progress) clear() {
	if p.width > 0 {
		fmt.Fprintf(p.to, "\r%s\r", strings.Repeat(" ", p.width))
	}
}

// progressBar says how much of something is done: on a terminal as a bar.
type progressBar struct {
	*progress
	told time.Time
}

func newProgressBar(to io.Writer) *progressBar {
	return &progressBar{newProgress(to), time.Now()}
}

const barWidth = 30

// show says how much is done of all, and the same in words. An all of 0 is not known,
// and has no bar.
func (p *progressBar) show(done, all int64, line string) {
	if p.terminal && all > 0 {
		full := int(barWidth * done / all)
		line = "[" + strings.Repeat("#", full) + strings.Repeat("-", barWidth-full) + "] " + line
	}
	if p.terminal {
		p.write(line)
		return
	}
	if now := time.Now(); now.Sub(p.told) >= quietSeconds*time.Second {
		fmt.Fprintln(p.to, line)
		p.told = now
	}
}
