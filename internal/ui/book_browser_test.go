package ui_test

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
)

// reading is a browser that reads a furnished book.
type reading struct {
	*tab
	w *furnished
}

// The whole book in a browser, with its real pages, scripts, styles and policy.
func TestBookInBrowser(t *testing.T) {
	w := furnish(t)
	w.wait(time.Since(w.clock())) // cookies end by the browser's clock
	w.importMore()                // as what came in before is too old by then
	server := httptest.NewServer(w.handler)
	defer server.Close()
	r := &reading{openTabOf(t, server), w}
	r.signIn(t, "main", "Ada Ferrell")
	for _, part := range []struct {
		name string
		test func(*testing.T, *reading)
	}{
		{"screens", testScreens}, {"keys", testBookKeys}, {"edit", testEditInPlace}, {"two", testTwoReaders}, {"time", testTime}, {"merge follows", testMergeFollows}, {"typed", testTyped},
		{"revoked", testRevoked}, {"plan", testPlanFollows}, {"import", testImportInBrowser}, {"export", testExportFollows}, {"axe", testAxe}, {"plain", testWithoutScripts},
	} {
		t.Run(part.name, func(t *testing.T) {
			w.t = t
			part.test(t, r)
			r.calm(t)
		})
	}
	w.t = t
	for _, asked := range r.Asked() {
		if !strings.HasPrefix(asked, r.origin+"/") && !strings.HasPrefix(asked, "data:") {
			t.Errorf("a request went to %s", asked)
		}
	}
}

// What is typed is looked for where the list is, without a press; an id is not gone to
// before one (CONTRACT D39).
func testTyped(t *testing.T, r *reading) {
	r.open(t, "/ui/contacts")
	before := r.ask(t, "history.length")
	r.click(t, "#look")
	r.press(t, "nobody like this")
	r.until(t, `location.search === "?q=nobody+like+this" && document.querySelector("#main h2").textContent === "Nobody fits"`)
	r.until(t, `document.activeElement.id === "look" && document.activeElement.value === "nobody like this"`)
	r.ask(t, `document.getElementById("look").value = ""`)
	r.press(t, "#7")
	r.press(t, kb.Backspace+kb.Backspace)
	r.until(t, `location.pathname === "/ui/contacts" && location.search === "?q=" && document.querySelector("[data-row]")`)
	if after := r.ask(t, "history.length"); after != before {
		t.Errorf("steps came into the history: %s, then %s", before, after)
	}
	r.open(t, pageOf(r.w.plain))
	r.click(t, "#look")
	r.press(t, "nobody"+kb.Enter)
	r.until(t, `location.pathname === "/ui/contacts" && location.search === "?q=nobody"`)
}

// signIn goes through the door with a key, as a person does.
func (r *reading) signIn(t *testing.T, key, name string) {
	t.Helper()
	r.open(t, "/ui/in")
	r.until(t, `document.activeElement.name === "key"`)
	r.press(t, r.w.secrets[key]+kb.Tab+name+kb.Enter)
	r.until(t, `location.pathname === "/ui/contacts" && document.querySelector("nav.nav")`)
}

// another is a browser of somebody else, who has signed in with a key.
func (r *reading) another(t *testing.T, key string) *reading {
	t.Helper()
	b := &tab{Tab: r.Another(t), origin: r.origin}
	other := &reading{b, r.w}
	other.signIn(t, key, "Ben Quince")
	return other
}

