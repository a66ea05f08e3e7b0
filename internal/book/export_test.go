package book_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/jobs"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/transfer"
)

// CONTRACT P6, D38.

// exporter gives a desk that exports.
func exporter(t *testing.T) *desk {
	t.Helper()
	d := openDesk(t)
	d.jobs.Does(book.ExportJob, jobs.Work{Step: d.ExportStep, Failed: d.FailExport})
	d.jobs.Does(store.EraseJob, jobs.Work{Step: d.EraseStep})
	return d
}

func (d *desk) export(t *testing.T, form transfer.Form, asked book.ExportAsked) string {
	t.Helper()
	id, _, err := d.MakeExport(t.Context(), d.grant(), book.Terms{RequestID: "export"}, form, asked)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (d *desk) exportNow(t *testing.T, id string) book.Export {
	t.Helper()
	e, err := d.Export(t.Context(), d.grant(), id)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// rounds does steps of jobs until none is due, with what may come between two.
func (d *desk) rounds(t *testing.T, between func()) (n int) {
	t.Helper()
	for {
		did, err := d.jobs.Round(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if did == 0 {
			return n
		}
		n++
		if between != nil {
			between()
		}
		d.now.Add(int64(time.Millisecond))
	}
}

// file gives the file of an export, unpacked.
func (d *desk) file(t *testing.T, id string) string {
	t.Helper()
	f, err := d.Download(t.Context(), d.grant(), id)
	if err != nil {
		t.Fatal(err)
	}
	return unpacked(t, f)
}

func unpacked(t *testing.T, f *book.Download) string {
	t.Helper()
	var packed bytes.Buffer
	for {
		piece, err := f.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if piece == nil {
			break
		}
		packed.Write(piece)
	}
	if int64(packed.Len()) != f.Size() {
		t.Errorf("the file has %d octets, and says %d", packed.Len(), f.Size())
	}
	r, err := gzip.NewReader(&packed)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// exportedLine is a contact of a file, as far as these tests look at it.
type exportedLine struct {
	ID     contact.ID `json:"id"`
	Emails []string   `json:"emails"`
	Meta   struct {
		Version contact.Version `json:"version"`
	} `json:"meta"`
}

func linesOf(t *testing.T, text string) (list []exportedLine) {
	t.Helper()
	for line := range strings.Lines(text) {
		var l exportedLine
		if err := json.Unmarshal([]byte(line), &l, json.RejectUnknownMembers(false)); err != nil {
			t.Fatal(err)
		}
		list = append(list, l)
	}
	return list
}

// heavy makes contacts so large that a page has few of them, and a chunk a page.
func (d *desk) heavy(t *testing.T, n int) (ids []contact.ID) {
	t.Helper()
	source := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		p := emails(fmt.Sprintf("%d@example.com", i))
		p.Fields.Sent = true
		for slot := range contact.Slot(15) {
			var text strings.Builder
			for text.Len() < 10_000 {
				fmt.Fprintf(&text, "%x", source.Uint64())
			}
			p.Fields.Named[slot], p.Fields.Texts[slot] = true, text.String()
		}
		ids = append(ids, d.create(t, p).ID)
	}
	return ids
}

// Every contact is in a file once, as it was at a moment while the export was made, and the
// feed goes on from its seq: whatever is written meanwhile.
func TestExportWhileItIsWrittenTo(t *testing.T) {
	d := exporter(t)
	ids := d.heavy(t, 65)
	at := map[contact.ID]contact.Version{}
	for _, id := range ids {
		at[id] = 1
	}
	id := d.export(t, transfer.Form{Format: transfer.NDJSON}, book.ExportAsked{})
	d.smallSteps()
	gone, made := map[contact.ID]bool{}, 0
	steps := d.rounds(t, func() {
		if e := d.exportNow(t, id); e.State != book.ExportRunning {
			return
		}
		for _, at := range []int{made % len(ids), len(ids) - 1 - made%len(ids)} { // of what is written and of what is not
			if gone[ids[at]] {
				continue
			}
			if made%5 == 4 {
				d.did(t, &contact.Delete{Ref: ids[at]})
				gone[ids[at]] = true
				continue
			}
			d.did(t, &contact.Put{Ref: ids[at], Patch: emails(fmt.Sprintf("changed%d@example.com", made))})
		}
		d.create(t, emails(fmt.Sprintf("new%d@example.com", made)))
		made++
	})
	e := d.exportNow(t, id)
	if e.State != book.ExportCompleted || len(e.Sizes) < 3 || steps < 3 {
		t.Fatalf("it is %+v after %d steps", e, steps)
	}
	// What the export has, with what the feed tells from there on, is what there is.
	have := map[contact.ID][]string{}
	for _, l := range linesOf(t, d.file(t, id)) {
		if _, twice := have[l.ID]; twice {
			t.Errorf("contact %d comes twice", l.ID)
		}
		have[l.ID] = l.Emails
		then, ok, err := d.store.At(t.Context(), d.space.ID, l.ID, store.Moment{Version: l.Meta.Version})
		if err != nil || !ok || !slices.Equal(textsOf(&then), l.Emails) {
			t.Errorf("contact %d was never so at version %d: %v", l.ID, l.Meta.Version, err)
		}
	}
	if int64(len(have)) != e.Contacts || len(have) < len(ids)-len(gone) {
		t.Errorf("%d contacts, and it says %d", len(have), e.Contacts)
	}
	feed, err := d.store.Feed(t.Context(), store.FeedQuery{Space: d.space.ID, After: e.Seq, Limit: 1000})
	if err != nil || len(feed.Changes) == 0 {
		t.Fatal(err, len(feed.Changes))
	}
	for i := range feed.Changes {
		ch := &feed.Changes[i]
		if ch.Action == contact.ActionDelete {
			delete(have, ch.Contact)
			continue
		}
		then, ok, err := d.store.At(t.Context(), d.space.ID, ch.Contact, store.Moment{Version: ch.Version})
		if err != nil || !ok {
			t.Fatal(err)
		}
		have[ch.Contact] = textsOf(&then)
	}
	page, err := d.store.List(t.Context(), store.Query{Space: d.space.ID}, store.Place{}, 1000)
	for n := 0; err == nil; n++ {
		for i := range page.Rows {
			c := &page.Rows[i]
			if !slices.Equal(have[c.ID], textsOf(c)) {
				t.Errorf("contact %d: the export and the feed have %q, and it is %q", c.ID, have[c.ID], textsOf(c))
			}
			delete(have, c.ID)
		}
		if page.Next.Mark == 0 {
			break
		}
		page, err = d.store.List(t.Context(), store.Query{Space: d.space.ID}, page.Next, 1000)
	}
	if err != nil || len(have) > 0 {
		t.Errorf("%v, and too many are %v", err, have)
	}
}

func textsOf(c *contact.Contact) (list []string) {
	for _, v := range c.Values[contact.Emails] {
		list = append(list, v.Text)
	}
	return list
}

// A step that is done twice, by two servers or after a crash, leaves what it leaves once.
func TestExportStepsTwice(t *testing.T) {
	d := exporter(t)
	ids := d.heavy(t, 35)
	id := d.export(t, transfer.Form{Format: transfer.NDJSON}, book.ExportAsked{})
	d.smallSteps()
	list, err := d.store.JobsOf(t.Context(), d.space.ID, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	for d.exportNow(t, id).State != book.ExportCompleted {
		a, b := list[0], list[0] // how far the job says that it is, nobody believes
		errs := make(chan error, 1)
		go func() { errs <- d.ExportStep(context.WithoutCancel(t.Context()), &a) }()
		if err := d.ExportStep(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if err := <-errs; err != nil {
			t.Fatal(err)
		}
	}
	lines := linesOf(t, d.file(t, id))
	if len(lines) != len(ids) {
		t.Fatalf("%d contacts, want %d", len(lines), len(ids))
	}
	for i, l := range lines { // newest first
		if l.ID != ids[len(ids)-1-i] {
			t.Errorf("line %d is of %d, want %d", i, l.ID, ids[len(ids)-1-i])
		}
	}
}

// A contact that has come to have more values than there are columns makes the file begin
// anew.
func TestExportWidens(t *testing.T) {
	d := exporter(t)
	ids := d.heavy(t, 35)
	id := d.export(t, transfer.Form{Format: transfer.CSV}, book.ExportAsked{})
	d.smallSteps()
	widened := false
	d.rounds(t, func() {
		if e := d.exportNow(t, id); e.State == book.ExportRunning && len(e.Sizes) > 0 && !widened {
			widened = true
			d.did(t, &contact.Put{Ref: ids[0], Patch: emails("a@example.com", "b@example.com", "c@example.com")})
		}
	})
	e := d.exportNow(t, id)
	rows, err := csv.NewReader(strings.NewReader(d.file(t, id))).ReadAll()
	if err != nil || !widened || e.First == 0 || e.Gone != e.First || len(rows) != len(ids)+1 || rows[0][3] != "email_3" {
		t.Fatalf("%v, widened %v, %d rows, %+v", err, widened, len(rows), e)
	}
	if last := rows[len(ids)]; last[0] != ids[0].String() || last[3] != "c@example.com" {
		t.Errorf("the contact with three emails: %q", last[:5])
	}
	if got, want := d.usage(t), d.kept(t); got != want {
		t.Errorf("the Space keeps %d octets, and says %d", want, got)
	}
}

func (d *desk) usage(t *testing.T) int64 {
	t.Helper()
	_, usage, _, err := d.store.SpaceNow(t.Context(), d.space.ID)
	if err != nil {
		t.Fatal(err)
	}
	return usage.Bytes
}

func (d *desk) kept(t *testing.T) int64 {
	t.Helper()
	bytes, err := d.faulty.Weigh(t.Context(), d.space.ID)
	if err != nil {
		t.Fatal(err)
	}
	return bytes
}

func TestExportOfWhatIsAsked(t *testing.T) {
	d := exporter(t)
	a := d.create(t, emails("a@example.com", "both@example.com"))
	d.now.Add(int64(time.Hour))
	b := d.create(t, emails("b@example.com", "both@example.com"))
	for _, c := range []struct {
		asked book.ExportAsked
		want  []contact.ID
	}{
		{book.ExportAsked{}, []contact.ID{b.ID, a.ID}},
		{book.ExportAsked{CreatedFrom: b.Created}, []contact.ID{b.ID}},
		{book.ExportAsked{CreatedUntil: b.Created}, []contact.ID{a.ID}},
		{book.ExportAsked{Email: "BOTH@example.com"}, []contact.ID{b.ID, a.ID}},
		{book.ExportAsked{Email: "a@example.com"}, []contact.ID{a.ID}},
		{book.ExportAsked{Email: "nobody@example.com"}, nil},
	} {
		id := d.export(t, transfer.Form{}, c.asked)
		d.rounds(t, nil)
		var got []contact.ID
		for _, l := range linesOf(t, d.file(t, id)) {
			got = append(got, l.ID)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v: got %v, want %v", c.asked, got, c.want)
		}
	}
}
