package ui

import (
	"time"

	"github.com/carnet-project/carnet/internal/contact"
)

// moment is a time as a page shows it: in the Space's zone, in English, until a script
// says it in the reader's language.
type moment struct {
	ISO  string // as machines read it
	Text string
}

// Zero tells that there is none.
func (m moment) Zero() bool { return m.ISO == "" }

// moment gives a time. Those of this year leave the year out.
func (v *visit) moment(t contact.Time) moment {
	if t == 0 {
		return moment{}
	}
	local := t.Std().In(v.zone)
	form := "2 Jan, 15:04"
	if local.Year() != v.now.In(v.zone).Year() {
		form = "2 Jan 2006, 15:04"
	}
	return moment{t.Std().UTC().Format(time.RFC3339Nano), local.Format(form)}
}

// exactly gives a time with its year, for what is read much later.
func (v *visit) exactly(t contact.Time) moment {
	m := v.moment(t)
	if !m.Zero() {
		m.Text = t.Std().In(v.zone).Format("2 Jan 2006, 15:04")
	}
	return m
}