// screens are addresses of every screen there is, with what is strange on it.
func (w *furnished) screens(t *testing.T) []string {
	t.Helper()
	b := w.browse("main")
	change := func(of string) string {
		for _, a := range b.get(of + "/history").all("a") {
			if to := attribute(a, "href"); strings.HasSuffix(to, "/undo") {
				return strings.TrimSuffix(to, "/undo")
			}
		}
		t.Fatalf("the history of %s leads to no undo", of)
		return ""
	}
	strange, merged := pageOf(w.hostile), pageOf(w.survivor)
	key := fmt.Sprintf("/ui/keys/%d", w.theKey("writer").ID)
	all := []string{
		"/ui/contacts", "/ui/contacts?sort=change&cols=name,email,phone,location,change,profile_field_1,profile_field_16,profile_field_26",
		"/ui/contacts?q=nobody-else%40there.example", "/ui/contacts?q=%3Cscript%3E", "/ui/contacts?field=profile_field_1",
		"/ui/contacts?field=profile_field_26", "/ui/contacts?custom_field_filters=" + url.QueryEscape(`[{"field":"profile_field_1","operator":"contains","value":"`+long[:400]+`"},{"field":"profile_field_1","operator":"any"}]`), "/ui/contacts/new", "/ui/contacts/new?q=%2B44%207700%20900999",
		fmt.Sprintf("/ui/contacts/delete?id=%d&id=%d", w.hostile, w.plain),
		strange, strange + "?sources=1&empty=1", strange + "?edit=names.1", strange + "?edit=profile_field_1", strange + "?add=emails", strange + "?at=1",
		strange + "/json", strange + "/export", strange + "?show=curl", strange + "/history", change(strange), change(strange) + "/undo",
		pageOf(w.crowded) + "?all=emails", pageOf(w.busy), pageOf(w.busy) + "?at=7", pageOf(w.busy) + "/history", pageOf(w.bare), pageOf(w.nameless),
		merged, fmt.Sprintf("%s/split?merged=%d", merged, w.merged), change(merged) + "/undo", fmt.Sprintf("%s/distinct/%d", merged, w.plain),
		fmt.Sprintf("/ui/merge?id=%d", w.survivor), fmt.Sprintf("/ui/merge?id=%d&id=%d&id=%d&id=%d", w.hostile, w.survivor, w.plain, w.crowded),
		"/ui/bin", "/ui/activity", "/ui/activity?action=merge", "/ui/plans", planAt(w.planned), planAt(w.planned) + "?outcome=refused", planAt(w.applied), planAt(w.underWay), planAt(w.building), "/ui/jobs", "/ui/exports", "/ui/exports/new", "/ui/exports/new?q=person7%40there.example&field=profile_field_1",
		"/ui/imports", "/ui/mappings", "/ui/mappings/" + url.PathEscape(scripted+" / "+rtl), "/ui/imports/new", w.imported, w.waiting, w.unread, w.wide + "?columns=40", w.looked, "/ui/activity?batch=" + w.applied.ID,
		"/ui/keys", "/ui/keys/new", key, key + "/rotate", key + "/revoke", "/ui/fields", "/ui/space", "/ui/system",
		"/ui/in", "/ui/nowhere", pageOf(w.deleted),
	}
	return all
}

// wide and narrow are the windows that pages are looked at in.
var windows = []int64{1440, 360}

// show sets how wide the window is, and whether its reader likes it dark.
func (r *reading) show(t *testing.T, width int64, scheme string) {
	t.Helper()
	r.do(t, chromedp.EmulateViewport(width, 900))
	r.scheme(t, scheme)
}

func (r *reading) scheme(t *testing.T, scheme string) {
	t.Helper()
	if _, err := chromedp.Call(r, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme},
			{Name: "prefers-reduced-motion", Value: "reduce"}, // no colour is on its way to another
		}}); err != nil {
		t.Fatal(err)
	}
}

// sideways names what stands out of a page to its right.
const sideways = `document.documentElement.scrollWidth <= innerWidth ? "" :
	document.documentElement.scrollWidth + " of " + innerWidth + ": " + [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
		.map(e => e.tagName + "." + e.className + "#" + e.id).slice(0, 8).join(" ")`

// Every screen loads in wide and narrow windows, light and dark, with nothing in the
// console, and none goes out of its window.
func testScreens(t *testing.T, r *reading) {
	for _, address := range r.w.screens(t) {
		t.Run(address, func(t *testing.T) {
			r.open(t, address)
			grounds := map[string]string{}
			for _, width := range windows {
				for _, scheme := range []string{"light", "dark"} {
					r.show(t, width, scheme)
					grounds[scheme] = r.ask(t, "getComputedStyle(document.documentElement).backgroundColor")
					if out := r.ask(t, sideways); out != "" {
						t.Errorf("%d wide, in the %s, it scrolls sideways: %s", width, scheme, out)
					}
				}
			}
			if grounds["light"] == grounds["dark"] {
				t.Errorf("light and dark it has the same ground: %s", grounds["dark"])
			}
			if icons := r.ask(t, `[...document.querySelectorAll("use")].filter(u => !document.querySelector(u.getAttribute("href"))).length`); icons != "0" {
				t.Errorf("%s of its icons are not there", icons)
			}
			r.calm(t, "status of 404")
		})
	}
	r.show(t, 1440, "light")
}

// heading is a condition: the page that is shown has this heading.
func heading(text string) string {
	return fmt.Sprintf(`document.querySelector("h1").textContent === %q`, text)
}

