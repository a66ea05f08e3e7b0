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
	Next, First   string       // addresses of the older changes, and of the newest; "" for none
	Undo          []field      // of the form that takes all of it back; nil for none
	PlanTo        string       // the plan that was this batch; "" where it was none
	Curl          string       // "" where it is not known whose activity it is
	Note          string       // why it is not; "" where it is
	Found         []personView // who may be meant
	More          bool         // there are more of them
	Empty, Nobody bool         // nothing has happened, or nothing that fits
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
	if err := v.turn(); err != nil {
		return nil, err
	}
	leads, found, err := v.whose(q)
	if leads != nil || err != nil {
		return leads, err
	}
	if q.note != "" || len(found) > 0 {
		return v.askWhose(q, found), nil
	}
	if v.wantsCurl() {
		return v.commands(v.address("show", ""), q.request()), nil
	}
	p, err := u.book.Recent(v.Context(), v.grant, &q.Recent)
	if err != nil {
		return nil, err
	}
	show := &activityPage{Filter: q.form, Kept: v.kept("key", "batch"), Curl: v.address("show", "curl", "done", "")}
	show.Days, err = v.activityDays(p.Changes)
	if err != nil {
		return nil, err
	}
	show.Chips = v.activityChips(q, p.Changes)
	if len(p.Changes) > 0 {
		v.offerUndo(show, q)
	}
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

// offerUndo offers to take back all that is asked for, where one plan can.
func (v *visit) offerUndo(show *activityPage, q *activityQuery) {
	if v.may(access.Plan) {
		show.Undo = q.undoing(v.now)
	}
	if q.Only.BatchID != "" {
		if p, err := v.ui.book.Plan(v.Context(), v.grant, q.Only.BatchID); err == nil {
			show.PlanTo = planPath(p.ID)
		}
	}
}

// askWhose answers where it is not known whose changes are asked for.
func (v *visit) askWhose(q *activityQuery, found []contact.Contact) answer {
	show := &activityPage{Filter: q.form, Kept: v.kept("key", "batch"), Note: q.note, More: q.more, Chips: v.activityChips(q, nil), Actions: actionChoices(q.Only.Action)}
	for i := range found {
		one := personOf(&found[i])
		one.To = v.withContact(found[i].ID)
		show.Found = append(show.Found, one)
	}
	return &page{name: "activity", title: "Activity", here: "a", body: show}
}

// activityDays makes the lines of changes, which come newest first.
func (v *visit) activityDays(changes []contact.Change) ([]activityDay, error) {
	var days []activityDay
	names, err := v.namesIn(changes)
	if err != nil {
		return nil, err
	}
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
			l := v.activityLine(&write[i], names)
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

// namesIn gives what the contacts of changes are called, those that are not in the bin.
func (v *visit) namesIn(changes []contact.Change) (map[contact.ID]string, error) {
	var refs []contact.ID
	for i := range changes {
		refs = append(refs, changes[i].Contact)
	}
	slices.Sort(refs)
	names := map[contact.ID]string{}
	err := v.ui.book.EachContact(v.Context(), v.grant, slices.Compact(refs), func(ref contact.ID, c *contact.Contact) {
		names[ref] = shortened(calledBy(c))
	})
	return names, err
}

// activityLine makes the line of a change.
func (v *visit) activityLine(ch *contact.Change, names map[contact.ID]string) activityLine {
	l := activityLine{changeView: v.changeLine(ch), Said: v.deed(ch), Clock: ch.At.Std().In(v.zone).Format("15:04")}
	l.Name, l.To = names[ch.Contact], contactPath(ch.Contact)
	if l.Name == "" { // it is in the bin: what is left to see is the change
		l.Name, l.To = "#"+idText(ch.Contact), l.Link
	}
	return l
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
