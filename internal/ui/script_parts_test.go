package ui_test

import (
	"fmt"
	"strings"
	"testing"

	chromium "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The bar counts what is chosen, and offers what can be done with so many.
func testSelect(t *testing.T, b *tab) {
	b.open(t, "/ui/contacts")
	is := func(rows string, count int, merge bool) {
		t.Helper()
		b.until(t, fmt.Sprintf(`[...document.querySelectorAll("[name=id]:checked")].map(i => i.value).join("") === %q &&
			document.querySelector("[data-selected]").hidden === %t && document.querySelector("[data-count]").textContent === "%d" &&
			document.querySelector("[value=merge]").disabled === %t &&
			document.querySelector("thead input").checked === %t && document.querySelector("thead input").indeterminate === %t`,
			rows, count == 0, count, !merge, count == 5, count > 0 && count < 5))
	}
	shiftClick := func(row string) {
		b.ask(t, `document.querySelector("#row-`+row+` input").dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true, shiftKey: true}))`)
	}
	is("", 0, false)
	b.click(t, "#row-2 input")
	is("2", 1, false)
	shiftClick("4")
	is("234", 3, true)
	b.click(t, "#row-5 input")
	is("2345", 4, false)
	shiftClick("1") // from the fifth upwards
	is("12345", 5, false)
	b.click(t, "#row-5 input")
	shiftClick("3") // a range is also taken away
	is("12", 2, true)
	b.click(t, "thead input")
	is("12345", 5, false)
	b.click(t, "thead input")
	is("", 0, false)
	b.click(t, "#row-1 input")
	b.click(t, "[data-act=clear]")
	is("", 0, false)
}

// A request is copied where the browser has a clipboard for the page, and shown
// where it has none.
func testCopy(t *testing.T, b *tab) {
	b.open(t, "/ui/contact") // no clipboard without encryption
	b.click(t, "#curl")
	b.until(t, `document.getElementById("curl-text")?.textContent === "curl -X POST"`)
	b.open(t, "/ui/contact")
	b.click(t, "#copy-secret")
	b.until(t, `getSelection().toString() === "carnet_secret_1" && document.getElementById("live").textContent.startsWith("The text is selected")`)

	here := b.origin
	defer func() { b.origin = here }()
	b.origin = b.pages.URL // to this computer itself it has one
	for _, name := range []string{"clipboard-write", "clipboard-read"} {
		_, err := chromedp.CallBrowser(b, chromium.SetPermission, chromium.SetPermissionParams{
			Permission: &chromium.PermissionDescriptor{Name: name}, Setting: chromium.PermissionSettingGranted, Origin: b.origin})
		if err != nil {
			t.Fatal(err)
		}
	}
	for id, text := range map[string]string{"curl": "curl -X POST", "copy-secret": "carnet_secret_1"} {
		b.open(t, "/ui/contact")
		words := b.ask(t, fmt.Sprintf(`document.getElementById(%q).textContent`, id))
		b.click(t, "#"+id)
		b.until(t, fmt.Sprintf(`document.getElementById(%q).textContent === "Copied" && document.getElementById("live").textContent === "Copied"`, id))
		b.ask(t, `navigator.clipboard.readText().then(text => { window.copied = text })`)
		b.until(t, fmt.Sprintf(`window.copied === %q`, text))
		b.until(t, fmt.Sprintf(`document.getElementById(%q).textContent === %q && window.first`, id, words))
	}
}

// A form shows what it would change, and is sent when it would change something.
func testEdit(t *testing.T, b *tab) {
	b.open(t, "/ui/contact")
	b.press(t, "e")
	b.until(t, `document.activeElement.id === "phone" && document.activeElement.selectionStart === document.activeElement.value.length`)
	b.until(t, `document.querySelector(".go").disabled`)
	b.press(t, kb.Backspace+"7<b>")
	b.until(t, `document.getElementById("was").innerHTML === "+33 6 39 98 21 4<del>0</del>" &&
		document.getElementById("is").innerHTML === "+33 6 39 98 21 4<ins>7&lt;b&gt;</ins>" && !document.querySelector(".go").disabled`)
	b.press(t, strings.Repeat(kb.Backspace, 4)+"0")
	b.until(t, `document.querySelector(".go").disabled && document.getElementById("is").innerHTML === "+33 6 39 98 21 40"`)
	b.press(t, kb.Enter, chromedp.ModifierCtrl) // nothing differs
	b.press(t, "1")
	b.until(t, `!document.querySelector(".go").disabled`)
	b.press(t, kb.Enter, chromedp.ModifierCtrl)
	b.until(t, `location.pathname === "/ui/did" && window.first`)
	if got := b.ask(t, `document.getElementById("asked").textContent`); got != "how=edit&phone=%2B33+6+39+98+21+401" {
		t.Errorf("the form sent %s", got)
	}
}

// Text that is not saved is never lost without a question, and nothing else asks.
func testUnsaved(t *testing.T, b *tab) {
	asked := b.dialogs()
	stays := func(act func()) {
		t.Helper()
		b.open(t, "/ui/contact?edit=phones.1")
		b.press(t, "1")
		b.until(t, `!document.querySelector(".go").disabled`)
		act()
		select {
		case kind := <-asked:
			if kind != page.DialogTypeBeforeunload {
				t.Errorf("asked by %s", kind)
			}
		case <-b.Done():
			t.Fatal("nobody asked")
		}
		b.until(t, `document.getElementById("phone")?.value === "+33 6 39 98 21 401"`)
		b.press(t, kb.Escape) // given up on purpose
		b.until(t, `!document.getElementById("phone") && window.first`)
	}
	stays(func() { b.ask(t, `document.querySelector("nav a[data-key=a]").click()`) })
	stays(func() { b.ask(t, `document.getElementById("text").click()`) })
	stays(func() {
		b.ask(t, `(() => { const at = document.getElementById("at"); at.value = "2"
			at.dispatchEvent(new Event("input", {bubbles: true})); at.dispatchEvent(new Event("change", {bubbles: true})) })()`)
	})
	select {
	case kind := <-asked:
		t.Errorf("a question too many, by %s", kind)
	default:
	}
}

// A difference is told in signs as people see them, and never within one.
func testDiffer(t *testing.T, b *tab) {
	b.open(t, "/ui/contacts")
	b.ask(t, `import("/ui/a/1/differ.js").then(m => window.differ = (a, b) => { const d = m.difference(a, b); return [d.before, d.was, d.now, d.after].join("|") })`)
	b.until(t, "window.differ")
	long := strings.Repeat("x", 300)
	for _, c := range []struct{ was, now, want string }{
		{"", "", "|||"},
		{"", "a", "||a|"},
		{"a", "", "|a||"},
		{"same", "same", "same|||"},
		{"+33 40", "+33 47", "+33 4|0|7|"},
		{"aaa", "aa", "aa|a||"},
		{"abcabc", "abc", "abc|abc||"},
		{"Zoe\u0301", "Zoe", "Zo|e\u0301|e|"},
		{"👩‍👩‍👧", "👩‍👩‍👦", "|👩‍👩‍👧|👩‍👩‍👦|"},
		{"🇫🇷🇩🇪", "🇫🇷🇧🇪", "🇫🇷|🇩🇪|🇧🇪|"},
		{"بيروت، لبنان", "بيروت، لبنا", "بيروت، لبنا|ن||"},
		{"x middle y", "x centre y", "x |middl|centr|e y"},
		{long + "a" + long, long + "b" + long, "…" + long[:200] + "|a|b|" + long[:200] + "…"}, // what is alike is shown where it differs
	} {
		if got := b.ask(t, fmt.Sprintf("window.differ(%q, %q)", c.was, c.now)); got != c.want {
			t.Errorf("%q, %q: %q, want %q", c.was, c.now, got, c.want)
		}
	}
}

// Times and numbers are in the reader's language, which is German here, and
// times in the zone of the page: Paris.
func testLocal(t *testing.T, b *tab) {
	b.open(t, "/ui/local")
	for id, want := range map[string]string{
		"narrow": "vor 3 Std.", "hours": "vor 3 Stunden", "soon": "in 2 Stunden", "now": "jetzt",
		"old": "4. Feb. 2024", "day": "4. Feb. 2024", "date": "3. Feb. 2024", "moment": "4. Juli 2024, 01:30", "wrong": "as it was",
		"amount": "12.480,50", "large": "-123.456.789.012.345.678.901.234.567.890,10", "word": "1e400",
	} {
		if got := b.ask(t, fmt.Sprintf("document.getElementById(%q).textContent", id)); got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
	if got := b.ask(t, `document.getElementById("old").title`); !strings.HasPrefix(got, "Sonntag") || !strings.Contains(got, "00:30:00") {
		t.Errorf("the exact moment is %q", got)
	}
}

// A toast stays until it is closed or something else is done, and is not of those
// who load the page again.
func testToast(t *testing.T, b *tab) {
	is := func(text string) {
		t.Helper()
		b.until(t, fmt.Sprintf(`(document.querySelector("#toast span")?.textContent ?? "") === %q`, text))
	}
	for _, act := range []func(){
		func() { b.click(t, "#toast [data-close]") },
		func() { b.press(t, "ga") },
		func() { b.click(t, "#toast a") },
	} {
		b.open(t, "/ui/contact")
		is("")
		b.click(t, "#save")
		is("Saved.")
		act()
		is("")
		b.until(t, `window.first && document.activeElement.id === "main"`)
	}
	b.open(t, "/ui/contact?done=1-7&at=2")
	is("Saved.")
	b.until(t, `location.search === "?at=2"`)
}

// The row that the keyboard is at stays so when it is shown anew.
func testRows(t *testing.T, b *tab) {
	b.open(t, "/ui/contact")
	b.press(t, "jju")
	b.until(t, `document.querySelector("#c-1.at[open] #preview") && document.activeElement.id === "c-1" && location.pathname === "/ui/undone"`)
	b.until(t, `document.getElementById("history")`) // the rest of the page is what it was
	b.ask(t, "history.back()")
	b.until(t, `location.pathname === "/ui/contact" && !document.getElementById("preview")`)
}

// One menu is open at a time, until Esc or a click elsewhere.
func testMenus(t *testing.T, b *tab) {
	open := func(ids string) {
		t.Helper()
		b.until(t, fmt.Sprintf(`[...document.querySelectorAll("details[open]")].map(d => d.id).join() === %q`, ids))
	}
	b.open(t, "/ui/contacts")
	b.click(t, "#menu-a summary")
	open("menu-a")
	b.click(t, "#menu-a p")
	open("menu-a")
	b.click(t, "#menu-b summary")
	open("menu-b")
	b.press(t, kb.Escape)
	open("")
	b.until(t, `document.activeElement.closest("#menu-b")`)
	b.click(t, "#menu-a summary")
	open("menu-a")
	b.click(t, "h1")
	open("")
}