// The keys do on the real screens what the help says, and no page is loaded for it.
func testBookKeys(t *testing.T, r *reading) {
	plain := pageOf(r.w.plain)
	for _, k := range []pressed{
		{plain, "", "g c", heading("Contacts")},
		{plain, "", "g a", heading("Activity")},
		{plain, "", "g p", heading("Plans")},
		{plain, "", "g b", heading("Bin")},
		{plain, "", "g k", heading("Keys")},
		{plain, "", "g f", heading("Fields")},
		{plain, "", "g s", heading("Space")},
		{plain, "", "g y", heading("System")},
		{plain, "", "/", `document.activeElement.id === "look"`},
		{plain, "", "?", `document.querySelector("dialog#help[open]")`},
		{plain, "?", "Escape", `!document.querySelector("dialog[open]")`},
		{"/ui/contacts", "", "j", `document.querySelector("tbody tr:first-child.at[aria-current=true]")`},
		{"/ui/contacts", "jj", "k", `document.querySelector("tbody tr:first-child.at")`},
		{"/ui/contacts", "jj", "x", `document.querySelector("tbody tr:nth-child(2) input:checked") && !document.querySelector("[data-selected]").hidden`},
		{"/ui/contacts", "jx", "Escape", `!document.querySelector("tbody input:checked") && document.querySelector("[data-selected]").hidden`},
		{"/ui/contacts", "j", "o", fmt.Sprintf(`location.pathname === %q`, pageOf(r.w.revived))},
		{"/ui/contacts", "j", "Enter", fmt.Sprintf(`location.pathname === %q`, pageOf(r.w.revived))},
		{"/ui/contacts", "j", "u", heading("Take back a change")},
		{"/ui/contacts", "jxjx", "m", heading("Merge 2 contacts into one")},
		{"/ui/contacts", "", "n", heading("New contact")},
		{plain, "", "e", `document.activeElement.name === "value" && document.activeElement.selectionStart === document.activeElement.value.length`},
		{plain, "e", "Escape", `!document.querySelector("form.edit") && document.activeElement !== document.body`},
		{plain, "", "m", heading("Merge with whom?")},
		{plain, "", "s", `location.search === "?sources=1" && document.querySelector(".sources")`},
		{plain, "", "h", `document.activeElement.id === "history"`},
		{plain, "", "u", `document.querySelector("#history form[action$='/undo']") || document.querySelector("main form[action$='/undo']")`},
		{"/ui/bin", "j", "u", heading("Take back a change")},
		{"/ui/activity", "j", "u", heading("Take back a change")},
		{"/ui/activity", "j", "o", heading("A change")},
		{"/ui/plans", "j", "o", `location.pathname.startsWith("/ui/plans/")`},
		{planAt(r.w.planned), "j", "o", `document.querySelector("#row-1").open`},
		{planAt(r.w.applied), "", "u", heading("Take back a batch")},
	} {
		t.Run(k.page+" "+k.before+" "+k.keys, func(t *testing.T) {
			r.open(t, k.page)
			for _, key := range k.before {
				r.press(t, string(key))
				if key == 'e' {
					r.until(t, `document.activeElement.name === "value"`)
				}
			}
			r.strike(t, k.keys)
			r.until(t, k.so)
			r.until(t, "window.first")
			r.calm(t)
		})
	}
	r.open(t, plain)
	r.strike(t, "Ctrl K")
	r.until(t, `document.querySelector("dialog#palette[open]")`)
	r.press(t, "bin")
	r.until(t, `document.querySelector("#palette [aria-selected=true]").textContent.includes("Bin")`)
	r.press(t, kb.Enter)
	r.until(t, heading("Bin")+" && window.first")
}

// A value is edited where it stands: what would change is seen while it is typed, what
// was saved can be taken back, and the keyboard never loses its place.
func testEditInPlace(t *testing.T, r *reading) {
	id := r.w.plain
	before := r.w.stored(id)
	r.open(t, pageOf(id))
	r.press(t, "e")
	r.until(t, `document.activeElement.name === "value" && document.querySelector("form.edit button.go").disabled`)
	r.press(t, " II")
	r.until(t, `document.querySelector(".diff ins").textContent === " II" && !document.querySelector("form.edit button.go").disabled`)
	r.press(t, kb.Enter, chromedp.ModifierCtrl)
	r.until(t, `!document.querySelector("form.edit") && document.getElementById("toast").textContent.includes("Saved. ") && window.first`)
	r.until(t, `document.activeElement !== document.body && !location.search.includes("done")`)
	if c := r.w.read(id); c.Values[2][0].Text != mark+" Ada Ferrell II" {
		t.Errorf("the name is %q", c.Values[2][0].Text)
	}
	r.click(t, "#toast [data-act=undo]")
	r.until(t, heading("Take back a change")+` && document.querySelector("main").textContent.includes("Nothing is written yet") && !document.querySelector("#toast > *")`)
	r.click(t, "main form[action$='/undo'] button.go")
	r.until(t, fmt.Sprintf(`location.pathname === %q && document.getElementById("toast").textContent.includes("Taken back")`, pageOf(id)))
	r.until(t, `window.first && document.activeElement !== document.body`)
	if after := r.w.stored(id); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("there is\n%v\nand there was\n%v", after, before)
	}
}

