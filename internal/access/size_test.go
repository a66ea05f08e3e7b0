package access

import (
	"testing"

	"pgregory.net/rapid"
)

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "none": 0, "0GiB": 0, "1B": 1, "1kB": 1000, "1KiB": 1024, "64MiB": 64 << 20, "64 MB": 64e6,
		"10GiB": 10 << 30, "10GB": 10e9, "1TiB": 1 << 40, "007B": 7, "1024TiB": MaxQuota, "1125899906842624B": MaxQuota,
	} {
		if got, err := ParseSize(text); err != nil || got != want {
			t.Errorf("%q: %d, %v, want %d", text, got, err, want)
		}
	}
	for text, want := range map[string]error{
		"": errSize, "10": errSize, "GiB": errSize, " 1GiB": errSize, "1GiB ": errSize, "1  GiB": errSize, "1\tGiB": errSize,
		"1.5GiB": errSize, "1,5GiB": errSize, "-1GiB": errSize, "+1GiB": errSize, "1e3B": errSize, "0x10B": errSize,
		"1KB": errSize, "1gib": errSize, "1G": errSize, "1PiB": errSize, "1TB": errSize, "1 GiB a minute": errSize,
		"None": errSize, "unlimited": errSize, "00": errSize, "١GiB": errSize, "1\u00a0GiB": errSize,
		"1025TiB": errLarger, "1125899906842625B": errLarger, "9223372036854775807GiB": errLarger, "99999999999999999999B": errLarger,
	} {
		if got, err := ParseSize(text); err != want || got != 0 {
			t.Errorf("%q: %d, %v, want %v", text, got, err, want)
		}
	}
}

func TestFormatSize(t *testing.T) {
	for n, want := range map[int64]string{
		0: "", 1: "1B", 1000: "1kB", 1024: "1KiB", 1025: "1025B", 10e9: "10GB", 10 << 30: "10GiB", 64 << 20: "64MiB", MaxQuota: "1024TiB",
	} {
		if got := FormatSize(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, MaxQuota).Draw(t, "n")
		if got, err := ParseSize(FormatSize(n)); err != nil || got != n {
			t.Errorf("%d is written %q, and read as %d, %v", n, FormatSize(n), got, err)
		}
	})
}
