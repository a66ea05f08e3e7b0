package proc

import (
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// Speed is how fast the machine was at one moment: the same small work takes
// longer when others use it, too.
type Speed struct {
	Spin time.Duration // fixed work of one core: the best of a few tries
	Sync time.Duration // the median of appends of syncSize bytes, each with fdatasync
}

const (
	spinTries  = 5
	spinRounds = 2_400
	syncSize   = 8 << 10
	syncRounds = 60
)

// Measure takes the speed, of the disk that dir is on.
func Measure(dir string) (Speed, error) {
	var s Speed
	for try := range spinTries {
		if d := spin(); try == 0 || d < s.Spin {
			s.Spin = d
		}
	}
	var err error
	s.Sync, err = syncTime(dir)
	return s, err
}

func spin() time.Duration {
	begun := time.Now()
	var block [1 << 10]byte
	for range spinRounds {
		sum := sha256.Sum256(block[:])
		copy(block[:], sum[:])
	}
	return time.Since(begun)
}

func syncTime(dir string) (_ time.Duration, err error) {
	f, err := os.Create(filepath.Join(dir, "fdatasync"))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	var all []time.Duration
	block := make([]byte, syncSize)
	for range syncRounds {
		begun := time.Now()
		if _, err := f.Write(block); err != nil {
			return 0, err
		}
		if err := unix.Fdatasync(int(f.Fd())); err != nil {
			return 0, err
		}
		all = append(all, time.Since(begun))
	}
	slices.Sort(all)
	return all[len(all)/2], nil
}
