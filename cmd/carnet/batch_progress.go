package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// batchProgress says how far a batch is: on a terminal as a bar, elsewhere in a line every
// few seconds.
type batchProgress struct {
	*progress
	told time.Time
}

func newBatchProgress(to io.Writer) *batchProgress {
	return &batchProgress{newProgress(to), time.Now()}
}

const barWidth = 30

// show is called after each call.
func (p *batchProgress) show(done, all, refused int) {
	line := fmt.Sprintf("%d of %s", done, operationsOf(all))
	if refused > 0 {
		line += fmt.Sprintf(", %d refused", refused)
	}
	if p.terminal {
		full := barWidth * done / max(all, 1)
		line = "[" + strings.Repeat("#", full) + strings.Repeat("-", barWidth-full) + "] " + line
		fmt.Fprintf(p.to, "\r%-*s", p.width, line)
		p.width = len(line)
		return
	}
	if now := time.Now(); now.Sub(p.told) >= quietSeconds*time.Second {
		fmt.Fprintln(p.to, line)
		p.told = now
	}
}