// Two people edit one value: who saves last is shown both sides, and mends it there.
func testTwoReaders(t *testing.T, r *reading) {
	form := pageOf(r.w.plain) + "?edit=names.1"
	ben := r.another(t, "client")
	r.open(t, form)
	ben.open(t, form)
	ben.press(t, " of Ben")
	ben.press(t, kb.Enter, chromedp.ModifierCtrl)
	ben.until(t, `document.getElementById("toast").textContent.includes("Saved. ")`)
	ben.calm(t)
	r.press(t, " of Ada")
	r.press(t, kb.Enter, chromedp.ModifierCtrl)
	r.until(t, heading("Two edits met")+` && ["of Ada", "of Ben"].every(s => document.querySelector(".three").textContent.includes(s)) && window.first`)
	r.calm(t, "409")
	r.do(t, chromedp.SendKeys(chromedp.CSS("main textarea[name=other]"), "?")) // who types another value has chosen it
	r.until(t, `document.querySelector("[name=keep][value=other]").checked`)
	r.click(t, "[name=keep][value=mine]")
	r.click(t, "main button.go") // keeps what was typed here, unless another is chosen
	r.until(t, `document.querySelector("h1").textContent.includes("of Ada") && document.getElementById("toast").textContent.includes("Saved. ") && window.first`)
	ben.open(t, pageOf(r.w.plain))
	ben.until(t, `document.querySelector("h1").textContent.includes("of Ada")`)
}

// The slider shows the contact as it was, and the address says which one that is.
func testTime(t *testing.T, r *reading) {
	r.open(t, pageOf(r.w.busy))
	now := r.ask(t, `document.getElementById("values").textContent`)
	r.do(t, chromedp.Focus(chromedp.CSS("#stop")))
	r.press(t, strings.Repeat(kb.ArrowLeft, 3))
	r.until(t, `document.getElementById("ends").textContent.includes("You look at version") && /[?&]at=[0-9]+/.test(location.search) && document.activeElement.id === "stop"`)
	r.until(t, `!document.querySelector("main[aria-busy]") && window.first`)
	address := r.ask(t, "location.pathname + location.search")
	then := r.ask(t, `document.getElementById("values").textContent`)
	if then == now || r.ask(t, `document.querySelector("#values .menu") === null`) != "true" {
		t.Errorf("the past is as now, or can be edited: %s", then)
	}
	r.open(t, address)
	if again := r.ask(t, `document.getElementById("values").textContent`); again != then {
		t.Errorf("%s shows\n%s\nand not\n%s", address, again, then)
	}
	r.do(t, chromedp.Click(chromedp.CSS("#ends a")))
	r.until(t, `!location.search.includes("at=") && document.querySelector("#values .menu")`)
}

// The review of a merge follows what is chosen, and the choice keeps the focus.
func testMergeFollows(t *testing.T, r *reading) {
	a, b := r.w.crowded, r.w.busy
	r.open(t, fmt.Sprintf("/ui/merge?id=%d&id=%d", a, b))
	for _, into := range []contact.ID{a, b} {
		r.click(t, fmt.Sprintf("#into-%d", into))
		r.until(t, fmt.Sprintf(`document.getElementById("does").textContent.includes("leads to #%d.") && location.search.includes("into=%[1]d") && document.activeElement.id === "into-%[1]d"`, into))
	}
	r.until(t, `window.first && !document.querySelector("#does .plain").checkVisibility()`)
}

