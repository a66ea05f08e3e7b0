package ui

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
)

// changeView is a change as pages show it: who did what, when and why, how much came
// and went, and the way to take it back.
type changeView struct {
	ID       string // of the write, as the API names it
	Anchor   string // an id on the page
	Author   author
	Sentence string
	At       moment
	Reason   string
	Plus     int
	Minus    int
	Blocks   []block
	Version  int64
	Action   string
	KeyName  string
	Contact  int64
	Link     string   // the page of this change, with what it did and what undoing it does
	UndoTo   string   // the preview of taking it back; "" where it cannot be, or the key may not
	Undoes   string   // the write that it took back; "" for none
	Batch    string   // the address of all that its batch did; "" where it is of none
	Row      *fileRow // the line of a file that it was done for; nil for none
	Seq      int64
	Taken    bool // it was taken back since, as far as is known here
}

// tabs are the two views of a change.
type tabs struct {
	Link, UndoTo, Anchor, ID string
	Undoing                  bool
}

// Tabs gives the two views of the change, of which one is open.
func (c changeView) Tabs(undoing bool) tabs { return tabs{c.Link, c.UndoTo, c.Anchor, c.ID, undoing} }

// changeView makes the view of a change of a contact.
func (v *visit) changeView(ch *contact.Change) changeView {
	c := v.changeLine(ch)
	c.Blocks = v.blocks(&ch.Edits)
	return c
}

// changeLine makes the view of a change without what came and went.
func (v *visit) changeLine(ch *contact.Change) changeView {
	id := contact.ChangeID{Space: v.grant.Space.ID, Op: ch.Op}
	c := changeView{
		ID: id.String(), Anchor: "c-" + strconv.FormatInt(int64(ch.Seq), 10), Author: v.authorOf(&ch.Actor),
		Sentence: v.sentence(ch), At: v.moment(ch.At), Reason: ch.Reason,
		Version: int64(ch.Version), Action: string(ch.Action), KeyName: ch.Actor.KeyName, Contact: int64(ch.Contact), Seq: int64(ch.Seq),
	}
	c.Plus, c.Minus = counted(&ch.Edits)
	c.Row = v.fileRow(ch.Actor.Import, ch.At)
	c.Link = contactPath(ch.Contact) + "/changes/" + c.ID
	if v.may(access.Write) && !ch.Edits.Erased {
		c.UndoTo = c.Link + "/undo"
	}
	if ch.BatchID != "" {
		c.Batch = batchPath(ch.BatchID)
	}
	if ch.Undoes != 0 {
		c.Undoes = contact.ChangeID{Space: v.grant.Space.ID, Op: ch.Undoes}.String()
	}
	return c
}

// contactPath gives the address of a contact's page.
func contactPath(id contact.ID) string { return "/ui/contacts/" + strconv.FormatInt(int64(id), 10) }

// withDone adds to an address the write that has just been done, of which a toast
// then tells.
func withDone(to string, change contact.ChangeID) string {
	if change.Op == 0 {
		return to
	}
	u, err := url.Parse(to)
	if err != nil {
		return to
	}
	q := u.Query()
	q.Set("done", change.String())
	u.RawQuery = q.Encode()
	return u.String()
}

// counted tells how many values edits brought and took away. A slot that holds another
// value counts on either side.
func counted(e *contact.Edits) (plus, minus int) {
	for _, l := range e.Values {
		if l != nil {
			plus, minus = plus+len(l.Added()), minus+len(l.Removed())
		}
	}
	for i := range e.Fields {
		f := &e.Fields[i]
		if f.Before.Text == f.After.Text {
			continue
		}
		if f.Before.Text != "" {
			minus++
		}
		if f.After.Text != "" {
			plus++
		}
	}
	return plus, minus
}

