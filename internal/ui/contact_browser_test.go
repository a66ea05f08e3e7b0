package ui_test

import (
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/carnet-project/carnet/internal/checks/chromium"
)

// inTheClear is what the browser says of a page that comes without TLS.
const inTheClear = "Cross-Origin-Opener-Policy header has been ignored"

// visit signs somebody in to a book of its own in the same browser.
func (b *tab) visit(t *testing.T, w *world) *tab {
	t.Helper()
	w.wait(time.Since(w.clock())) // the browser has a clock of its own, by which a session ends
	server := httptest.NewServer(w.handler)
	t.Cleanup(server.Close)
	book := &tab{Tab: b.Tab, pages: b.pages, origin: chromium.Origin(t, server.Listener.Addr())}
	book.open(t, "/ui/in?to=/ui/contacts")
	book.do(t, chromedp.SetValue(chromedp.CSS("input[name=key]"), w.secrets["main"]))
	book.do(t, chromedp.SetValue(chromedp.CSS("input[name=name]"), "Ada Ferrell"))
	book.ask(t, `document.querySelector("main form").requestSubmit()`)
	book.until(t, `document.querySelector("nav.nav") && document.readyState === "complete" && (window.first = true)`)
	return book
}

// The slider of a contact's page moves it through time, and its address is that of the
// version.
func testContactTime(t *testing.T, b *tab) {
	w := newWorld(t)
	id := w.make("Name 1", "a@x.example")
	for n := 2; n <= 9; n++ {
		w.rename(id, "Name "+strconv.Itoa(n))
	}
	book := b.visit(t, w)
	defer b.calm(t, inTheClear)
	book.open(t, pageOf(id))
	before := book.ask(t, "history.length")
	book.do(t, chromedp.Focus(chromedp.CSS("#stop")))
	shows := func(name, search, words string) {
		t.Helper()
		book.until(t, `document.querySelector("#who h1").textContent === "`+name+`" && document.querySelector("[id='names.1'] bdi").textContent === "`+name+`"`)
		book.until(t, `location.search === "`+search+`" && document.activeElement.id === "stop" && document.activeElement.getAttribute("aria-valuetext").startsWith("`+words+`")`)
	}
	book.press(t, kb.ArrowLeft)
	shows("Name 8", "?at=8", "Version 8 of 9. client ")
	book.until(t, `document.getElementById("ends").textContent.includes("version 8 of 9") && !document.querySelector("#values [data-act=edit]")`)
	book.press(t, kb.Home)
	shows("Name 1", "?at=1", "Version 1 of 9. client made this contact")
	book.press(t, kb.End)
	shows("Name 9", "", "Version 9 of 9.")
	book.until(t, `document.querySelector("#values [data-act=edit]")`)
	// Drawn with the pointer: to its middle.
	box := `document.getElementById("stop").getBoundingClientRect()`
	x, _ := strconv.ParseFloat(book.ask(t, box+".x + "+box+".width / 2"), 64)
	y, _ := strconv.ParseFloat(book.ask(t, box+".y + "+box+".height / 2"), 64)
	book.do(t, chromedp.MouseClickXY(x, y))
	shows("Name 5", "?at=5", "Version 5 of 9.")
	book.until(t, "window.first")
	if after := book.ask(t, "history.length"); after != before {
		t.Errorf("steps came into the history: %s, then %s", before, after)
	}
	book.open(t, pageOf(id)+"?at=5") // as who is handed the address
	book.until(t, `document.querySelector("#who h1").textContent === "Name 5" && document.getElementById("stop").value === "5"`)
}

// The keyboard edits the first value, or that of the row where it is. The row alone takes
// its form, and gives the focus back to the menu of its value.
func testContactEdit(t *testing.T, b *tab) {
	w := newWorld(t)
	id := w.make("Ada", "a1@x.example", "a2@x.example", "+44 7700 900111")
	book := b.visit(t, w)
	defer b.calm(t, inTheClear)
	for _, test := range []struct{ keys, row, then string }{
		{"", "names.1", "the first"}, {"j", "names.1", "at the first row"}, {"jjj", "emails.2", "at a row"}, {"jjjj", "phones.1", "at another list's"},
	} {
		row := `document.getElementById("` + test.row + `")`
		book.open(t, pageOf(id))
		book.ask(t, `document.getElementById("values").mark = true`)
		book.press(t, test.keys+"e")
		book.until(t, row+`?.querySelector("form.edit")?.contains(document.activeElement) && location.search === "?edit=`+test.row+`"`)
		if forms := book.ask(t, `document.querySelectorAll("form.edit").length + " " + document.getElementById("values").mark`); forms != "1 true" {
			t.Errorf("%s: more than the row was put: %s", test.then, forms)
		}
		book.press(t, kb.Escape)
		book.until(t, `!document.querySelector("form.edit") && location.search === "" && document.activeElement.matches("summary") && `+row+`.contains(document.activeElement)`)
		if is := book.ask(t, `document.getElementById("values").mark`); is != "true" {
			t.Errorf("%s: all values were put", test.then)
		}
		book.until(t, "window.first")
	}
	book.press(t, "e")
	book.until(t, `document.activeElement.name === "value"`)
	book.press(t, "9")
	book.press(t, kb.Enter)
	book.until(t, `document.querySelector("#toast .float")?.textContent.includes("Phone is now +44 7700 9001119") && location.search === "" && window.first`)
}
