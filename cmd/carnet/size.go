package main

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/carnet-project/carnet/internal/access"
)

// size is a number of bytes that a flag takes, as in 10GiB; 0 is no limit.
type size int64

// readSize reads a size for kong.
func readSize(ctx *kong.DecodeContext, target reflect.Value) error {
	given, err := ctx.Scan.PopValue("size")
	if err != nil {
		return err
	}
	n, err := access.ParseSize(given.String())
	if err != nil {
		return err
	}
	target.SetInt(n)
	return nil
}

// quotaFlags set how much a Space may keep; nil is what was left out.
type quotaFlags struct {
	Quota       *size `placeholder:"SIZE" help:"How much it may keep, as in 10GiB: contacts and their history. What it has is read on when it is full. 0 or none is no limit, which is the default."`
	QuotaMinute *size `placeholder:"SIZE" help:"How much may be added to its history in a minute, as in 64MiB. 0 or none is no limit, which is the default."`
}

func (f *quotaFlags) none() bool { return f.Quota == nil && f.QuotaMinute == nil }

func (f *quotaFlags) apply(q *access.Quota) {
	if f.Quota != nil {
		q.Bytes = int64(*f.Quota)
	}
	if f.QuotaMinute != nil {
		q.Minute = int64(*f.QuotaMinute)
	}
}

// roughly writes a number of bytes for people, to a tenth of its unit: "12.3 MiB".
// It gives "" for 0.
func roughly(n int64) string {
	if n == 0 {
		return ""
	}
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	in := float64(n)
	for in >= 1023.95 && len(units) > 1 { // which would be 1024.0
		in, units = in/1024, units[1:]
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", in), ".0") + " " + units[0]
}
