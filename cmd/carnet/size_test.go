package main

import "testing"

func TestRoughly(t *testing.T) {
	for n, want := range map[int64]string{
		0: "", 1: "1 B", 1023: "1023 B", 1024: "1 KiB", 1075: "1 KiB", 1076: "1.1 KiB", 12_900_000: "12.3 MiB",
		1<<20 - 1: "1 MiB", 1<<20 - 52: "1023.9 KiB", 10 << 30: "10 GiB", 10e9: "9.3 GiB", 1 << 50: "1024 TiB", 1 << 60: "1048576 TiB",
	} {
		if got := roughly(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
