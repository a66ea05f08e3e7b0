package ui_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/carnet-project/carnet/internal/contact"
)

// person makes a contact of values, and of texts for the first slots.
func (w *world) person(values []string, fields ...string) contact.ID {
	w.t.Helper()
	id := w.make(values...)
	if len(fields) > 0 {
		w.do(&contact.Put{Ref: id, Patch: filled(fields...)})
	}
	return id
}

// filled names what the first slots are to hold.
func filled(texts ...string) contact.Patch {
	p := contact.Patch{Fields: contact.FieldsPatch{Sent: true}}
	for i, text := range texts {
		p.Fields.Named[i], p.Fields.Texts[i] = true, text
	}
	return p
}

// kims makes three contacts of one person. The second changed most.
func (w *world) kims() (a, b, c contact.ID) {
	a = w.person([]string{"김민준", "minjun@halcyon.example.com", "+1 213 555 0148"})
	b = w.person([]string{"Min-Jun Kim", "kim@halcyon.example.com", "+12135550148"}, "Halcyon Ceramics", "Kiln master")
	c = w.person([]string{"Kim, Minjun", "MinJun@halcyon.example.com"}, "할시온 세라믹")
	w.do(&contact.Put{Ref: b, Patch: filled("Halcyon Korea", "Kiln master")})
	return a, b, c
}

// content gives what a contact holds, to the last origin.
func content(c contact.Contact) any { return []any{c.ID, c.State, c.Values, c.Fields} }

// lettersOf gives the letters beside a value: "A·C".
func (b *browser) lettersOf(text string) string {
	b.w.t.Helper()
	for _, row := range append(b.all("li", "class", "val"), b.all("label", "class", "opt")...) {
		if v := all(row, "bdi"); len(v) > 0 && words(v[len(v)-len(all(row, "small"))-1]) == text || strings.Contains(words(row), text) {
			return strings.ReplaceAll(words(all(row, "span", "class", "lets")[0]), " ", "")
		}
	}
	b.w.t.Fatalf("%s has no value %q\n%s", b.address, text, b.text())
	return ""
}

func (b *browser) merging() *html.Node { return b.byID("merge") }

func TestMergeReview(t *testing.T) {
	w := newWorld(t)
	first, second, third := w.kims()
	br := w.browse("main").get("/ui/merge?id=" + first.String() + "&id=" + second.String() + "&id=" + third.String())
	br.shows("Merge 3 contacts into one", "1 field needs you", "Every value of all 3 is kept", "changed most, 3 times",
		"3 values come to #"+second.String(), "2 are there already", "1 field value hidden", "0 removed", "#"+first.String()+" and #"+third.String()+" go on working: both lead")
	for text, letters := range map[string]string{"김민준": "A··", "minjun@halcyon.example.com": "A·C", "Halcyon Korea": "·B·", "할시온 세라믹": "··C", "Kiln master": "·B·"} {
		if got := br.lettersOf(text); got != letters {
			t.Errorf("%s is of %s, want %s", text, got, letters)
		}
	}
	br.shows("also typed +1 213 555 0148 in A", "also typed MinJun@halcyon.example.com in C")

	br.send(br.merging(), "Show what this does", "into", first.String()).shows("to #"+first.String(), "김민준 primary")
	if versions := [...]contact.Version{w.read(first).Version, w.read(second).Version}; versions != [...]contact.Version{1, 3} {
		t.Errorf("looking changed contacts: versions %d", versions)
	}
	br.send(br.merging(), "Merge, keep everything", "profile_field_1", third.String()).shows("김민준", "할시온 세라믹")
	now := w.read(second)
	if now.ID != first || now.Fields[0].Text != "할시온 세라믹" || len(now.Values[contact.Names]) != 3 || len(now.Values[contact.Emails]) != 2 {
		t.Errorf("the merge left %+v", now)
	}
	if !strings.Contains(words(br.byID("toast")), "Undo") {
		t.Error("there is no undo in the toast")
	}
}

