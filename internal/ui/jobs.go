package ui

import (
	"cmp"
	"net/http"
	"strconv"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/wire"
)

// The jobs of a Space: what takes long, and how far it is.
var jobScreens = []screen{
	{"GET", "/ui/jobs", access.Read, (*ui).jobs},
	{"POST", "/ui/jobs/{job}/cancel", access.Write, (*ui).cancelJob},
}

func jobPath(id int64) string { return "/ui/jobs/" + strconv.FormatInt(id, 10) }

// jobsAtOnce is how many jobs a page has.
const jobsAtOnce = 50

// jobsPage is what the page of the jobs shows.
type jobsPage struct {
	listLinks
	Jobs []jobView
}

// jobView is a job as the page shows it.
type jobView struct {
	ID          int64
	What, To    string // To is what it is about; "" for the Space
	State, Look string
	At, Ended   moment
	Message     string
	Progress    *progressView
}

// jobKinds say what jobs do, by their kind.
var jobKinds = map[string]string{
	"rekey": "Brings the phones of all contacts over to another region", string(book.PlanBuildJob): "Looks at what a plan does", string(book.PlanApplyJob): "Does what a plan shows",
	string(store.ReindexJob): "Makes the index of searches and filters anew",
	string(store.EraseJob):   "Takes out what is left of a contact that was erased",
	string(book.ExportJob):   "Writes an export",
}

// jobStates are the states of jobs in a word, with the class of the sign.
var jobStates = map[string][2]string{
	"queued": {"waits its turn", ""}, "running": {"under way", ""}, "completed": {"done", ""}, "failed": {"failed", "bad"}, "cancelled": {"cancelled", ""},
}

func (u *ui) jobs(v *visit) (answer, error) {
	show := &jobsPage{}
	command, err := v.listPage("/jobs", &show.listLinks, func(cursor string) (int, string, error) {
		list, next, err := u.book.Jobs(v.Context(), v.grant, cursor, jobsAtOnce)
		for i := range list {
			view := v.jobView(&list[i])
			show.follow(view.Progress)
			show.Jobs = append(show.Jobs, view)
		}
		return len(list), next, err
	})
	if command != nil || err != nil {
		return command, err
	}
	return &page{name: "jobs", title: "Jobs", here: "p", back: "/ui/plans", again: show.Again, body: show}, nil
}

func (v *visit) jobView(j *store.Job) jobView {
	view := jobView{ID: j.ID, What: jobKinds[string(j.Kind)], At: v.moment(j.Created), Ended: v.moment(j.Completed), Message: j.Message,
		State: jobStates[string(j.State)][0], Look: jobStates[string(j.State)][1]}
	if view.What == "" { // a newer server made it
		view.What = string(j.Kind)
	}
	if view.To = madePath(j); j.Kind == book.PlanBuildJob && j.State == store.JobCancelled && v.isGone(j.Of) {
		view.To = ""
	}
	if !j.Closed() {
		view.Progress = v.jobProgress(j.ID, j.Done, j.Total, string(j.Kind) != "rekey")
	}
	return view
}

// isGone tells of a plan that somebody let go of it.
func (v *visit) isGone(plan string) bool {
	_, err := v.ui.book.Plan(v.Context(), v.grant, plan)
	return fault.KindOf(err) == fault.NotFound
}

// madePath gives the address of what a job makes; "" where there is none.
func madePath(j *store.Job) string {
	switch j.Kind {
	case book.PlanBuildJob, book.PlanApplyJob:
		return planPath(j.Of)
	case book.ExportJob:
		return "/ui/exports"
	}
	return ""
}

// jobProgress tells how far a job is, and offers to end it where that can be.
func (v *visit) jobProgress(id, done, total int64, ends bool) *progressView {
	p := &progressView{Says: strconv.FormatInt(done, 10) + " so far"}
	if total > 0 {
		p.Says = strconv.FormatInt(done, 10) + " of " + strconv.FormatInt(total, 10)
		p.Meter = progressOf(done, total, p.Says)
	}
	if ends && v.may(access.Write) {
		p.Stop = jobPath(id) + "/cancel"
	}
	return p
}

var errNoJob = &trouble{http.StatusNotFound, "There is no such job", "No job of this Space has this number.", "/ui/jobs", "All jobs"}

// cancelJob ends a job. What it did stands.
func (u *ui) cancelJob(v *visit) (answer, error) {
	id, ok := wire.ParseID(v.PathValue("job"))
	if !ok {
		return nil, errNoJob
	}
	job, err := u.book.Job(v.Context(), v.grant, int64(id))
	if isFaultOf(err, fault.CodeJobNotFound) {
		return nil, errNoJob
	}
	if err != nil {
		return nil, err
	}
	if v.wantsCurl() {
		return v.commands("/ui/jobs", request{method: http.MethodDelete, path: "/jobs/" + strconv.FormatInt(job.ID, 10)}), nil
	}
	err = u.book.CancelJob(v.Context(), v.grant, job.ID)
	if err != nil && !isFaultOf(err, fault.CodeJobClosed) { // it came to its end meanwhile, as is seen there
		return nil, err
	}
	return goOn{cmp.Or(madePath(&job), "/ui/jobs")}, nil
}
