package ui

import (
	"slices"
	"strconv"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/transfer"
)

// columnsAtOnce is how many columns of a file a page has.
const columnsAtOnce = 40

// placed is a column in the place that a mapping gives it: it begins what goes somewhere, or is a
// part of what another begins.
type placed struct {
	column int // of the file; -1 where it has none of this name
	name   string
	step   int // of the mapping; -1 where that does not name the column
	with   int // the place of the column that it is a part with; -1 where it begins
}

// placesOf gives every column its place: as the mapping names them, and behind them those that it
// does not name. So each place keeps its number while the mapping is the same.
func placesOf(e *book.Import) (all []placed) {
	index, named := map[string]int{}, map[int]bool{}
	for i := range e.Columns {
		index[e.Columns[i].Name] = i
	}
	add := func(step, with int, name string) {
		column, ok := index[name]
		if !ok {
			column = -1
		}
		named[column] = true
		all = append(all, placed{column, name, step, with})
	}
	for _, taken := range []bool{true, false} { // what is ignored stands behind what is taken
		for i, s := range e.Mapping {
			if (s.Rule != transfer.Ignore) != taken {
				continue
			}
			first := len(all)
			for j, name := range s.From {
				if with := first; j > 0 && taken {
					add(i, with, name)
				} else {
					add(i, -1, name)
				}
			}
		}
	}
	for i := range e.Columns {
		if !named[i] {
			add(-1, -1, e.Columns[i].Name)
		}
	}
	return all
}

// columnsTable is a table of columns of a file, with what becomes of each: some at a time.
type columnsTable struct {
	Columns []columnView
	Samples bool // there are some to show
	Whys    bool // likewise
	Takes   int
	Leaves  int
	Before  string // addresses of the columns before and behind; "" for none
	Behind  string
}

// columns tell what becomes of the columns, those of the page that the address asks for.
func (show *columnsTable) columns(v *visit, e *book.Import, corrects bool, sent mapped) {
	places := placesOf(e)
	from, err := strconv.Atoi(v.Form.Get("columns"))
	if err != nil || from < 0 || from >= len(places) {
		from = 0
	}
	for n := range sent.wrong { // what is wrong is shown
		if n < from || n >= from+columnsAtOnce {
			from = n
		}
	}
	show.Columns = v.columnViews(e, places, from, corrects, sent)
	show.Samples = slices.ContainsFunc(show.Columns, func(c columnView) bool { return c.Samples != nil })
	show.Whys = slices.ContainsFunc(show.Columns, func(c columnView) bool { return c.Why != nil })
	show.Takes, show.Leaves = taken(places, e)
	at := func(n int) string {
		if n <= 0 {
			return v.address("columns", "")
		}
		return v.address("columns", strconv.Itoa(n))
	}
	if from > 0 {
		show.Before = at(from - columnsAtOnce)
	}
	if from+columnsAtOnce < len(places) {
		show.Behind = at(from + columnsAtOnce)
	}
}

// columnView is a column of a file as a page shows it: what stands in it, and what becomes of it.
type columnView struct {
	N       int // of its place, in the names of its fields
	Name    string
	Filled  int
	Samples []string
	Taken   bool
	Part    string // the column that it is a part with; "" for none
	Goes    string // where it goes, in words
	Reads   string
	Does    string
	Why     []string
	To      []choice // nil where nobody chooses
	With    []choice
	As      []choice
	Rule    []choice
	Wrong   string
}

// pathNames are what the paths of mappings are called, but for those of custom fields.
var pathNames = [...]struct{ path, name string }{{"names", "Names"}, {"emails", "Emails"}, {"phones", "Phones"}, {"locations", "Locations"}}

// converterNames say how cells are read.
var converterNames = map[transfer.Converter]string{
	"": "as they show", transfer.AsText: "as text", transfer.AsEmail: "as emails", transfer.AsPhone: "as phone numbers", transfer.AsName: "as parts of a name",
	transfer.AsAddress: "as parts of an address", transfer.AsWholeAddress: "whole, or from parts", transfer.AsDayMonthYear: "as 31.12.2025",
	transfer.AsMonthDayYear: "as 12/31/2025", transfer.AsYearFirst: "as 2025-12-31", transfer.AsDecimalPoint: "as 1,234.56",
	transfer.AsDecimalComma: "as 1.234,56", transfer.AsPrimaryMarked: "with types: * is first",
}

// ruleNames say what becomes of what is there.
var ruleNames = map[transfer.Rule]string{
	transfer.Add: "is added", transfer.Fill: "only where empty", transfer.Replace: "replaces it", transfer.Mirror: "replaces; empty clears",
}

// pathName gives what a path is called.
func (v *visit) pathName(path string) string {
	for _, p := range pathNames {
		if p.path == path {
			return p.name
		}
	}
	if s, ok := slotOfPath(path); ok {
		return v.label(s)
	}
	if path == "id" {
		return "The contact’s id"
	}
	return path
}

func slotOfPath(path string) (contact.Slot, bool) {
	for i := range contact.NumSlots {
		if s := contact.SlotAt(i); s.Path() == path {
			return s, true
		}
	}
	return 0, false
}

