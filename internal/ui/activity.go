package ui

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/wire"
)

// What happened in the Space, newest first. deeds.go says it in words.
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
	Taken bool // it was taken back since
}

// activityQuery is what the address of the activity asks for.
type activityQuery struct {
	book.Recent
	form activityForm
}

var errActivity = &trouble{http.StatusUnprocessableEntity, "A filter is not as it must be",
	"Write a contact as its id, as in 7, and days as in 2026-01-31. Nothing was changed.", "/ui/activity", "All activity"}

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

// activityQuery reads the address.
func (v *visit) activityQuery() (*activityQuery, error) {
	q := &activityQuery{form: activityForm{v.Form.Get("contact"), v.Form.Get("since"), v.Form.Get("until")}}
	q.PerPage = activityAtOnce
	for _, n := range []struct {
		name string
		to   *int64
	}{{"key", &q.Only.KeyID}, {"contact", (*int64)(&q.Only.Contact)}, {"before", (*int64)(&q.Before)}} {
		if text := v.Form.Get(n.name); text != "" {
			id, ok := wire.ParseID(text)
			if !ok {
				return nil, errActivity
			}
			*n.to = int64(id)
		}
	}
	if action := contact.Action(v.Form.Get("action")); action != "" {
		if !slices.Contains(contact.Actions[:], action) {
			return nil, errActivity
		}
		q.Only.Action = action
	}
	return q, v.readActivityDays(q)
}

// readActivityDays reads the bounds: the first day, and the last, of the Space's zone.
func (v *visit) readActivityDays(q *activityQuery) error {
	if q.form.Since != "" {
		day, err := time.Parse(time.DateOnly, q.form.Since)
		if err != nil {
			return errActivity
		}
		q.Since = max(1, v.grant.Space.Earliest(day))
	}
	if q.form.Until != "" {
		day, err := time.Parse(time.DateOnly, q.form.Until)
		if err != nil {
			return errActivity
		}
		q.Until = max(1, v.grant.Space.Latest(day.AddDate(0, 0, 1)))
	}
	return nil
}

// narrows tells whether the activity leaves any out.
func (q *activityQuery) narrows() bool {
	return q.Only.KeyID != 0 || q.Only.Contact != 0 || q.Only.Action != "" || q.Since != 0 || q.Until != 0
}

// request is the activity as the API is asked for it, which gives it oldest first.
func (q *activityQuery) request() request {
	asks := url.Values{"per_page": {strconv.Itoa(activityAtOnce)}}
	set := func(name, value string, is bool) {
		if is {
			asks.Set(name, value)
		}
	}
	set("key_id", strconv.FormatInt(q.Only.KeyID, 10), q.Only.KeyID != 0)
	set("contact_id", idText(q.Only.Contact), q.Only.Contact != 0)
	set("action", string(q.Only.Action), q.Only.Action != "")
	set("since", q.Since.Std().Format(time.RFC3339), q.Since != 0)
	set("until", q.Until.Std().Format(time.RFC3339), q.Until != 0)
	return request{path: "/changes", query: asks}
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
	l := activityLine{changeView: v.changeView(ch), Said: v.deed(ch), Clock: ch.At.Std().In(v.zone).Format("15:04")}
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

// activityChips are what narrows the activity, each leading to it without, and the keys
// that are on this page, each leading to what it alone wrote.
func (v *visit) activityChips(q *activityQuery, changes []contact.Change) []faceChip {
	var all []faceChip
	on := func(name, text, param string) {
		all = append(all, faceChip{chip: chip{name, text, v.address(param, "", "before", "", "done", ""), true}})
	}
	keys := keysOf(changes)
	if q.Only.KeyID != 0 {
		text := "#" + strconv.FormatInt(q.Only.KeyID, 10)
		if len(keys) > 0 {
			text = keys[0].KeyName
		}
		on("Key", text, "key")
	}
	if q.Only.Action != "" {
		on("Action", actionNames[q.Only.Action], "action")
	}
	if q.Only.Contact != 0 {
		on("Contact", shortened(v.nameOf(q.Only.Contact)), "contact")
	}
	for _, d := range []struct{ name, text, param string }{{"Since", q.form.Since, "since"}, {"Until", q.form.Until, "until"}} {
		if d.text != "" {
			on(d.name, dayText(d.text), d.param)
		}
	}
	if q.Only.KeyID != 0 {
		return all
	}
	for _, k := range keys {
		f := faceOf(k.KeyName, true)
		to := v.address("key", strconv.FormatInt(k.KeyID, 10), "before", "", "done", "")
		all = append(all, faceChip{chip{Text: shortened(k.KeyName), To: to}, &f})
	}
	return all
}

// keysOf gives the keys that made changes, each once.
func keysOf(changes []contact.Change) []contact.Actor {
	const most = 8
	var keys []contact.Actor
	for i := range changes {
		a := changes[i].Actor
		if len(keys) < most && !slices.ContainsFunc(keys, func(k contact.Actor) bool { return k.KeyID == a.KeyID }) {
			keys = append(keys, a)
		}
	}
	return keys
}

// actionNames are what the actions of changes are called.
var actionNames = map[contact.Action]string{
	contact.ActionCreate: "made", contact.ActionPut: "written whole", contact.ActionPatch: "written in part", contact.ActionMerge: "merged",
	contact.ActionUnmerge: "split off", contact.ActionUndo: "taken back", contact.ActionDelete: "deleted", contact.ActionErase: "erased",
}

// actionChoices are the actions that the activity can be narrowed to.
func actionChoices(now contact.Action) []choice {
	all := []choice{{Label: "any"}}
	for _, a := range contact.Actions {
		if a != contact.ActionErase { // which nothing does yet
			all = append(all, choice{string(a), actionNames[a], a == now})
		}
	}
	return all
}
