package ui

import (
	"net/http"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/wire"
)

// Conditions on custom fields narrow the list (CONTRACT P5). The address has them as the
// API spells them; the form makes one more of what is chosen in it.
var whereScreens = []screen{
	{"POST", "/ui/contacts/fitting", access.Plan, (*ui).deleteFitting},
}

const filtersName = "custom_field_filters"

// The fields of the form. As it stands it asks for those who have a value.
var conditionFields = []string{"field", "operator", "value", "until", "days"}

var errConditions = &trouble{http.StatusUnprocessableEntity, "A condition is not as it must be", "The address names a field or an operator that is not there, or a value that does not go with it. Nothing was changed.", "/ui/contacts", "All contacts"}

// conditionForm is the form of one more condition.
type conditionForm struct {
	At, Words          string // the path of the page, and the words of the button
	Kept               []field
	Field, Label, Kind string // of the slot: "" for text
	Operators          []choice
	Value, Until, Days string   // what was typed
	Wrong              []string // a sentence each
	Cancel             string
}

// fitting is what can be done with all that conditions find.
type fitting struct{ Filters string }

// conditionText is a condition as the API spells it.
type conditionText struct {
	Field    string           `json:"field"`
	Operator contact.Operator `json:"operator"`
	Value    *string          `json:"value,omitzero"`
	Start    *string          `json:"start,omitzero"`
	End      *string          `json:"end,omitzero"`
}

// spelledCondition writes a condition that compares with these.
func spelledCondition(s contact.Slot, o contact.Operator, value, end string) conditionText {
	t := conditionText{Field: s.String(), Operator: o}
	switch takes := o.Takes(); {
	case len(takes) == 1:
		t.Value = &value
	case len(takes) == 2:
		t.Start, t.End = &value, &end
	}
	return t
}

// spelledFilter writes conditions as the API takes them; "" for none.
func spelledFilter(f contact.Filter, more ...conditionText) (string, error) {
	var all []conditionText
	for _, c := range f {
		all = append(all, spelledCondition(c.Slot, c.Operator, c.Value, c.End))
	}
	if all = append(all, more...); all == nil {
		return "", nil
	}
	text, err := json.Marshal(all)
	return string(text), err
}

// readWhere reads the conditions of the address.
func (v *visit) readWhere(q *listQuery) (err error) {
	sent := v.Form.Get(filtersName)
	if sent == "" {
		return nil
	}
	filter, problems := wire.ReadFilter(filtersName, []byte(sent), &v.grant.Space.Labels)
	if problems != nil {
		return errConditions
	}
	text, err := spelledFilter(filter)
	q.list.Where = filter
	q.asks.Set(filtersName, text)
	return err
}

// addCondition reads the form of a condition. It leads to the page that has it too, or
// gives the form with what is wrong; neither where no field is chosen.
func (v *visit) addCondition(q *listQuery, words string) (*conditionForm, answer, error) {
	slot, ok := contact.SlotOf(v.Form.Get("field"))
	if !ok {
		return nil, nil, nil
	}
	f := &conditionForm{At: v.URL.Path, Words: words, Field: slot.String(), Label: v.label(slot), Kind: kindOf(slot), Value: v.Form.Get("value"), Until: v.Form.Get("until"), Days: v.Form.Get("days"),
		Kept: v.kept("q", "sort", "cols", "since", "start", "end", filtersName), Cancel: v.address(without(conditionFields)...)}
	operator := contact.Operator(v.Form.Get("operator"))
	for _, o := range slot.Kind().Operators() {
		f.Operators = append(f.Operators, choice{string(o), operatorName(slot, o), o == operator || operator == "" && o == contact.Any})
	}
	if operator == "" {
		return f, nil, nil
	}
	value := f.Value
	if strings.HasPrefix(string(operator), "age_") {
		value = f.Days
	}
	text, err := spelledFilter(q.list.Where, spelledCondition(slot, operator, value, f.Until))
	if err != nil {
		return nil, nil, err
	}
	_, problems := wire.ReadFilter(filtersName, []byte(text), &contact.Labels{})
	if problems == nil {
		return nil, goOn{v.address(append(without(conditionFields), filtersName, text, "cursor", "", "done", "")...)}, nil
	}
	for _, p := range problems {
		says := p.Message
		if p.Code == fault.CodeTextEmpty {
			says = "Write what to compare with, or choose “has no value”."
		}
		f.Wrong = append(f.Wrong, says)
	}
	return f, nil, nil
}

