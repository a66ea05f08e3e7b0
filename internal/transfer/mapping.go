package transfer

import (
	"slices"
	"strconv"
	"strings"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// Mapping says what the columns of a file become (CONTRACT D37). It is data: it is
// kept, corrected by hand, and used again for another file of the same columns.
type Mapping []Step

// Step is what becomes of a column, or of several that are parts of one thing.
type Step struct {
	From []string  `json:"from"`         // columns, in the order of what they make together
	To   string    `json:"to,omitzero"`  // emails, phones, names, locations, custom_fields.profile_field_3, id
	As   Converter `json:"as,omitzero"`  // "" for what the path and the file say by themselves
	Rule Rule      `json:"rule"`         //
	Why  []string  `json:"why,omitzero"` // why it was suggested, in sentences
}

// Rule is what becomes of what is there when a row says something.
type Rule string

// The rules (CONTRACT D37). An empty cell says nothing, but for Mirror.
const (
	Add     Rule = "add"     // the values are added
	Fill    Rule = "fill"    // they are taken only where nothing is there
	Replace Rule = "replace" // they take the place of what is there
	Mirror  Rule = "mirror"  // likewise, and an empty cell clears
	Ignore  Rule = "ignore"  // the column is not looked at
)

// Rules are all of them.
var Rules = [...]Rule{Add, Fill, Replace, Mirror, Ignore}

// Converter is how a cell is read.
type Converter string

// The converters. Each goes with some paths alone.
const (
	AsText          Converter = "text"            // as it is; of several columns joined by a space
	AsEmail         Converter = "email"           // addresses alone, several in a cell, Ada <ada@example.com>
	AsPhone         Converter = "phone"           // numbers, several in a cell
	AsName          Converter = "name"            // parts: prefix, first, middle, last, suffix
	AsAddress       Converter = "address"         // parts of an address, joined by commas
	AsWholeAddress  Converter = "whole_address"   // the first column, else the parts in the others
	AsDayMonthYear  Converter = "day_month_year"  // 31.12.2025; ISO 8601 and named months too
	AsMonthDayYear  Converter = "month_day_year"  // 12/31/2025; likewise
	AsDecimalPoint  Converter = "decimal_point"   // 1,234.56
	AsDecimalComma  Converter = "decimal_comma"   // 1.234,56
	AsPrimaryMarked Converter = "primary_if_star" // pairs of columns, value and type: "* Work" makes it the first
	asID            Converter = "id"              //
	AsYearFirst     Converter = "year_first"      // dates of which the year comes first, or the month has a name
)

// idPath is where the id of a contact goes.
const idPath = "id"

// target is what a path leads to.
type target struct {
	id     bool
	isSlot bool
	col    contact.Collection
	slot   contact.Slot
}

func targetOf(path string) (target, bool) {
	if path == idPath {
		return target{id: true}, true
	}
	if col, ok := contact.CollectionOf(path); ok {
		return target{col: col}, true
	}
	if key, ok := strings.CutPrefix(path, "custom_fields."); ok {
		slot, ok := contact.SlotOf(key)
		return target{isSlot: true, slot: slot}, ok
	}
	return target{}, false
}

// converters gives what goes with a path, the one that is meant by "" first.
func (t target) converters() []Converter {
	switch {
	case t.id:
		return []Converter{asID}
	case t.isSlot && t.slot.Kind() == contact.NumberField:
		return []Converter{AsDecimalPoint, AsDecimalComma}
	case t.isSlot && t.slot.Kind() == contact.DateField:
		return []Converter{AsDayMonthYear, AsMonthDayYear, AsYearFirst}
	case t.isSlot:
		return []Converter{AsText, AsAddress, AsName}
	case t.col == contact.Emails:
		return []Converter{AsEmail, AsPrimaryMarked}
	case t.col == contact.Phones:
		return []Converter{AsPhone, AsPrimaryMarked}
	case t.col == contact.Names:
		return []Converter{AsName, AsText, AsAddress}
	}
	return []Converter{AsAddress, AsText, AsWholeAddress}
}

// Converters are those that people choose from.
var Converters = [...]Converter{AsText, AsEmail, AsPhone, AsName, AsAddress, AsWholeAddress, AsDayMonthYear, AsMonthDayYear, AsYearFirst,
	AsDecimalPoint, AsDecimalComma, AsPrimaryMarked}

// Fits tells whether what goes to a path may be read so; "" fits every path that there is.
func (as Converter) Fits(path string) bool {
	t, ok := targetOf(path)
	return ok && (as == "" || slices.Contains(t.converters(), as))
}

// compiled is a step that was found to make sense for a file.
type compiled struct {
	target
	rule    Rule
	as      Converter
	columns []int
	path    string
}

// compile checks a mapping against a file. All that is wrong with it is told at
// once.
func (f *File) compile(m Mapping) ([]compiled, error) {
	c := compiler{file: f, index: map[string]int{}, rules: map[target]Rule{}}
	for i, column := range f.Columns {
		c.index[column.Name] = i
	}
	var steps []compiled
	for i, s := range m {
		before := len(c.problems)
		step := c.step("mapping."+strconv.Itoa(i), s)
		if s.Rule != Ignore && len(c.problems) == before {
			steps = append(steps, step)
		}
	}
	if len(c.problems) > 0 {
		return nil, fault.Problems(c.problems)
	}
	return steps, nil
}

type compiler struct {
	file     *File
	index    map[string]int
	rules    map[target]Rule // of each target, but for Fill
	problems []fault.Problem
}

func (c *compiler) fault(path string, code fault.Code, message string) {
	c.problems = append(c.problems, fault.Problem{Path: path, Code: code, Message: message})
}

func (c *compiler) step(path string, s Step) compiled {
	if !slices.Contains(Rules[:], s.Rule) {
		c.fault(path+".rule", fault.CodeWrongType, "The rule is one of add, fill, replace, mirror, ignore.")
	}
	if len(s.From) == 0 {
		c.fault(path+".from", fault.CodeFieldMissing, "Name a column at least.")
	}
	out := compiled{rule: s.Rule, as: s.As, path: s.To}
	for _, name := range s.From {
		column, known := c.index[name]
		if !known {
			c.fault(path+".from", fault.CodeUnknownField, "The file has no such column.")
		}
		out.columns = append(out.columns, column)
	}
	if s.Rule == Ignore {
		return out
	}
	var ok bool
	if out.target, ok = targetOf(s.To); !ok {
		c.fault(path+".to", fault.CodeUnknownField, "The path is one of id, emails, phones, names, locations, custom_fields.profile_field_1 to custom_fields.profile_field_30.")
		return out
	}
	if before, twice := c.rules[out.target]; twice && s.Rule != Fill && before != s.Rule {
		c.fault(path+".rule", fault.CodeWrongType, "Another column has the same path and another rule. Give both the same, or one of them fill.")
	}
	if s.Rule != Fill && slices.Contains(Rules[:], s.Rule) {
		c.rules[out.target] = s.Rule
	}
	c.converter(path, s, &out)
	return out
}

// converter finds the converter of a step, by its columns where it names none.
func (c *compiler) converter(path string, s Step, out *compiled) {
	fit := out.target.converters()
	switch {
	case s.As == "" && len(c.problems) == 0:
		var why string
		if out.as, why = c.file.converterFor(out.target, out.columns); why != "" {
			c.fault(path+".as", fault.CodeFieldMissing, why)
		}
	case s.As != "" && !slices.Contains(fit, s.As):
		names := make([]string, len(fit))
		for i, as := range fit {
			names[i] = string(as)
		}
		c.fault(path+".as", fault.CodeWrongType, "This path is read as one of: "+strings.Join(names, ", ")+".")
	case s.As == AsPrimaryMarked && len(s.From)%2 != 0:
		c.fault(path+".from", fault.CodeFieldMissing, "Name columns in pairs: the value, then its type.")
	}
}

// converterFor gives how columns are read where nobody says so: dates and numbers
// as the columns show. why says what cannot be told.
func (f *File) converterFor(t target, columns []int) (as Converter, why string) {
	as = t.converters()[0]
	if !t.isSlot || t.slot.Kind() == contact.TextField || f.exact() {
		return as, ""
	}
	var facts columnFacts
	for _, column := range columns {
		facts.add(&f.facts[column])
	}
	if t.slot.Kind() == contact.NumberField {
		return facts.numbers.sign()
	}
	order, why := facts.dates.order()
	switch order {
	case dayFirst:
		return AsDayMonthYear, ""
	case monthFirst:
		return AsMonthDayYear, ""
	}
	return AsYearFirst, why
}

func (f *columnFacts) add(g *columnFacts) {
	f.dates.dayFirst += g.dates.dayFirst
	f.dates.monthFirst += g.dates.monthFirst
	f.dates.either += g.dates.either
	f.numbers.point += g.numbers.point
	f.numbers.comma += g.numbers.comma
	f.numbers.either += g.numbers.either
}
