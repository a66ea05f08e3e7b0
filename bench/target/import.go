package target

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/bench/people"
)

// What is done with a file of as many rows as there are contacts in the first Space, as jobs.
const (
	PlanNew     Op = "import: plan of new contacts"
	PlanMatched Op = "import: plan of changes"
	Apply       Op = "import: apply of new contacts"
)

// Imports are these.
var Imports = []Op{PlanNew, PlanMatched, Apply}

// importTime is how long each of them may take, and importLook how often it is looked at.
const (
	importTime = 60 * time.Minute
	importLook = 50 * time.Millisecond
)

// Import does one of them and gives how many rows it was about. begin is called before what
// is to be measured, end after it.
func (t *Target) Import(ctx context.Context, op Op, begin, end func()) (rows int, err error) {
	ctx, cancel := context.WithTimeout(ctx, importTime)
	defer cancel()
	rows = t.Contacts / t.Spaces
	if op != Apply {
		begin()
	}
	id, err := t.sendRows(ctx, rows, op == PlanMatched)
	if err != nil {
		return 0, err
	}
	planID, err := t.planned(ctx, id)
	if err != nil {
		return 0, err
	}
	if op != Apply {
		end()
	}
	var plan struct {
		Hash   string         `json:"hash"`
		Counts map[string]int `json:"counts"`
	}
	body, err := t.call(ctx, "GET", root+"plans/"+planID, "", http.StatusOK)
	if err == nil {
		err = json.Unmarshal(body, &plan)
	}
	if err != nil {
		return 0, err
	}
	want := map[Op]string{PlanNew: "create", Apply: "create", PlanMatched: "update"}[op]
	if plan.Counts[want] != rows {
		return 0, fmt.Errorf("a plan of %d rows that each %s has the counts %v", rows, want, plan.Counts)
	}
	if op != Apply {
		_, err = t.call(ctx, "DELETE", root+"plans/"+planID, "", http.StatusNoContent)
		return rows, err
	}
	begin()
	if _, err := t.call(ctx, "POST", root+"plans/"+planID+"/apply", fmt.Sprintf(`{"hash":%q}`, plan.Hash), http.StatusAccepted); err != nil {
		return 0, err
	}
	if err := t.reaches(ctx, root+"plans/"+planID, "applied", "applying"); err != nil {
		return 0, err
	}
	end()
	return rows, nil
}

// sendRows sends a file, and gives the id of its import.
func (t *Target) sendRows(ctx context.Context, rows int, there bool) (string, error) {
	in, out := io.Pipe()
	nth := t.files.Add(1)
	go func() { out.CloseWithError(writeCSV(out, nth, rows, there)) }()
	body, err := t.callWith(ctx, "POST", root+"imports", "text/csv", in, http.StatusAccepted)
	if err := errors.Join(err, in.Close()); err != nil {
		return "", err
	}
	var made struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(body, &made); err != nil || made.ID == "" {
		return "", errors.New("an import was not answered with its id")
	}
	return made.ID, nil
}

// writeCSV writes the nth file: rows of people who are there, with another location, or of
// others, who are in no file before it.
func writeCSV(to io.Writer, nth int64, rows int, there bool) error {
	out := bufio.NewWriter(to)
	fmt.Fprintln(out, "Name,E-mail,Phone,City")
	var b []byte
	for i := range rows {
		b = append(people.AppendName(b[:0], i), ',')
		if there {
			b = people.AppendSecondEmail(b, i)
		} else {
			b = fmt.Appendf(b, "new-%d-%d@example.net", nth, i)
		}
		b = people.AppendPhone(append(b, ','), i, people.Start(i))
		b = append(b, ",Hereford\n"...)
		if _, err := out.Write(b); err != nil {
			return err
		}
	}
	return out.Flush()
}

// planned waits for the plan of an import, and gives its id.
func (t *Target) planned(ctx context.Context, id string) (string, error) {
	if err := t.reaches(ctx, root+"imports/"+id, "ready", "building"); err != nil {
		return "", err
	}
	var e struct {
		PlanID string `json:"plan_id"`
	}
	body, err := t.call(ctx, "GET", root+"imports/"+id, "", http.StatusOK)
	if err == nil {
		err = json.Unmarshal(body, &e)
	}
	return e.PlanID, err
}

// reaches waits until something is in a state, and fails where it comes to be in another one
// than on the way there.
func (t *Target) reaches(ctx context.Context, path, state, before string) error {
	for {
		var e struct {
			State   string `json:"state"`
			Message string `json:"message"`
		}
		body, err := t.call(ctx, "GET", path, "", http.StatusOK)
		if err == nil {
			err = json.Unmarshal(body, &e)
		}
		switch {
		case err != nil:
			return err
		case e.State == state:
			return nil
		case e.State != before:
			return fmt.Errorf("it is %q in place of %q: %s", e.State, state, e.Message)
		}
		time.Sleep(importLook)
	}
}
