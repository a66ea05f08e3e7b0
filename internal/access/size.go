package access

import (
	"errors"
	"strconv"
	"strings"
)

// units are what sizes are written in, the largest first.
var units = []struct {
	name  string
	bytes int64
}{
	{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"GB", 1e9}, {"MiB", 1 << 20}, {"MB", 1e6}, {"KiB", 1 << 10}, {"kB", 1e3}, {"B", 1},
}

var (
	errSize   = errors.New("write a whole number and its unit, as in 10GiB: B, KiB, MiB, GiB, TiB, or kB, MB, GB; 0 or none for no limit")
	errLarger = errors.New("write at most 1024TiB, or none for no limit")
)

// ParseSize reads a figure of a Quota as it is typed: "10GiB", "64 MB", and 0
// or none for 0. A number alone is refused: nobody means bytes by it. The error
// is half a sentence, for behind the name of a flag.
func ParseSize(text string) (int64, error) {
	if text == "0" || text == "none" {
		return 0, nil
	}
	digits := len(text) - len(strings.TrimLeft(text, "0123456789"))
	unit := unitOf(strings.TrimPrefix(text[digits:], " "))
	if digits == 0 || unit == 0 {
		return 0, errSize
	}
	n, err := strconv.ParseInt(text[:digits], 10, 64)
	if err != nil || n > MaxQuota/unit { // digits alone fail by their number
		return 0, errLarger
	}
	return n * unit, nil
}

func unitOf(name string) int64 {
	for _, u := range units {
		if u.name == name {
			return u.bytes
		}
	}
	return 0
}

// FormatSize writes a figure of a Quota as ParseSize takes it, exactly: in the
// largest unit of which it is a whole number. It gives "" for 0, which is none.
func FormatSize(n int64) string {
	for _, u := range units {
		if n != 0 && n%u.bytes == 0 {
			return strconv.FormatInt(n/u.bytes, 10) + u.name
		}
	}
	return ""
}
