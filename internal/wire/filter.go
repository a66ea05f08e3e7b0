package wire

import (
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// filterForm says how a filter is written.
const filterForm = `a JSON list of conditions, such as [{"field": "profile_field_1", "operator": "equal_to", "value": "Pro"}]`

// ReadFilter reads the JSON of a filter (CONTRACT P5), which is found at path, and tells
// all that is wrong with it. A field is named by its key, or by its label in the Space.
func ReadFilter(path string, text []byte, labels *contact.Labels) (contact.Filter, []fault.Problem) {
	var items []jsontext.Value
	err := json.Unmarshal(text, &items)
	switch {
	case err != nil || items == nil:
		return nil, []fault.Problem{{Path: path, Code: fault.CodeWrongType, Message: "Send " + path + " as " + filterForm + "."}}
	case len(items) == 0:
		return nil, []fault.Problem{{Path: path, Code: fault.CodeFieldMissing, Message: "Send at least one condition, or leave " + path + " out: " + path + " is " + filterForm + "."}}
	case len(items) > contact.MaxConditions:
		return nil, []fault.Problem{{Path: path, Code: fault.CodeTooManyItems, Message: "Send at most 10 conditions."}}
	}
	var filter contact.Filter
	var problems []fault.Problem
	for i, item := range items {
		r := conditionReader{labels: labels}
		filter = append(filter, r.condition(item))
		for _, p := range r.problems {
			p.Path = strings.TrimSuffix(path+"."+strconv.Itoa(i)+"."+p.Path, ".")
			problems = append(problems, p)
		}
	}
	if problems != nil {
		return nil, problems
	}
	return filter, nil
}

// conditionReader reads one condition.
type conditionReader struct {
	patchReader
	labels *contact.Labels
	sent   []string
	texts  map[string]string
	number map[string]bool // which texts came as JSON numbers
}

var conditionMembers = []string{"field", "operator", "value", "start", "end"}

func (r *conditionReader) condition(item []byte) (c contact.Condition) {
	if item[0] != '{' {
		r.add("", fault.CodeWrongType, `Send each condition as an object, such as {"field": "profile_field_1", "operator": "any"}.`)
		return c
	}
	r.texts, r.number = map[string]string{}, map[string]bool{}
	if err := r.members(item, conditionMembers, r.member); err != nil {
		r.add("", fault.CodeWrongType, "Send each condition as an object of strings and numbers.")
		return c
	}
	known := r.slot(&c)
	if known && r.operator(&c) {
		r.operands(&c)
	}
	return c
}

func (r *conditionReader) member(name string, value jsontext.Token) {
	switch kind := value.Kind(); {
	case kind == '"', kind == '0' && name != "field" && name != "operator":
		r.sent = append(r.sent, name)
		r.texts[name], r.number[name] = value.String(), kind == '0'
	case kind == 'n': // as one that is left out
	default:
		r.sent = append(r.sent, name)
		r.add(name, fault.CodeWrongType, "Send "+name+" as "+map[bool]string{true: "a string", false: "a string or a number"}[name == "field" || name == "operator"]+".")
		r.skip(kind)
	}
}

// slot finds the slot of a condition.
func (r *conditionReader) slot(c *contact.Condition) bool {
	name, read := r.texts["field"]
	if !read {
		r.missing("field", "Send field: profile_field_1 to profile_field_30, or the label of one.")
		return false
	}
	var known []string
	for i, label := range r.labels {
		slot := contact.SlotAt(i)
		if name == slot.String() || label != "" && name == label {
			c.Slot = slot
			return true
		}
		if label != "" {
			known = append(known, label)
		}
	}
	r.add("field", fault.CodeUnknownField, "Unknown field. The fields are profile_field_1 to profile_field_30, or their labels."+DidYouMean(Nearest(name, known)))
	return false
}

// missing tells of a member that is not there, unless it was of another type.
func (r *conditionReader) missing(name, message string) {
	if !slices.Contains(r.sent, name) {
		r.add(name, fault.CodeFieldMissing, message)
	}
}

var fieldHolds = map[contact.FieldKind]string{contact.TextField: "text", contact.NumberField: "a number", contact.DateField: "a date"}

// operator finds the operator of a condition, among those that its slot takes.
func (r *conditionReader) operator(c *contact.Condition) bool {
	var known []string
	for _, o := range c.Slot.Kind().Operators() {
		known = append(known, string(o))
	}
	takes := c.Slot.String() + " holds " + fieldHolds[c.Slot.Kind()] + " and takes " + strings.Join(known, ", ") + "."
	name, read := r.texts["operator"]
	switch {
	case !read:
		r.missing("operator", "Send operator. "+takes)
		return false
	case !slices.Contains(known, name):
		r.add("operator", fault.CodeParameterInvalid, "Send an operator that the field takes. "+takes+DidYouMean(Nearest(name, known)))
		return false
	}
	c.Operator = contact.Operator(name)
	return true
}

// operands reads what a condition compares with.
func (r *conditionReader) operands(c *contact.Condition) {
	takes := c.Operator.Takes()
	for _, name := range conditionMembers[2:] {
		if text := r.texts[name]; text != "" && !slices.Contains(takes, name) {
			r.add(name, fault.CodeUnknownField, "Leave "+name+" out: "+string(c.Operator)+" takes "+takesOf(takes)+".")
		}
	}
	into := []*string{&c.Value, &c.End}
	for i, name := range takes {
		sent, read := r.texts[name]
		if !read {
			r.missing(name, "Send "+name+": "+string(c.Operator)+" takes "+takesOf(takes)+".")
			continue
		}
		text, flaw := contact.ParseOperand(c.Slot, c.Operator, sent, r.number[name])
		if flaw != nil {
			r.add(name, flaw.Code, flaw.Message)
		}
		*into[i] = text
	}
	if c.Operator == contact.Between && r.problems == nil && c.End < c.Value {
		r.add("end", fault.CodeParameterInvalid, "Send an end that is not before start.")
	}
}

func takesOf(members []string) string {
	if members == nil {
		return "nothing more"
	}
	return strings.Join(members, " and ")
}
