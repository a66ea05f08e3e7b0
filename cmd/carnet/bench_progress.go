package main

import (
	"fmt"
	"time"
)

// show says how far a load test is. It is called every second.
func (p *progress) show(elapsed time.Duration, answers int64) {
	seconds := int(elapsed.Round(time.Second) / time.Second)
	line := fmt.Sprintf("%d s, %d answers, %.0f a second", seconds, answers, float64(answers)/elapsed.Seconds())
	switch {
	case p.terminal:
		p.write(line)
	case seconds%quietSeconds == 0:
		fmt.Fprintln(p.to, line)
	}
}
