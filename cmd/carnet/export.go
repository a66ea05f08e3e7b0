package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/gzip"

	"github.com/carnet-project/carnet/api"
)

// exportCommand does not open the database: a server writes the file, and this fetches it.
type exportCommand struct {
	remote

	File      string   `arg:"" optional:"" help:"The file to make, for your user alone; - for standard output. Where its name ends in .gz it stays packed. It must not exist yet, unless --overwrite is given."`
	Format    *string  `tried:"as,type,to" enum:"ndjson,csv,google,outlook,vcard" placeholder:"FORMAT" help:"ndjson (all of a contact a line), csv (a column for each place of a value), google or outlook (CSV with their columns), or vcard (4.0). Default: by the name of the file, such as all.csv or all.vcf.gz; ndjson for one without an ending, and for -."`
	Email     *string  `placeholder:"EMAIL" help:"Those who have this email, primary or not."`
	Phone     *string  `placeholder:"PHONE" help:"Those who have this phone number, primary or not."`
	Start     *string  `tried:"from,since,after,created-after" placeholder:"TIME" help:"Those made then or later, as in '2026-01-31 14:00:00' in the time zone of the Space."`
	End       *string  `tried:"until,before,created-before" placeholder:"TIME" help:"Those made then or earlier, likewise."`
	Where     []string `tried:"filter,field" sep:"none" placeholder:"CONDITION" help:"Those whose custom field is so, as in 'profile_field_1 contains pro'. All of several must hold."`
	Safe      bool     `help:"Of csv, google and outlook: quote what a spreadsheet would take for a formula."`
	ID        string   `name:"id" tried:"export-id,resume,continue" placeholder:"ID" help:"An export that was asked for before: waits for it, and fetches its file. Its format and whom it holds are what they were."`
	Withdraw  string   `tried:"delete,remove" placeholder:"ID" help:"Make no file: let go of the export with this id on the server. Its file goes there at once, and its links lead nowhere. It needs a key that may write."`
	Overwrite bool     `tried:"force,yes,replace" help:"Put the file in the place of what is there, once it is whole."`
	format

	where []api.Condition // Where, read; nil for none
}

// Help says what it does beside.
func (c *exportCommand) Help() string {
	return `A server writes the file as a job, beside what is read and written: each contact is in it once, as it was at a moment meanwhile. How far it is goes to standard error, on a terminal in one line. Ctrl-C ends the waiting, and makes no file here: the server goes on, and the command that fetches what it writes is the last thing that is said.

It needs a key that may read. Deleted contacts are not in it.`
}

// Validate refuses conditions that are none, and what does not go together.
func (c *exportCommand) Validate() (err error) {
	if c.where, err = conditionsOf(c.Where); err != nil {
		return err
	}
	if c.Withdraw != "" {
		if c.File != "" || c.ID != "" || c.Overwrite || c.narrows() {
			return errors.New("--withdraw: leave out the file and the other flags: it makes no file")
		}
		return nil
	}
	if c.File == "" {
		return errors.New(`expected "<file>": name the file to make, as in carnet export contacts.ndjson`)
	}
	if c.ID != "" && c.narrows() {
		return errors.New("--id: leave out the other flags but --overwrite: what is in that export is settled")
	}
	if c.File == "-" && (!c.table() || c.Overwrite) {
		return errors.New("export -: leave --overwrite and -o out, as the file goes to standard output")
	}
	if c.ID == "" && c.formatNow() == "" {
		return errors.New("the end of the name says no format that is written: name the file .csv, .vcf, .ndjson or .jsonl, with .gz behind it or not, or give --format ndjson, csv, google, outlook or vcard. A spreadsheet opens CSV")
	}
	if format := c.formatNow(); c.Safe && (format == "ndjson" || format == "vcard") {
		return errors.New("--safe: leave it out, or give --format csv, google or outlook: no spreadsheet reads the other formats")
	}
	return nil
}

