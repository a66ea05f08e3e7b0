package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/mattn/go-isatty"
)

// progress says how far a load test is: on a terminal in one line that changes
// every second, elsewhere in a new line every five.
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

// show is called every second.
func (p *progress) show(elapsed time.Duration, answers int64) {
	seconds := int(elapsed.Round(time.Second) / time.Second)
	line := fmt.Sprintf("%d s, %d answers, %.0f a second", seconds, answers, float64(answers)/elapsed.Seconds())
	switch {
	case p.terminal:
		fmt.Fprintf(p.to, "\r%-*s", p.width, line)
		p.width = len(line)
	case seconds%quietSeconds == 0:
		fmt.Fprintln(p.to, line)
	}
}

// clear takes the line away.
func (p *progress) clear() {
	if p.width > 0 {
		fmt.Fprintf(p.to, "\r%s\r", strings.Repeat(" ", p.width))
	}
}
