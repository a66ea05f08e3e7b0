package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// waitUnread returns when nobody can read a pipe any more.
func waitUnread(pipe *os.File) {
	for {
		// Without events it waits for nothing but that.
		_, err := unix.Poll([]unix.PollFd{{Fd: int32(pipe.Fd())}}, -1)
		if err != unix.EINTR {
			return
		}
	}
}