// Undoing a merge from its toast gives each contact back, to the last origin.
func TestMergeIsTakenBackFromItsToast(t *testing.T) {
	w := newWorld(t)
	a, b, c := w.kims()
	before := []any{content(w.read(a)), content(w.read(b)), content(w.read(c))}
	br := w.browse("main").get("/ui/merge?id=" + a.String() + "&id=" + b.String() + "&id=" + c.String())
	br.send(br.merging(), "Merge, keep everything", "into", c.String()).link("Undo")
	undo := attribute(br.one("a", "aria-current", "true"), "href")
	if len(br.all("form", "action", undo)) == 0 {
		undo = strings.TrimSuffix(undo, "/undo") + "/undo"
	}
	br.send(br.form(undo), "")
	if br.status != http.StatusOK {
		t.Fatalf("taking it back: %d\n%s", br.status, br.text())
	}
	if after := []any{content(w.read(a)), content(w.read(b)), content(w.read(c))}; !reflect.DeepEqual(before, after) {
		t.Errorf("before:\n%v\nafter:\n%v", before, after)
	}
}

// What cannot be merged as it was asked for is told, and nothing breaks.
func TestMergeOfWhatIsNotThere(t *testing.T) {
	w := newWorld(t)
	a, b, gone := w.make("Ada"), w.make("Bo"), w.make("Cy")
	elsewhere := w.makeElsewhere("Dee")
	w.do(&contact.Delete{Ref: gone})
	alias := w.make("Adah")
	w.do(&contact.Merge{Survivor: a, Merged: []contact.ID{alias}})
	br := w.browse("main")
	for query, says := range map[string]string{
		"id=" + a.String() + "&id=" + b.String() + "&id=" + gone.String():      "#" + gone.String() + " is not there",
		"id=" + a.String() + "&id=" + b.String() + "&id=" + elsewhere.String(): "#" + elsewhere.String() + " is not there",
		"id=" + a.String() + "&id=" + b.String() + "&id=" + alias.String():     "they are one contact already",
		"id=" + alias.String() + "&id=" + b.String():                           "which stands here for it",
		"id=" + a.String() + "&id=" + alias.String():                           "Merge with whom?",
		"id=" + a.String() + "&id=x&id=" + b.String():                          "is no number",
		"id=" + a.String(): "Merge with whom?",
		"":                 "Find the first of two",
		"id=" + a.String() + "&id=" + b.String() + "&into=99&profile_field_1=" + gone.String() + "&profile_field_2=x": "Merge 2 contacts into one",
	} {
		br.get("/ui/merge?" + query).shows(says)
	}
	if br.get("/ui/merge?" + strings.Repeat("id="+a.String()+"&", 11)); br.status != http.StatusUnprocessableEntity {
		t.Errorf("eleven contacts: %d", br.status)
	}
}

func TestMergeIsForWhoMayWrite(t *testing.T) {
	w := newWorld(t)
	a, b := w.make("Ada"), w.make("Bo")
	form := w.browse("main").get("/ui/merge?id=" + a.String() + "&id=" + b.String()).merging()
	reader := w.browse("reader")
	for _, address := range []string{"/ui/merge?id=" + a.String() + "&id=" + b.String(), "/ui/contacts/" + a.String() + "/split"} {
		if reader.get(address); reader.status != http.StatusForbidden {
			t.Errorf("%s for a key that reads alone: %d", address, reader.status)
		}
	}
	if reader.send(form, "Merge, keep everything"); reader.status != http.StatusForbidden || w.read(b).ID != b {
		t.Errorf("a key that reads alone merges: %d", reader.status)
	}
	other := w.browse("other")
	if other.send(form, "Merge, keep everything"); w.read(b).ID != b {
		t.Errorf("a key of another Space merges: %d", other.status)
	}
	if found := reader.get(pageOf(a)).all("a", "data-act", "merge"); len(found) != 0 {
		t.Error("a key that reads alone is offered a merge")
	}
}

// A merge as a command is the request that does it.
func TestMergeAsCurl(t *testing.T) {
	w := newWorld(t)
	a, b, c := w.kims()
	br := w.browse("main").get("/ui/merge?id=" + a.String() + "&id=" + b.String() + "&id=" + c.String())
	br.send(br.merging(), "Copy as curl", "into", a.String(), "profile_field_1", c.String())
	br.shows("-X POST", "/contacts/"+a.String()+"/merge'", `{"merged_ids":[`+b.String()+`,`+c.String()+`],"prefer":{"profile_field_1":`+c.String()+`}}`)
	if w.read(b).ID != b {
		t.Error("showing the command merged")
	}
}

