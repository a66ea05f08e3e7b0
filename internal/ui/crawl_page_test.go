package ui_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// faults holds a page against what every page is to be.
func (b *browser) faults() (all []string) {
	for _, check := range []func(*browser) []string{faultsOfHeaders, faultsOfMarkup, faultsOfReferences, faultsOfOutline,
		faultsOfNames, faultsOfValues, faultsOfScripts} {
		all = append(all, check(b)...)
	}
	return all
}

// headers are what every answer has.
var headers = map[string]string{
	"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store",
}

func faultsOfHeaders(b *browser) (faults []string) {
	for name, want := range headers {
		if got := b.header.Get(name); got != want {
			faults = append(faults, fmt.Sprintf("the header %s is %q", name, got))
		}
	}
	if b.header.Get("X-Request-Id") == "" {
		faults = append(faults, "there is no X-Request-Id")
	}
	return faults
}

// Where browsers would ignore it, and tell so in the console of every page, there is no
// policy for openers.
func TestOpenerPolicy(t *testing.T) {
	w := newWorld(t)
	for address, want := range map[string]string{
		"http://carnet.example.com/ui/in": "", "http://carnet.example.com:8420/ui/in": "", "http://192.0.2.7:8420/ui/in": "", "http://localhost.example.com/ui/in": "",
		"https://carnet.example.com/ui/in": "same-origin", "http://localhost:8420/ui/in": "same-origin", "http://127.0.0.1:8420/ui/nowhere": "same-origin", "http://[::1]/ui/in": "same-origin",
	} {
		b := w.stranger()
		b.ask(httptest.NewRequest(http.MethodGet, address, nil))
		if got := b.header.Get("Cross-Origin-Opener-Policy"); got != want {
			t.Errorf("%s: %q, and not %q", address, got, want)
		}
	}
}

// checkHead asks for the head of a page, and it is that of the page, alone.
func checkHead(t *testing.T, b *browser) {
	t.Helper()
	r := httptest.NewRequest(http.MethodHead, b.address, nil)
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res := httptest.NewRecorder()
	b.w.handler.ServeHTTP(res, r)
	if res.Code != b.status || res.Body.Len() != 0 {
		t.Errorf("HEAD %s answers %d with %d bytes, GET %d", b.address, res.Code, res.Body.Len(), b.status)
	}
	for _, name := range []string{"Content-Type", "Content-Security-Policy", "Cache-Control"} {
		if got, want := res.Header().Get(name), b.header.Get(name); got != want {
			t.Errorf("HEAD %s has %s: %q, GET %q", b.address, name, got, want)
		}
	}
}

// faultsOfMarkup reads a page as browsers do, and finds what they would mend: a page is
// written as it is read.
func faultsOfMarkup(b *browser) (faults []string) {
	var read strings.Builder
	if err := html.Render(&read, b.page); err != nil {
		return []string{err.Error()}
	}
	written, mended := tokens(b.body), tokens(read.String())
	for i := range written {
		if i >= len(mended) || written[i] != mended[i] {
			from := max(0, i-4)
			return []string{fmt.Sprintf("the markup is mended from %q on: it is read as %q", written[from:min(i+2, len(written))], mended[min(from, len(mended)):min(i+2, len(mended))])}
		}
	}
	return nil
}

// tokens are the tags of a text in their order, without blanks and words.
func tokens(text string) (all []string) {
	for z := html.NewTokenizer(strings.NewReader(text)); z.Next() != html.ErrorToken; {
		token := z.Token()
		slices.SortFunc(token.Attr, func(a, b html.Attribute) int { return strings.Compare(a.Key, b.Key) })
		switch token.Type {
		case html.StartTagToken, html.EndTagToken:
			all = append(all, token.String())
		case html.SelfClosingTagToken:
			token.Type = html.StartTagToken
			all = append(all, token.String())
			if inSVG[token.Data] {
				all = append(all, "</"+token.Data+">")
			}
		}
	}
	return all
}

