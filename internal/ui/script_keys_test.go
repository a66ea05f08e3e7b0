package ui_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// pressed are the keys of a line in the help, and what is so after them.
type pressed struct {
	page   string // with what is done before
	before string // keys
	keys   string // as the help names them
	so     string // a condition in JavaScript
}

var keys = []pressed{
	{"contact", "", "g c", `document.querySelector("h1").textContent === "contacts"`},
	{"contact", "", "g a", `document.querySelector("h1").textContent === "activity"`},
	{"contact", "", "g p", `document.querySelector("h1").textContent === "plans"`},
	{"contact", "", "g b", `document.querySelector("h1").textContent === "bin"`},
	{"contact", "", "g k", `document.querySelector("h1").textContent === "keys"`},
	{"contact", "", "g f", `document.querySelector("h1").textContent === "fields"`},
	{"contact", "", "g s", `document.querySelector("h1").textContent === "space"`},
	{"contact", "", "g y", `document.querySelector("h1").textContent === "system"`},
	{"contacts", "", "/", `document.activeElement.id === "look" && document.activeElement.value === ""`},
	{"contacts", "", "?", `document.querySelector("dialog#help[open]")`},
	{"contacts", "", "j", `document.querySelector("#row-1.at[aria-current=true]")`},
	{"contacts", "jjj", "k", `document.querySelector("#row-2.at") && document.querySelectorAll(".at, tr[aria-current]").length === 1`},
	{"contacts", "jj", "x", `document.querySelector("#row-2 input:checked")`},
	{"contacts", "jjj", "o", `location.href.endsWith("/ui/contact?id=3")`},
	{"contact", "jj", "o", `document.querySelector("#c-1[open]")`},
	{"contacts", "jj", "Enter", `location.href.endsWith("/ui/contact?id=2")`},
	{"contacts", "jj", "e", `document.querySelector("h1").textContent === "did edit-2"`},
	{"contact", "", "e", `document.activeElement.id === "phone"`},
	{"contacts", "j", "m", `document.querySelector("h1").textContent === "did merge"`},
	{"contacts", "", "n", `document.querySelector("h1").textContent === "did new"`},
	{"contacts", "jj", "u", `document.querySelector("h1").textContent === "did undo-2"`},
	{"contact", "", "u", `document.querySelector("h1").textContent === "did undo-c2"`},
	{"contact", "", "s", `location.href.endsWith("?sources=1")`},
	{"contact", "", "h", `document.activeElement.id === "history"`},
	{"contact?edit=phones.1", "", "Escape", `!document.querySelector("form.edit")`},
	{"contacts", "jxjx", "Escape", `!document.querySelector("input:checked") && document.querySelector("[data-selected]").hidden`},
	{"contacts", "?", "Escape", `!document.querySelector("dialog[open]")`},
	{"contacts", "/", "Escape", `document.activeElement === document.body`},
	{"contacts", "", "Ctrl K", `document.querySelector("dialog#palette[open]") && document.activeElement.getAttribute("role") === "combobox"`},
}

// strike presses keys as the help names them.
func (b *tab) strike(t *testing.T, names string) {
	t.Helper()
	switch names {
	case "Ctrl K":
		b.press(t, "k", chromedp.ModifierCtrl)
	case "Enter":
		b.press(t, kb.Enter)
	case "Escape":
		b.press(t, kb.Escape)
	default:
		for key := range strings.SplitSeq(names, " ") {
			b.press(t, key)
		}
	}
}

// Every key does what the help says, on a page that is never loaded again.
func testKeys(t *testing.T, b *tab) {
	tried := map[string]bool{}
	for _, k := range keys {
		t.Run(k.page+" "+k.before+" "+k.keys, func(t *testing.T) {
			b.open(t, "/ui/"+k.page)
			if k.before != "" {
				b.press(t, k.before)
			}
			b.strike(t, k.keys)
			b.until(t, k.so)
			b.until(t, "window.first")
			b.calm(t)
		})
		tried[k.keys] = true
	}
	b.open(t, "/ui/contacts")
	b.ask(t, `import("/ui/a/1/keys.js").then(m => window.keys = m.table.map(k => k.keys.join(" ")).join("\n"))`)
	b.until(t, "window.keys")
	for _, key := range strings.Split(b.ask(t, "window.keys"), "\n") {
		if !tried[key] {
			t.Errorf("no test presses %q", key)
		}
	}
}

