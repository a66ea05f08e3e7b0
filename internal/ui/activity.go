package ui

import (
	"slices"
	"strconv"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
)

// What happened in the Space, newest first. activityquery.go reads what is asked for,
// deeds.go says in words what was done.
var activityScreens = []screen{{"GET", "/ui/activity", access.Read, (*ui).activity}}

// activityAtOnce is how many changes a page of the activity has.
const activityAtOnce = 40

// activityPage is what the page of the activity shows.
type activityPage struct {
	Days          []activityDay
	Chips         []faceChip
	Filter        activityForm
	Kept          []field
	Actions       []choice
	Next, First   string // addresses of the older changes, and of the newest; "" for none
	Curl          string
	Empty, Nobody bool // nothing has happened, or nothing that fits
}

// faceChip is a chip with the face of a key.
type faceChip struct {
	chip
	Face *face
}

// activityForm is what the activity is narrowed by, as it was typed.
type activityForm struct{ Contact, Since, Until string }

// activityDay is what happened on one day of the Space's zone.
type activityDay struct {
	Name  string
	Lines []activityLine
}

// activityLine is a change. Those that one write made stand below its first, which
// alone can be taken back, as the whole.
type activityLine struct {
	changeView
	Said  deed
	Clock string
	Name  string // of the contact
	To    string
	With  bool // it stands below another of its write
}

// activity shows a page of what happened.
func (u *ui) activity(v *visit) (answer, error) {
	q, err := v.activityQuery()
	if err != nil {
		return nil, err
	}
	if v.wantsCurl() {
		return v.commands(v.address("show", ""), q.request()), nil
	}
	if err := v.turn(); err != nil {
		return nil, err
	}
	p, err := u.book.Recent(v.Context(), v.grant, &q.Recent)
	if err != nil {
		return nil, err
	}
	show := &activityPage{Filter: q.form, Kept: v.kept("key"), Curl: v.address("show", "curl", "done", "")}
	show.Days, err = v.activityDays(p.Changes)
	if err != nil {
		return nil, err
	}
	show.Chips = v.activityChips(q, p.Changes)
	show.Actions = actionChoices(q.Only.Action)
	if p.More {
		show.Next = v.address("before", strconv.FormatInt(int64(p.Last), 10), "done", "")
	}
	if q.Before != 0 {
		show.First = v.address("before", "", "done", "")
	}
	nothing := len(p.Changes) == 0 && show.Next == "" && show.First == ""
	show.Nobody = nothing && q.narrows()
	show.Empty = nothing && !q.narrows()
	return &page{name: "activity", title: "Activity", here: "a", toast: v.toastOf(), body: show}, nil
}

// activityDays makes the lines of changes, which come newest first.
func (v *visit) activityDays(changes []contact.Change) ([]activityDay, error) {
	var days []activityDay
	names := map[contact.ID]string{}
	taken := map[contact.Seq]bool{} // writes that stand taken back
	for len(changes) > 0 {
		n := 1
		for n < len(changes) && changes[n].Op == changes[0].Op {
			n++
		}
		write := changes[:n]
		changes = changes[n:]
		slices.Reverse(write) // the first of a write is the one that it is about
		if undoes := write[0].Undoes; undoes != 0 && !taken[write[0].Op] {
			taken[undoes] = true
		}
		for i := range write {
			if i > 0 && write[i].Edits.Link != nil {
				continue // who was merged, or split off, is told in the line above
			}
			l, err := v.activityLine(&write[i], names)
			if err != nil {
				return nil, err
			}
			l.With, l.Taken = i > 0, taken[write[i].Op]
			day := v.dayName(write[i].At)
			if len(days) == 0 || days[len(days)-1].Name != day {
				days = append(days, activityDay{Name: day})
			}
			of := &days[len(days)-1]
			of.Lines = append(of.Lines, l)
		}
	}
	return days, nil
}

// activityLine makes the line of a change. names are those that were read already.
func (v *visit) activityLine(ch *contact.Change, names map[contact.ID]string) (activityLine, error) {
	l := activityLine{changeView: v.changeLine(ch), Said: v.deed(ch), Clock: ch.At.Std().In(v.zone).Format("15:04")}
	name, known := names[ch.Contact]
	if !known {
		c, err := v.ui.book.Get(v.Context(), v.grant, ch.Contact)
		if err != nil && !isNotFound(err) {
			return l, err
		}
		if err == nil {
			name = shortened(calledBy(&c))
		}
		names[ch.Contact] = name
	}
	l.Name, l.To = name, contactPath(ch.Contact)
	if name == "" { // it is in the bin: what is left to see is the change
		l.Name, l.To = "#"+idText(ch.Contact), l.Link
	}
	return l, nil
}

// dayName gives the heading of a day.
func (v *visit) dayName(t contact.Time) string {
	day, today := t.Std().In(v.zone), v.now.In(v.zone)
	form := "2 January"
	if day.Year() != today.Year() {
		form = "2 January 2006"
	}
	switch day.Format(time.DateOnly) {
	case today.Format(time.DateOnly):
		return "Today, " + day.Format(form)
	case today.AddDate(0, 0, -1).Format(time.DateOnly):
		return "Yesterday, " + day.Format(form)
	}
	return day.Format("Monday, " + form)
}