// inSVG are the elements of pictures, which may close themselves.
var inSVG = map[string]bool{"path": true, "circle": true, "rect": true, "line": true, "use": true}

// faultsOfReferences finds ids that are there twice, and names of ids that are not there.
func faultsOfReferences(b *browser) (faults []string) {
	ids := map[string]int{}
	for n := range b.page.Descendants() {
		if id := attribute(n, "id"); n.Type == html.ElementNode && has(n, "id") {
			if ids[id]++; ids[id] == 2 || id == "" || strings.ContainsAny(id, " \t\n") {
				faults = append(faults, fmt.Sprintf("the id %q is there twice, or none", id))
			}
		}
	}
	for n := range b.page.Descendants() {
		for _, name := range []string{"for", "aria-describedby", "aria-labelledby", "aria-controls", "data-copy-text", "list", "data-region"} {
			for id := range strings.FieldsSeq(attribute(n, name)) {
				if ids[id] == 0 {
					faults = append(faults, fmt.Sprintf("<%s> names the id %q by %s, and there is none", n.Data, id, name))
				}
			}
		}
		if to := attribute(n, "href"); strings.HasPrefix(to, "#") && ids[to[1:]] == 0 {
			faults = append(faults, "nothing is at "+to)
		}
	}
	return faults
}

// faultsOfOutline finds headings that are no outline: one first, and none that skips.
func faultsOfOutline(b *browser) (faults []string) {
	before, first := 0, 0
	for n := range b.page.Descendants() {
		if n.Type != html.ElementNode || len(n.Data) != 2 || n.Data[0] != 'h' || n.Data[1] < '1' || n.Data[1] > '6' {
			continue
		}
		level := int(n.Data[1] - '0')
		if level == 1 {
			first++
		}
		if level > before+1 {
			faults = append(faults, fmt.Sprintf("the heading %q is an h%d under an h%d", words(n), level, before))
		}
		if heard(n) == "" {
			faults = append(faults, "a heading is empty")
		}
		before = level
	}
	if first != 1 {
		faults = append(faults, fmt.Sprintf("there are %d h1", first))
	}
	for name, want := range map[string]int{"main": 1, "title": 1} {
		if got := len(b.all(name)); got != want || words(b.all(name)[0]) == "" {
			faults = append(faults, fmt.Sprintf("there are %d <%s>, or it is empty", got, name))
		}
	}
	if attribute(b.all("html")[0], "lang") == "" {
		faults = append(faults, "it does not say in which language it is")
	}
	return faults
}

// faultsOfNames finds what can be used and has no name: fields without a label, buttons
// and links that say nothing, choices that nothing asks for.
func faultsOfNames(b *browser) (faults []string) {
	for n := range b.page.Descendants() {
		if n.Type != html.ElementNode || attribute(n, "type") == "hidden" || attribute(n, "aria-hidden") == "true" && attribute(n, "tabindex") == "-1" {
			continue
		}
		switch n.Data {
		case "input", "select", "textarea":
			if nameOf(b, n) == "" && labelOf(b, n) == "" {
				faults = append(faults, fmt.Sprintf("the field %q has no label", attribute(n, "name")))
			}
			if kind := attribute(n, "type"); kind == "radio" && (above(n, "fieldset") == nil || len(all(above(n, "fieldset"), "legend")) != 1) {
				faults = append(faults, fmt.Sprintf("the choice %q is in no fieldset with a legend", attribute(n, "name")))
			}
		case "a", "button", "summary", "caption", "th", "legend", "dialog":
			if nameOf(b, n) == "" {
				faults = append(faults, fmt.Sprintf("a <%s> has no name: %s", n.Data, rendered(n)))
			}
			if n.Data == "a" && attribute(n, "href") == "" {
				faults = append(faults, "a link leads nowhere: "+rendered(n))
			}
		case "nav", "section", "img":
			if n.Data != "section" && nameOf(b, n) == "" {
				faults = append(faults, "a <"+n.Data+"> has no name")
			}
		}
	}
	return faults
}

