package ui

import (
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/store"
)

// The server itself.
var systemScreens = []screen{{"GET", "/ui/system", signedIn, (*ui).system}}

// systemPage is what the page about the server shows.
type systemPage struct {
	System
	Address string
	Up      string
	Ready   bool         // requests can be served
	Check   *systemCheck // of what is stored, after the database was not closed; nil for none
	Scrub   *systemScrub // of copies of what was erased; nil for none
	Clock   string       // what is wrong with it, "" for nothing

	Newest string // how old the newest backup is; "" where the server makes none
	Wrong  string // what is wrong with backups, "" for nothing

	Ending  []keyView // that end soon: those of the Space, or the reader's own alone
	Manages bool      // the reader may see and rotate them
}

func (u *ui) system(v *visit) (answer, error) {
	body := systemPage{
		System: u.System, Address: v.server(), Up: lasting(v.now.Sub(u.System.Started)), Clock: u.book.ClockWarning(),
		Ready: u.book.Ready(v.Context()) == nil, Check: u.lastCheck(v), Scrub: u.lastScrub(v),
	}
	if u.System.Backups != nil {
		newest, wrong := u.System.Backups()
		body.Newest, body.Wrong = "There is none yet.", wrong
		if !newest.IsZero() {
			body.Newest = "The newest is " + lasting(v.now.Sub(newest)) + " old."
		}
	}
	body.Ending, body.Manages = v.endingKeys(), v.may(access.Admin)
	return &page{name: "system", title: "System", here: "y", body: body}, nil
}

// endingKeys gives the keys of the Space that end soon, as far as the reader may know of
// them. Where the database does not answer, the page says that, and no more.
func (v *visit) endingKeys() (list []keyView) {
	keys := []access.APIKey{v.grant.Key}
	if v.may(access.Admin) {
		var err error
		if keys, err = v.ui.book.KeysOf(v.Context(), v.grant); err != nil {
			return nil
		}
	}
	for i := range keys {
		if v.endsSoon(&keys[i]) != "" {
			list = append(list, v.keyView(&keys[i], access.Spent{}))
		}
	}
	return list
}

// systemCheck is what the page tells of the last check of the database.
type systemCheck struct {
	Text string
	Bad  bool // something does not fit
}

// lastCheck tells of the last check that the server made of itself. Where the database does
// not answer, the page says that, and no more.
func (u *ui) lastCheck(v *visit) *systemCheck {
	job, found, err := u.book.LastCheck(v.Context())
	if err != nil || !found {
		return nil
	}
	c := &systemCheck{Text: job.Message, Bad: job.State == store.JobFailed}
	if !job.Closed() {
		c.Text = number(int(job.Done), "row", "rows") + " looked at so far."
	}
	return c
}

// systemScrub is what the page tells of copies of what was erased.
type systemScrub struct {
	Text string
	At   moment
	Bad  bool // it failed, and is tried again
}

// lastScrub tells how far the newest scrub is, likewise.
func (u *ui) lastScrub(v *visit) *systemScrub {
	job, found, err := u.book.LastScrub(v.Context())
	switch {
	case err != nil || !found:
		return nil
	case job.State == store.JobCompleted:
		return &systemScrub{Text: "The last ones were taken out of the files", At: v.moment(job.Completed)}
	case job.State == store.JobFailed || job.State == store.JobCancelled:
		return &systemScrub{Text: "They are still in the files: taking them out failed", At: v.moment(job.Completed), Bad: true}
	case job.State == store.JobRunning:
		return &systemScrub{Text: "They are being taken out of the files since", At: v.moment(job.Created)}
	}
	return &systemScrub{Text: "They wait to be taken out of the files from", At: v.moment(job.Due)}
}

// lasting gives how long something takes, in one unit.
func lasting(d time.Duration) string {
	for _, unit := range []struct {
		length time.Duration
		one    string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		if n := int(d / unit.length); n > 0 {
			return number(n, unit.one, unit.one+"s")
		}
	}
	return "less than a minute"
}
