package httpapi

import "testing"

// Prefer is read as RFC 7240, section 2 has it.
func TestPreference(t *testing.T) {
	for _, test := range []struct {
		fields []string
		want   string
	}{
		{nil, ""},
		{[]string{""}, ""},
		{[]string{"return=changes"}, "changes"},
		{[]string{`return="changes"`}, "changes"},
		{[]string{`return="ch\anges"`}, "changes"},
		{[]string{"Return=changes"}, "changes"},
		{[]string{"RETURN = changes"}, "changes"},
		{[]string{"return=Changes"}, "Changes"}, // values are compared as they are
		{[]string{"return"}, ""},
		{[]string{"return="}, ""},
		{[]string{`return=""`}, ""},
		{[]string{"respond-async, return=changes"}, "changes"},
		{[]string{"respond-async", "wait=10, return=changes"}, "changes"},
		{[]string{" ,, return=changes ,"}, "changes"},
		{[]string{"return=changes; foo=bar; baz"}, "changes"},
		{[]string{"return=changes;foo"}, "changes"},
		// The first of a name counts.
		{[]string{"return=minimal, return=changes"}, "minimal"},
		{[]string{"return=minimal", "return=changes"}, "minimal"},
		{[]string{"return, return=changes"}, ""},
		// What stands in quotes, or is a parameter, is none of that name.
		{[]string{`foo="a, return=changes"`}, ""},
		{[]string{`foo="a\", return=changes"`}, ""},
		{[]string{`foo="a;b", return=changes`}, "changes"},
		{[]string{"foo; return=changes"}, ""},
		{[]string{"returns=changes"}, ""},
		// What cannot be read asks for nothing.
		{[]string{`return="changes`}, ""},
		{[]string{`return="changes"x`}, ""},
		{[]string{`foo="open, return=changes`}, ""},
		{[]string{"=changes"}, ""},
	} {
		if got := preference(test.fields, "return"); got != test.want {
			t.Errorf("%q: %q, want %q", test.fields, got, test.want)
		}
	}
}