func TestMergeFindsTheOther(t *testing.T) {
	w := newWorld(t)
	a := w.make("Ada", "ada@example.com", "+44 20 7946 0018")
	b := w.make("Ada F", "ADA@example.com", "+44 20 7946 0019")
	c := w.make("A. Ferrell", "+442079460018")
	w.make("Bo", "bo@example.com")
	br := w.browse("main").get(pageOf(a)).link("Merge")
	br.shows("Perhaps the same person", "Ada F", "the same email", "A. Ferrell", "the same phone")
	for look, to := range map[string]contact.ID{"#" + c.String(): c, c.String(): c, " +44 20 7946 0019 ": b} {
		br.get("/ui/merge?id=" + a.String())
		if br.send(br.form("/ui/merge"), "Find", "other", look); !strings.Contains(br.text(), "#"+to.String()) || br.merging() == nil {
			t.Errorf("by %q: %s", look, br.text())
		}
		br.shows("Merge 2 contacts into one", "to #"+a.String())
	}
	for _, look := range []string{"99", "nobody@example.com", "<script>alert(1)</script>", strings.Repeat("é", 10_000), a.String()} {
		br.get("/ui/merge?id=" + a.String())
		br.send(br.form("/ui/merge"), "Find", "other", look).shows("No other contact has this")
		if strings.Contains(br.body, "<script>alert") {
			t.Error("what was typed is markup")
		}
	}
}

func TestMergeOfWhoIsToldApart(t *testing.T) {
	w := newWorld(t)
	a, b := w.make("Ada", "ada@example.com"), w.make("Adah", "ada@example.com")
	br := w.browse("main").get("/ui/merge?id=" + a.String() + "&id=" + b.String())
	pair := pageOf(a) + "/distinct/" + b.String()
	br.send(br.form(pair), "Not the same person").shows("distinct from #" + b.String())
	if toast := words(br.byID("toast")); !strings.Contains(toast, "are different people") {
		t.Errorf("the toast says %q", toast)
	}
	if br.get("/ui/merge?id=" + a.String()); strings.Contains(br.text(), "Adah") {
		t.Error("whoever is told apart is thought to be the same all the same")
	}

	br.get("/ui/merge?id="+a.String()+"&id="+b.String()).shows("#"+a.String()+" and #"+b.String()+" are different people", "Adah")
	if br.send(br.merging(), "Merge, keep everything"); br.status != http.StatusConflict || w.read(b).ID != b {
		t.Fatalf("merged unasked: %d\n%s", br.status, br.text())
	}
	br.send(br.merging(), "Merge, keep everything", "confirm_distinct", "1")
	if w.read(b).ID != w.read(a).ID {
		t.Errorf("not merged: %d\n%s", br.status, br.text())
	}
}

// That two are different people is forgotten where it is shown, and remembered again.
func TestDistinctIsForgotten(t *testing.T) {
	w := newWorld(t)
	a, b := w.make("Ada"), w.make("<script>x</script>")
	w.do(&contact.Distinct{Ref: b, Other: a})
	br := w.browse("main").get(pageOf(a)).shows("distinct from #"+b.String()).link("forget…").shows("Two different people", "<script>x</script>")
	pair := pageOf(a) + "/distinct/" + b.String()
	br.send(br.form(pair), "Copy as curl").shows("-X DELETE", "/contacts/"+a.String()+"/distinct/"+b.String())
	br.link("Back").send(br.form(pair), "Forget that").shows("Ada")
	if strings.Contains(br.text(), "distinct from") {
		t.Error("it is not forgotten")
	}
	br.link("Undo").send(br.form(pair), "Not the same person").shows("distinct from #" + b.String())

	reader := w.browse("reader").get(pageOf(a)).shows("distinct from #" + b.String())
	if strings.Contains(reader.text(), "forget…") || len(reader.get(pair).all("form", "action", pair)) != 0 {
		t.Error("a key that reads alone is offered to forget")
	}
	if other := w.browse("other").get(pair); other.status != http.StatusNotFound {
		t.Errorf("a key of another Space: %d", other.status)
	}
}

