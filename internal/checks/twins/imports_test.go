package twins

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/checks/pgtest"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/jobs"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/postgres"
	"github.com/carnet-project/carnet/internal/transfer"
)

// CONTRACT D34, D37: on both databases rows of a file are matched by a slot, with whom the index
// holds and whom it does not yet, and who comes while the plan is applied is not made again.
func TestImportsAreMatchedAlike(t *testing.T) {
	t.Parallel()
	const people = 250
	mapping := transfer.Mapping{
		{From: []string{"number"}, To: "custom_fields.profile_field_1", Rule: transfer.Add},
		{From: []string{"email"}, To: "emails", Rule: transfer.Add},
		{From: []string{"name"}, To: "names", Rule: transfer.Add},
	}
	var file strings.Builder
	file.WriteString("number,email,name\n")
	for i := range people {
		fmt.Fprintf(&file, "crm-%d,%d@example.com,Person %d\n", i%(people-10), i, i) // the last ten add to the first
	}
	for _, by := range []contact.MatchBy{"profile_field_1", contact.ByEmail} {
		told := map[string]string{}
		for name, open := range map[string]func() store.Backend{
			"sqlite":   func() store.Backend { return onFile(t, filepath.Join(t.TempDir(), "carnet.db")) },
			"postgres": func() store.Backend { return onPostgres(t, pgtest.NewTemplate(t, postgres.Migrate).Database(t)) },
		} {
			s := store.New(open(), store.Options{Log: quiet})
			b := book.New(s, book.Options{Log: quiet})
			told[name] = importing(t, s, b, file.String(), book.ImportCorrection{Match: []contact.MatchBy{by}, Mapping: mapping})
			b.Close()
		}
		if told["sqlite"] != told["postgres"] || strings.Count(told["sqlite"], "conflict") < 2 || strings.Count(told["sqlite"], "update") < 2 {
			t.Errorf("by %s on SQLite\n%s\non PostgreSQL\n%s", by, told["sqlite"], told["postgres"])
		}
	}
}

// importing imports a file while others write, and tells what became of its rows.
func importing(t *testing.T, s *store.Store, b *book.Book, file string, to book.ImportCorrection) string {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	space, err := b.CreateSpace(bg, "test", access.Space{Name: "imports", Region: "GB"})
	must(err)
	key, _, err := b.CreateKey(bg, "test", access.APIKey{Space: space.ID, Name: "imports", Scopes: access.DefaultScopes})
	must(err)
	space, err = b.UpdateSpace(bg, "test", space.ID, func(s *access.Space) error {
		s.Filterable = contact.Slots(0).With(1, true)
		return nil
	})
	must(err)
	g := access.Grant{Key: key, Space: space}
	create := func(number, email string) {
		p, as := patch(contact.Emails, email), by()
		p.Fields.Sent, p.Fields.Named[0], p.Fields.Texts[0] = true, true, number
		_, err := b.Do(bg, g, as, &contact.Create{Patch: p})
		must(err)
	}
	create("CRM-3", "3@EXAMPLE.com")
	r := jobs.New(s, jobs.Options{Log: quiet})
	r.Does(book.PlanBuildJob, jobs.Work{Step: b.BuildPlan, Failed: b.FailPlan})
	r.Does(book.PlanApplyJob, jobs.Work{Step: b.ApplyPlanStep, Failed: b.FailPlan})
	finish := func() {
		t.Helper()
		for n := 1; n > 0; {
			n, err = r.Round(bg)
			must(err)
		}
	}
	finish()
	create("crm-5", "5@example.COM")
	e, _, _, err := b.MakeImport(bg, g, book.Terms{RequestID: "import"}, book.ImportFile{Content: strings.NewReader(file)})
	must(err)
	finish()
	_, _, err = b.CorrectImport(bg, g, book.Terms{RequestID: "correct"}, e.ID, to)
	must(err)
	finish()
	_, p, err := b.Import(bg, g, e.ID)
	must(err)
	create("Crm-7", "7@Example.com")
	p, _, err = b.ApplyPlan(bg, g, book.Terms{RequestID: "apply"}, p.ID, p.Hash)
	must(err)
	job, found, err := store.NewestJob(bg, s, space.ID, book.PlanApplyJob)
	if must(err); !found {
		t.Fatal("nothing applies it")
	}
	create("crm-210", "210@Example.com")
	must(b.ApplyPlanStep(bg, &job))
	finish()
	rows, _, err := b.PlanRows(bg, g, p.ID, book.PlanRowsAsked{PerPage: 5000})
	must(err)
	var told strings.Builder
	for _, row := range rows {
		if row.Outcome != contact.RowCreate || row.Result != book.RowDone {
			fmt.Fprintln(&told, row.Line, row.Outcome, row.AddsTo, row.Result)
		}
	}
	return told.String()
}
