package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/carnet-project/carnet/api"
	"github.com/carnet-project/carnet/internal/contact"
)

// importCommand does not open the database: a server reads the file, and makes a plan of it.
type importCommand struct {
	remote

	File              string  `arg:"" help:"A CSV, vCard or NDJSON file, packed with gzip or not; - for standard input."`
	Mapping           string  `tried:"map,columns" placeholder:"FILE|NAME" help:"What becomes of the columns: a file with a JSON list of steps, where there is one of this name; else the name of a mapping that is kept. Without it the newest that is kept for the same columns is taken, or it is found out, and shown."`
	KeepAs            string  `tried:"save-as,save" placeholder:"NAME" help:"Keep what becomes of the columns under this name, for files of the same columns."`
	Match             *string `tried:"by,key" placeholder:"BY" help:"By what rows are matched with contacts, the first that finds any: id, email, phone and filterable fields such as profile_field_1, with commas between."`
	Encoding          *string `tried:"charset" placeholder:"NAME" help:"How its letters are stored, as browsers name it: utf-8, windows-1252, shift_jis. Without it that is found out."`
	Delimiter         *string `tried:"separator,sep" placeholder:"SIGN" help:"Of CSV: what stands between cells, one sign, or tab. Without it that is found out."`
	LinesBeforeHeader *int    `tried:"skip,skip-lines" placeholder:"N" help:"Of CSV: how many lines stand before the header, or before the first row with --no-header. Without it that is found out."`
	NoHeader          bool    `help:"Of CSV: there is no header, and the columns are called Column 1, Column 2."`
	Apply             bool    `tried:"yes,force" help:"Apply the plan as soon as it is made."`
	attribution
	format

	mapping []api.MappingStep // Mapping, read; nil for none
	kept    string            // Mapping, where that names one that is kept
	match   []api.MatchBy     // Match, read; nil for none
}

// Help says what it does beside.
func (c *importCommand) Help() string {
	return `The server finds out how the file is read, and what each row would do. This shows that: how it is read, the plan with its counts, some of its rows, and every row that would be left, with its line and why. Nothing is changed until the plan is applied: by --apply, or by the line that is shown for it. What an import did is taken back by carnet plan undo, overwritten values too.

carnet import list shows the files that were sent, and carnet import discard lets go of one. A file of such a name is written ./list.

It needs a key that may propose plans, and read; with --apply, one that may write.`
}

// Validate reads the mapping, and refuses what rows cannot be matched by.
func (c *importCommand) Validate() error {
	if c.Match != nil {
		for by := range strings.SplitSeq(*c.Match, ",") {
			match := api.MatchBy(strings.TrimSpace(by))
			_, slot := contact.SlotOf(string(match))
			if !slot && !slices.Contains([]api.MatchBy{api.MatchID, api.MatchEmail, api.MatchPhone}, match) {
				return errors.New("--match: rows are matched by id, email, phone and custom fields, as in --match profile_field_1,email")
			}
			c.match = append(c.match, match)
		}
	}
	if d := c.Delimiter; d != nil && *d == "tab" {
		c.Delimiter = new("\t")
	} else if d != nil && utf8.RuneCountInString(*d) != 1 {
		return errors.New("--delimiter: give the one sign that stands between cells, as in --delimiter ';', or tab")
	}
	if c.KeepAs != "" {
		if _, flaw := contact.MappingName(c.KeepAs); flaw != nil {
			return errors.New("--keep-as: " + flaw.Message)
		}
	}
	if c.LinesBeforeHeader != nil && *c.LinesBeforeHeader < 0 {
		return errors.New("--lines-before-header: give 0 or more")
	}
	if c.Mapping == "" {
		return nil
	}
	text, err := os.ReadFile(c.Mapping)
	if errors.Is(err, fs.ErrNotExist) && !strings.HasSuffix(c.Mapping, ".json") {
		c.kept = c.Mapping
		return nil
	}
	if err != nil {
		return fmt.Errorf("--mapping: %s cannot be read: %w", cell(c.Mapping), errors.Unwrap(err))
	}
	c.mapping, err = stepsIn(c.Mapping, text)
	return err
}

// importRecord is an import and its plan, as programs read them.
type importRecord struct {
	Import api.Import `json:"import"`
	Plan   api.Plan   `json:"plan"`
}

