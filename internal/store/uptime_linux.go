package store

import "golang.org/x/sys/unix"

// uptimeClock goes on while the machine sleeps, which Go's own does not: a
// laptop that wakes up on Monday has no clock that jumped.
const uptimeClock = unix.CLOCK_BOOTTIME