// nameOf gives what an element is called to who does not see it.
func nameOf(b *browser, n *html.Node) string {
	if label := strings.TrimSpace(attribute(n, "aria-label")); label != "" {
		return label
	}
	for id := range strings.FieldsSeq(attribute(n, "aria-labelledby")) {
		for _, by := range []string{"h1", "h2", "h3", "p", "span", "b"} {
			for _, other := range b.all(by, "id", id) {
				return heard(other)
			}
		}
	}
	if n.Data == "nav" || n.Data == "input" || n.Data == "textarea" || n.Data == "select" {
		return ""
	}
	return heard(n)
}

// heard gives the text of an element as it is read aloud.
func heard(n *html.Node) string {
	var text strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			text.WriteString(n.Data)
		}
		if attribute(n, "aria-hidden") == "true" || n.Data == "textarea" || n.Data == "select" {
			return
		}
		text.WriteString(attribute(n, "aria-label"))
		for c := range n.ChildNodes() {
			walk(c)
		}
	}
	walk(n)
	return strings.TrimSpace(text.String())
}

func labelOf(b *browser, field *html.Node) string {
	if label := above(field, "label"); label != nil {
		return heard(label)
	}
	for _, label := range b.all("label") {
		if id := attribute(field, "id"); id != "" && attribute(label, "for") == id {
			return heard(label)
		}
	}
	return ""
}

func above(n *html.Node, element string) *html.Node {
	for p := range n.Ancestors() {
		if p.Type == html.ElementNode && p.Data == element {
			return p
		}
	}
	return nil
}

func rendered(n *html.Node) string {
	var text strings.Builder
	_ = html.Render(&text, n) // writing to memory does not fail
	return text.String()
}

// ofData is what a value of a furnished world has in it.
var ofData = regexp.MustCompile(mark + `|\.example\b|7700\D{1,2}900`)

// isolated is text that signs of its own keep apart from what is around it.
var isolated = regexp.MustCompile("\u2068[^\u2068\u2069]*\u2069")

// faultsOfValues finds values that stand bare in a sentence: their direction would turn
// the words around them.
func faultsOfValues(b *browser) (faults []string) {
	for n := range b.page.Descendants() {
		if n.Type != html.TextNode || !ofData.MatchString(isolated.ReplaceAllString(n.Data, "")) {
			continue
		}
		apart := false
		for p := range n.Ancestors() {
			apart = apart || p.Data == "bdi" || has(p, "dir") || slices.Contains([]string{"title", "pre", "textarea", "option"}, p.Data) ||
				strings.HasPrefix(attribute(p, "class"), "face ")
		}
		if !apart {
			faults = append(faults, fmt.Sprintf("a value stands bare in %s", rendered(n.Parent)))
		}
	}
	return faults
}

// faultsOfScripts finds what runs or looks by itself: the policy would report it.
func faultsOfScripts(b *browser) (faults []string) {
	for n := range b.page.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		for _, a := range n.Attr {
			value := strings.ToLower(strings.TrimSpace(a.Val))
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || strings.HasPrefix(value, "javascript:") || a.Key == "srcdoc" {
				faults = append(faults, fmt.Sprintf("<%s> has %s", n.Data, a.Key))
			}
		}
		switch n.Data {
		case "img", "iframe", "object", "embed", "base", "style":
			faults = append(faults, "there is a <"+n.Data+">")
		case "script":
			if n.FirstChild != nil || !strings.HasPrefix(attribute(n, "src"), "/ui/a/") || attribute(n, "type") != "module" {
				faults = append(faults, "there is a script of its own: "+rendered(n))
			}
		}
	}
	return faults
}
