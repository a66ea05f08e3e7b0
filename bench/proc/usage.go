package proc

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of CPU times in /proc: 1/100 s on every Linux that Go runs
// on.
const tick = 10 * time.Millisecond

// CPU gives the CPU time that a process has used.
func CPU(pid int) (time.Duration, error) { return cpu(pid, 2) }

// cpu adds up the first of the times in /proc/PID/stat: of the process as user
// and system, then of its children that have ended.
func cpu(pid, times int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The name, in brackets, may hold spaces.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 15 {
		return 0, fmt.Errorf("/proc/%d/stat is too short", pid)
	}
	sum := int64(0)
	for _, text := range fields[11 : 11+times] {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("/proc/%d/stat has no times where they must be", pid)
		}
		sum += n
	}
	return time.Duration(sum) * tick, nil
}

// RSS gives how many bytes of memory a process holds.
func RSS(pid int) (int64, error) {
	kib, err := field(fmt.Sprintf("/proc/%d/status", pid), "VmRSS:")
	return kib << 10, err
}

// Written gives how many bytes a process has caused to be written to the disk,
// by whatever file.
func Written(pid int) (int64, error) {
	return field(fmt.Sprintf("/proc/%d/io", pid), "write_bytes:")
}

var errNoField = errors.New("it has no")

// field finds a number behind a name that begins a line.
func field(path, name string) (int64, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			return strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
		}
	}
	return 0, fmt.Errorf("%s: %w %s", path, errNoField, name)
}

// Busy gives the CPU time that all processes of the machine have used, with
// what the host took away from it, and without that of interrupts.
func Busy() (time.Duration, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	line, _, _ := strings.Cut(string(text), "\n")
	fields := strings.Fields(line)
	if len(fields) < 9 || fields[0] != "cpu" {
		return 0, fmt.Errorf("/proc/stat begins with %q", line)
	}
	sum := int64(0)
	for _, at := range []int{1, 2, 3, 8} { // user, nice, system, steal
		n, err := strconv.ParseInt(fields[at], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("/proc/stat begins with %q", line)
		}
		sum += n
	}
	return time.Duration(sum) * tick, nil
}
