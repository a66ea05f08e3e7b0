package contact

import "slices"

// Way says what of another list an edit's removals mean.
type Way int

// The ways of an edit.
const (
	// ByText is for what a person asks now: "away with it". A text that the edit
	// took away goes, whoever brought it.
	ByText Way = iota
	// ByOrigin is for what takes writes back: of a text goes what those writes
	// brought. What another write or another contact brought too, stays.
	ByOrigin
)

// Conflict is a place where an edit and what happened since want different things
// (CONTRACT D27). For a collection, its texts are whole lists; for a slot, its
// content, none where it is empty.
type Conflict struct {
	Contact ID
	Field   string   // "emails", "custom_fields.profile_field_3"
	Slot    Slot     // of Field; 0 where it is none
	Base    []string // what the edit found
	Yours   []string // what it makes of that
	Theirs  []string // what is there now, and stays
}

// Rebase applies an edit to a contact that may have changed since the edit's own
// base (CONTRACT D27). Where the contact is as the edit found it, it becomes
// exactly what the edit made of it; where it is what the edit made of it already,
// it stays. In between, lists are sets of texts with an order and a first place,
// and every slot is a value by itself. What conflicts stays as it is, and is told.
//
// It looks at values alone: a contact's state and what it was merged into are the
// verbs' business.
func Rebase(e *Edits, onto *Contact, way Way) (Contact, []Conflict) {
	out := *onto
	var conflicts []Conflict
	for _, col := range Collections {
		l := e.Values[col]
		if l == nil {
			continue
		}
		list, fits := l.rebase(col, onto.Values[col], way)
		out.Values[col] = list
		if !fits {
			conflicts = append(conflicts, Conflict{Contact: onto.ID, Field: col.String(),
				Base: textsOf(l.Before), Yours: textsOf(l.After), Theirs: textsOf(onto.Values[col])})
		}
	}
	for i := range e.Fields {
		f := &e.Fields[i]
		value, fits := f.rebase(onto.Fields[f.Slot.Index()], way)
		out.Fields[f.Slot.Index()] = value
		if !fits {
			conflicts = append(conflicts, Conflict{Contact: onto.ID, Field: f.Slot.Path(), Slot: f.Slot,
				Base: content(f.Before), Yours: content(f.After), Theirs: content(value)})
		}
	}
	return out, conflicts
}

// Inverse gives the edit that takes this one back.
func (e *Edits) Inverse() Edits {
	var back Edits
	for _, col := range Collections {
		if l := e.Values[col]; l != nil {
			back.Values[col] = &ListEdit{Before: l.After, After: l.Before}
		}
	}
	for _, f := range e.Fields {
		back.Fields = append(back.Fields, FieldEdit{Slot: f.Slot, Before: f.After, After: f.Before})
	}
	return back
}

// rebase gives a list with the edit, and false where both chose another primary:
// then the list keeps its own.
func (l *ListEdit) rebase(col Collection, onto []Value, way Way) (out []Value, fits bool) {
	if slices.EqualFunc(l.Before, onto, Value.Equal) {
		return l.After, true
	}
	stay, come := l.sort(col, onto, way)
	if ordered, ok := inOrderOf(l.After, stay, come); ok && sameTexts(l.Before, onto) {
		// As the edit found it, but for where some values came from: its order too.
		return ordered, true
	}
	out = stay
	for _, v := range come {
		out = slices.Insert(out, l.placeOf(col, v, out), v)
	}
	mine, chose := chosen(l.Before, l.After)
	theirs, choseToo := chosen(l.Before, onto)
	if chose && choseToo && DedupKey(col, mine) != DedupKey(col, theirs) {
		return out, false
	}
	if chose {
		moveToFront(out, indexOf(col, out, mine))
	}
	return out, true
}

// sort gives what stays of a list, in its order, and what the edit brings to it,
// in the order of the edit.
func (l *ListEdit) sort(col Collection, onto []Value, way Way) (stay, come []Value) {
	gone, brought := l.moves(way)
	stay = make([]Value, 0, len(onto)+len(brought))
	for _, v := range onto {
		if away, ok := gone[v.Text]; ok {
			if way == ByText {
				continue
			}
			if v.Origins = without(v.Origins, away); len(v.Origins) == 0 && !comes(brought, v.Text) {
				continue
			}
		}
		stay = append(stay, v)
	}
	for _, v := range brought {
		switch at := indexOf(col, stay, v.Text); {
		case at < 0 && comes(come, v.Text): // which came twice
		case at < 0:
			come = append(come, v)
		case way == ByOrigin:
			stay[at].Origins = joined(stay[at].Origins, v.Origins)
		}
	}
	return stay, come
}

