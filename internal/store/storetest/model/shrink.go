package model

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// maxTries is how many shorter lists are played at most to make a long one short.
const maxTries = 3000

// shrink logs the fewest of some writes to a Space after which the model finds the same
// fault as after the last of them. They are made one after the other, each list in a Space of
// its own, and of those alone that have to do with the last: where it takes more than
// that, or many clients at once, it logs that nothing was found.
func shrink(t *testing.T, b store.Backend, s *store.Store, region string, records []answered) {
	t.Helper()
	k := &shrinker{t: t, backend: b, store: s, region: region, list: concerned(stepsOf(records))}
	if k.fault = k.play(k.list, nil); k.fault == "" {
		t.Logf("The %d writes that concern the last one, made one after the other, do not show it.", len(k.list))
		return
	}
	for n := len(k.list) / 2; n > 0; n /= 2 {
		k.leaveOut(n)
	}
	for more := true; more && k.tries < maxTries; {
		more = k.simplify()
		more = k.leaveOut(1) || more
	}
	var told []string
	k.play(k.list, func(line string) { told = append(told, line) })
	t.Logf("%d writes show it, in a Space of the region %q: %s", len(k.list), region, strings.Join(told, ""))
}

// step is a write that names contacts and changes by the steps that made them, and not by
// ids: 0 for what none did.
type step struct {
	ask
	key, ref, other, op int
}

// stepsOf gives those that changed something, and the last.
func stepsOf(records []answered) (list []step) {
	made, wrote := map[int64]int{}, map[int64]int{}
	for i, r := range records {
		one := step{ask: r.ask, key: i + 1, op: wrote[r.ask.op]}
		if r.ask.kind != "create" {
			one.ref, one.other = made[r.ask.ref], made[r.ask.other]
		}
		if r.op != 0 {
			wrote[r.op] = one.key
		}
		if r.op != 0 && r.ask.kind == "create" {
			made[r.now.id] = one.key
		}
		if r.op != 0 || i == len(records)-1 {
			list = append(list, one)
		}
	}
	return list
}

// concerned gives those that concern the same contacts as the last, in however many steps.
func concerned(list []step) []step {
	in := map[int]bool{list[len(list)-1].key: true}
	for size := 0; size < len(in); {
		size = len(in)
		for _, one := range slices.Backward(list) {
			all := []int{one.key, one.ref, one.other, one.op}
			if slices.ContainsFunc(all, func(key int) bool { return in[key] }) {
				for _, key := range all {
					in[key] = true
				}
			}
			delete(in, 0)
		}
	}
	return slices.DeleteFunc(slices.Clone(list), func(one step) bool { return !in[one.key] })
}

// shrinker makes a list of writes shorter.
type shrinker struct {
	t       *testing.T
	backend store.Backend
	store   *store.Store
	region  string
	list    []step
	fault   string // after the last of these
	tries   int
}

// try keeps a list, up to where it shows the same.
func (k *shrinker) try(list []step) bool {
	if k.tries++; k.tries > maxTries || len(list) == 0 {
		return false
	}
	n := 0
	if k.play(list, func(string) { n++ }) != k.fault {
		return false
	}
	k.list = list[:n]
	return true
}

// leaveOut tries it without so many in a row, from the end on.
func (k *shrinker) leaveOut(n int) (done bool) {
	for end := len(k.list); end > 0; end -= n {
		end = min(end, len(k.list))
		if k.try(slices.Delete(slices.Clone(k.list), max(0, end-n), end)) {
			done = true
		}
	}
	return done
}

// simplify tries it with less in each write.
func (k *shrinker) simplify() (done bool) {
	for i := 0; i < len(k.list); i++ {
		for again := true; again && i < len(k.list); {
			again = slices.ContainsFunc(k.list[i].ask.less(), func(a ask) bool {
				list := slices.Clone(k.list)
				list[i].ask = a
				return k.try(list)
			})
			done = done || again
		}
	}
	return done
}

// less gives the same with one thing less.
func (a ask) less() (all []ask) {
	if a.version != 0 {
		all = append(all, a)
		all[0].version = 0
	}
	for l, texts := range a.lists {
		one := a
		one.lists = maps.Clone(a.lists)
		delete(one.lists, l)
		all = append(all, one)
		for i := range texts {
			one.lists = maps.Clone(a.lists)
			one.lists[l] = slices.Delete(slices.Clone(texts), i, i+1)
			all = append(all, one)
		}
	}
	for l := range a.gone {
		one := a
		one.gone = maps.Clone(a.gone)
		delete(one.gone, l)
		all = append(all, one)
	}
	for l := range a.first {
		one := a
		one.first = maps.Clone(a.first)
		delete(one.first, l)
		all = append(all, one)
	}
	for n := range a.slots {
		one := a
		one.slots = maps.Clone(a.slots)
		delete(one.slots, n)
		all = append(all, one)
	}
	return all
}

// play makes the writes in a Space of its own. It gives the kind of the first fault, "" for none.
// tell, if any, is told of each write up to there.
func (k *shrinker) play(list []step, tell func(line string)) string {
	space := suite.NewSpace(k.t, k.backend, k.region)
	found := &faults{}
	d := newDiary(found, k.region)
	ids, ops := map[int]int64{0: int64(contact.MaxID)}, map[int]int64{}
	for _, one := range list {
		r := answered{ask: one.named(ids, ops)}
		r.now.request = suite.NewRequest()
		if err := r.write(k.store, space, store.Terms{}); err != nil {
			return err.Error()
		}
		if ops[one.key] = r.op; one.kind == "create" {
			ids[one.key] = r.now.id
		}
		before := len(d.events)
		d.check(found, &r)
		if tell != nil {
			tell(fmt.Sprintf("\n%+v\n    change %d, %q%s\n%s", r.ask, r.op, r.code, shows(d.events[before:]), strings.Join(found.list, "\n")))
		}
		if len(found.list) > 0 {
			return found.kind()
		}
	}
	return ""
}

// shows tells what became of contacts.
func shows(events []event) string {
	var out strings.Builder
	for _, e := range events {
		fmt.Fprintf(&out, "\n    %d is in %d, with %v %v", e.after.id, e.after.into, e.after.lists, e.after.slots)
	}
	return out.String()
}

// named gives the ask with the ids and numbers that it has this time.
func (s step) named(ids, ops map[int]int64) ask {
	id := func(key int) int64 {
		if id, ok := ids[key]; ok {
			return id
		}
		return ids[0]
	}
	a := s.ask
	if a.op = ops[s.op]; a.kind != "create" {
		a.ref, a.other = id(s.ref), id(s.other)
	}
	return a
}

// judge hears of what the model finds wrong.
type judge interface {
	Helper()
	Error(args ...any)
	Errorf(format string, args ...any)
}

// faults is a judge who only notes it.
type faults struct{ list []string }

func (f *faults) Helper() {}

func (f *faults) Error(args ...any) { f.list = append(f.list, fmt.Sprint(args...)) }

func (f *faults) Errorf(format string, args ...any) {
	f.list = append(f.list, fmt.Sprintf(format, args...))
}

var digits = regexp.MustCompile(`[0-9]+`)

// kind gives what the first says, without what is another each time.
func (f *faults) kind() string {
	text, _, _ := strings.Cut(f.list[0], ": ")
	return digits.ReplaceAllString(text, "N")
}
