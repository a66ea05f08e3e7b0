package ui_test

import (
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/ui"
)

// The page about the server says what came of the last time that it looked through its
// database, and nothing where it never had to.
func TestSystemTellsOfTheCheck(t *testing.T) {
	w := newWorld(t)
	b := w.browse("main")
	if b.get("/ui/system"); len(b.all("dt")) != 6 {
		t.Errorf("it tells of a check: %s", b.text())
	}
	job, err := w.store.CreateJob(t.Context(), store.Job{Kind: "check", State: store.JobRunning, Done: 1200, Created: 1, Due: 1})
	if err != nil {
		t.Fatal(err)
	}
	b.get("/ui/system").shows("Check", "1200 rows looked at so far.")
	for _, end := range []struct {
		state   store.JobState
		message string
	}{{store.JobCompleted, "Nothing is wrong."}, {store.JobFailed, "1 thing does not fit."}} {
		_, err = w.store.UpdateJob(t.Context(), 0, job.ID, func(j *store.Job) error {
			j.State, j.Message = end.state, end.message
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		b.get("/ui/system").shows("Check", end.message)
		if bad := len(b.all("span", "class", "tag bad")); (bad > 0) != (end.state == store.JobFailed) {
			t.Errorf("%s: %d are marked", end.message, bad)
		}
	}
	for _, key := range []string{"main", "other"} {
		if w.browse(key).get("/ui/jobs").shows("No jobs yet"); t.Failed() {
			t.Errorf("it is a job of the Space of %s", key)
		}
	}
}

// The page about the server tells how far it is with copies of what was erased, and nothing
// where nobody was.
func TestSystemTellsOfTheScrub(t *testing.T) {
	w := newWorld(t)
	b := w.browse("reader")
	const what = "Copies of what was erased"
	if b.get("/ui/system"); strings.Contains(b.text(), what) {
		t.Errorf("it tells of a scrub: %s", b.text())
	}
	at := contact.TimeOf(w.now)
	job, err := w.store.CreateJob(t.Context(), store.Job{Kind: store.ScrubJob, State: store.JobQueued, Created: at, Due: at})
	if err != nil {
		t.Fatal(err)
	}
	b.get("/ui/system").shows(what, "They wait to be taken out of the files from")
	for _, now := range []struct {
		state store.JobState
		text  string
	}{{store.JobRunning, "They are being taken out"}, {store.JobCompleted, "The last ones were taken out of the files"}, {store.JobFailed, "They are still in the files"}} {
		_, err = w.store.UpdateJob(t.Context(), 0, job.ID, func(j *store.Job) error {
			j.State, j.Completed = now.state, at
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		b.get("/ui/system").shows(what, now.text)
		if bad := len(b.all("span", "class", "tag bad")); (bad > 0) != (now.state == store.JobFailed) {
			t.Errorf("%s: %d are marked", now.text, bad)
		}
	}
}

// The page about the server tells how old the newest backup is, and what is wrong,
// where the server makes some.
func TestBackupsOnTheSystemPage(t *testing.T) {
	var newest time.Time
	wrong := ""
	w := newWorldWith(t, ui.Options{System: ui.System{Backups: func() (time.Time, string) { return newest, wrong }}})
	b := w.browse("reader")
	b.get("/ui/system").shows("Backups", "There is none yet.")
	newest = w.now.Add(-50 * time.Hour)
	b.get("/ui/system").shows("The newest is 2 days old.")
	wrong = "The last backup failed."
	b.get("/ui/system").shows("The newest is 2 days old.", "The last backup failed.")
	if b := newWorld(t).browse("reader").get("/ui/system"); strings.Contains(b.text(), "Backups") {
		t.Error("a server that makes none tells of backups")
	}
}
