package book_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/jobs"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/sqlite"
)

// BenchmarkPlan puts what a row of a plan takes, to be looked at and to be applied, beside a
// PUT alone and one of a batch of 100. An operation is a PUT that changes an email. A plan of
// 100,000: -bench BenchmarkPlan -benchtime 100000x. The figure to compare on a machine that is not
// quiet is user-us/op, of the whole process.
func BenchmarkPlan(b *testing.B) {
	for _, c := range []struct {
		name string
		run  func(*bench, int) error
	}{
		{"PUT", (*bench).puts}, {"batch of 100", (*bench).batches}, {"plan", (*bench).plans},
		{"plan of an import of others", (*bench).importsOthers}, {"plan of an import of changes", (*bench).importsChanges}, {"import", (*bench).imports},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := newBench(b)
			before := userTime(b)
			b.ResetTimer()
			if err := c.run(s, b.N); err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			b.ReportMetric(float64(userTime(b)-before)/float64(b.N), "user-us/op")
		})
	}
}

// bench is a Book with contacts, of which each write changes the next.
type bench struct {
	*book.Book
	ctx   context.Context
	store *store.Store
	grant access.Grant
	ids   []contact.ID
}

func newBench(b *testing.B) *bench {
	backend, err := sqlite.Open(b.Context(), sqlite.Options{Path: filepath.Join(b.TempDir(), "carnet.db")})
	if err != nil {
		b.Fatal(err)
	}
	s := &bench{ctx: b.Context(), store: store.New(backend, store.Options{})}
	s.Book = book.New(s.store, book.Options{})
	b.Cleanup(func() {
		s.Book.Close()
		if err := s.store.Close(); err != nil {
			b.Error(err)
		}
	})
	if s.grant.Space, err = s.CreateSpace(s.ctx, "test", access.Space{Name: "test"}); err != nil {
		b.Fatal(err)
	}
	if s.grant.Key, _, err = s.CreateKey(s.ctx, "test", access.APIKey{Space: s.grant.Space.ID}); err != nil {
		b.Fatal(err)
	}
	verbs := make([]contact.Verb, min(max(b.N, 1000), 100_000)) // each is written to once, where they are enough
	for i := range verbs {
		verbs[i] = &contact.Create{Patch: emails(fmt.Sprintf("%d@example.com", i))}
	}
	_, _, err = s.Batch(s.ctx, s.grant, book.Terms{RequestID: "people"}, book.Batch{Verbs: verbsOf(verbs, -1)}, func(r *book.Result) error {
		s.ids = append(s.ids, r.Contact.ID)
		return r.Err
	})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// userTime gives how much of the processor this process has used, in microseconds.
func userTime(b *testing.B) int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return u.Utime.Nano() / 1000
}

func (s *bench) put(i int) *contact.Put {
	return &contact.Put{Ref: s.ids[i%len(s.ids)], Patch: emails(fmt.Sprintf("new%d@example.com", i))}
}

func (s *bench) puts(n int) error {
	for i := range n {
		if _, err := s.Do(s.ctx, s.grant, book.Terms{RequestID: "put"}, s.put(i)); err != nil {
			return err
		}
	}
	return nil
}

func (s *bench) batches(n int) error {
	for i := 0; i < n; i += 100 {
		var verbs []contact.Verb
		for j := i; j < min(n, i+100); j++ {
			verbs = append(verbs, s.put(j))
		}
		_, _, err := s.Batch(s.ctx, s.grant, book.Terms{RequestID: "batch"}, book.Batch{Verbs: verbsOf(verbs, -1)}, func(r *book.Result) error { return r.Err })
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *bench) plans(n int) error {
	p, _, err := s.Propose(s.ctx, s.grant, book.Terms{RequestID: "plan"}, book.Proposal{Operations: func(yield func([]byte, error) bool) {
		for i := range n {
			if !yield([]byte(putEmail(s.ids[i%len(s.ids)], fmt.Sprintf("new%d@example.com", i))), nil) {
				return
			}
		}
	}})
	if err != nil {
		return err
	}
	if p, err = s.finish(p, book.PlanReady); err != nil {
		return err
	}
	return s.apply(p)
}

// finish does what jobs are to do, and gives the plan, which then is in a state.
func (s *bench) finish(p book.Plan, want book.PlanState) (book.Plan, error) {
	r := jobs.New(s.store, jobs.Options{})
	r.Does(book.PlanBuildJob, jobs.Work{Step: s.BuildPlan, Failed: s.FailPlan})
	r.Does(book.PlanApplyJob, jobs.Work{Step: s.ApplyPlanStep, Failed: s.FailPlan})
	for more := 1; more > 0; {
		var err error
		if more, err = r.Round(s.ctx); err != nil {
			return p, err
		}
	}
	p, err := s.Plan(s.ctx, s.grant, p.ID)
	if err == nil && p.State != want {
		err = fmt.Errorf("the plan is %s: %s", p.State, p.Message)
	}
	return p, err
}

func (s *bench) apply(p book.Plan) error {
	if _, _, err := s.ApplyPlan(s.ctx, s.grant, book.Terms{RequestID: "apply"}, p.ID, p.Hash); err != nil {
		return err
	}
	_, err := s.finish(p, book.PlanApplied)
	return err
}

// planFile has a file planned whose i-th row has an email.
func (s *bench) planFile(n int, email string) (book.Plan, error) {
	in, out := io.Pipe()
	go func() {
		_, err := io.WriteString(out, "Name,Email,Phone,City\n")
		for i := 0; i < n && err == nil; i++ {
			_, err = fmt.Fprintf(out, "Ada %d,"+email+",+1 201 555 %04d,Hereford\n", i, i, i%10_000)
		}
		out.CloseWithError(err)
	}()
	e, _, _, err := s.MakeImport(s.ctx, s.grant, book.Terms{RequestID: "import"}, book.ImportFile{Content: in})
	if err = errors.Join(err, in.Close()); err != nil {
		return book.Plan{}, err
	}
	_, p, err := s.Import(s.ctx, s.grant, e.ID)
	if err != nil {
		return p, err
	}
	return s.finish(p, book.PlanReady)
}

func (s *bench) importsOthers(n int) error {
	_, err := s.planFile(n, "other%d@example.com")
	return err
}

func (s *bench) importsChanges(n int) error {
	_, err := s.planFile(n, "%d@example.com")
	return err
}

func (s *bench) imports(n int) error {
	p, err := s.planFile(n, "other%d@example.com")
	if err != nil {
		return err
	}
	return s.apply(p)
}
