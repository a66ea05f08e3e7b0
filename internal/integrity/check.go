package integrity

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// Options say what is looked at, and who is told.
type Options struct {
	Files  bool          // have the database look through its own files first
	Full   bool          // at the entries of their indexes, too
	Repair bool          // make anew what is derived and wrong
	Found  func(Finding) // nil for nobody
	Note   func(string)  // what is not wrong and yet worth to know, as a sentence
	Mended func(Finding) // what was made anew
}

// Check goes through a database once.
type Check struct {
	b     store.Backend
	o     Options
	ctx   context.Context // of the call that asks for the next page
	pages func(Page) bool
	told  Result

	spaces  map[contact.SpaceID]*tally
	pending []Finding // of the page that is looked at
}

// Page says how far a check is.
type Page struct {
	Rows int    // that it has looked at since the page before
	At   string // what it is at: "Space 1: changes"
}

// Result is what came of a check.
type Result struct {
	Rows          int64 // that were looked at
	Found, Mended int
}

// tally is what a check adds up of a Space.
type tally struct {
	space   access.Space
	row     store.SpaceRow // as it was when the check began
	bytes   int64          // as access.Usage counts them
	chained int64          // changes of before then that are in the history of a contact
	rows    int64
	broken  bool // some histories cannot be followed, so chained is no figure
}

// atOnce is how many rows of a kind are looked at in one state: some milliseconds of
// work. Of contacts it is fewer, because their histories come with them.
const (
	atOnce         = 500
	contactsAtOnce = 100
)

// New makes a check of a database.
func New(b store.Backend, o Options) *Check {
	c := &Check{b: b, o: o, spaces: map[contact.SpaceID]*tally{}}
	if c.o.Found == nil {
		c.o.Found = func(Finding) {}
	}
	if c.o.Mended == nil {
		c.o.Mended = func(Finding) {}
	}
	if c.o.Note == nil {
		c.o.Note = func(string) {}
	}
	return c
}

// Result tells what came of it so far.
func (c *Check) Result() Result { return c.told }

// errStop says that nobody asks for the next page.
var errStop = errors.New("integrity: stopped")

// Pages gives one page after the other. Between two of them it holds nothing of the
// database, however long the caller takes. An error ends it: the rest could not be looked at.
func (c *Check) Pages(ctx context.Context) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		c.ctx = ctx
		c.pages = func(p Page) bool { return yield(p, nil) }
		err := c.all()
		if errors.Is(err, store.ErrBroken) && ctx.Err() == nil {
			c.found(Finding{Kind: File, ID: "of some kind", Flaw: "the file cannot be read there: it is damaged, or the disk is, and the rest was not looked at"})
			c.tell()
			err = nil
		}
		if err != nil && !errors.Is(err, errStop) {
			yield(Page{}, err)
		}
	}
}

func (c *Check) all() error {
	for _, part := range []func() error{c.files, c.begin, c.numbers, c.contacts, c.erasures} {
		if err := part(); err != nil {
			return err
		}
	}
	for _, id := range sorted(c.spaces) {
		for _, part := range []func(*tally) error{c.changes, c.aliases, c.keys, c.searchKeys, c.pairs, c.retries, c.plans, c.fileRows, c.usage} {
			if err := part(c.spaces[id]); err != nil {
				return err
			}
		}
	}
	return nil
}

// page ends one: it makes anew what is to be, tells what was found, and lets go on.
func (c *Check) page(rows int, at string) error {
	c.told.Rows += int64(rows)
	if list := c.tell(); c.o.Repair {
		if err := c.mend(list); err != nil {
			return err
		}
	}
	if !c.pages(Page{rows, at}) {
		return errStop
	}
	return c.ctx.Err()
}

// tell tells what was found since the page before.
func (c *Check) tell() []Finding {
	list := c.pending
	c.pending = nil
	for i := range list {
		c.told.Found++
		c.o.Found(list[i])
	}
	return list
}

// found notes what does not fit, until the page ends.
func (c *Check) found(f Finding) { c.pending = append(c.pending, f) }

// errRound says that a walk came back to where it was.
var errRound = fmt.Errorf("integrity: rows are out of their order: %w", store.ErrBroken)

// onward wants the last row of a page behind the last one of the page before: in a file that
// is damaged rows can be out of their order, and then a walk goes round for ever.
func onward(order int) error {
	if order <= 0 {
		return errRound
	}
	return nil
}

// still reads one state.
func (c *Check) still(f func(ctx context.Context) error) error { return c.b.Still(c.ctx, f) }

// files has the database look through its own files.
func (c *Check) files() error {
	if !c.o.Files {
		return nil
	}
	tables, err := c.b.Examine(c.ctx, c.o.Full)
	if err != nil {
		return err
	}
	for _, table := range tables {
		c.found(Finding{Kind: File, ID: table, Flaw: "the file is damaged where it or an index of it is"})
	}
	return c.page(0, "the file")
}

// begin finds the Spaces, and how far they are.
func (c *Check) begin() error {
	list, err := c.b.Spaces(c.ctx)
	if err != nil {
		return err
	}
	for _, s := range list {
		row, found, err := c.b.Counters(c.ctx, s.ID)
		if err != nil {
			return err
		}
		if !found {
			c.found(Finding{Space: s.ID, Kind: Counters, Flaw: "they are not there"})
			continue
		}
		c.spaces[s.ID] = &tally{space: s, row: row}
	}
	return c.page(len(list), "the Spaces")
}

// numbers looks whether numbers that are given next were given before.
func (c *Check) numbers() error {
	list, err := c.b.Used(c.ctx)
	if err != nil {
		return err
	}
	for _, u := range list {
		if u.Greatest >= u.Next {
			c.found(Finding{Kind: Numbers, ID: "of " + u.Kind, Flaw: "the next one that is given was given before"})
		}
	}
	return c.page(len(list), "the numbers")
}

// name says what is looked at.
func (t *tally) name(part string) string { return "Space " + number(t.row.Space) + ": " + part }
