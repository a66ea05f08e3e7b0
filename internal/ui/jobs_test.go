package ui_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
)

// What is under way says how far it is, and is ended from its plan or from the list of
// jobs: what it did stands, and can be taken back.
func TestJobs(t *testing.T) {
	for _, from := range []string{"jobs", "plan"} {
		w := newWorld(t)
		b := w.browse("main").get("/ui/jobs").shows("No jobs yet")
		ada := w.make("Ada")
		p := w.begin("client", w.propose("client", "", "", adds(ada, "a@example.com"), adds(ada, "b@example.com")))
		stop := fmt.Sprintf("/ui/jobs/%d/cancel", p.Job)
		b.get("/ui/jobs").shows("Does what a plan shows waits its turn", "0 of 2", "Looks at what a plan does done")
		address := "/ui/jobs"
		if from == "plan" {
			address = planAt(p)
			b.get(address).shows("being done", "0 of 2 writes done", "Stop here")
		}
		if len(b.all("noscript")) != 1 || attribute(b.byID("follow"), "data-again") == "" {
			t.Errorf("%s is not looked at again", address)
		}
		b.get(address).send(b.form(stop), "").shows("cancelled")
		if !strings.HasPrefix(b.address, planAt(p)) || len(b.all("noscript")) != 0 || len(b.all("form", "action", stop)) != 0 {
			t.Errorf("%s: %s", b.address, b.text())
		}
		b.get("/ui/jobs").shows("Does what a plan shows cancelled")
		if b.post(stop); b.status != http.StatusOK || !strings.HasPrefix(b.address, planAt(p)) {
			t.Errorf("ended twice: %d %s", b.status, b.address)
		}
		w.work()
		if c := w.read(ada); len(c.Values[0]) != 0 {
			t.Errorf("it went on: %v", c.Values[0])
		}
		if b.post("/ui/jobs/99/cancel"); b.status != http.StatusNotFound {
			t.Errorf("no job: %d", b.status)
		}
	}
}

// A plan that is still looked at shows how far that is, and can be let go of.
func TestPlanThatIsLookedAt(t *testing.T) {
	w := newWorld(t)
	ada := w.make("Ada")
	var p book.Plan
	w.hurried(func() { p = w.propose("client", "", "", adds(ada, "a@example.com"), adds(ada, "b@example.com")) })
	b := w.browse("main").get(planAt(p)).shows("being looked at", "0 of 2 writes looked at", "not looked at yet")
	if len(b.all("form", "action", planAt(p)+"/apply")) != 0 || len(b.all("noscript")) != 1 {
		t.Errorf("it can be applied, or is not looked at again: %s", b.text())
	}
	if b.post(planAt(p)+"/apply", "hash", ""); b.status != http.StatusConflict || !strings.Contains(b.text(), "not known yet what this plan would do") {
		t.Errorf("%d %s", b.status, b.text())
	}
	b.get("/ui/plans").shows("Under way")
	w.work()
	b.get(planAt(p)).shows("waits for approval", "2 changed")
	w.hurried(func() { p = w.propose("client", "", "", adds(ada, "c@example.com")) })
	b.get(planAt(p)).decide("discard", "Discard the plan").shows()
	w.work()
	if b.get(planAt(p)); b.status != http.StatusNotFound {
		t.Errorf("it is there: %d", b.status)
	}
}

// A change of region must come to its end, so nobody is offered to end it; and a job that
// failed says why.
func TestJobsOfOtherKinds(t *testing.T) {
	w := newWorld(t)
	ada := w.make("Ada", "+44 7700 900111")
	b := w.browse("main").get("/ui/space")
	b.send(b.form("/ui/space"), "Save settings", "region", "GB").shows("Saved")
	b.get("/ui/jobs").shows("Brings the phones of all contacts over to another region", "so far")
	if forms := all(b.one("main"), "form"); len(forms) != 0 {
		t.Errorf("it is offered to end it: %s", rendered(forms[0]))
	}
	w.addKey("leaver", w.space.ID, access.DefaultScopes)
	p := w.begin("leaver", w.propose("leaver", "", "", adds(ada, "a@example.com")))
	if _, _, err := w.book.RevokeKey(t.Context(), "test", p.By.Key); err != nil {
		t.Fatal(err)
	}
	w.work()
	b.get("/ui/jobs").shows("failed", "The key that asked for this is not in use any more")
	b.link("Does what a plan shows").shows("failed", "The key that asked for this is not in use any more")
	b.get("/ui/plans").shows("failed")
}
