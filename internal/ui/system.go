package ui

import "time"

// The server itself.
var systemScreens = []screen{{"GET", "/ui/system", signedIn, (*ui).system}}

// systemPage is what the page about the server shows.
type systemPage struct {
	System
	Address string
	Up      string
	Ready   bool   // requests can be served
	Clock   string // what is wrong with it, "" for nothing

	Newest string // how old the newest backup is; "" where the server makes none
	Wrong  string // what is wrong with backups, "" for nothing
}

func (u *ui) system(v *visit) (answer, error) {
	body := systemPage{
		System: u.System, Address: v.server(), Up: lasting(v.now.Sub(u.System.Started)), Clock: u.book.ClockWarning(),
		Ready: u.book.Ready(v.Context()) == nil,
	}
	if u.System.Backups != nil {
		newest, wrong := u.System.Backups()
		body.Newest, body.Wrong = "There is none yet.", wrong
		if !newest.IsZero() {
			body.Newest = "The newest is " + lasting(v.now.Sub(newest)) + " old."
		}
	}
	return &page{name: "system", title: "System", here: "y", body: body}, nil
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
