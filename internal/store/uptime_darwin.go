package store

import "golang.org/x/sys/unix"

// uptimeClock goes on while the machine sleeps, which Go's own does not.
const uptimeClock = unix.CLOCK_MONOTONIC_RAW
