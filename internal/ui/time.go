package ui

import (
	"errors"
	"slices"
	"strconv"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// How far a contact's time is walked: a page of the drawing, and how many of them are
// turned to find a version.
const (
	stopsAtOnce = 60
	stopPages   = 40
)

// timeline is a contact through time: one stop is one change. A stop is known by its
// number, from 1 for the first change of all, and leads to the version that it left.
type timeline struct {
	To                     string
	Stops                  []stop
	Min, Max, At           int64 // numbers of stops
	First, Then            moment
	Version, Newest        int64
	Past                   bool
	Says                   string // of the stop that is shown, for who does not see it
	Before, After          string // the stops beside it; "" for none
	Earlier, Later, Return string // other pages of the drawing; the contact as it is

	asked bool   // the address asked for a stop: it is to name the version
	here  string // the address that does
}

// stop is one change in the drawing: up is what came, down what went.
type stop struct {
	X        string
	Hue      string
	Up, Down int // where the lines end; 0 for none
	Ring     bool
}

// span is a page of a contact's changes, newest first, and the one that is looked for.
type span struct {
	changes  []contact.Change
	top      int64 // the number of the first of them
	at       int
	pages    int // how many came before this one
	goesBack bool
}

// timeOf tells of a contact through time and gives it as the address asks for: as it is,
// or as it was.
func (v *visit) timeOf(show *contactPage, now *contact.Contact) (*contact.Contact, error) {
	version, number := versionOf(v.Form.Get("at")), int64(versionOf(v.Form.Get("stop")))
	s, err := v.span(now, version, number)
	if err != nil {
		return nil, err
	}
	if err := v.newest(show, now, s); err != nil {
		return nil, err
	}
	shown := &s.changes[s.at]
	show.Changed, show.By = v.moment(shown.At), v.authorOf(&shown.Actor)
	t := &timeline{To: show.To, Version: int64(shown.Version), Newest: int64(now.Version), At: s.top - int64(s.at), Then: v.moment(shown.At)}
	t.Past = shown.Version != now.Version
	t.draw(v, s)
	t.lead(v, s, now)
	t.asked, t.here = number != 0, t.Return
	if t.Past {
		t.here = v.address("stop", "", "at", strconv.FormatInt(t.Version, 10))
	}
	show.Time = t
	if !t.Past {
		return now, nil
	}
	then, err := v.ui.book.GetAt(v.Context(), v.grant, now.ID, book.Moment{Version: shown.Version})
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Kind == fault.NotFound {
		show.Gone = true
		return &contact.Contact{ID: now.ID, Version: shown.Version}, nil
	}
	show.Version = t.Version
	return &then, err
}

// span finds the change that left a version, or the newest before that, or the change of
// a number, and the page of changes that it is on. Both 0 ask for the newest.
func (v *visit) span(now *contact.Contact, version contact.Version, number int64) (*span, error) {
	s := &span{top: now.Depth}
	query := book.History{Ref: now.ID, PerPage: stopsAtOnce}
	for {
		p, err := v.ui.book.Changes(v.Context(), v.grant, &query)
		if err != nil {
			return nil, err
		}
		if len(p.Changes) == 0 {
			return nil, errNoContact // nobody's: a contact has a change at least
		}
		s.changes, s.goesBack = p.Changes, p.Next != ""
		for s.at = range p.Changes {
			if version == 0 && number == 0 || version != 0 && p.Changes[s.at].Version <= version || number != 0 && s.top-int64(s.at) <= number {
				return s, nil
			}
		}
		if p.Next == "" || s.pages == stopPages {
			return s, nil
		}
		s.pages++
		s.top -= int64(len(p.Changes))
		query.Cursor = p.Next
	}
}

// newest tells of the newest changes, which stand beside the values whatever time is shown.
func (v *visit) newest(show *contactPage, now *contact.Contact, s *span) error {
	changes := s.changes
	if s.pages > 0 {
		var err error
		if changes, err = v.changesOf(now, newestShown); err != nil {
			return err
		}
	}
	changes = changes[:min(newestShown, len(changes))]
	show.History = v.changeViews(changes)
	show.Earlier = int(now.Depth) - len(changes)
	return nil
}

// changesOf reads the newest changes of a contact: one at least.
func (v *visit) changesOf(now *contact.Contact, n int) ([]contact.Change, error) {
	p, err := v.ui.book.Changes(v.Context(), v.grant, &book.History{Ref: now.ID, PerPage: n})
	if err == nil && len(p.Changes) == 0 {
		err = errNoContact
	}
	return p.Changes, err
}

// draw makes the stops, oldest first.
func (t *timeline) draw(v *visit, s *span) {
	n := len(s.changes)
	for i, ch := range slices.Backward(s.changes) {
		plus, minus := counted(&ch.Edits)
		x := 0.0 // where the slider stands that has one stop
		if n > 1 {
			x = float64(n-1-i) * 100 / float64(n-1)
		}
		by := v.authorOf(&ch.Actor)
		one := stop{X: strconv.FormatFloat(x, 'f', 2, 64) + "%", Hue: by.Hue, Ring: begins(&ch)}
		if plus > 0 {
			one.Up = 21 - height(plus)
		}
		if minus > 0 {
			one.Down = 25 + height(minus)
		}
		t.Stops = append(t.Stops, one)
		if i == s.at {
			t.Says = by.Called() + " " + v.sentence(&ch)
		}
	}
	t.Min, t.Max = s.top-int64(n)+1, s.top
	t.First = v.day(s.changes[n-1].At)
}

// begins tells of a change that is more than values: the contact came or went, or
// others became part of it.
func begins(ch *contact.Change) bool {
	e := &ch.Edits
	return ch.Action == contact.ActionCreate || e.State != nil || e.Link != nil || len(e.Absorbed)+len(e.Split) > 0
}

// height gives how far a line goes for so many values.
func height(values int) int { return 3 + 4*min(values, 4) }

// lead gives the ways to other stops.
func (t *timeline) lead(v *visit, s *span, now *contact.Contact) {
	t.Return = v.address("at", "", "stop", "")
	to := func(number int64) string {
		return v.address("stop", strconv.FormatInt(number, 10), "at", "", "done", "", "from", "", "edit", "", "add", "")
	}
	if t.At > t.Min || s.goesBack {
		t.Before = to(t.At - 1)
	}
	if t.At < now.Depth {
		t.After = to(t.At + 1)
	}
	if s.goesBack {
		t.Earlier = to(t.Min - 1)
	}
	if s.pages > 0 {
		t.Later = to(t.Max + 1)
	}
}
