package sqlite

import (
	"os"

	"golang.org/x/sys/unix"
)

// beginWriting tells the system to begin to write what it holds of a file, and
// waits for nothing. Where it fails, the next sync has more to do.
func beginWriting(f *os.File) {
	_ = unix.SyncFileRange(int(f.Fd()), 0, 0, unix.SYNC_FILE_RANGE_WRITE)
}

// syncFile returns once what a file holds is on the disk.
func syncFile(f *os.File) error {
	for {
		if err := unix.Fdatasync(int(f.Fd())); err != unix.EINTR {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}

// lockInode takes a lock on the file itself, whatever names lead to it. It is of
// another kind than SQLite's, and does not meet them. It returns
// syscall.EWOULDBLOCK where somebody has it.
func lockInode(f *os.File) error { return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) }

// unlockInode gives the lock back.
func unlockInode(f *os.File) { _ = unix.Flock(int(f.Fd()), unix.LOCK_UN) }
