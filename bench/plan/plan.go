// Package plan says what is measured, in which order, and measures it.
package plan

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/carnet-project/carnet/bench/result"
	"github.com/carnet-project/carnet/bench/target"
)

// Options say what a run is to be.
type Options struct {
	Quick    bool
	Rounds   int
	Time     time.Duration // each case, counted
	Warm     time.Duration // each case, before
	Contacts int
	Growth   []string       // sizes, as in "100k"
	Directus bool           // measure Directus, too
	Postgres string         // postgres.Auto, or a DSN: measure Carnet on PostgreSQL, too; "" for not
	Only     *regexp.Regexp // ids of cases; nil for all
}

// group is how many PUTs the raw driver does in a transaction: as many as can
// wait with 64 connections.
const group = 64

// kase is a case, and which target it asks.
type kase struct {
	result.Case
	target string
}

// times gives how long a case warms up and is counted. Node compiles what runs
// often only after a while, and a slow server needs the time for some answers
// on each connection.
func (o *Options) times(k *kase) (warm, counted time.Duration) {
	if k.target == "Directus" {
		return 10 * time.Second, 4 * o.Time
	}
	return o.Warm, o.Time
}

// cases lists what a round measures, so that what is compared stands together:
// the machine is not the same a minute later.
func (o *Options) cases() []kase {
	var list []kase
	add := func(name string, op target.Op, conns ...int) {
		for _, n := range conns {
			list = append(list, kase{target: name, Case: result.Case{
				ID: fmt.Sprintf("%s %s %d", name, op, n), Target: name, Op: string(op), Conns: n, Spaces: 1, Contacts: o.Contacts}})
		}
	}
	add("carnet", target.Put, 64)
	add("no-op", target.Put, 64)
	add("naive", target.Put, 64)
	list = append(list, kase{target: "raw", Case: result.Case{
		ID: fmt.Sprintf("%s %d", target.Raw, group), Target: "raw driver", Op: string(target.Raw), Conns: 1, Spaces: 1, Contacts: o.Contacts}})
	add("PocketBase", target.Put, 64)
	add("PocketBase FULL", target.Put, 64)
	if o.Directus {
		add("Directus", target.Put, 64)
	}
	add("carnet", target.Put, 1)
	add("naive", target.Put, 1)
	add("no-op", target.Put, 1)
	if !o.Quick {
		for _, n := range []int{16, 256} {
			add("carnet", target.Put, n)
			add("naive", target.Put, n)
			add("no-op", target.Put, n)
		}
		for _, load := range []float64{0.5, 0.8} {
			for _, name := range []string{"carnet", "no-op"} {
				add(name, target.Put, 64)
				last := &list[len(list)-1]
				last.ID += fmt.Sprintf(" at %.0f %%", 100*load)
				last.Load = load
			}
		}
		add("carnet", target.Get, 64)
		add("no-op", target.Get, 64)
		add("PocketBase", target.Get, 64)
		add("carnet", target.Get, 1, 16, 256)
		add("carnet", target.Mix, 1, 16, 64, 256)
		add("carnet", target.List, 1, 16, 64, 256)
		add("carnet-new", target.Post, 1, 16, 64, 256)
		add("carnet", target.Batch, 1, 16)
		add("carnet-new", target.NewBatch, 1)
		add("PocketBase-new", target.NewBatch, 1)
		add("carnet", target.Filter, readers)
		add("PocketBase", target.Filter, readers)
		add("carnet", target.Search, readers)
		add("PocketBase", target.Search, readers)
		add("carnet-8", target.Put, 1, 64, 256)
		add("carnet-8", target.Get, 64)
		add("carnet-8", target.Mix, 64)
		add("carnet-8", target.List, 64)
		add("carnet-8", target.Post, 64)
	}
	for i := range list {
		if list[i].target == "carnet-8" {
			list[i].Spaces = 8
		}
	}
	if o.Postgres != "" {
		list = append(list, o.onPostgres()...)
	}
	return o.only(list)
}

// readers is how many browsers ask for pages, each for the next when one is there: as
// a few hundred people do who look at what they get. The API is asked as often beside
// them, for what their pages take more.
const readers = 4

// growth lists what is measured of each size, after everything else: one operation
// after the other, so that sizes stand side by side.
func (o *Options) growth() ([]kase, error) {
	var list []kase
	for _, size := range o.Growth {
		if _, err := Size(size); err != nil {
			return nil, err
		}
	}
	if len(o.Growth) == 0 {
		return nil, nil
	}
	add := func(name string, op target.Op, conns, contacts int) {
		list = append(list, kase{target: name, Case: result.Case{
			ID: fmt.Sprintf("%s %s %d", name, op, conns), Target: name, Op: string(op), Conns: conns, Spaces: 1, Contacts: contacts}})
	}
	grow := func(conns int, ops ...target.Op) {
		for _, op := range ops {
			for _, size := range o.Growth {
				add("carnet-"+strings.ToLower(size), op, conns, sizes[strings.ToLower(size)])
			}
		}
	}
	grow(64, target.Put)
	add("no-op-growth", target.Put, 64, o.Contacts) // beside them, for their p99
	grow(64, target.Get)
	grow(readers, target.Get, target.List, target.Filter, target.Search)
	grow(readers, target.Pages...)
	grow(1, target.Export)
	grow(1, target.Imports...) // the last of them makes contacts
	return o.only(list), nil
}

func (o *Options) only(list []kase) []kase {
	if o.Only == nil {
		return list
	}
	return slices.DeleteFunc(list, func(k kase) bool { return !o.Only.MatchString(k.ID) })
}

var sizes = map[string]int{"10k": 10_000, "100k": 100_000, "1m": 1_000_000, "10m": 10_000_000}

// Size reads a number of contacts, as in "100k".
func Size(text string) (int, error) {
	n, ok := sizes[strings.ToLower(text)]
	if !ok {
		return 0, fmt.Errorf("%q is no size: write 10k, 100k, 1m or 10m, with commas between them", text)
	}
	return n, nil
}
