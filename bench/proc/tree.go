package proc

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// TreeCPU gives the CPU time that a process has used with its children, those
// that have ended included, but not theirs.
func TreeCPU(pid int) (time.Duration, error) {
	sum, err := cpu(pid, 4)
	if err != nil {
		return 0, err
	}
	return sum, eachChild(pid, func(child int) error {
		used, err := CPU(child)
		sum += used
		return err
	})
}

// TreeMemory gives how many bytes a process and its children hold: what each
// has for itself, and what they share once.
func TreeMemory(pid int) (int64, error) {
	var own, shared int64
	add := func(pid int) error {
		status := fmt.Sprintf("/proc/%d/status", pid)
		anon, err1 := field(status, "RssAnon:")
		shmem, err2 := field(status, "RssShmem:")
		own, shared = own+anon, max(shared, shmem)
		return errors.Join(err1, err2)
	}
	if err := add(pid); err != nil {
		return 0, err
	}
	err := eachChild(pid, add)
	return (own + shared) << 10, err
}

// eachChild leaves out those that end meanwhile, of which a name may be left.
func eachChild(pid int, do func(child int) error) error {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // each has its own
	if err != nil {
		return err
	}
	var all strings.Builder
	for _, path := range threads {
		text, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, unix.ESRCH) {
			return err
		}
		all.Write(text)
		all.WriteByte(' ')
	}
	for word := range strings.FieldsSeq(all.String()) {
		child, err := strconv.Atoi(word)
		if err != nil {
			return err
		}
		if err := do(child); err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, unix.ESRCH) && !errors.Is(err, errNoField) {
			return err
		}
	}
	return nil
}
