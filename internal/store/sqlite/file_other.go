//go:build !linux

package sqlite

import "os"

// beginWriting does nothing: only Linux can be told.
func beginWriting(*os.File) {}

// lowerPriority does nothing: only Linux has priorities of a thread.
func lowerPriority() {}

// syncFile returns once what a file holds is on the disk.
func syncFile(f *os.File) error { return f.Sync() }

// lockInode does nothing: elsewhere such a lock is of the same kind as SQLite's
// and would shut them out.
func lockInode(*os.File) error { return nil }

func unlockInode(*os.File) {}

// renameNew renames a file to a name that nobody had when it was looked for.
func renameNew(from, to string) error { return os.Rename(from, to) }
