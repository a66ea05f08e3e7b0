package main

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"os/user"
	"strconv"
	"strings"

	"github.com/carnet-project/carnet/internal/access"
)

// author names whoever types a command, for the log of Spaces and keys.
func author() string {
	name := "user " + strconv.Itoa(os.Getuid())
	if u, err := user.Current(); err == nil && u.Username != "" {
		name = u.Username
	}
	return access.Author("cli", name)
}

// entryRecord is an entry of the log as it is printed. Of a change of a Space
// itself the key is null.
type entryRecord struct {
	ID      int64        `json:"id"`
	At      string       `json:"at"`
	Who     string       `json:"who"`
	Action  string       `json:"action"`
	SpaceID int64        `json:"space_id"`
	KeyID   *int64       `json:"key_id"`
	KeyName *string      `json:"key_name"`
	Changes []editRecord `json:"changes"`
}

// editRecord is one setting; null is what was not set, or not there.
type editRecord struct {
	Setting string  `json:"setting"`
	Before  *string `json:"before"`
	After   *string `json:"after"`
}

func recordEntry(e *access.Entry) entryRecord {
	r := entryRecord{
		ID: e.ID, At: moment(e.At), Who: e.Who, Action: string(e.Action), SpaceID: int64(e.Space),
		KeyName: orNull(e.KeyName), Changes: []editRecord{},
	}
	if e.Key != 0 {
		r.KeyID = &e.Key
	}
	for _, edit := range e.Edits {
		r.Changes = append(r.Changes, editRecord{edit.Setting, orNull(edit.Before), orNull(edit.After)})
	}
	return r
}

var (
	spaceLogHead = []string{"ID", "AT", "WHO", "ACTION", "SPACE", "CHANGES"}
	keyLogHead   = []string{"ID", "AT", "WHO", "ACTION", "SPACE", "KEY", "NAME", "CHANGES"}
)

func (r *entryRecord) cells() []string {
	cells := []string{strconv.FormatInt(r.ID, 10), r.At, cell(r.Who), r.Action, strconv.FormatInt(r.SpaceID, 10)}
	if r.KeyID != nil {
		cells = append(cells, strconv.FormatInt(*r.KeyID, 10), cellOf(r.KeyName))
	}
	var edits []string
	for _, e := range r.Changes {
		if e.Before == nil {
			edits = append(edits, e.Setting+": "+cellOf(e.After))
		} else {
			edits = append(edits, e.Setting+": "+cellOf(e.Before)+" → "+cellOf(e.After))
		}
	}
	return append(cells, strings.Join(edits, "; "))
}

// showLog prints a log while it is read.
func showLog(in *surroundings, f format, limit *int, head []string, log iter.Seq2[access.Entry, error]) error {
	out := &listing{to: in.stdout, format: f, head: head, like: entryRecord{}}
	for e, err := range log {
		switch {
		case err != nil:
			return err
		case limit != nil && out.n == *limit:
			return errors.Join(out.end(), tellMore(in, *limit))
		}
		r := recordEntry(&e)
		if err := out.add(r, r.cells()); err != nil {
			return err
		}
	}
	return out.end()
}

// tellMore says that a list was cut.
func tellMore(in *surroundings, limit int) error {
	return tellCut(in, limit, "without --limit all are shown")
}

// tellCut says that a list was cut, and what shows more of it.
func tellCut(in *surroundings, limit int, more string) error {
	these := "this one"
	if limit > 1 {
		these = fmt.Sprintf("these %d", limit)
	}
	_, err := fmt.Fprintf(in.stderr, "There are more than %s: %s.\n", these, more)
	return err
}

// checkLog refuses the log of what cannot be.
func checkLog(id *int64, limit *int) error {
	if id != nil && *id < 1 {
		return errors.New("an id is a whole number from 1: leave it out for all")
	}
	return checkLimit(limit)
}

// checkLimit refuses a list of nothing.
func checkLimit(limit *int) error {
	if limit != nil && *limit < 1 {
		return errors.New("--limit: write a whole number from 1, or leave it out for all")
	}
	return nil
}

// idOf gives the id that a command was given, 0 for none.
func idOf(id *int64) int64 {
	if id == nil {
		return 0
	}
	return *id
}
