package httpapi_test

import (
	"strings"
	"testing"
)

// FAULT C4: the octets of a name are read as what sent them meant: UTF-8, or
// ISO 8859-1, which is what fetch sends.
func TestOctetsOfActors(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	for _, test := range []struct{ about, actor, want string }{
		{"UTF-8", "Zo\xc3\xab", "Zoë"},
		{"ISO 8859-1, as browsers send it", "Zo\xeb", "Zoë"},
		{"ISO 8859-1, at its end", "caf\xe9", "café"},
		{"ISO 8859-1, nothing but", "\xc5\xe5", "Åå"},
		{"its no-break space is trimmed", "\xa0Zo\xeb\xa0", "Zoë"},
		{"RFC 8187", "UTF-8''Zo%C3%AB", "Zoë"},
		{"not of its form", "ISO-8859-1''Zo%EB", "ISO-8859-1''Zo%EB"},
		{"100 letters of two octets", strings.Repeat("\xeb", 100), strings.Repeat("ë", 100)},
		{"101", strings.Repeat("\xeb", 101), ""},
		{"100 in RFC 8187", "UTF-8''" + strings.Repeat("%C3%AB", 100), strings.Repeat("ë", 100)},
		{"101 in RFC 8187", "UTF-8''" + strings.Repeat("%C3%AB", 101), ""},
		{"a control character of ISO 8859-1", "Z\x80o", ""},
		{"a soft hyphen of ISO 8859-1", "Zo\xad\xeb", ""},
		{"RFC 8187 that is not UTF-8", "UTF-8''Zo%EB", ""},
		{"RFC 8187 with raw octets", "UTF-8''Zo\xc3\xab", ""},
	} {
		res := w.send("main", "POST", "/public-api/v1/contacts", `{"names": ["A"]}`, "X-Actor", test.actor)
		if test.want == "" {
			if res.Code != 422 || errorOf(res.Body.String()).code != "header_invalid" {
				t.Errorf("%s: %d %s", test.about, res.Code, res.Body)
			}
			continue
		}
		path := res.Header().Get("Location")
		if res.Code != 201 {
			t.Errorf("%s: %d %s", test.about, res.Code, res.Body)
		} else if got := w.send("main", "GET", path+"/changes", "").Body.String(); !strings.Contains(got, `"name":"`+test.want+`"`) {
			t.Errorf("%s: %s, want %q", test.about, got, test.want)
		}
	}
}
