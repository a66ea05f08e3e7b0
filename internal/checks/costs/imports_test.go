package costs

import (
	"fmt"
	"strings"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/store"
)

// importRows are what it costs to find out what the rows of a file do, from the request on to the end of the
// job (CONTRACT D37). Whom a row makes has an id of its own in each run, so the log differs by a twelfth from
// run to run: the pages that the rows come to are others.
var importRows = []row{
	{"plan of a file of 1,000 others", cost{2135, 26, 1_110_000, 110_700, 15_950_000},
		"Two statements a row: one looks for who has its email, and one stores it. By what later rows find it is noted 32 at once. The rest is the file, its job, and two transactions of 500 rows. Half of the allocations write what a row was found to do; 1.1 KiB of log a row are the row, what it would do, and where it is found.",
		nothing(1), imports("other-%d@example.net"), done},
	{"plan of a file of 1,000 changes", cost{2106, 2526, 1_030_000, 180_000, 23_040_000},
		"As of others; who is stored with 500 emails is read in one statement. The contact that each row changes is read, and what it becomes is found.",
		nothing(1), imports("home-%05d@example.org"), done},
}

// imports plans one file, for which all calls stand; its i-th row has an email.
func imports(email string) func(*rig, []*call) {
	return func(r *rig, _ []*call) {
		ctx := r.t.Context()
		var file strings.Builder
		file.WriteString("Name,Email,City\n")
		for i := range 1000 {
			fmt.Fprintf(&file, "Ada %d,"+email+",Hereford\n", i, i+1)
		}
		_, id, _, err := r.book.MakeImport(ctx, r.grant, book.Terms{RequestID: "costs"}, book.ImportFile{Name: "costs.csv", Content: strings.NewReader(file.String())})
		if err != nil {
			r.t.Fatal(err)
		}
		job, err := r.book.Job(ctx, r.grant, id)
		for err == nil && (job.State == store.JobQueued || job.State == store.JobRunning) {
			err = r.book.BuildPlan(ctx, &job)
		}
		if err != nil || job.State != store.JobCompleted || job.Done != 1000 {
			r.t.Fatal(job, err)
		}
	}
}