// Run sends the file, shows its plan, and applies it where that is asked for.
func (c *importCommand) Run(in *surroundings) error {
	file := os.Stdin
	if c.File != "-" {
		var err error
		if file, err = c.opened(); err != nil {
			return err
		}
		defer file.Close()
	}
	server := &planCommand{remote: c.remote}
	client, told, err := server.connected(in)
	if err != nil {
		return err
	}
	e, err := c.sent(in, client, file, told)
	if err != nil && e.PlanID != nil {
		err = server.cutOff(in, *e.PlanID, err, "The server goes on planning it, and changes nothing.")
	}
	if err != nil {
		return server.refusal(in, err)
	}
	switch {
	case e.CreatedAt.IsZero():
		return fmt.Errorf("import %s is %s, and this key may not read: have somebody look at its plan who may", cell(e.ID), cell(string(e.State)))
	case e.PlanID == nil || e.Message != nil:
		return c.unplanned(in, &e)
	}
	p, err := client.Plan(in.ctx, *e.PlanID)
	if err != nil {
		return server.refusal(in, err)
	}
	if c.table() {
		if err := showImport(in.stdout, &e); err != nil {
			return err
		}
		if err := c.showKept(in.stdout, &e); err != nil {
			return err
		}
	}
	if c.Apply && p.State == api.PlanReady && doing(&p) > 0 {
		if err := c.refusedRows(in, client, &p); err != nil {
			return server.refusal(in, err)
		}
		apply := planApply{Hash: p.Hash, writing: writing{attribution: c.attribution, format: c.format}}
		err := apply.begin(in, server, client, &p, told)
		if _, waits := errors.AsType[*notBegun](err); waits { // for who may apply it
			return errors.Join(err, c.show(in, server, client, &e, &p))
		}
		return cmp.Or(err, c.leftOut(&p))
	}
	return cmp.Or(c.show(in, server, client, &e, &p), c.leftOut(&p))
}

// leftOut tells of rows that were left out, where all was to be done unseen.
func (c *importCommand) leftOut(p *api.Plan) error {
	n := p.Counts[api.OutcomeConflict] + p.Counts[api.OutcomeRefused]
	if !c.Apply || n == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d rows %s left out, as the plan shows", n, p.Rows, map[bool]string{true: "was", false: "were"}[n == 1])
}

// show shows the plan of an import that was not applied.
func (c *importCommand) show(in *surroundings, server *planCommand, client *api.Client, e *api.Import, p *api.Plan) error {
	switch {
	case c.json():
		return printJSON(in.stdout, importRecord{*e, *p})
	case c.csv():
		return printCSV(in.stdout, []api.Plan{*p})
	}
	if err := showPlan(in.stdout, p); err != nil {
		return err
	}
	if err := c.samples(in, client, p); err != nil {
		return server.refusal(in, err)
	}
	if err := showWay(in, p, true, ""); err != nil || p.State != api.PlanReady {
		return err
	}
	_, err := fmt.Fprint(in.stdout, letGo(in, e))
	return err
}

// fileName is what the file is called to others: of its path they need not know.
func (c *importCommand) fileName() string {
	if c.File == "-" {
		return ""
	}
	return filepath.Base(c.File)
}

// rowOfFile says which line of a file something was done for.
func rowOfFile(l *api.ImportLine) string {
	if l.FileName != nil {
		return fmt.Sprintf("row %d of %s", l.Line, cell(*l.FileName))
	}
	return fmt.Sprintf("row %d of import %s", l.Line, cell(l.ID))
}

func whyImport(e *api.Import) string {
	if e.Message != nil {
		return cell(*e.Message)
	}
	return "its plan is " + cell(string(e.State))
}

// recognised is what was said of how the file is written, nil for nothing.
func (c *importCommand) recognised() *api.Recognised {
	r := &api.Recognised{Encoding: c.Encoding, Delimiter: c.Delimiter}
	if c.LinesBeforeHeader != nil || c.NoHeader {
		r.Header = new(!c.NoHeader)
	}
	if c.LinesBeforeHeader != nil {
		r.LinesBeforeHeader = *c.LinesBeforeHeader
	}
	if *r == (api.Recognised{}) {
		return nil
	}
	return r
}

// opened opens the file that is to be sent.
func (c *importCommand) opened() (*os.File, error) {
	file, err := os.Open(c.File)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", cell(c.File), errors.Unwrap(err))
	}
	switch is, err := file.Stat(); {
	case err == nil && is.IsDir():
		return nil, errors.Join(fmt.Errorf("%s is a directory: name a file in it", cell(c.File)), file.Close())
	case err == nil && is.Mode().IsRegular() && is.Size() == 0:
		return nil, errors.Join(fmt.Errorf("%s is empty: nothing was sent", cell(c.File)), file.Close())
	}
	return file, nil
}

