package httpapi

import (
	"iter"
	"strings"
)

// preference gives what Prefer says of one thing, as RFC 7240 has it: of several
// fields, which are one list, the first item of that name counts. Names are the
// same in any case, values are not; parameters of an item say nothing here. What
// cannot be read, and what is not known, asks for nothing: it is a wish.
func preference(fields []string, name string) string {
	if len(fields) == 0 {
		return ""
	}
	for item := range split(strings.Join(fields, ","), ',') {
		for first := range split(item, ';') { // its parameters follow
			is, value, _ := strings.Cut(first, "=")
			if strings.EqualFold(strings.Trim(is, " \t"), name) {
				return unquoted(strings.Trim(value, " \t"))
			}
			break
		}
	}
	return ""
}

// split gives the parts of a header between separators that are in no quoted
// string.
func split(text string, separator byte) iter.Seq[string] {
	return func(yield func(string) bool) {
		start, quoted := 0, false
		for i := 0; i < len(text); i++ {
			switch c := text[i]; {
			case c == '"':
				quoted = !quoted
			case c == '\\' && quoted:
				i++ // stands for what follows
			case c == separator && !quoted:
				if !yield(text[start:i]) {
					return
				}
				start = i + 1
			}
		}
		yield(text[start:])
	}
}

// unquoted gives the text of a quoted string, and anything else as it is. One that
// does not end is none.
func unquoted(text string) string {
	if text == "" || text[0] != '"' {
		return text
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"' && i == len(text)-1:
			return b.String()
		case c == '"':
			return ""
		case c == '\\' && i+1 < len(text):
			i++
			b.WriteByte(text[i])
		default:
			b.WriteByte(c)
		}
	}
	return ""
}