func TestSplit(t *testing.T) {
	w := newWorld(t)
	a, b := w.person([]string{"Ada", "ada@example.com"}, "Harbour"), w.person([]string{"Adah", "+44 20 7946 0018"}, "Studio")
	before := []any{content(w.read(a)), content(w.read(b))}
	w.do(&contact.Merge{Survivor: a, Merged: []contact.ID{b}})
	merged := content(w.read(a))
	br := w.browse("main").get(pageOf(a)).link("#" + b.String())
	br.shows("Split #"+b.String()+" off", "merged by", "Nothing is written yet", "Adah", "Studio")
	if !reflect.DeepEqual(merged, content(w.read(b))) {
		t.Fatal("looking split it off")
	}
	to := pageOf(a) + "/split"
	br.send(br.form(to), "Copy as curl").shows(`{"merged_id":` + b.String() + `}`)
	br.link("Back").send(br.form(to), "Split #"+b.String()+" off").shows("Now they are two")
	if after := []any{content(w.read(a)), content(w.read(b))}; !reflect.DeepEqual(before, after) {
		t.Errorf("before the merge:\n%v\nafter the split:\n%v", before, after)
	}
	br.link("Undo")
	br.send(all(br.byID("main"), "form")[0], "")
	if !reflect.DeepEqual(merged, content(w.read(b))) {
		t.Errorf("taking the split back: %d\n%s", br.status, br.text())
	}
}

// What a split cannot leave as it was is said before it.
func TestSplitSaysWhatNeedsSomebody(t *testing.T) {
	w := newWorld(t)
	a, b := w.make("Ada", "ada@example.com"), w.make("Adah", "adah@example.com")
	w.do(&contact.Merge{Survivor: a, Merged: []contact.ID{b}})
	var p contact.Patch
	p.Values[contact.Emails] = contact.List{Sent: true, Texts: []string{"ada@example.com"}}
	w.do(&contact.Put{Ref: a, Patch: p})
	br := w.browse("main").get(pageOf(a)+"/split?merged="+b.String()).shows("1 value needs you", "needs you")
	if held := br.all("p", "class", "hold"); len(held) != 1 || !strings.Contains(words(held[0]), "adah@example.com") {
		t.Errorf("%d lines are marked:\n%s", len(held), br.text())
	}
}

func TestSplitOfWhatIsNotMerged(t *testing.T) {
	w := newWorld(t)
	a, b := w.make("Ada"), w.make("Bo")
	br := w.browse("main")
	for _, other := range []contact.ID{a, b, 99, w.makeElsewhere("Dee")} {
		br.get(pageOf(a) + "/split?merged=" + other.String())
		if br.status != http.StatusUnprocessableEntity || !strings.Contains(br.text(), "Nothing was changed") {
			t.Errorf("#%d: %d\n%s", other, br.status, br.text())
		}
	}
	if br.get(pageOf(99) + "/split"); br.status != http.StatusNotFound {
		t.Errorf("a contact that is not there: %d", br.status)
	}
}

// Values are text, whatever they are made of.
func TestMergeShowsHostileValues(t *testing.T) {
	w := newWorld(t)
	long := strings.Repeat("é", 400)
	a := w.person([]string{"<script>alert(1)</script>", "شركة \u202eabc", long}, "<b>x</b>")
	b := w.person([]string{"e\u0301", `"><img src=x>`}, "<i>y</i>")
	br := w.browse("main").get("/ui/merge?id="+a.String()+"&id="+b.String()).shows("<script>alert(1)</script>", long, "e\u0301", `"><img src=x>`, "<b>x</b>", "<i>y</i>")
	for _, element := range []string{"img", "b", "i"} {
		for _, n := range all(br.byID("main"), element) {
			if words(n) == "x" || words(n) == "y" || element == "img" {
				t.Errorf("a value became <%s>", element)
			}
		}
	}
}
