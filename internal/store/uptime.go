//go:build linux || darwin

package store

import (
	"time"

	"golang.org/x/sys/unix"
)

// uptime tells how much time has passed since some moment.
func uptime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(uptimeClock, &t); err != nil {
		return time.Since(began) // as it will be whenever it is asked
	}
	return time.Duration(t.Nano())
}

var began = time.Now()
