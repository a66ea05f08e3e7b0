package httpapi

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/wire"
)

// asked is what the parameters of a request say. Each is read once, into the
// value that its handler uses: there is no second reading that could come to
// less. The zero value is what a request without parameters asks for.
type asked struct {
	labels       bool // custom fields by their labels
	allEmails    bool
	allValues    bool // of all collections
	customFields bool
	numbers      numberStyle
	dry          bool
	maxRemovals  *int // nil for whatever a write does
	theirs       bool // what conflicts with an undo stays
	own          bool
	sources      bool // who brought each value, and when
	meta         bool // version, times and other ids of a contact

	perPage int // 0 for the usual
	cursor  string
	rows    *book.PlanRowsAsked // but for its Cursor and its PerPage; nil for all

	deleted      bool
	email, phone string // as ParseValue gives them; "" for any
	filters      string // the JSON of conditions, as sent
	search       *contact.Search
	updatedSince contact.Time
	start, end   *time.Time // nil for no bound: the zero time is one that can be sent

	then     book.Moment // zero for now
	from, to contact.Version
	link     book.ExportLink
	fileName string     // of an import
	mapping  string     // likewise, the name of one that was kept
	feed     *book.Feed // but for its PerPage; nil for all: most requests ask for none
}

// numberStyle is how an answer writes the content of number slots.
type numberStyle bool

// How numbers are written (CONTRACT D13, D39).
const (
	jsonNumbers   numberStyle = false
	stringNumbers numberStyle = true // for readers whose numbers are binary fractions
)

// param is a query parameter that a route takes.
type param struct {
	name  string
	form  string // what it must look like: "1 or 0"
	parse func(q *asked, v *sent) error
}

// sent is the value of a parameter. A + in a query stands for a space, but
// people type it for itself.
type sent struct {
	text  string // as the standard for queries reads it; parse may put what it read there, for links
	plain string // with each + as it was typed
}

// errForm is what is wrong with a value that is not as its form says. Another
// error says itself what is wrong.
var errForm = errors.New("not of the form")

// formed makes an error of a value that may not be of the form.
func formed(ok bool) error {
	if ok {
		return nil
	}
	return errForm
}

// flag is a parameter that is 1 or 0 (CONTRACT P2).
func flag(name string, into func(*asked) *bool) param {
	return param{name, "1 or 0", func(q *asked, v *sent) error {
		*into(q) = v.text == "1"
		return formed(v.text == "1" || v.text == "0")
	}}
}

var (
	labelsParam  = flag("use_custom_field_labels", func(q *asked) *bool { return &q.labels })
	sourcesParam = flag("include_sources", func(q *asked) *bool { return &q.sources })
	metaParam    = flag("include_meta", func(q *asked) *bool { return &q.meta })
	numbersParam = param{"numbers", "string, or leave it out", func(q *asked, v *sent) error {
		q.numbers = stringNumbers
		return formed(v.text == "string")
	}}
)

// readParams reads a query, and tells what is wrong with it: parameters that
// the route does not take, that come twice, or that do not look as they must
// (CONTRACT D17). It gives them as links to other pages repeat them too, so that
// reading a link comes to the same.
func readParams(query string, takes []param) (asked, url.Values, []fault.Problem) {
	var q asked
	if query == "" {
		return q, nil, nil
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return q, nil, []fault.Problem{{Path: "query", Code: fault.CodeParameterInvalid,
			Message: "The query cannot be read: write it as name=value, joined by &, with %XX for other characters."}}
	}
	// The same again with each + kept: it was readable, so this is.
	plain, _ := url.ParseQuery(strings.ReplaceAll(query, "+", "%2B"))
	var problems []fault.Problem
	for _, name := range sortedNames(values) {
		i := slices.IndexFunc(takes, func(p param) bool { return p.name == name })
		switch {
		case i < 0:
			problems = append(problems, unknownParam(name, takes))
		case len(values[name]) > 1:
			problems = append(problems, fault.Problem{Path: name, Code: fault.CodeRepeatedParameter, Message: "Send " + name + " once."})
		default:
			v := sent{values[name][0], plain.Get(name)}
			err := takes[i].parse(&q, &v)
			values.Set(name, v.text)
			if err == errForm {
				problems = append(problems, fault.Problem{Path: name, Code: fault.CodeParameterInvalid, Message: "Send " + name + " as " + takes[i].form + "."})
			} else if err != nil {
				problems = append(problems, fault.Problem{Path: name, Code: fault.CodeParameterInvalid, Message: err.Error()})
			}
		}
	}
	return q, values, problems
}

// link gives the address of another page of what was asked for: the parameters
// are as they were read, but for one.
func (a *api) link(r *request, name, value string) string {
	q := maps.Clone(r.params)
	if q == nil {
		q = url.Values{}
	}
	q.Set(name, value)
	return a.listAddress(r) + "?" + q.Encode()
}

// listAddress gives the address of a list, without its query.
func (a *api) listAddress(r *request) string { return a.address(r) + r.URL.EscapedPath() }

func sortedNames(values url.Values) []string {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func unknownParam(name string, takes []param) fault.Problem {
	known := make([]string, len(takes))
	for i, p := range takes {
		known[i] = p.name
	}
	shown := wire.ShowName(name)
	if shown == "" {
		return fault.Problem{Path: "query", Code: fault.CodeUnknownParameter, Message: "A parameter has an empty name."}
	}
	return fault.Problem{Path: shown, Code: fault.CodeUnknownParameter,
		Message: "Unknown parameter " + shown + "." + wire.DidYouMean(wire.Nearest(name, known))}
}
