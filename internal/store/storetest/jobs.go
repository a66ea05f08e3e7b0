package storetest

import (
	"errors"
	"math"
	"reflect"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var jobTests = []suite.Test{
	{"jobs are kept as they are set, each Space its own", testJobsKept},
	{"jobs are due in their order, until they are closed", testJobsDue},
}

// anyJob is a job of which no two texts or figures are alike.
func anyJob(space contact.SpaceID, n int64) store.Job {
	return store.Job{Space: space, Kind: "Kind-ÄÖ", State: store.JobQueued, Key: 1<<40 + n, Of: `{"of":"Zoë"}`, Cursor: "C '\"%\\",
		Done: 1<<50 + n, Total: 1<<51 + n, Created: 253402300799_999_990 + contact.Time(n), Due: contact.Time(n), Message: "It failed – 例え"}
}

func makeJob(t *testing.T, b store.Backend, j store.Job) store.Job {
	t.Helper()
	made, err := b.CreateJob(bg, j)
	if j.ID = made.ID; err != nil || made != j || j.ID == 0 {
		t.Fatalf("%v: %+v was made as %+v", err, j, made)
	}
	return made
}

func testJobsKept(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	first, theirs, last := makeJob(t, b, anyJob(space, 1)), makeJob(t, b, anyJob(other, 2)), makeJob(t, b, anyJob(space, 3))
	if first.ID >= last.ID {
		t.Errorf("ids %d and %d do not grow", first.ID, last.ID)
	}
	for _, want := range []store.Job{first, theirs, last} {
		if got, ok, err := b.Job(bg, want.Space, want.ID); err != nil || !ok || got != want {
			t.Errorf("got %+v, %v, %v\nwant %+v", got, ok, err, want)
		}
	}
	if got, ok, err := b.Job(bg, other, first.ID); ok || err != nil {
		t.Errorf("of another Space: %+v, %v", got, err)
	}
	lists := func(want []store.Job, space contact.SpaceID, before int64, limit int) {
		t.Helper()
		if got, err := b.JobsOf(bg, space, before, limit); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("before %d, %d at most: %v, got %+v\nwant %+v", before, limit, err, got, want)
		}
	}
	lists([]store.Job{last, first}, space, 0, 9)
	lists([]store.Job{last}, space, 0, 1)
	lists([]store.Job{first}, space, last.ID, 9)
	lists(nil, space, first.ID, 9)
	changed := first
	changed.State, changed.Cursor, changed.Done, changed.Total, changed.Completed, changed.Due, changed.Message = store.JobFailed, "end", 2, 3, 4, 5, "So."
	got, err := b.UpdateJob(bg, space, first.ID, func(j *store.Job) error {
		if *j != first {
			t.Errorf("loaded as %+v", j)
		}
		*j = changed
		return nil
	})
	if again, _, _ := b.Job(bg, space, first.ID); err != nil || got != changed || again != changed {
		t.Errorf("%v: changed to %+v, and kept as %+v", err, got, again)
	}
	_, err = b.UpdateJob(bg, space, last.ID, func(j *store.Job) error { j.State = store.JobFailed; return errTest })
	if again, _, _ := b.Job(bg, space, last.ID); !errors.Is(err, errTest) || again != last {
		t.Errorf("%v: a change that is refused leaves %+v", err, again)
	}
	for space, id := range map[contact.SpaceID]int64{other: last.ID, space: last.ID + 99} {
		_, err := b.UpdateJob(bg, space, id, func(*store.Job) error { t.Error("there is nothing to decide on"); return nil })
		if !errors.Is(err, store.ErrNoRow) {
			t.Errorf("one that is not there: %v", err)
		}
	}
	if _, err := b.CreateJob(bg, anyJob(other+99, 4)); !errors.Is(err, store.ErrNoRow) {
		t.Errorf("of a Space that is not there: %v", err)
	}
	lists([]store.Job{theirs}, other, math.MaxInt64, 9)
}

func testJobsDue(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	late, early, same := makeJob(t, b, anyJob(space, 30)), makeJob(t, b, anyJob(other, 10)), makeJob(t, b, anyJob(space, 10))
	due := func(now contact.Time, limit int, want ...store.Job) {
		t.Helper()
		if got, err := b.DueJobs(bg, now, limit); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("at %d, %d at most: %v, got %+v\nwant %+v", now, limit, err, got, want)
		}
	}
	due(9, 9)
	due(10, 9, early, same)
	due(10, 1, early)
	due(29, 9, early, same)
	due(30, 9, early, same, late)
	update := func(j *store.Job, change func(*store.Job)) {
		t.Helper()
		got, err := b.UpdateJob(bg, j.Space, j.ID, func(j *store.Job) error { change(j); return nil })
		if *j = got; err != nil {
			t.Fatal(err)
		}
	}
	update(&early, func(j *store.Job) { j.Due = 40 })
	update(&same, func(j *store.Job) { j.State, j.Completed = store.JobCompleted, 20 })
	due(39, 9, late)
	due(40, 9, late, early)
}