// columnViews makes the views of columns, those of one page, with what can be chosen where that
// can be corrected. wrong says of places what is wrong with what was chosen there, which is sent.
func (v *visit) columnViews(e *book.Import, places []placed, from int, corrects bool, sent mapped) []columnView {
	var views []columnView
	for n := from; n < min(len(places), from+columnsAtOnce); n++ {
		at := &places[n]
		view := columnView{N: n, Name: at.name, Wrong: sent.wrong[n]}
		if at.column >= 0 {
			view.Filled, view.Samples = e.Columns[at.column].Filled, e.Columns[at.column].Samples
		}
		is := sent.at(e, places, n)
		if at.step >= 0 && at.with < 0 {
			view.Why = reasonsFor(e, &e.Mapping[at.step])
		}
		view.Taken = is.to != "" || is.with >= 0
		switch {
		case is.with >= 0:
			view.Part = places[is.with].name
		case is.to != "":
			view.Goes, view.Reads, view.Does = v.pathName(is.to), converterNames[is.as], ruleNames[is.rule]
		}
		if corrects {
			v.columnChoices(&view, places, is, sent, e)
		}
		views = append(views, view)
	}
	return views
}

// maxHeads is how many columns are offered that another can be a part with.
const maxHeads = 12

// columnChoices fill in what can be chosen for a column.
func (v *visit) columnChoices(view *columnView, places []placed, is chosenFor, sent mapped, e *book.Import) {
	view.To = append(view.To, choice{"", "Not taken", is.to == "" && is.with < 0})
	for _, p := range pathNames {
		view.To = append(view.To, choice{p.path, p.name, is.to == p.path})
	}
	for i := range contact.NumSlots {
		s := contact.SlotAt(i)
		view.To = append(view.To, choice{s.Path(), v.label(s), is.to == s.Path()})
	}
	view.To = append(view.To, choice{"id", v.pathName("id"), is.to == "id"})
	for n := range places {
		head := sent.at(e, places, n)
		mine := is.with == n
		if n == view.N || !mine && (len(view.With) == maxHeads || head.to == "" || !(transfer.AsAddress).Fits(head.to)) {
			continue
		}
		view.With = append(view.With, choice{partPrefix + strconv.Itoa(n), places[n].name, mine})
	}
	for _, as := range append([]transfer.Converter{""}, transfer.Converters[:]...) {
		view.As = append(view.As, choice{string(as), converterNames[as], as == is.as})
	}
	for _, rule := range transfer.Rules {
		if name := ruleNames[rule]; name != "" {
			view.Rule = append(view.Rule, choice{string(rule), name, rule == is.rule})
		}
	}
}

// matchNames say by what rows are matched, but for slots.
var matchNames = map[contact.MatchBy]string{contact.ByID: "their id", contact.ByEmail: "an email", contact.ByPhone: "a phone"}

// matchName says by what rows are matched.
func (v *visit) matchName(by contact.MatchBy) string {
	if s, ok := by.Slot(); ok {
		return v.label(s)
	}
	return matchNames[by]
}

// matchesBy are all that rows can be matched by: the slots are those that are filterable, and those
// by which they are matched.
func (v *visit) matchesBy(match []contact.MatchBy) []contact.MatchBy {
	all, slots := contact.MatchBys[:], v.grant.Space.Filterable|contact.MatchSlots(match)
	for i := range contact.NumSlots {
		if s := contact.SlotAt(i); slots.Has(s) {
			all = append(all, contact.MatchBy(s.String()))
		}
	}
	return all
}

// matchChoices are the fields of by what rows are matched, one after the other: three, or one more than
// are chosen.
func (v *visit) matchChoices(match []contact.MatchBy) (all [][]choice) {
	by := v.matchesBy(match)
	for i := range min(len(by), max(len(contact.MatchBys), len(match)+1)) {
		is := contact.MatchBy("")
		if i < len(match) {
			is = match[i]
		}
		of := []choice{{"", "nothing", is == ""}}
		for _, by := range by {
			of = append(of, choice{string(by), v.matchName(by), by == is})
		}
		all = append(all, of)
	}
	return all
}

// matchText says by what rows are matched.
func (v *visit) matchText(match []contact.MatchBy) string {
	var words []string
	for _, by := range match {
		words = append(words, v.matchName(by))
	}
	if words == nil {
		return "nothing: each row makes a contact"
	}
	if len(words) == 1 {
		return words[0]
	}
	return words[0] + ", then " + listedThen(words[1:])
}

func listedThen(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return words[0] + ", then " + listedThen(words[1:])
}

// taken counts the columns that go somewhere, and those that do not.
func taken(places []placed, e *book.Import) (takes, leaves int) {
	for _, at := range places {
		if at.step >= 0 && e.Mapping[at.step].Rule != transfer.Ignore {
			takes++
		} else {
			leaves++
		}
	}
	return takes, leaves
}

// encodings are those that the form offers, beside what was found.
var encodings = [...]string{"utf-8", "utf-16le", "utf-16be", "windows-1252", "windows-1250", "windows-1251", "iso-8859-2", "macintosh", "shift_jis", "gb18030", "big5", "euc-kr"}

// delimiters are those that the form offers, with their names.
var delimiters = [...][2]string{{",", "comma"}, {";", "semicolon"}, {"\t", "tab"}, {"|", "bar |"}, {"^", "caret ^"}, {"~", "tilde ~"}}

func delimiterName(d string) string {
	for _, known := range delimiters {
		if known[0] == d {
			return known[1]
		}
	}
	return d
}

// found are the choices of a field of what was recognised: what was found, unless another is said.
func found(said, found string, all []choice) []choice {
	is := found
	if said != "" {
		is = said
	}
	first := "found: " + is
	if found == "" && said == "" {
		first = "found: none"
	}
	if said != "" {
		first = "find it"
	}
	choices := []choice{{"", first, said == ""}}
	known := false
	for _, c := range all {
		c.On = said != "" && c.Key == said
		known = known || c.On
		choices = append(choices, c)
	}
	if said != "" && !known {
		choices = append(choices, choice{said, said, true})
	}
	return choices
}

func named(texts []string) (all []choice) {
	for _, t := range texts {
		all = append(all, choice{Key: t, Label: t})
	}
	return slices.Clip(all)
}