// sent sends the file, corrects how it is read where that is asked for, and gives the import when it
// is known what it does.
func (c *importCommand) sent(in *surroundings, client *api.Client, file *os.File, told *progressBar) (last api.Import, err error) {
	begun, err := client.SendImport(in.ctx, api.ImportFile{Name: c.fileName(), Mapping: c.kept, Content: file}, c.attribution.options()...)
	if e, ok := errors.AsType[*api.Error](err); ok && c.kept != "" && len(e.Errors["mapping"]) > 0 {
		return last, errors.New("--mapping: there is no file of this name, and the Space keeps no mapping of it: `carnet mapping list` shows those that it keeps")
	} else if err != nil {
		return last, err
	}
	to := api.ImportCorrection{Recognised: c.recognised(), Mapping: c.mapping, Match: c.match}
	if to.Recognised != nil || to.Mapping != nil || to.Match != nil {
		if _, err := client.CorrectImport(in.ctx, begun.ID, to, c.attribution.options()...); err != nil {
			return last, errors.Join(err, client.DiscardImport(in.ctx, begun.ID))
		}
	}
	defer told.clear()
	for e, err := range client.FollowImport(in.ctx, begun.ID) {
		if err != nil {
			return last, err
		}
		if last = e; e.Moves() {
			tellImport(in, client, &e, told)
		}
	}
	if c.KeepAs != "" && last.Message == nil && len(last.Mapping) > 0 {
		err = client.KeepMapping(in.ctx, begun.ID, c.KeepAs, c.attribution.options()...)
	}
	return last, err
}

// showImport tells how a file is read.
func showImport(to screen, e *api.Import) error {
	var b strings.Builder
	r := &e.Recognised
	var of []string
	for _, text := range []*string{r.Program, r.Format, r.Encoding} {
		if text != nil {
			of = append(of, cell(*text))
		}
	}
	if r.Delimiter != nil {
		of = append(of, fmt.Sprintf("delimiter %q", *r.Delimiter))
	}
	if r.LinesBeforeHeader > 0 {
		of = append(of, fmt.Sprintf("lines before the header: %d", r.LinesBeforeHeader))
	}
	fmt.Fprintf(&b, "Recognised: %s\n", strings.Join(of, ", "))
	if e.MappingName != nil {
		fmt.Fprintf(&b, "As the mapping %s has it, which is kept:\n", cell(*e.MappingName))
	}
	writeSteps(&b, e.Mapping)
	writeMatch(&b, e.Match)
	if isID := func(s api.MappingStep) bool { return s.To == "id" }; slices.Contains(e.Match, api.MatchID) && !slices.ContainsFunc(e.Mapping, isID) {
		b.WriteString("No column is the id of a contact, so nothing is found by that.\n")
	}
	for _, w := range e.Warnings {
		fmt.Fprintf(&b, "%s\n", cell(w))
	}
	b.WriteByte('\n')
	_, err := fmt.Fprint(to, b.String())
	return err
}

// writeSteps gives a line for what becomes of each column.
func writeSteps(b *strings.Builder, steps []api.MappingStep) {
	for _, s := range steps {
		from := cell(strings.Join(s.From, ", "))
		if s.Rule == "ignore" {
			fmt.Fprintf(b, "  %s: ignored\n", from)
			for _, why := range s.Why {
				fmt.Fprintf(b, "    %s\n", cell(why))
			}
			continue
		}
		as := ""
		if s.As != "" {
			as = ", as " + cell(s.As)
		}
		fmt.Fprintf(b, "  %s -> %s (%s%s)\n", from, cell(s.To), cell(s.Rule), as)
	}
}

// writeMatch says by what rows are matched.
func writeMatch(b *strings.Builder, match []api.MatchBy) {
	var by []string
	for _, m := range match {
		by = append(by, string(m))
	}
	fmt.Fprintf(b, "Rows are matched by: %s\n", dash(strings.Join(by, ", ")))
}

// sampled is how many rows are shown of each outcome that does something.
const sampled = 3

// samples shows some rows of each kind that do something, and every one that is refused.
func (c *importCommand) samples(in *surroundings, client *api.Client, p *api.Plan) error {
	for _, outcome := range []api.PlanOutcome{api.OutcomeCreate, api.OutcomeUpdate} {
		page, err := client.PlanRows(in.ctx, p.ID, api.PlanRowsQuery{Outcome: outcome, Paging: api.Paging{PerPage: sampled}})
		if err != nil {
			return err
		}
		for i := range page.Data {
			if err := showPlanRow(in.stdout, &page.Data[i]); err != nil {
				return err
			}
		}
	}
	if c.Apply && doing(p) > 0 {
		return nil // they were shown before
	}
	return c.refusedRows(in, client, p)
}

// refusedRows shows every row that would be left.
func (c *importCommand) refusedRows(in *surroundings, client *api.Client, p *api.Plan) error {
	if !c.table() || p.Counts[api.OutcomeRefused] == 0 {
		return nil
	}
	for row, err := range client.AllPlanRows(in.ctx, p.ID, api.PlanRowsQuery{Outcome: api.OutcomeRefused, Paging: api.Paging{PerPage: allPerPage}}) {
		if err == nil {
			err = showPlanRow(in.stdout, &row)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