// narrows tells whether flags say what is in the file, or what file it is.
func (c *exportCommand) narrows() bool {
	return c.Format != nil || c.Safe || c.Email != nil || c.Phone != nil || c.Start != nil || c.End != nil || c.Where != nil
}

// formatNow is the format that was asked for, or that the name of the file says; "" where that has an ending of another.
func (c *exportCommand) formatNow() string {
	if c.Format != nil {
		return *c.Format
	}
	switch filepath.Ext(strings.TrimSuffix(strings.ToLower(c.File), ".gz")) {
	case ".csv":
		return "csv"
	case ".vcf", ".vcard":
		return "vcard"
	case ".ndjson", ".jsonl", "":
		return "ndjson"
	}
	return ""
}

// exportRecord says what was made.
type exportRecord struct {
	File     string `json:"file"`
	ExportID string `json:"export_id"`
	Contacts int64  `json:"contacts"`
	Size     int64  `json:"size"` // of the file
	Seq      *int64 `json:"seq"`  // of the change after which the feed goes on
}

// Run makes the file, whole or not at all.
func (c *exportCommand) Run(in *surroundings) error {
	if c.Withdraw != "" {
		return c.withdraw(in)
	}
	told := newProgressBar(in.stderr)
	client, err := c.connect(in, c.tellsWaits(in, told), api.WithRetries(batchRetries))
	if err != nil {
		return err
	}
	made, err := c.make(in.ctx, client, told, in.stdout)
	if err != nil {
		return c.cutOff(in, made.ExportID, err)
	}
	if c.File == "-" {
		return nil
	}
	in.did("%s was made all the same.", c.File)
	switch {
	case c.json():
		return printJSON(in.stdout, made)
	case c.csv():
		return printCSV(in.stdout, []exportRecord{made})
	}
	_, err = fmt.Fprintf(in.stdout, "%s has %s: %s. Your user alone may read it.\n\nThe server keeps a copy for 7 days. To let go of that now:\n\n%s\n",
		c.File, contactsOf(made.Contacts), roughly(made.Size), in.beside("export", "--withdraw", made.ExportID))
	return err
}

func contactsOf(n int64) string {
	if n == 1 {
		return "1 contact"
	}
	return fmt.Sprintf("%d contacts", n)
}

// query is what the server is asked for.
func (c *exportCommand) query() api.ExportQuery {
	format := c.formatNow()
	q := api.ExportQuery{Start: c.Start, End: c.End, Email: c.Email, Phone: c.Phone, Where: c.where, Safe: c.Safe, Format: api.ExportFormat(format)}
	if format == "google" || format == "outlook" {
		q.Format, q.Layout = api.ExportCSV, api.ExportLayout(format)
	}
	return q
}

