package ui_test

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/ui"
)

// ids are what addresses and forms name: of one Space, or of nobody.
type ids struct{ contact, change, key, plan, job, export, imported, mapping string }

// of gives the id that a placeholder of a pattern stands for.
func (i ids) of(t *testing.T, placeholder string) string {
	switch placeholder {
	case "id", "other":
		return i.contact
	case "change":
		return i.change
	case "key":
		return i.key
	case "plan":
		return i.plan
	case "job":
		return i.job
	case "export":
		return i.export
	case "import":
		return i.imported
	case "mapping":
		return i.mapping
	}
	t.Fatalf("what is %q the id of?", placeholder)
	return ""
}

// placeholder is an id in a pattern.
var placeholder = regexp.MustCompile(`\{(\w+)\}`)

// named gives the addresses of a pattern in which one id or more are strange, and the
// others one's own.
func named(t *testing.T, pattern string, own, strange ids) []string {
	var all []string
	holes := placeholder.FindAllStringSubmatch(pattern, -1)
	for which := 1; which < 1<<len(holes); which++ {
		address := pattern
		for i, hole := range holes {
			id := own
			if which&(1<<i) != 0 {
				id = strange
			}
			address = strings.Replace(address, hole[0], id.of(t, hole[1]), 1)
		}
		all = append(all, address)
	}
	return all
}

// forms are what the acts are sent, so that each comes to look at what its address
// names: or, where that has no id, what the form itself names.
func forms(own, strange ids) map[string][]url.Values {
	edit := func(do, of, value string) url.Values {
		return url.Values{"base": {"1"}, "do": {do}, "of": {of}, "value": {value}}
	}
	return map[string][]url.Values{
		"POST /ui/contacts/{id}/edit": {edit("edit", "names.1", "Eva"), edit("add", "emails", "eva@example.com"), edit("edit", "profile_field_1", "x"),
			edit("edit", "names.1", "Eve"), edit("edit", "names.1", ""), {"keep": {"mine"}, "base": {"1"}}},
		"POST /ui/contacts/{id}/changes/{change}/undo": {{}, {"resolve": {"theirs"}}},
		"POST /ui/contacts/{id}/split":                 {{"merged": {strange.contact}}, {"merged": {own.contact}}},
		"POST /ui/contacts/{id}/distinct/{other}":      {{}, {"forget": {"1"}}},
		"POST /ui/keys/{key}":                          {{"max_removals": {"1"}}, {"max_removals": {"many"}}},
		"POST /ui/keys/{key}/rotate":                   {{"overlap": {"0"}}, {}},
		"POST /ui/contacts/new":                        {{"names": {"Eva"}, "into": {strange.contact}}},
		"POST /ui/contacts/delete":                     {{"id": {strange.contact}}},
		"POST /ui/merge":                               {{"id": {own.contact, strange.contact}}, {"id": {own.contact, strange.contact}, "into": {strange.contact}}},
		"POST /ui/plans":                               {{"batch": {strange.plan}}, {"key": {strange.key}, "since": {"2026-01-01T00:00:00Z"}, "until": {"2027-01-01T00:00:00Z"}}},
		"POST /ui/plans/{plan}/apply":                  {{"hash": {"00"}}, {"hash": {"no hash"}}},
		"POST /ui/keys/new":                            nil, // these six name nothing
		"POST /ui/contacts/fitting":                    nil,
		"POST /ui/exports/new":                         nil,
		"POST /ui/imports/new":                         nil,
		"POST /ui/imports/{import}/mapping":            {{"to.0": {"names"}}, {}},
		"POST /ui/imports/{import}/reading":            {{"encoding": {"utf-8"}}, {}},
		"POST /ui/imports/{import}/keep":               {{"name": {"Fair"}}, {}},
		"POST /ui/fields":                              nil,
		"POST /ui/space":                               nil,
	}
}

// asides are parameters that name something beside what a path names.
func asides(own, strange ids) []url.Values {
	all := []url.Values{{"batch": {strange.plan}}, {"key": {strange.key}, "since": {"2026-01-01"}}, {"id": {own.contact, strange.contact}}, {"done": {strange.change}}, {"key": {strange.key}}, {"revoked": {strange.key}}, {"q": {"#" + strange.contact}}}
	for _, name := range []string{"id", "into", "other", "merged", "off", "contact", "pair", "from", "q"} {
		all = append(all, url.Values{name: {strange.contact}})
	}
	return all
}

// visitsTo gives the requests to a line of the table that name something strange.
func visitsTo(t *testing.T, s ui.Screen, own, strange ids) []asked {
	line := s.Method + " " + s.Pattern
	inPath := strings.Contains(s.Pattern, "{")
	sent, known := forms(own, strange)[line]
	if s.Method == http.MethodPost && !inPath && !known {
		t.Errorf("what does a form to %s name?", line)
	}
	addresses := []string{s.Pattern}
	if inPath {
		addresses = named(t, s.Pattern, own, strange)
	} else if s.Method == http.MethodGet {
		addresses = nil
		for _, aside := range asides(own, strange) {
			addresses = append(addresses, s.Pattern+"?"+aside.Encode())
		}
	}
	if inPath && !known {
		sent = []url.Values{{}}
	}
	var all []asked
	for _, address := range addresses {
		if s.Method == http.MethodGet {
			all = append(all, asked{line, address, nil, s.Scope}, asked{line, withCurl(address), nil, s.Scope})
			continue
		}
		for _, form := range sent {
			curl := url.Values{"show": {"curl"}}
			for name, values := range form {
				curl[name] = values
			}
			all = append(all, asked{line, address, form, s.Scope}, asked{line, address, curl, s.Scope})
		}
	}
	return all
}

