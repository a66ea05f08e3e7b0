package costs

import (
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// jobRows are what work that takes long costs, and costs others (CONTRACT D36).
var jobRows = []row{
	{"PUT while the region changes", cost{13, 2, 15001, 227.7, 24460},
		"As a PUT alone, and six statements: all keys of the contact go and come, as nobody knows which of the two regions it has them of.",
		whileTheRegionChanges(puts(1, 200)), (*rig).oneByOne, changed},
	{"200 contacts of a new region", cost{1406, 403, 105700, 13450, 1374000},
		"Begin, Space, list, contacts, commit, the Space before, and for each contact seven for its keys: three go, four come. What is held in memory is these 200, however many there are.",
		whileTheRegionChanges(nothing(1)), (*rig).rekeySome, done},
	{"look for jobs", cost{1, 0, 0, 3, 152},
		"One statement, which finds what is due in an index and reads nothing of what is not. Each server sends it each second.",
		whileNothingIsDue(nothing(64)), (*rig).lookForJobs, done},
}

// nothing gives calls that nobody sends: what they stand for is told by the row.
func nothing(n int) func(*rig) []*call {
	return func(r *rig) (calls []*call) {
		for range n {
			calls = append(calls, &call{})
		}
		return calls
	}
}

func done(*testing.T, *call) {}

// whileTheRegionChanges brings the last change of region to its end, and begins one.
func whileTheRegionChanges(of func(*rig) []*call) func(*rig) []*call {
	return func(r *rig) []*call {
		for r.job.State == store.JobQueued {
			r.rekeySome([]*call{{}})
		}
		ctx := r.t.Context()
		space, err := r.store.UpdateSpace(ctx, access.Act{Who: "test", At: r.job.Created + 1}, r.space, func(s *access.Space) error {
			s.Region = map[string]string{"US": "GB", "GB": "US"}[s.Region]
			return nil
		})
		if err != nil {
			r.t.Fatal(err)
		}
		list, err := r.store.JobsOf(ctx, r.space, 0, 1)
		if err != nil || len(list) != 1 || space.Rekeying.Phase != access.KeysComing {
			r.t.Fatalf("%v, %+v, %+v", err, space, list)
		}
		r.job = list[0]
		_, err = r.store.UpdateJob(ctx, r.space, r.job.ID, func(j *store.Job) error { j.Due = 1 << 60; return nil })
		if err != nil {
			r.t.Fatal(err)
		}
		return of(r)
	}
}

// whileNothingIsDue closes the jobs that are: those of plans that were applied here and
// not by a runner, which would have closed them.
func whileNothingIsDue(of func(*rig) []*call) func(*rig) []*call {
	return func(r *rig) []*call {
		ctx := r.t.Context()
		due, err := r.store.DueJobs(ctx, contact.Time(1<<50), 100)
		for _, j := range due {
			if err == nil {
				_, err = r.store.UpdateJob(ctx, j.Space, j.ID, func(j *store.Job) error {
					j.State, j.Completed = store.JobCompleted, j.Created
					return nil
				})
			}
		}
		if err != nil {
			r.t.Fatal(err)
		}
		return of(r)
	}
}

// rekeySome does a step a call.
func (r *rig) rekeySome(calls []*call) {
	for range calls {
		if err := r.store.Rekey(r.t.Context(), &r.job); err != nil {
			r.t.Fatal(err)
		}
	}
}

// lookForJobs is what each server does each second.
func (r *rig) lookForJobs(calls []*call) {
	for range calls {
		if due, err := r.store.DueJobs(r.t.Context(), contact.Time(1<<50), 20); err != nil || len(due) != 0 {
			r.t.Fatalf("%v, %+v", err, due)
		}
	}
}