// make makes the file. Whether it can be made is known before a server is asked.
func (c *exportCommand) make(ctx context.Context, client *api.Client, told *progressBar, out io.Writer) (made exportRecord, err error) {
	f, err := c.begin()
	if err != nil {
		return made, err
	}
	made.File, made.ExportID = c.File, c.ID
	if c.ID == "" {
		made.ExportID, err = client.MakeExport(ctx, c.query())
	}
	if err == nil {
		err = c.receive(ctx, client, told, f, &made)
	}
	if err == nil && c.File == "-" {
		if _, err = f.Seek(0, io.SeekStart); err == nil {
			_, err = io.Copy(out, f)
		}
	}
	err = errors.Join(err, f.Close())
	if c.File == "-" {
		return made, errors.Join(err, os.Remove(f.Name()))
	}
	if err == nil && c.Overwrite {
		err = os.Rename(f.Name(), c.File)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return made, err
}

// begin opens the file, or where there may be one already another beside it.
func (c *exportCommand) begin() (f *os.File, err error) {
	if c.Overwrite || c.File == "-" {
		dir := filepath.Dir(c.File)
		if c.File == "-" { // it is whole before some of it is printed
			dir = os.TempDir()
		}
		if f, err = os.CreateTemp(dir, ".carnet-export-*"); err != nil {
			err = unmadeFile(c.File, err)
		}
		return f, err
	}
	f, err = os.OpenFile(c.File, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		err = &unmade{fmt.Errorf("there is something at %s already: name another file, or give --overwrite", c.File)}
	} else if err != nil {
		err = unmadeFile(c.File, err)
	}
	return f, err
}

// unmadeFile says why a file cannot be made.
func unmadeFile(file string, err error) error {
	return &unmade{fmt.Errorf("%s cannot be made: %w", cell(file), errors.Unwrap(err))}
}

// receive waits for an export, and fetches its file.
func (c *exportCommand) receive(ctx context.Context, client *api.Client, told *progressBar, f *os.File, made *exportRecord) error {
	e, err := c.written(ctx, client, made.ExportID, told)
	if err == nil {
		err = c.fetch(ctx, client, e.ID, f)
	}
	if err == nil {
		made.Contacts, made.Seq = e.Contacts, e.Seq
		made.Size, err = f.Seek(0, io.SeekCurrent)
	}
	return err
}

// written waits until an export is written, and gives it as it was at its end.
func (c *exportCommand) written(ctx context.Context, client *api.Client, id string, told *progressBar) (last api.Export, err error) {
	defer told.clear()
	for e, err := range client.FollowExport(ctx, id) {
		if err != nil {
			return last, err
		}
		if last = e; !e.Ended() {
			told.show(0, 0, fmt.Sprintf("%s, %s so far", cell(string(e.Status)), contactsOf(e.Contacts)))
		}
	}
	if last.Status != api.ExportCompleted {
		return last, &unmade{fmt.Errorf("there is no file: %s", cellOf(last.Message))}
	}
	return last, nil
}

// fetch downloads the file, and unpacks it unless its name says that it is packed: that it is
// whole is known by then.
func (c *exportCommand) fetch(ctx context.Context, client *api.Client, id string, into io.Writer) error {
	if strings.HasSuffix(strings.ToLower(c.File), ".gz") {
		return client.DownloadExport(ctx, id, into)
	}
	packed, comes := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := client.DownloadExport(ctx, id, comes)
		comes.CloseWithError(err)
		ended <- err
	}()
	err := unpack(packed, into)
	packed.CloseWithError(err)
	if failed := <-ended; failed != nil {
		return failed
	}
	return err
}

func unpack(packed io.Reader, into io.Writer) error {
	r, err := gzip.NewReader(packed)
	if err == nil {
		_, err = io.Copy(into, r)
	}
	return err
}

// cutOff says, where it ended before the file was there that a server writes, how that is
// fetched. id is "" where none was asked for.
func (c *exportCommand) cutOff(in *surroundings, id string, err error) error {
	_, never := errors.AsType[*unmade](err)
	if id == "" || never || wasRefused(err) {
		return c.refusal(err)
	}
	words := []string{c.File, "--id", id}
	if c.Overwrite {
		words = append(words, "--overwrite")
	}
	return &refused{c.refusal(err), func(to screen) error {
		_, err := fmt.Fprintf(to, "\nThe server goes on writing export %s. To fetch it:\n\n%s\n", cell(id), in.beside("export", words...))
		return err
	}}
}

// refusal gives an error of an export as a sentence.
func (c *exportCommand) refusal(err error) error {
	if e, answered := errors.AsType[*api.Error](err); answered && e.Code == api.CodeExportNotFound && c.Withdraw != "" {
		return errors.New("the Space has no export with this id: it was withdrawn already, or went by itself a week after it was made. `carnet export FILE` ends with the line that withdraws what it made")
	} else if answered && e.Code == api.CodeExportNotFound {
		return errors.New("the Space has no export with this id, or had it more than a week ago: leave --id out to make one anew")
	}
	return c.explainMade(err)
}
