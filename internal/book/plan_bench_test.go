package book_test

import (
	"context"
	"fmt"
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
	r := jobs.New(s.store, jobs.Options{})
	r.Does(book.PlanBuildJob, jobs.Work{Step: s.BuildPlan, Failed: s.FailPlan})
	r.Does(book.PlanApplyJob, jobs.Work{Step: s.ApplyPlanStep, Failed: s.FailPlan})
	finish := func(want book.PlanState) error {
		for more := 1; more > 0 && err == nil; {
			more, err = r.Round(s.ctx)
		}
		if err == nil {
			p, err = s.Plan(s.ctx, s.grant, p.ID)
		}
		if err == nil && p.State != want {
			err = fmt.Errorf("the plan is %s: %s", p.State, p.Message)
		}
		return err
	}
	if err := finish(book.PlanReady); err != nil {
		return err
	}
	if _, _, err = s.ApplyPlan(s.ctx, s.grant, book.Terms{RequestID: "apply"}, p.ID, p.Hash); err != nil {
		return err
	}
	return finish(book.PlanApplied)
}
