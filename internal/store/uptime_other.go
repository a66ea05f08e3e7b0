//go:build !linux && !darwin

package store

import "time"

var began = time.Now()

// uptime tells how much time has passed since some moment. Here it may stand
// still while the machine sleeps: after more than a day of that the server has to
// be restarted.
func uptime() time.Duration { return time.Since(began) }
