package costs

import (
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/transfer"
)

// exportRows are what it costs to write all that the Space holds, some 2,270 contacts, to a
// file, from the request on to the end of its job (CONTRACT D38).
var exportRows = []row{
	{"export as NDJSON", cost{44, 4567, 186500, 70130, 15610000},
		"Two statements for each 500 contacts: the page, and the times of their newest changes. Pages of 1,000 would take one statement less for each 1,000 contacts, and 2 MB more at once. The others are an export's own: its job, its row and its chunk, in four transactions. 30 allocations a contact, of which 22 read it; what goes into the log is the file, packed, and some pages: it is packed quickly rather than well, which makes it a tenth longer and takes half of the time.",
		nothing(1), exports(transfer.NDJSON), done},
	{"export as CSV", cost{50, 4573, 176200, 129440, 27330000},
		"As NDJSON, without the times; but each contact is read twice, as how many columns there are is known before the first is written, which a transaction notes.",
		nothing(1), exports(transfer.CSV), done},
}

// exports writes one export, for which all calls stand.
func exports(format transfer.Format) func(*rig, []*call) {
	return func(r *rig, _ []*call) {
		ctx := r.t.Context()
		id, _, err := r.book.MakeExport(ctx, r.grant, book.Terms{RequestID: "costs"}, transfer.Form{Format: format}, book.ExportAsked{})
		if err != nil {
			r.t.Fatal(err)
		}
		e, err := r.book.Export(ctx, r.grant, id)
		if err != nil {
			r.t.Fatal(err)
		}
		job, err := r.book.Job(ctx, r.grant, e.Job)
		for err == nil && job.State == store.JobQueued {
			err = r.book.ExportStep(ctx, &job)
		}
		if err != nil || job.State != store.JobCompleted {
			r.t.Fatal(job, err)
		}
	}
}
