package main

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/carnet-project/carnet/internal/integrity"
	"github.com/carnet-project/carnet/internal/server"
)

type checkCommand struct {
	Full   bool  `help:"Have SQLite look at every entry of its indexes, too: it takes longer."`
	Repair bool  `help:"Make anew what is derived and wrong: what contacts are found by, and what a Space counts as kept. What is damaged beyond that stays as it is."`
	Pace   int64 `default:"10000" placeholder:"ROWS" help:"How many rows a second it looks at, so that a server beside it is not held up; 0 for as many as it can. Default: 10000."`
	format
}

// exitUnchecked is the exit code where it is not known whether all is whole.
const exitUnchecked = 2

// unchecked says that a database could not be looked through.
type unchecked struct{ error }

func (u *unchecked) Unwrap() error { return u.error }

// checkRecord is what came of a check.
type checkRecord struct {
	Database string          `json:"database"`
	Rows     int64           `json:"rows"`
	Findings []findingRecord `json:"findings"`
	Notes    []string        `json:"notes"`
}

// findingRecord is one thing that does not fit.
type findingRecord struct {
	Space    int64  `json:"space,omitzero"` // 0 for the installation
	Kind     string `json:"kind"`
	ID       string `json:"id,omitzero"`
	Message  string `json:"message"`
	Repaired bool   `json:"repaired"`
}

func (r findingRecord) row() []string { return nil } // sentences tell it

// Run looks through a database, and tells what it finds as it comes to it.
func (c *checkCommand) Run(in *surroundings) error {
	if c.Pace < 0 {
		return &unchecked{errors.New("--pace is a number of rows: 0 for as many as it can, or more")}
	}
	db, err := in.open()
	if err != nil {
		return &unchecked{err}
	}
	defer db.Close()
	r := checkRecord{Database: server.DatabaseName(in.db), Findings: []findingRecord{}, Notes: []string{}}
	if err := c.look(in, db, &r); err != nil {
		return &unchecked{fmt.Errorf("the database could not be looked through to its end: %w", err)}
	}
	if !c.table() {
		err = show(in, c.format, r, nil, r.Findings...)
	} else if len(r.Findings) == 0 {
		_, err = fmt.Fprintf(in.stdout, "Nothing is wrong in %s: %s rows were looked at.\n", r.Database, thousands(r.Rows))
	}
	if err != nil {
		return err
	}
	return r.verdict()
}

// look goes through the pages of a check, no faster than it is to.
func (c *checkCommand) look(in *surroundings, db *server.Database, r *checkRecord) error {
	progress := newProgressBar(in.stderr)
	defer progress.clear()
	say := func(line string) {
		if c.table() {
			progress.clear()
			fmt.Fprintln(in.stdout, line)
		}
	}
	at := map[string]int{} // in r.Findings
	check := db.Check(integrity.Options{Files: true, Full: c.Full, Repair: c.Repair,
		Found: func(f integrity.Finding) {
			at[f.String()] = len(r.Findings)
			r.Findings = append(r.Findings, findingRecord{Space: int64(f.Space), Kind: string(f.Kind), ID: f.ID, Message: f.String()})
			say(f.String())
		},
		Mended: func(f integrity.Finding) {
			r.Findings[at[f.String()]].Repaired = true
			say("Made anew: " + f.String())
		},
		Note: func(text string) {
			r.Notes = append(r.Notes, text)
			say(text)
		},
	})
	began := time.Now()
	for page, err := range check.Pages(in.ctx) {
		if err != nil {
			return err
		}
		r.Rows = check.Result().Rows
		progress.show(0, 0, thousands(r.Rows)+" rows, now "+page.At)
		if err := c.rest(in, r.Rows, began); err != nil {
			return err
		}
	}
	return in.ctx.Err()
}

// rest waits until so many rows may have been looked at.
func (c *checkCommand) rest(in *surroundings, rows int64, began time.Time) error {
	if c.Pace == 0 {
		return nil
	}
	due := time.Duration(float64(rows) / float64(c.Pace) * float64(time.Second))
	select {
	case <-in.ctx.Done():
		return errors.New("stopped before it was done")
	case <-time.After(due - time.Since(began)):
		return nil
	}
}

// verdict says what to do about what was found.
func (r *checkRecord) verdict() error {
	derived, rest := 0, 0
	for i := range r.Findings {
		if !r.Findings[i].Repaired {
			rest++
		}
	}
	derived = len(r.Findings) - rest
	switch {
	case rest == 0:
		return nil
	case derived > 0:
		return fmt.Errorf("%s of what was found could not be made anew: restore a backup of before that, and keep this database beside it", thousands(int64(rest)))
	}
	return fmt.Errorf("%s not fit: what is derived `carnet check --repair` makes anew, for the rest restore a backup of before that, and keep this database beside it", things(rest))
}

// thousands writes a number with commas.
func thousands(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func things(n int) string {
	if n == 1 {
		return "1 thing does"
	}
	return thousands(int64(n)) + " things do"
}