func withCurl(address string) string {
	if strings.Contains(address, "?") {
		return address + "&show=curl"
	}
	return address + "?show=curl"
}

// CONTRACT D3: whatever of another Space an address or a form names, beside what is one's
// own too, is answered as what never was, on every screen, in the page and as a command;
// and nothing happens, there or here.
func TestAnotherSpacesIDs(t *testing.T) {
	w := newWorld(t)
	eve := w.makeElsewhere(mark+" Eve", "eve@elsewhere.example")
	w.elsewhere(func() { w.do(&contact.Delete{Ref: w.make(mark+" Gone", "gone@elsewhere.example")}) })
	ada := w.make("Ada", "ada@example.com")
	plan, there := w.propose("main", "", "", adds(ada, "a@example.com")), w.propose("other", "", "", adds(eve, mark+"@elsewhere.example"), adds(eve, "e@elsewhere.example"))
	w.begin("other", there)
	w.work()
	there = w.begin("other", w.propose("other", "", "", deletes(eve)))
	own := ids{ada.String(), contact.ChangeID{Space: w.space.ID, Op: 1}.String(), fmt.Sprint(w.grant("main").Key.ID), plan.ID, fmt.Sprint(plan.Job), w.export("main").ID, w.bring("main", "Name\nCy\n"), "Ours"}
	theirs := ids{eve.String(), contact.ChangeID{Space: w.grant("other").Space.ID, Op: 1}.String(), fmt.Sprint(w.grant("other").Key.ID), there.ID, fmt.Sprint(there.Job), w.export("other").ID, w.bring("other", mark+" Name\n"+mark+"\n"), "Theirs"}
	nobodys := ids{"7", contact.ChangeID{Space: w.space.ID, Op: 7}.String(), "7", rand.Text(), "77", rand.Text(), rand.Text(), "Nobody's"}
	w.keep("main", own.imported, own.mapping)
	w.keep("other", w.bring("other", "Name\n"+mark+"\n"), theirs.mapping)
	before, beforeThere := w.all("main"), w.all("other")
	if strings.Contains(before, mark) || !strings.Contains(beforeThere, mark+" Gone") {
		t.Errorf("the pages of a Space show something of another:\n%s\nnot\n%s", before, beforeThere)
	}
	b := w.browse("main")
	n := 0
	for _, s := range ui.Screens() {
		if s.Scope == "" || leaves[s.Method+" "+s.Pattern] {
			continue
		}
		nothing := visitsTo(t, s, own, nobodys)
		for i, a := range visitsTo(t, s, own, theirs) {
			n++
			b.try(nothing[i])
			status, body := b.status, masked(b.body)
			if b.try(a); b.status != status || masked(b.body) != body {
				t.Errorf("%s %v %v of another Space answers %d, and of nobody %d:\n%s", s.Method, a.address, a.form, b.status, status, b.text())
			}
			if strings.Contains(s.Pattern, "{") && b.status != http.StatusNotFound {
				t.Errorf("%s %v %v answers %d", s.Method, a.address, a.form, b.status)
			}
			if strings.Contains(b.body, mark) || strings.Contains(b.body, "elsewhere.example") {
				t.Errorf("%s %v %v shows something of another Space:\n%s", s.Method, a.address, a.form, b.text())
			}
		}
	}
	if n < 300 {
		t.Errorf("only %d requests were made", n)
	}
	if after, there := w.all("main"), w.all("other"); after != before || there != beforeThere {
		t.Errorf("something happened:\n%s\n%s\n\nand elsewhere\n%s\n%s", before, after, beforeThere, there)
	}
}

// masked hides the numbers of a page, and the names of batches.
func masked(body string) string {
	return number.ReplaceAllString(batchName.ReplaceAllString(body, "N"), "N")
}

var batchName = regexp.MustCompile(`\b[A-Z2-7]{26}\b`)

// all tells all that a Space has, as somebody reads it there.
func (w *world) all(key string) string {
	w.t.Helper()
	keys, err := w.book.KeysOf(w.t.Context(), w.grant(key))
	if err != nil {
		w.t.Fatal(err)
	}
	for i := range keys {
		keys[i].LastUsed = 0 // which is noted while a page is made, or after it
	}
	b := w.browse(key)
	text := fmt.Sprint(keys)
	for _, address := range []string{"/ui/activity", "/ui/contacts", "/ui/bin", "/ui/space", "/ui/fields", "/ui/plans", "/ui/jobs", "/ui/exports", "/ui/imports", "/ui/mappings"} {
		text += "\n" + b.get(address).shows().text()
	}
	return text
}