// without gives what takes parameters out of an address.
func without(names []string) (set []string) {
	for _, name := range names {
		set = append(set, name, "")
	}
	return set
}

// whereChips are the conditions that are on: each leads to the list without it.
func (v *visit) whereChips(q *listQuery) (all []chip, err error) {
	for i, c := range q.list.Where {
		rest, err := spelledFilter(slices.Delete(slices.Clone(q.list.Where), i, i+1))
		if err != nil {
			return nil, err
		}
		to := v.address(append(without(conditionFields), filtersName, rest, "cursor", "", "done", "")...)
		says := shortened(conditionWords(&c))
		all = append(all, chip{v.label(c.Slot), says, to, true})
	}
	return all, nil
}

// conditionWords says what a condition asks of its field.
func conditionWords(c *contact.Condition) string {
	says, shown := operatorName(c.Slot, c.Operator), c.Value
	isAge := strings.HasPrefix(string(c.Operator), "age_")
	switch {
	case len(c.Operator.Takes()) == 0:
		return says
	case isAge:
		return strings.Replace(says, "so many", shown, 1)
	case c.Slot.Kind() == contact.DateField:
		shown = dayText(shown)
	}
	if c.Operator == contact.Between {
		shown += " and " + dayText(c.End)
	}
	return says + " " + shown
}

var (
	operatorNames = map[contact.Operator]string{
		contact.EqualTo: "is", contact.NotEqualTo: "is not", contact.Contains: "contains", contact.NotContains: "does not contain",
		contact.StartsWith: "starts with", contact.EndsWith: "ends with", contact.ContainsWord: "has the word",
		contact.GreaterThan: "is above", contact.GreaterThanOrEqualTo: "is at least", contact.LessThan: "is below", contact.LessThanOrEqualTo: "is at most",
		contact.Between: "is between", contact.AgeGreaterThan: "is more than so many days ago", contact.AgeEqualTo: "is exactly so many days ago",
		contact.AgeLessThan: "is less than so many days ago", contact.Any: "has a value", contact.Unknown: "has no value",
	}
	dateOperatorNames = map[contact.Operator]string{contact.EqualTo: "is on", contact.GreaterThan: "is after", contact.LessThan: "is before"}
)

// operatorName says how an operator compares what a slot holds.
func operatorName(s contact.Slot, o contact.Operator) string {
	if name, ok := dateOperatorNames[o]; ok && s.Kind() == contact.DateField {
		return name
	}
	return operatorNames[o]
}

// deleteFitting proposes to delete all contacts that conditions find: the page of the plan
// shows them first.
func (u *ui) deleteFitting(v *visit) (answer, error) {
	filter, problems := wire.ReadFilter(filtersName, []byte(v.PostForm.Get(filtersName)), &v.grant.Space.Labels)
	if problems != nil {
		return nil, errConditions
	}
	var where []conditionText
	for _, c := range filter {
		where = append(where, spelledCondition(c.Slot, c.Operator, c.Value, c.End))
	}
	of, err := proposed(map[string]any{"where": where, "operation": map[string]string{"method": http.MethodDelete}})
	if err != nil {
		return nil, err
	}
	if v.wantsCurl() {
		return v.commands("/ui/contacts", v.signed(of.request)), nil
	}
	p, err := v.propose(of)
	if err != nil {
		return nil, err
	}
	return goOn{planPath(p.ID)}, nil
}
