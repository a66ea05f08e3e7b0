package ui

import (
	"slices"
	"strconv"
	"unicode"

	"github.com/carnet-project/carnet/internal/contact"
)

// block is what a change does to one collection or slot, as lines of a diff.
type block struct {
	Heading string
	Note    string // on the heading's other side
	Lines   []line
	Folded  []line // further ones, which are shown when asked for
}

// line is one value: "add" came, "del" went, "same" stays beside them, "hold" stays
// although it was to go.
type line struct {
	Kind  string
	Parts []part
	LTR   bool   // an email or a phone, which run from left to right among all others
	Note  string // beside it
	As    string // "number" or "date": it is shown as its reader has them
}

// part is a piece of a value; Mark tells that this piece differs.
type part struct {
	Text string
	Mark bool
}

// maxLines is how many lines of a block are shown at once.
const maxLines = 20

// collectionNames are the headings of collections.
var collectionNames = [contact.NumCollections]string{"Emails", "Phones", "Names", "Locations"}

// blocks tells of edits, in the order of a contact's page.
func (v *visit) blocks(e *contact.Edits) []block {
	var all []block
	for _, col := range shownOrder {
		if l := e.Values[col]; l != nil {
			if b := listBlock(col, l); len(b.Lines) > 0 {
				all = append(all, b.fold())
			}
		}
	}
	for i := range e.Fields {
		if f := &e.Fields[i]; f.Before.Text != f.After.Text {
			all = append(all, block{Heading: v.label(f.Slot), Lines: slotChange(f.Slot, f.Before.Text, f.After.Text)})
		}
	}
	return all
}

// shownOrder is the order in which a page has the collections.
var shownOrder = [contact.NumCollections]contact.Collection{contact.Names, contact.Emails, contact.Phones, contact.Locations}

// listBlock tells of a collection: what went, what came, and what stays beside them.
func listBlock(col contact.Collection, l *contact.ListEdit) block {
	b := block{Heading: collectionNames[col]}
	ltr := leftToRight(col)
	gone, come := l.Removed(), l.Added()
	if len(gone)+len(come) == 0 && !l.Reordered() {
		return b
	}
	switch {
	case len(l.Before) > 0 && len(l.After) > 0 && l.Before[0].Text != l.After[0].Text:
		b.Note = "another is primary"
	case len(gone)+len(come) == 0:
		b.Note = "in another order"
	}
	if len(gone) == 1 && len(come) == 1 {
		b.Lines = change(gone[0], come[0], ltr)
	} else {
		for _, text := range gone {
			b.Lines = append(b.Lines, line{Kind: "del", Parts: whole(text), LTR: ltr})
		}
		for _, text := range come {
			b.Lines = append(b.Lines, line{Kind: "add", Parts: whole(text), LTR: ltr})
		}
	}
	for _, val := range l.After {
		if !slices.Contains(come, val.Text) {
			b.Lines = append(b.Lines, line{Kind: "same", Parts: whole(val.Text), LTR: ltr})
		}
	}
	return b
}

// fold shows the first lines of a long block, and keeps the others for who asks.
func (b block) fold() block {
	if len(b.Lines) > maxLines {
		b.Lines, b.Folded = b.Lines[:maxLines], b.Lines[maxLines:]
	}
	return b
}

// More says how many lines are folded away.
func (b block) More() string { return "Show " + strconv.Itoa(len(b.Folded)) + " more" }

// leftToRight tells of a collection's values that they run so whatever is around them.
func leftToRight(col contact.Collection) bool { return col == contact.Emails || col == contact.Phones }

// change gives a value that takes the place of another, either of which may be "",
// with the piece marked in which they differ.
func change(before, after string, ltr bool) []line {
	var lines []line
	was, is := differing(before, after)
	if before != "" {
		lines = append(lines, line{Kind: "del", Parts: was, LTR: ltr})
	}
	if after != "" {
		lines = append(lines, line{Kind: "add", Parts: is, LTR: ltr})
	}
	return lines
}

// slotChange gives a text of a slot that takes the place of another. In numbers and dates
// no piece is marked: each reader has other signs for them.
func slotChange(s contact.Slot, before, after string) []line {
	lines := change(before, after, false)
	if as := kindOf(s); as != "" {
		for i := range lines {
			text := before
			if lines[i].Kind == "add" {
				text = after
			}
			lines[i].Parts, lines[i].As = whole(text), as
		}
	}
	return lines
}

func whole(text string) []part { return []part{{Text: text}} }

// differing cuts two texts into what they begin with alike, what differs, and what they
// end with alike. Nothing is marked where they have little in common.
func differing(a, b string) (was, is []part) {
	x, y := []rune(a), []rune(b)
	start := 0
	for start < len(x) && start < len(y) && x[start] == y[start] {
		start++
	}
	end := 0
	for end < len(x)-start && end < len(y)-start && x[len(x)-1-end] == y[len(y)-1-end] {
		end++
	}
	start, end = onBoundary(x, y, start, end)
	if (start+end)*3 < max(len(x), len(y)) {
		return whole(a), whole(b)
	}
	return marked(x, start, end), marked(y, start, end)
}

// onBoundary moves the cuts so that no mark is parted from its letter.
func onBoundary(x, y []rune, start, end int) (int, int) {
	parted := func(text []rune, at int) bool { return at < len(text) && joins(text[at]) }
	for start > 0 && (parted(x, start) || parted(y, start)) {
		start--
	}
	for end > 0 && (joins(x[len(x)-end]) || len(x) > end && x[len(x)-end-1] == zeroWidthJoiner) {
		end--
	}
	return start, end
}

const zeroWidthJoiner = '\u200d'

// joins tells of what belongs to the sign before it.
func joins(r rune) bool {
	return unicode.In(r, unicode.M, unicode.Variation_Selector) || r == zeroWidthJoiner || 0x1f3fb <= r && r <= 0x1f3ff
}

func marked(text []rune, start, end int) []part {
	var parts []part
	for _, p := range []part{{string(text[:start]), false}, {string(text[start : len(text)-end]), true}, {string(text[len(text)-end:]), false}} {
		if p.Text != "" {
			parts = append(parts, p)
		}
	}
	return parts
}

// label gives what a slot is called in this Space.
func (v *visit) label(s contact.Slot) string {
	if l := v.grant.Space.Labels[s.Index()]; l != "" {
		return l
	}
	return "Field " + strconv.Itoa(int(s))
}