// sentence says what a change did, to follow its author: "replaced a phone, rewrote
// Company".
func (v *visit) sentence(ch *contact.Change) string {
	switch {
	case ch.Action == contact.ActionErase:
		return "erased this contact for good"
	case ch.Edits.Erased:
		return "wrote something that was erased"
	case ch.Action == contact.ActionCreate:
		return "made this contact"
	case ch.Action == contact.ActionDelete:
		return "deleted this contact"
	case len(ch.Edits.Absorbed) > 0:
		return absorbed(ch)
	case ch.Edits.Link != nil && ch.Edits.Link.After != 0:
		return "merged this into #" + strconv.FormatInt(int64(ch.Edits.Link.After), 10)
	case ch.Edits.Link != nil:
		return takenBack(ch, "split this off from #"+strconv.FormatInt(int64(ch.Edits.Link.Before), 10))
	case len(ch.Edits.Split) > 0:
		return takenBack(ch, "split "+numbered(ch.Edits.Split)+" off")
	case ch.Edits.State != nil && ch.Edits.State.After == contact.Live:
		return "brought this contact back"
	case ch.Edits.State != nil:
		return takenBack(ch, "deleted this contact")
	}
	did := v.deeds(&ch.Edits)
	if ch.Action == contact.ActionUndo {
		return "took back a change: " + did
	}
	return did
}

func takenBack(ch *contact.Change, what string) string {
	if ch.Action == contact.ActionUndo {
		return "took back a change: " + what
	}
	return what
}

func absorbed(ch *contact.Change) string {
	ids := make([]contact.ID, len(ch.Edits.Absorbed))
	for i, a := range ch.Edits.Absorbed {
		ids[i] = a.ID
	}
	return takenBack(ch, "merged "+numbered(ids)+" into this")
}

// numbered lists ids: "#3, #4 and #9".
func numbered(ids []contact.ID) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = "#" + strconv.FormatInt(int64(id), 10)
	}
	return listed(words)
}

// listed joins words as a sentence has them.
func listed(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// one and many are what a value of a collection is called.
var one, many = [contact.NumCollections]string{"email", "phone", "name", "location"},
	[contact.NumCollections]string{"emails", "phones", "names", "locations"}

// onlyOrigins is what edits did that changed no text.
const onlyOrigins = "changed where values come from"

// deeds tells of edits to values.
func (v *visit) deeds(e *contact.Edits) string {
	var all []string
	for _, col := range shownOrder {
		if l := e.Values[col]; l != nil {
			all = append(all, listDeeds(col, l)...)
		}
	}
	set, rewrote, cleared := v.slotDeeds(e.Fields)
	for _, d := range []struct {
		verb   string
		labels []string
	}{{"set", set}, {"rewrote", rewrote}, {"cleared", cleared}} {
		if len(d.labels) > 3 {
			all = append(all, fmt.Sprintf("%s %d fields", d.verb, len(d.labels)))
		} else if len(d.labels) > 0 {
			all = append(all, d.verb+" "+listed(d.labels))
		}
	}
	if len(all) == 0 {
		return onlyOrigins
	}
	return strings.Join(all, ", ")
}

func (v *visit) slotDeeds(fields []contact.FieldEdit) (set, rewrote, cleared []string) {
	for i := range fields {
		f := &fields[i]
		label := isolated(v.label(f.Slot))
		switch {
		case f.Before.Text == f.After.Text:
		case f.Before.Text == "":
			set = append(set, label)
		case f.After.Text == "":
			cleared = append(cleared, label)
		default:
			rewrote = append(rewrote, label)
		}
	}
	return set, rewrote, cleared
}

// isolated keeps the direction of a text from turning the sentence around it, which is no
// markup: there is no <bdi> in it.
func isolated(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) {
		return "\u2068" + text + "\u2069"
	}
	return text
}

func listDeeds(col contact.Collection, l *contact.ListEdit) []string {
	gone, come := len(l.Removed()), len(l.Added())
	amount := func(n int) string {
		if n == 1 {
			return article(one[col]) + " " + one[col]
		}
		return strconv.Itoa(n) + " " + many[col]
	}
	var deeds []string
	switch replaced := min(gone, come); {
	case replaced == 1 && gone == 1 && come == 1:
		deeds = append(deeds, "replaced "+amount(1))
	default:
		if come > 0 {
			deeds = append(deeds, "added "+amount(come))
		}
		if gone > 0 {
			deeds = append(deeds, "removed "+amount(gone))
		}
	}
	if gone+come == 0 && l.Reordered() {
		deeds = append(deeds, "reordered the "+many[col])
	}
	return deeds
}

func article(noun string) string {
	if noun[0] == 'e' {
		return "an"
	}
	return "a"
}

// number gives how many of something there are: "1 hour", "3 hours".
func number(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
