package httpapi

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// etag writes a contact's version as an entity tag (CONTRACT D20).
func etag(v contact.Version) string {
	return `"` + strconv.FormatInt(int64(v), 10) + `"`
}

// tags is what If-Match or If-None-Match names.
type tags struct {
	any     bool // "*"
	strong  []contact.Version
	weak    []contact.Version
	foreign bool // a tag is none of ours
}

// parseTags reads a list of entity tags as RFC 9110, section 13.1 has it. Of
// tags that are none of ours it tells only that there are some. It returns false where the list is not
// well-formed. Several header fields are one list.
func parseTags(fields []string) (tags, bool) {
	list := strings.Trim(strings.Join(fields, ","), " \t")
	if list == "*" {
		return tags{any: true}, true
	}
	var t tags
	found := false
	for {
		list = strings.TrimLeft(list, " \t,") // empty items are allowed
		if list == "" {
			return t, found
		}
		found = true
		rest, weak := strings.CutPrefix(list, "W/")
		text, rest, ok := cutQuoted(rest)
		rest = strings.TrimLeft(rest, " \t")
		if !ok || rest != "" && rest[0] != ',' {
			return tags{}, false
		}
		list = rest
		if v, err := strconv.ParseInt(text, 10, 64); err != nil || etag(contact.Version(v)) != `"`+text+`"` {
			t.foreign = true
		} else if weak {
			t.weak = append(t.weak, contact.Version(v))
		} else {
			t.strong = append(t.strong, contact.Version(v))
		}
	}
}

// cutQuoted reads the opaque part of an entity tag.
func cutQuoted(s string) (text, rest string, ok bool) {
	if s == "" || s[0] != '"' {
		return "", s, false
	}
	text, rest, ok = strings.Cut(s[1:], `"`)
	for i := range len(text) {
		ok = ok && text[i] > ' ' && text[i] != 0x7f
	}
	return text, rest, ok
}

// ifMatch reads the condition on a write. A weak tag never matches.
func ifMatch(h http.Header) (contact.Match, error) {
	fields := h["If-Match"]
	if len(fields) == 0 {
		return contact.Match{}, nil
	}
	t, ok := parseTags(fields)
	if !ok {
		return contact.Match{}, fault.At("If-Match", fault.CodeETagInvalid,
			`Send If-Match as the ETag of an earlier answer, in its quotes, as in If-Match: "3".`)
	}
	return contact.Match{Set: true, Any: t.any, Versions: t.strong, Weak: t.weak, Foreign: t.foreign}, nil
}

// ifNoneMatch tells whether the caller has this version already. A list that
// cannot be read asks for nothing: the worst is an answer that was not needed.
func ifNoneMatch(h http.Header, v contact.Version) bool {
	fields := h["If-None-Match"]
	if len(fields) == 0 {
		return false
	}
	t, ok := parseTags(fields)
	return ok && (t.any || slices.Contains(t.strong, v) || slices.Contains(t.weak, v))
}