// The help names what the navigation and the table of keys have.
func testHelp(t *testing.T, b *tab) {
	b.open(t, "/ui/contacts")
	b.press(t, "?")
	for keys, says := range map[string]string{"g c": "contacts", "x": "Select the row", "Esc": "Close, cancel, select nothing", "Ctrl K": "Jump to"} {
		b.until(t, `[...document.querySelectorAll("#help div")].some(d =>
			d.querySelector("dt").textContent.trim() === "`+keys+`" && d.querySelector("dd").textContent === "`+says+`")`)
	}
	b.press(t, "n") // keys of the page behind it wait
	b.click(t, "#help button")
	b.until(t, `!document.querySelector("dialog[open]") && location.pathname === "/ui/contacts"`)
}

// Keys are text where somebody types, and the browser's with a modifier; what is
// not there is not pressed, and of a row without an act no other row's is.
func testTyping(t *testing.T, b *tab) {
	b.open(t, "/ui/contacts")
	b.click(t, "#look")
	b.press(t, "gan?jx/")
	b.until(t, `document.activeElement.value === "gan?jx/" && !document.querySelector("dialog[open], .at")`)
	b.open(t, "/ui/contacts")
	b.press(t, "n", chromedp.ModifierAlt)
	b.press(t, "J", chromedp.ModifierShift)
	b.press(t, "qzs")   // nothing of the kind is on the page
	b.press(t, "jjju")  // the third row has nothing to take back
	b.press(t, "jjjjx") // there is no row after the last
	b.until(t, `document.querySelector("#row-5.at input:checked") && location.pathname === "/ui/contacts"`)
	b.press(t, "gqj") // the second of two keys is no first
	b.until(t, `document.querySelector("#row-5.at")`)
	b.click(t, "#new")
	b.until(t, `document.querySelector("h1").textContent === "did new"`)
	b.press(t, "gc")
	b.until(t, `document.querySelector("#row-5.at")`) // where the keyboard was before
}

// The palette leads to each page and act by its name, and looks up what names a
// contact.
func testPalette(t *testing.T, b *tab) {
	for _, c := range []struct{ typed, first, so string }{
		{"acti", "activity", `location.pathname === "/ui/activity"`},
		{"ÁCTI", "activity", `location.pathname === "/ui/activity"`},
		{"new con", "New contact", `location.search === "?act=new"`},
		{"leila@quince.example.com", "Look up leila@quince.example.com", `location.search === "?q=leila%40quince.example.com"`},
		{"+33 6 39 98", "Look up +33 6 39 98", `location.search === "?q=%2B33%206%2039%2098"`},
		{"#1042", "Look up #1042", `location.search === "?q=%231042"`},
	} {
		b.open(t, "/ui/contacts")
		b.click(t, "[data-palette]")
		b.until(t, `document.querySelector("#palette[open] [role=option]")`)
		b.press(t, c.typed)
		b.until(t, `document.querySelector("#palette [role=option][aria-selected=true] bdi")?.textContent === "`+c.first+`"`)
		b.press(t, kb.Enter)
		b.until(t, c.so)
		b.until(t, `window.first && !document.querySelector("dialog[open]")`)
	}
	b.open(t, "/ui/contacts")
	at := func(n string) string {
		return `document.querySelector("#palette input").getAttribute("aria-activedescendant") === "palette-` + n + `" &&
			document.getElementById("palette-` + n + `").getAttribute("aria-selected") === "true"`
	}
	b.press(t, "k", chromedp.ModifierMeta)
	b.until(t, at("0"))
	b.press(t, kb.ArrowDown+kb.ArrowDown)
	b.until(t, at("2"))
	b.press(t, kb.ArrowUp+kb.ArrowUp+kb.ArrowUp)
	b.until(t, `document.querySelector("#palette [role=option]:last-child").getAttribute("aria-selected") === "true"`)
	b.press(t, "nothing is called so")
	b.until(t, `document.querySelector("#palette [role=option]").getAttribute("aria-disabled") === "true"`)
	b.press(t, kb.Enter)
	b.press(t, kb.Escape)
	b.until(t, `!document.querySelector("dialog[open]") && location.pathname === "/ui/contacts"`)
	if kept := b.ask(t, "localStorage.length + sessionStorage.length"); kept != "0" {
		t.Error("the palette keeps something")
	}
}
