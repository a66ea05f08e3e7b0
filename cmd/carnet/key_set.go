package main

import (
	"errors"
	"reflect"

	"github.com/alecthomas/kong"

	"github.com/carnet-project/carnet/internal/access"
)

// keySet changes what is named.
type keySet struct {
	ID int64 `arg:"" listed:"carnet key list" help:"The key, as key list shows it."`
	budgetFlags
	format
}

// Validate refuses a change of nothing: something was forgotten.
func (c *keySet) Validate() error {
	if c.budgetFlags == (budgetFlags{}) {
		return errors.New("say what to change: --max-removals, --daily-removals or --daily-writes")
	}
	return nil
}

// Run changes all that was named, or nothing.
func (c *keySet) Run(in *surroundings) error {
	db, err := in.open()
	if err != nil {
		return err
	}
	defer db.Close()
	k, err := db.Book.SetBudget(in.ctx, author(), c.ID, c.budgetFlags.apply)
	if err != nil {
		return err
	}
	in.did("Key %d was changed all the same.", k.ID)
	return showKeys(in, c.format, recordKey(k), recordKey(k))
}

// budgetFlags set how much a key may take away and change; nil is what was left out.
type budgetFlags struct {
	MaxRemovals   *limitOfKey `placeholder:"N" help:"How many values one write may take away, 0 to 10000. none is no limit, which is the default."`
	DailyRemovals *limitOfKey `placeholder:"N" help:"How many values it may take away in 24 hours. none is no limit, which is the default."`
	DailyWrites   *limitOfKey `placeholder:"N" help:"How many contacts it may change in 24 hours. none is no limit, which is the default."`
}

// apply sets what was named.
func (f *budgetFlags) apply(b *access.Budget) {
	for _, l := range []struct {
		to   *access.Cap
		from *limitOfKey
	}{{&b.MaxRemovals, f.MaxRemovals}, {&b.DailyRemovals, f.DailyRemovals}, {&b.DailyWrites, f.DailyWrites}} {
		if l.from != nil {
			*l.to = access.StoredCap(int64(*l.from))
		}
	}
}

// limitOfKey is a limit that a flag takes, as in 100; none is -1.
type limitOfKey int64

// readLimitOfKey reads such a limit for kong.
func readLimitOfKey(ctx *kong.DecodeContext, target reflect.Value) error {
	given, err := ctx.Scan.PopValue("limit")
	if err != nil {
		return err
	}
	limit, err := access.ParseCap(given.String())
	if err != nil {
		return err
	}
	target.SetInt(limit.Stored())
	return nil
}