// moves gives the origins that the edit took away, by their texts, and what it
// brought, in its order. By text, a value that stayed did not move.
func (l *ListEdit) moves(way Way) (gone map[string][]Origin, brought []Value) {
	before, after := originsByText(l.Before), originsByText(l.After)
	gone = map[string][]Origin{}
	for text, from := range before {
		left, stayed := after[text]
		if away := without(from, left); !stayed || way == ByOrigin && len(away) > 0 {
			gone[text] = away
		}
	}
	for _, v := range l.After {
		from, was := before[v.Text]
		switch fresh := without(v.Origins, from); {
		case !was:
			brought = append(brought, v)
		case way == ByOrigin && len(fresh) > 0:
			brought = append(brought, Value{Text: v.Text, Origins: fresh})
		}
	}
	return gone, brought
}

// placeOf tells where a value that comes belongs: behind the nearest of those
// before it in the edit that is there, else at the end.
func (l *ListEdit) placeOf(col Collection, v Value, in []Value) int {
	at := slices.IndexFunc(l.After, func(o Value) bool { return o.Text == v.Text })
	for _, before := range slices.Backward(l.After[:at]) {
		if i := indexOf(col, in, before.Text); i >= 0 {
			return i + 1
		}
	}
	return len(in)
}

// chosen gives the primary that an edit chose: the new one, where there was one
// before and after, and it did not merely move up when others went.
func chosen(before, after []Value) (string, bool) {
	if len(before) == 0 || len(after) == 0 {
		return "", false
	}
	primary, left := after[0].Text, originsByText(after)
	for _, v := range before {
		if _, stayed := left[v.Text]; stayed {
			return primary, v.Text != primary
		}
	}
	return primary, true
}

// rebase gives a slot with the edit, and false where it holds neither what the
// edit found nor what it left: then it stays as it is.
func (f *FieldEdit) rebase(onto Value, way Way) (Value, bool) {
	switch {
	case onto.Equal(f.Before):
		return f.After, true
	case way == ByOrigin && f.Before.Text == f.After.Text: // where it came from alone
		if onto.Text == f.Before.Text {
			return onto.moved(f), true
		}
		return onto, true
	case onto.Text == f.After.Text:
		if way == ByOrigin && onto.Text != "" {
			onto.Origins = joined(onto.Origins, f.After.Origins)
		}
		return onto, true
	case onto.Text != f.Before.Text:
		return onto, false
	case way == ByOrigin && len(without(onto.Origins, f.Before.Origins)) > 0:
		// Another write or contact brought the same: it stays, and is in the way of
		// what would come instead.
		onto.Origins = without(onto.Origins, f.Before.Origins)
		return onto, f.After.Text == ""
	default:
		return f.After, true
	}
}

// moved gives a value with the origins that an edit took away or brought.
func (v Value) moved(f *FieldEdit) Value {
	from := joined(without(v.Origins, without(f.Before.Origins, f.After.Origins)), without(f.After.Origins, f.Before.Origins))
	if len(from) == 0 {
		return Value{}
	}
	v.Origins = from
	return v
}

// indexOf finds a text, as DedupKey compares it; -1 for none.
func indexOf(col Collection, in []Value, text string) int {
	key := DedupKey(col, text)
	return slices.IndexFunc(in, func(v Value) bool { return v.Text == text || DedupKey(col, v.Text) == key })
}

func comes(values []Value, text string) bool {
	return slices.ContainsFunc(values, func(v Value) bool { return v.Text == text })
}

// inOrderOf gives values in the order that their texts have in another list, and
// false where they are not the same texts.
func inOrderOf(order, stay, come []Value) ([]Value, bool) {
	if len(stay)+len(come) != len(order) {
		return nil, false
	}
	at := make(map[string]int, len(order))
	for i, v := range order {
		at[v.Text] = i
	}
	out := make([]Value, len(order))
	for _, v := range slices.Concat(stay, come) {
		i, ok := at[v.Text]
		if !ok || out[i].Text != "" {
			return nil, false
		}
		out[i] = v
	}
	return out, true
}

func moveToFront(list []Value, at int) {
	if at > 0 {
		v := list[at]
		copy(list[1:at+1], list[:at])
		list[0] = v
	}
}

func originsByText(values []Value) map[string][]Origin {
	out := make(map[string][]Origin, len(values))
	for _, v := range values {
		out[v.Text] = v.Origins
	}
	return out
}

// without gives the origins that are not among others, without touching either.
func without(origins, others []Origin) []Origin {
	var out []Origin
	for _, o := range origins {
		if !slices.Contains(others, o) {
			out = append(out, o)
		}
	}
	return out
}

func textsOf(values []Value) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = v.Text
	}
	return out
}

// content gives the text of a slot, none where it is empty.
func content(v Value) []string {
	if v.Text == "" {
		return nil
	}
	return []string{v.Text}
}
