package httpapi

import (
	"net/url"
	"slices"

	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/wire"
)

// param is a query parameter that a route takes.
type param struct {
	name  string
	form  string // what it must look like: "1 or 0"
	valid func(string) bool
}

// flag is a parameter that is 1 or 0 (CONTRACT P2).
func flag(name string) param {
	return param{name, "1 or 0", func(s string) bool { return s == "1" || s == "0" }}
}

// checkParams tells what is wrong with a query: parameters that the route does
// not take, that come twice, or that do not look as they must (CONTRACT D17).
func checkParams(query string, takes []param) []fault.Problem {
	if query == "" {
		return nil
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return []fault.Problem{{Path: "query", Code: "parameter_invalid",
			Message: "The query cannot be read: write it as name=value, joined by &, with %XX for other characters."}}
	}
	var problems []fault.Problem
	for _, name := range sortedNames(values) {
		i := slices.IndexFunc(takes, func(p param) bool { return p.name == name })
		switch {
		case i < 0:
			problems = append(problems, unknownParam(name, takes))
		case len(values[name]) > 1:
			problems = append(problems, fault.Problem{Path: name, Code: "repeated_parameter", Message: "Send " + name + " once."})
		case !takes[i].valid(values[name][0]):
			problems = append(problems, fault.Problem{Path: name, Code: "parameter_invalid", Message: "Send " + name + " as " + takes[i].form + "."})
		}
	}
	return problems
}

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
		return fault.Problem{Path: "query", Code: "unknown_parameter", Message: "A parameter has an empty name."}
	}
	return fault.Problem{Path: shown, Code: "unknown_parameter",
		Message: "Unknown parameter " + shown + "." + wire.DidYouMean(wire.Nearest(name, known))}
}
