package plan

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/carnet-project/carnet/bench/result"
)

// fileSystems are those that keep what they are told to.
var fileSystems = map[int64]string{
	unix.EXT4_SUPER_MAGIC:      "ext4",
	unix.XFS_SUPER_MAGIC:       "xfs",
	unix.BTRFS_SUPER_MAGIC:     "btrfs",
	unix.F2FS_SUPER_MAGIC:      "f2fs",
	unix.OVERLAYFS_SUPER_MAGIC: "overlay",
}

// machine tells what this runs on. It refuses a folder in memory, where
// fdatasync costs nothing and every ratio is another one.
func machine(dir string) (m result.Machine, err error) {
	var stat unix.Statfs_t
	var name unix.Utsname
	var memory unix.Sysinfo_t
	if err := errors.Join(unix.Statfs(dir, &stat), unix.Uname(&name), unix.Sysinfo(&memory)); err != nil {
		return m, err
	}
	if int64(stat.Type) == unix.TMPFS_MAGIC || int64(stat.Type) == unix.RAMFS_MAGIC {
		return m, fmt.Errorf("%s is in memory, where nothing has to be synced: name a folder on a disk with -scratch", dir)
	}
	fs := fileSystems[int64(stat.Type)]
	if fs == "" {
		fs = fmt.Sprintf("type %#x", stat.Type)
	}
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return m, err
	}
	cpu := "unknown"
	for line := range strings.Lines(string(info)) {
		if key, value, _ := strings.Cut(line, ":"); strings.TrimSpace(key) == "model name" {
			cpu = strings.TrimSpace(value)
			break
		}
	}
	kernel, _, _ := strings.Cut(unix.ByteSliceToString(name.Release[:]), "-") // what follows names a build
	return result.Machine{
		CPU: cpu, Cores: runtime.NumCPU(), MemoryMiB: int64(memory.Totalram) * int64(memory.Unit) >> 20,
		Kernel: kernel, FileSystem: fs,
	}, nil
}