// A plan that is done by others is followed to its end, and whoever reads keeps their place.
func testPlanFollows(t *testing.T, r *reading) {
	p := r.w.begin("client", r.w.propose("client", "", "", adds(r.w.plain, "followed@there.example")))
	r.open(t, planAt(p))
	r.until(t, `document.getElementById("follow").textContent.includes("0 of 1 write done") && document.querySelector("#stop")`)
	r.do(t, chromedp.Focus(chromedp.CSS("#row-1 > summary")))
	r.do(t, chromedp.Evaluate[chromedp.Void](`document.getElementById("follow").was = true`))
	r.until(t, `document.getElementById("follow") && !document.getElementById("follow").was`) // it was looked at again
	r.until(t, `document.activeElement.parentElement.id === "row-1" && window.first`)
	r.w.work()
	r.until(t, `document.getElementById("follow").textContent.includes("applied by") && !document.getElementById("stop") && document.querySelector("main").textContent.includes("Take it back…")`)
	r.until(t, `!document.querySelector("[data-again]") && window.first`)
}

// Whose key is revoked while a page is open comes to the door with the next thing they do.
func testRevoked(t *testing.T, r *reading) {
	r.w.addKey("leaver", r.w.space.ID, access.ScopesOf(access.Read, access.Write))
	leaver := r.another(t, "leaver")
	leaver.open(t, pageOf(r.w.plain))
	if _, _, err := r.w.book.RevokeKey(t.Context(), "test", r.w.grant("leaver").Key.ID); err != nil {
		t.Fatal(err)
	}
	r.w.wait(time.Second)
	leaver.press(t, "gb")
	leaver.until(t, `location.pathname === "/ui/in" && location.search === "?to=%2Fui%2Fbin" && document.querySelector("h1").textContent === "Sign in"`)
	leaver.calm(t)
}

// leads does something that shows another page, without scripts, and tells which.
func (r *reading) leads(t *testing.T, steps ...chromedp.Action[chromedp.Void]) *url.URL {
	t.Helper()
	res, err := chromedp.RunResponse(r, steps...)
	if err != nil {
		t.Fatal(err)
	}
	to, err := url.Parse(res.URL)
	if err != nil || res.Status != 200 {
		t.Fatalf("%s answers %d (%v)", res.URL, res.Status, err)
	}
	return to
}

// Without scripts every act works as well: a value is edited, that taken back, contacts
// merged and deleted. Keys press what is pressed: a page that never ran a script knows
// no place to a headless browser's mouse.
func testWithoutScripts(t *testing.T, r *reading) {
	if _, err := chromedp.Call(r, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	press := func(selector string) *url.URL {
		t.Helper()
		return r.leads(t, chromedp.Focus(chromedp.CSS(selector)), chromedp.KeyEvent(kb.Enter))
	}
	id, other := r.w.revived, r.w.split
	before := r.w.stored(id, other)
	is := func(same bool, after string) {
		t.Helper()
		if now := r.w.stored(id, other); (fmt.Sprint(now) == fmt.Sprint(before)) != same {
			t.Errorf("after %s there is\n%v\nand there was\n%v", after, now, before)
		}
	}
	takeBack := func(what string) {
		t.Helper()
		is(false, what)
		press("#toast [data-act=undo]")
		press("main form[action$='/undo'] button.go")
		is(true, "taking back "+what)
	}
	r.leads(t, chromedp.Navigate(r.origin+pageOf(id)+"?edit=names.1"))
	r.do(t, chromedp.SendKeys(chromedp.CSS("form.edit [name=value]"), "X"))
	press("form.edit button.go")
	takeBack("an edit")

	r.leads(t, chromedp.Navigate(r.origin+"/ui/contacts?field=profile_field_1"))
	if to := press("#condition button.go"); to.Query().Get("custom_field_filters") == "" || to.Query().Get("operator") != "" {
		t.Fatalf("a condition leads to %s", to)
	}

	r.leads(t, chromedp.Navigate(r.origin+"/ui/contacts"))
	for _, of := range []string{id.String(), other.String()} {
		r.do(t, chromedp.Click(chromedp.CSS("#r-"+of+" input")))
	}
	if to := press("[data-selected] [data-act=merge]"); to.Path != "/ui/merge" || !slices.Contains(to.Query()["id"], other.String()) {
		t.Fatalf("choosing two leads to %s", to)
	}
	press("#merge [data-act=merge]")
	takeBack("a merge")

	r.leads(t, chromedp.Navigate(r.origin+pageOf(id)))
	if to := press("main form[action$='/delete'] button"); to.Path != "/ui/bin" {
		t.Fatalf("deleting leads to %s", to)
	}
	takeBack("deleting")
	if _, err := chromedp.Call(r, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{}); err != nil {
		t.Fatal(err)
	}
}
