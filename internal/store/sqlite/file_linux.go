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

// lowerPriority puts the thread behind others of the machine, for the processor and, with a
// scheduler that knows classes, for the disk. It does not starve beside them, as the log grows
// while a backup is made. Where that is not allowed, it is as it was.
func lowerPriority() {
	const process, last = 1, 2<<13 | 7 // IOPRIO_WHO_PROCESS of this thread, the last of IOPRIO_CLASS_BE
	_ = unix.Setpriority(unix.PRIO_PROCESS, unix.Gettid(), 10)
	_, _, _ = unix.Syscall(unix.SYS_IOPRIO_SET, process, 0, last)
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

// renameNew renames a file to a name that nobody has. Some file systems cannot
// refuse one that was taken a moment ago; there it was looked for before.
func renameNew(from, to string) error {
	err := unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE)
	if err == unix.EINVAL || err == unix.ENOSYS {
		return os.Rename(from, to)
	}
	return os.NewSyscallError("renameat2", err)
}
