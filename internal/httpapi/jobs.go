package httpapi

import (
	"net/http"

	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/wire"
)

var jobsParams = []param{perPageParam, cursorParam}

// jobID reads the id of a job of the path.
func (r *request) jobID() (int64, error) {
	id, ok := wire.ParseID(r.PathValue("job"))
	if !ok {
		return 0, fault.Problems([]fault.Problem{wire.InvalidID()})
	}
	return int64(id), nil
}

// listJobs answers a page of the jobs of the Space, newest first (CONTRACT D36).
func (a *api) listJobs(w http.ResponseWriter, r *request) error {
	size := r.asked.pageSize()
	list, next, err := a.book.Jobs(r.Context(), r.grant, r.asked.cursor, size)
	if err != nil {
		return err
	}
	answer(w, r, http.StatusOK, func(b jsonText) jsonText {
		b = b.open('{').member("data").open('[')
		for i := range list {
			b = b.job(&list[i])
		}
		return a.endPage(b.end(']'), r, size, next, "")
	})
	return nil
}

// getJob answers a job (CONTRACT D36).
func (a *api) getJob(w http.ResponseWriter, r *request) error {
	id, err := r.jobID()
	if err != nil {
		return err
	}
	j, err := a.book.Job(r.Context(), r.grant, id)
	if err != nil {
		return err
	}
	answer(w, r, http.StatusOK, func(b jsonText) jsonText { return b.job(&j) })
	return nil
}

// cancelJob ends a job; what it did stands (CONTRACT D36).
func (a *api) cancelJob(w http.ResponseWriter, r *request) error {
	id, err := r.jobID()
	if err != nil {
		return err
	}
	if err := a.readNothing(r); err != nil {
		return err
	}
	if err := a.book.CancelJob(r.Context(), r.grant, id); err != nil {
		return err
	}
	answerNothing(w, r, http.StatusNoContent)
	return nil
}

// job writes a job: nothing of what is stored is in it.
func (b jsonText) job(j *store.Job) jsonText {
	b = b.open('{').member("id").integer(j.ID).member("kind").text(string(j.Kind)).member("state").text(string(j.State))
	b = b.member("done").integer(j.Done).member("total")
	if j.Total == 0 {
		b = b.raw("null")
	} else {
		b = b.integer(j.Total)
	}
	b = b.member("created_at").moment(j.Created).member("completed_at")
	if j.Completed == 0 {
		b = b.raw("null")
	} else {
		b = b.moment(j.Completed)
	}
	return b.member("message").textIf(j.Message, j.Message != "").end('}')
}
