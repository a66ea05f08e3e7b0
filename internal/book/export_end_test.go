package book_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/transfer"
)

// CONTRACT D19, D32, D35, D38.

// A link is good for 15 minutes, for its export alone, and for as long as its key may read.
func TestExportLinks(t *testing.T) {
	d := exporter(t)
	d.create(t, emails("a@example.com"))
	id, other := d.export(t, transfer.Form{}, book.ExportAsked{}), d.export(t, transfer.Form{}, book.ExportAsked{})
	d.rounds(t, nil)
	e := d.exportNow(t, id)
	link := func(g access.Grant) book.ExportLink {
		t.Helper()
		l, err := d.ExportLink(t.Context(), g, &e)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	want := func(what, id string, l book.ExportLink, code fault.Code) {
		t.Helper()
		if _, err := d.DownloadByLink(t.Context(), id, l); codeOf(err) != code || code == "" && err != nil {
			t.Errorf("%s: %v, want %q", what, err, code)
		}
	}
	g := d.with(t, access.ScopesOf(access.Read), access.Budget{})
	mine, theirs := link(d.grant()), link(g)
	want("mine", id, mine, "")
	f, err := d.DownloadByLink(t.Context(), id, theirs)
	if err != nil || len(linesOf(t, unpacked(t, f))) != 1 {
		t.Errorf("theirs: %v", err)
	}
	want("of another export", other, mine, fault.CodeLinkInvalid)
	longer, cut, none := mine, mine, mine
	longer.Expires++
	cut.Signature = cut.Signature[:len(cut.Signature)-2]
	none.Signature = ""
	for _, l := range []book.ExportLink{longer, cut, none, {Expires: mine.Expires, Signature: "////"}} {
		want("changed", id, l, fault.CodeLinkInvalid)
	}
	if _, _, err := d.RevokeKey(t.Context(), "test", g.Key.ID); err != nil {
		t.Fatal(err)
	}
	want("of a key that is revoked", id, theirs, fault.CodeLinkInvalid)
	want("mine still", id, mine, "")
	d.now.Add(int64(14*time.Minute + 50*time.Second))
	want("mine in the last minute", id, mine, "")
	d.now.Add(int64(11 * time.Second))
	want("mine after 15 minutes", id, mine, fault.CodeLinkInvalid)
	want("a new one", id, link(d.grant()), "")
}

// CONTRACT D35: an erasure takes away the exports that were made before it, those that are
// being made too.
func TestExportsAndErasure(t *testing.T) {
	d := exporter(t)
	ids := d.heavy(t, 35)
	g := d.with(t, access.ScopesOf(access.Read, access.Write, access.Erase), access.Budget{})
	done := d.export(t, transfer.Form{}, book.ExportAsked{Email: "1@example.com"})
	d.rounds(t, nil)
	d.smallSteps()
	under := d.export(t, transfer.Form{Format: transfer.NDJSON}, book.ExportAsked{})
	for len(d.exportNow(t, under).Sizes) == 0 {
		if _, err := d.jobs.Round(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	l, err := d.ExportLink(t.Context(), d.grant(), &book.Export{ID: done, Created: 1 << 52})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.erase(t, g, ids[1]); err != nil {
		t.Fatal(err)
	}
	if _, err := d.DownloadByLink(t.Context(), done, l); codeOf(err) != fault.CodeExportNotFound {
		t.Errorf("by a link from before: %v", err)
	}
	for _, id := range []string{done, under} {
		e := d.exportNow(t, id)
		if e.State != book.ExportErased || e.Size() != 0 || !reflect.DeepEqual(e.Asked, book.ExportAsked{}) || e.Message == "" {
			t.Errorf("an export from before: %+v", e)
		}
		for n := range int64(9) {
			if _, found, err := d.store.FileChunk(t.Context(), store.FileID{Space: d.space.ID, ID: id}, n); found || err != nil {
				t.Errorf("chunk %d of it is there: %v", n, err)
			}
		}
	}
	after := d.export(t, transfer.Form{Format: transfer.NDJSON}, book.ExportAsked{})
	d.tick.Store(0)
	d.rounds(t, nil)
	if lines := linesOf(t, d.file(t, after)); len(lines) != len(ids)-1 {
		t.Errorf("the one from after has %d contacts", len(lines))
	}
	job, _, err := d.store.Job(t.Context(), d.space.ID, d.exportNow(t, under).Job)
	if err != nil || job.State != store.JobFailed || job.Message == "" {
		t.Errorf("its job: %v, %+v", err, job)
	}
	if got, want := d.usage(t), d.kept(t); got != want {
		t.Errorf("the Space keeps %d octets, and says %d", want, got)
	}
}

func TestExportsEnd(t *testing.T) {
	for what, c := range map[string]struct {
		end     func(t *testing.T, d *desk, g access.Grant, e book.Export)
		state   store.JobState
		message string
	}{
		"its key is revoked": {func(t *testing.T, d *desk, g access.Grant, _ book.Export) {
			if _, _, err := d.RevokeKey(t.Context(), "test", g.Key.ID); err != nil {
				t.Fatal(err)
			}
		}, store.JobFailed, "The key that asked for this is not in use any more. What was done by then stands."},
		"it is cancelled": {func(t *testing.T, d *desk, _ access.Grant, e book.Export) {
			if err := d.CancelJob(t.Context(), d.grant(), e.Job); err != nil {
				t.Fatal(err)
			}
		}, store.JobCancelled, "This export was cancelled."},
		"the Space is full": {func(t *testing.T, d *desk, _ access.Grant, _ book.Export) {
			_, err := d.store.UpdateSpace(t.Context(), access.Act{Who: "test"}, d.space.ID, func(s *access.Space) error { s.Quota.Bytes = 1; return nil })
			if err != nil {
				t.Fatal(err)
			}
		}, store.JobFailed, "This Space has reached its quota: nothing was changed. Reading goes on. Ask whoever runs the server for more room."},
	} {
		t.Run(what, func(t *testing.T) {
			d := exporter(t)
			d.heavy(t, 35)
			d.smallSteps()
			g := d.with(t, access.ScopesOf(access.Read), access.Budget{})
			id, _, err := d.MakeExport(t.Context(), g, book.Terms{RequestID: "export"}, transfer.Form{Format: transfer.NDJSON}, book.ExportAsked{})
			if err != nil {
				t.Fatal(err)
			}
			for len(d.exportNow(t, id).Sizes) == 0 {
				if _, err := d.jobs.Round(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			before := d.usage(t)
			c.end(t, d, g, d.exportNow(t, id))
			d.rounds(t, nil)
			e := d.exportNow(t, id)
			job, _, err := d.store.Job(t.Context(), d.space.ID, e.Job)
			if err != nil || e.State != book.ExportFailed || e.Message != c.message || job.State != c.state {
				t.Errorf("%v, the export: %+v\nits job: %+v", err, e, job)
			}
			if _, err := d.Download(t.Context(), d.grant(), id); codeOf(err) != fault.CodeExportNotFound {
				t.Errorf("it can be downloaded: %v", err)
			}
			if err := d.SweepFiles(t.Context()); err != nil {
				t.Fatal(err)
			}
			if e := d.exportNow(t, id); e.Gone != len(e.Sizes) || d.usage(t) >= before || d.usage(t) != d.kept(t) {
				t.Errorf("its bytes are there still: %+v, %d octets", e, d.usage(t))
			}
		})
	}
}

// An export is kept for 7 days, with its bytes, and then nothing of it is.
func TestExportsGo(t *testing.T) {
	d := exporter(t)
	d.create(t, emails("a@example.com"))
	empty := d.usage(t)
	id := d.export(t, transfer.Form{}, book.ExportAsked{})
	d.rounds(t, nil)
	for _, pass := range []time.Duration{0, 7*24*time.Hour - time.Minute} {
		d.now.Add(int64(pass))
		if err := d.SweepFiles(t.Context()); err != nil {
			t.Fatal(err)
		}
		d.file(t, id)
	}
	d.now.Add(int64(time.Minute + time.Second))
	gone := func() {
		t.Helper()
		if _, err := d.Export(t.Context(), d.grant(), id); codeOf(err) != fault.CodeExportNotFound {
			t.Errorf("after 7 days: %v", err)
		}
		if list, err := d.NewestExports(t.Context(), d.grant(), 9); err != nil || len(list) != 0 {
			t.Errorf("after 7 days: %v, %+v", err, list)
		}
	}
	gone()
	if err := d.SweepFiles(t.Context()); err != nil {
		t.Fatal(err)
	}
	gone()
	if _, found, err := d.store.File(t.Context(), store.FileID{Space: d.space.ID, ID: id}); found || err != nil || d.usage(t) != empty {
		t.Errorf("its row is there: %v, %v; the Space keeps %d octets, and kept %d", found, err, d.usage(t), empty)
	}
}

// CONTRACT D32, D19, D3.
func TestWhoMayExport(t *testing.T) {
	d := exporter(t)
	writes := d.with(t, access.ScopesOf(access.Write), access.Budget{})
	if _, _, err := d.MakeExport(t.Context(), writes, book.Terms{RequestID: "export"}, transfer.Form{}, book.ExportAsked{}); codeOf(err) != fault.CodeScopeMissing {
		t.Errorf("a key that may not read: %v", err)
	}
	terms := book.Terms{RequestID: "export", Retry: &book.Retry{Key: "once", Fingerprint: [32]byte{1}}}
	id, replayed, err := d.MakeExport(t.Context(), d.grant(), terms, transfer.Form{}, book.ExportAsked{})
	again, replayed2, err2 := d.MakeExport(t.Context(), d.grant(), terms, transfer.Form{}, book.ExportAsked{})
	if err != nil || err2 != nil || replayed || !replayed2 || again != id {
		t.Errorf("sent twice: %q and %q, %v, %v", id, again, err, err2)
	}
	terms.Retry = &book.Retry{Key: "once", Fingerprint: [32]byte{2}}
	if _, _, err := d.MakeExport(t.Context(), d.grant(), terms, transfer.Form{}, book.ExportAsked{}); codeOf(err) != fault.CodeIdempotencyReused {
		t.Errorf("another under its name: %v", err)
	}
	if list, err := d.NewestExports(t.Context(), d.grant(), 9); err != nil || len(list) != 1 {
		t.Errorf("%v: %d exports", err, len(list))
	}
	if _, err := d.Export(t.Context(), writes, id); codeOf(err) != fault.CodeScopeMissing {
		t.Errorf("seen by a key that may not read: %v", err)
	}
	if _, err := d.ExportLink(t.Context(), writes, &book.Export{ID: id}); codeOf(err) != fault.CodeScopeMissing {
		t.Errorf("a link for a key that may not read: %v", err)
	}
	other := d.grant()
	other.Space.ID++
	if _, err := d.Export(t.Context(), other, id); codeOf(err) != fault.CodeExportNotFound {
		t.Errorf("of another Space: %v", err)
	}
}

// An export that is withdrawn goes at once, with its chunks and its links, whether it was written or
// not; and it is nothing that comes back.
func TestExportsAreWithdrawn(t *testing.T) {
	d := exporter(t)
	ids := d.heavy(t, 35)
	done := d.export(t, transfer.Form{}, book.ExportAsked{Email: "1@example.com"})
	d.rounds(t, nil)
	e := d.exportNow(t, done)
	l, err := d.ExportLink(t.Context(), d.grant(), &e)
	if err != nil {
		t.Fatal(err)
	}
	before := d.usage(t)
	reader := d.with(t, access.ScopesOf(access.Read), access.Budget{})
	if err := d.WithdrawExport(t.Context(), reader, done); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("by who may only read: %v", err)
	}
	if err := d.WithdrawExport(t.Context(), d.grant(), done); err != nil {
		t.Fatal(err)
	}
	if after := d.usage(t); after >= before {
		t.Errorf("the Space keeps %d, and kept %d", after, before)
	}
	if _, err := d.DownloadByLink(t.Context(), done, l); codeOf(err) != fault.CodeExportNotFound {
		t.Errorf("by its link: %v", err)
	}
	d.smallSteps()
	under := d.export(t, transfer.Form{Format: transfer.NDJSON}, book.ExportAsked{})
	for len(d.exportNow(t, under).Sizes) == 0 {
		if _, err := d.jobs.Round(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	job := d.exportNow(t, under).Job
	if err := d.WithdrawExport(t.Context(), d.grant(), under); err != nil {
		t.Fatal(err)
	}
	if j, _, err := d.store.Job(t.Context(), d.space.ID, job); err != nil || j.State != store.JobCancelled {
		t.Errorf("its job: %v, %+v", err, j)
	}
	d.tick.Store(0)
	d.rounds(t, nil)
	g := d.with(t, access.ScopesOf(access.Read, access.Write, access.Erase), access.Budget{})
	if _, err := d.erase(t, g, ids[1]); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{done, under} {
		if _, err := d.Export(t.Context(), d.grant(), id); codeOf(err) != fault.CodeExportNotFound {
			t.Errorf("%s is there: %v", id, err)
		}
		if err := d.WithdrawExport(t.Context(), d.grant(), id); codeOf(err) != fault.CodeExportNotFound {
			t.Errorf("%s is withdrawn twice: %v", id, err)
		}
	}
	if err := d.SweepFiles(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{done, under} {
		if _, found, err := d.store.File(t.Context(), store.FileID{Space: d.space.ID, ID: id}); found || err != nil {
			t.Errorf("something of %s is kept: %v", id, err)
		}
	}
}
