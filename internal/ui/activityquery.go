package ui

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/wire"
)

// activityQuery is what the address of the activity asks for.
type activityQuery struct {
	book.Recent
	form activityForm
	more bool   // more contacts are meant than are named
	note string // why nobody can be looked up by what was typed, or that nobody has it
}

var errActivity = &trouble{http.StatusUnprocessableEntity, "A filter is not as it must be",
	"Write days as in 2026-01-31, and take the rest from the filters of the page. Nothing was changed.", "/ui/activity", "All activity"}

// activityQuery reads the address.
func (v *visit) activityQuery() (*activityQuery, error) {
	q := &activityQuery{form: activityForm{strings.TrimSpace(v.Form.Get("contact")), v.Form.Get("since"), v.Form.Get("until")}}
	q.PerPage = activityAtOnce
	q.Only.BatchID = v.Form.Get("batch")
	for _, n := range []struct {
		name string
		to   *int64
	}{{"key", &q.Only.KeyID}, {"before", (*int64)(&q.Before)}} {
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

// whose finds the contact whose changes are asked for: by an id,
// an email or a phone. Of an email or a phone it leads to the address with the id, which
// stays the same contact's whatever values come and go; where several have it, it gives
// them to choose from.
func (v *visit) whose(q *activityQuery) (leads answer, found []contact.Contact, err error) {
	look := listQuery{look: q.form.Contact, list: book.List{PerPage: candidates}}
	look.readWho()
	q.note = look.note
	byValue := look.list.Email != "" || look.list.Phone != ""
	if look.id != 0 {
		if known, err := v.wasContact(look.id); known || !byValue || err != nil {
			q.Only.Contact = look.id
			return nil, nil, err
		}
	}
	if !byValue {
		return nil, nil, nil
	}
	p, err := v.ui.book.List(v.Context(), v.grant, &look.list)
	switch {
	case err != nil:
		return nil, nil, err
	case len(p.Contacts) == 1:
		return goOn{v.withContact(p.Contacts[0].ID)}, nil, nil
	case len(p.Contacts) == 0:
		q.note = "No contact has this " + map[bool]string{true: "email", false: "phone or id"}[look.list.Email != ""] + " now."
	}
	q.more = p.Next != ""
	return nil, p.Contacts, nil
}

// wasContact tells whether an id is or was that of a contact.
func (v *visit) wasContact(id contact.ID) (bool, error) {
	_, err := v.ui.book.Changes(v.Context(), v.grant, &book.History{Ref: id, PerPage: 1})
	if isNotFound(err) {
		return false, nil
	}
	return err == nil, err
}

// withContact gives the address of what happened to one contact.
func (v *visit) withContact(id contact.ID) string {
	return v.address("contact", idText(id), "before", "", "done", "")
}

// narrows tells whether the activity leaves any out.
func (q *activityQuery) narrows() bool {
	return q.Only.KeyID != 0 || q.Only.BatchID != "" || q.Only.Contact != 0 || q.Only.Action != "" || q.Since != 0 || q.Until != 0
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
	set("batch_id", q.Only.BatchID, q.Only.BatchID != "")
	set("action", string(q.Only.Action), q.Only.Action != "")
	set("since", apiTime(q.Since), q.Since != 0)
	set("until", apiTime(q.Until), q.Until != 0)
	return request{path: "/changes", query: asks}
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
	if q.Only.BatchID != "" {
		on("One batch", "", "batch")
	}
	if q.Only.Action != "" {
		on("Action", actionNames[q.Only.Action], "action")
	}
	switch {
	case q.Only.Contact != 0:
		on("Contact", shortened(v.nameOf(q.Only.Contact)), "contact")
	case q.form.Contact != "":
		on("Contact", shortened(q.form.Contact), "contact")
	}
	for _, d := range []struct{ name, text, param string }{{"Since", q.form.Since, "since"}, {"Until", q.form.Until, "until"}} {
		if d.text != "" {
			on(d.name, dayText(d.text), d.param)
		}
	}
	if q.Only.KeyID != 0 || q.Only.BatchID != "" {
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
		all = append(all, choice{string(a), actionNames[a], a == now})
	}
	return all
}

// undoing gives the fields of a form that takes back all that is asked for, where that is a
// batch, or what one key wrote from a day on or until one; nil for anything else.
func (q *activityQuery) undoing(now time.Time) []field {
	bounded := q.Since != 0 || q.Until != 0
	switch {
	case q.Only.Contact != 0 || q.Only.Action != "":
	case q.Only.BatchID != "" && q.Only.KeyID == 0 && !bounded:
		return []field{{"batch", q.Only.BatchID}}
	case q.Only.KeyID != 0 && q.Only.BatchID == "" && bounded:
		until := q.Until
		if until == 0 {
			until = contact.TimeOf(now.Add(time.Second))
		}
		return []field{{"key", strconv.FormatInt(q.Only.KeyID, 10)}, {"since", apiTime(q.Since)}, {"until", apiTime(until)}}
	}
	return nil
}

// apiTime gives a time as the API takes it.
func apiTime(t contact.Time) string { return t.Std().Format(time.RFC3339) }
