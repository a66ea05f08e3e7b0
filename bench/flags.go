package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/carnet-project/carnet/bench/target"
)

// shared are the flags of every measurement.
type shared struct {
	quick               bool
	only, scratch, keep string
}

// addShared adds them. quick says what a quick one is, only what is chosen by
// name, keep where the figures go.
func addShared(flags *flag.FlagSet, quick, only, keep string) *shared {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	s := &shared{}
	flags.BoolVar(&s.quick, "quick", false, quick)
	flags.StringVar(&s.only, "only", "", only+" alone whose names match this regular expression; nothing is kept then")
	flags.StringVar(&s.scratch, "scratch", filepath.Join(cache, "carnet-bench"), "where databases are made, on the disk to be measured; what takes long to make stays there")
	flags.StringVar(&s.keep, "results", keep, "the folder in which the figures are kept")
	return s
}

// open makes the surroundings of a measurement, which says on standard error
// what it does, and reads what of it is chosen; that stays nil for all.
func (s *shared) open(only **regexp.Regexp) (*target.Env, error) {
	if s.only != "" {
		var err error
		if *only, err = regexp.Compile(s.only); err != nil {
			return nil, err
		}
	}
	module, err1 := filepath.Abs(".")
	self, err2 := os.Executable()
	place, err3 := filepath.Abs(s.scratch)
	begun := time.Now()
	return &target.Env{Module: module, Scratch: place, Self: self, Say: func(text string) {
		fmt.Fprintf(os.Stderr, "%4.0f s  %s\n", time.Since(begun).Seconds(), text)
	}}, errors.Join(err1, err2, err3, os.MkdirAll(s.scratch, 0o755))
}

// save keeps the figures of a whole measurement.
func (s *shared) save(save func(dir string) (path string, err error)) error {
	if s.only != "" {
		fmt.Println("\nOnly a part was measured, so nothing was kept.")
		return nil
	}
	path, err := save(s.keep)
	if err != nil {
		return err
	}
	fmt.Printf("\nKept in %s. To make docs/performance.md of it: ./bench/run report\n", path)
	return nil
}
