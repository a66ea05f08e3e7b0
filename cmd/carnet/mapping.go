package main

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/api"
)

// mappingCommand does not open the database: mappings are kept by a server, for the files that it reads.
type mappingCommand struct {
	remote

	List   mappingList   `cmd:"" help:"List the mappings that are kept."`
	Show   mappingShow   `cmd:"" help:"Show what a mapping does with each column."`
	Delete mappingDelete `cmd:"" help:"Let go of a mapping. Imports that took it stay as they are."`
}

// refusal gives an error of a request about a mapping.
func (c *mappingCommand) refusal(err error) error {
	if e, ok := errors.AsType[*api.Error](err); ok && e.Code == api.CodeMappingNotFound {
		return errors.New("the Space keeps no mapping of this name: `carnet mapping list` shows those that it has")
	}
	return c.explain(err)
}

type mappingList struct{ format }

// Run shows them while they come in.
func (c *mappingList) Run(in *surroundings, server *mappingCommand) error {
	client, err := server.connect(in)
	if err != nil {
		return err
	}
	out := &listing{to: in.stdout, format: c.format, head: []string{"NAME", "KEPT", "BY"}, like: api.KeptMapping{}}
	for m, err := range client.AllMappings(in.ctx, api.Paging{PerPage: allPerPage}) {
		if err != nil {
			return server.explain(err)
		}
		if err := out.add(m, []string{cell(m.Name), second(m.KeptAt), planActor(&m.KeptBy)}); err != nil {
			return err
		}
	}
	return out.end()
}

type mappingShow struct {
	Name string `arg:"" help:"The mapping, as mapping list shows it."`
	format
}

// Run shows what a mapping does.
func (c *mappingShow) Run(in *surroundings, server *mappingCommand) error {
	client, err := server.connect(in)
	if err != nil {
		return err
	}
	m, err := client.Mapping(in.ctx, c.Name)
	switch {
	case err != nil:
		return server.refusal(err)
	case c.json():
		return printJSON(in.stdout, m)
	case c.csv():
		return printCSV(in.stdout, []api.KeptMapping{m})
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Kept %s by %s, of a file with the columns %s\n", second(m.KeptAt), planActor(&m.KeptBy), cell(strings.Join(m.Columns, ", ")))
	writeSteps(&b, m.Mapping)
	writeMatch(&b, m.Match)
	_, err = fmt.Fprint(in.stdout, b.String())
	return err
}

type mappingDelete struct {
	Name string `arg:"" help:"The mapping, as mapping list shows it."`
	format
}

// mappingRecord says which mapping is gone.
type mappingRecord struct {
	Name    string `json:"name"`
	Deleted bool   `json:"deleted"`
}

// Run lets go of a mapping.
func (c *mappingDelete) Run(in *surroundings, server *mappingCommand) error {
	client, err := server.connect(in)
	if err != nil {
		return err
	}
	if err := client.DeleteMapping(in.ctx, c.Name); err != nil {
		return server.refusal(err)
	}
	in.did("Mapping %s is deleted.", cell(c.Name))
	switch record := (mappingRecord{c.Name, true}); {
	case c.json():
		return printJSON(in.stdout, record)
	case c.csv():
		return printCSV(in.stdout, []mappingRecord{record})
	}
	_, err = fmt.Fprintln(in.stdout, in.done)
	return err
}

// maxSteps is how many octets a file of steps has at most.
const maxSteps = 4 << 20

// stepsIn reads a mapping of a file, and says of what is none where in it that stands.
func stepsIn(file string, text []byte) (steps []api.MappingStep, err error) {
	const such = `such as [{"from": ["E-Mail"], "to": "emails", "rule": "add"}]`
	if len(text) > maxSteps {
		return nil, fmt.Errorf("--mapping: %s is larger than 4 MiB, which no list of steps is", cell(file))
	}
	err = json.Unmarshal(bytes.TrimPrefix(text, []byte("\ufeff")), &steps, json.RejectUnknownMembers(true))
	at, wrong := errors.AsType[*json.SemanticError](err)
	switch {
	case err == nil && steps != nil:
		return steps, nil
	case !wrong || at.JSONPointer.Parent() == "":
		return nil, fmt.Errorf("--mapping: %s is no list of steps, "+such, cell(file))
	}
	nth, _, _ := strings.Cut(strings.TrimPrefix(string(at.JSONPointer), "/"), "/")
	n, err := strconv.Atoi(nth)
	if err != nil {
		return nil, fmt.Errorf("--mapping: %s is no list of steps, "+such, cell(file))
	}
	if errors.Is(at.Err, json.ErrUnknownName) {
		return nil, fmt.Errorf("--mapping: step %d of %s has %q, which no step has: it has from, to, as and rule, and may have why", n+1, cell(file), at.JSONPointer.LastToken())
	}
	return nil, fmt.Errorf("--mapping: step %d of %s is none: from is a list of columns, and to, as and rule are text, "+such, n+1, cell(file))
}
