package ui_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A link or a form that is swapped shows the page as the browser would, but for
// what it need not load again.
func testSwap(t *testing.T, b *tab) {
	b.open(t, "/ui/contact?id=7")
	b.click(t, "nav a[data-key=a]")
	b.until(t, `location.pathname === "/ui/activity" && document.title === "activity – Carnet" && window.first`)
	b.until(t, `document.querySelector("[aria-current]").textContent.startsWith("activity") && document.querySelectorAll("[aria-current]").length === 1`)
	b.until(t, `document.activeElement.id === "main" && document.getElementById("live").textContent === "activity"`)

	// Fields, also one that is called "action", and the button that was pressed.
	b.open(t, "/ui/contact")
	b.click(t, "#save")
	b.until(t, `location.pathname === "/ui/did" && window.first`)
	if got := b.ask(t, `document.getElementById("asked").textContent`); got != "action=a+field&how=plain&lines=a%0D%0Ab" {
		t.Errorf("the form sent %s", got)
	}
	b.until(t, `document.getElementById("live").textContent === "Saved." && !location.search.includes("done")`)

	// A search keeps the field and what is typed there.
	b.open(t, "/ui/contact")
	b.click(t, "#look")
	b.press(t, "quince"+kb.Enter)
	b.until(t, `location.href.endsWith("/ui/contacts?q=quince") && window.first`)
	b.until(t, `document.activeElement.id === "look" && document.activeElement.value === "quince"`)

	// One part: the rest stays, and what asks for the focus has it.
	b.open(t, "/ui/contact")
	b.ask(t, `document.querySelector("h1").textContent = "kept"`)
	b.press(t, "e")
	b.until(t, `document.activeElement.id === "phone" && document.querySelector("h1").textContent === "kept" && location.search === "?edit=phones.1"`)
	b.click(t, "[data-act=cancel]")
	b.until(t, `document.activeElement.id === "values" && !document.getElementById("phone")`)

	// The address is replaced where it says so.
	was := b.ask(t, "history.length")
	b.click(t, "[data-act=sources]")
	b.until(t, `location.search === "?sources=1"`)
	if is := b.ask(t, "history.length"); is != was {
		t.Errorf("a step came into the history: %s, then %s", was, is)
	}
}

// What is no page of this kind is the browser's to show, and a refusal is a page.
func testAnswers(t *testing.T, b *tab) {
	for id, so := range map[string]string{
		"text":  `document.body.innerText === "as text" && location.pathname === "/ui/text"`,
		"door":  `document.querySelector("h1").textContent === "Sign in" && !document.querySelector("nav")`,
		"newer": `location.pathname === "/ui/newer"`,
	} {
		b.open(t, "/ui/contact")
		b.click(t, "#"+id)
		b.until(t, so+" && !window.first")
	}
	b.open(t, "/ui/contact?id=7")
	b.click(t, "#refused")
	b.until(t, `document.querySelector("h1").textContent === "refused" && location.href.endsWith("/ui/contact?id=7") && window.first`)
	b.calm(t, "422")
	b.open(t, "/ui/contact?id=7")
	b.click(t, "#broken")
	b.until(t, `document.getElementById("toast").textContent.startsWith("No answer came. It may be done or not") && document.getElementById("post")`)
	b.until(t, `document.getElementById("live").textContent.startsWith("No answer came")`)
	b.calm(t, "net::ERR_EMPTY_RESPONSE")

	// A place on this page, and what the reader wants elsewhere.
	b.open(t, "/ui/contact")
	b.click(t, "#hash")
	b.until(t, `location.hash === "#history" && window.first`)
	prevented := b.ask(t, `(() => { const e = new MouseEvent("click", {bubbles: true, cancelable: true, ctrlKey: true})
		document.addEventListener("click", e => { window.taken = e.defaultPrevented; e.preventDefault() }, {once: true})
		document.getElementById("text").dispatchEvent(e); return window.taken })()`)
	if prevented != "false" {
		t.Error("a click that opens another tab is taken")
	}
}

// Back and forward show what was, and where.
func testHistory(t *testing.T, b *tab) {
	b.open(t, "/ui/tall")
	b.ask(t, "scrollTo(0, 1234)")
	b.until(t, "history.state?.y === 1234")
	b.ask(t, `document.getElementById("same").click()`)
	b.until(t, `location.search === "?more=1" && scrollY === 1234`) // the path is the same
	b.press(t, "gc")
	b.until(t, `location.pathname === "/ui/contacts" && scrollY === 0`)
	b.ask(t, "history.back()")
	b.until(t, `document.querySelector("h1").textContent === "tall" && location.search === "?more=1" && scrollY === 1234`)
	b.ask(t, "history.back()")
	b.until(t, `location.search === ""`)
	b.ask(t, "history.go(2)")
	b.until(t, `document.querySelector("h1").textContent === "contacts"`)
	b.until(t, "window.first")
	b.open(t, "/ui/contact")
	b.click(t, "#far")
	b.until(t, `location.hash === "#end" && document.getElementById("end").getBoundingClientRect().top < innerHeight && window.first`)
}

// While the slider is drawn one request is under way, and the newest place wins.
func testSlider(t *testing.T, b *tab) {
	b.open(t, "/ui/contact")
	b.do(t, chromedp.Focus(chromedp.CSS("#at")))
	was := b.ask(t, "history.length")
	b.press(t, kb.ArrowLeft)
	b.until(t, `document.getElementById("shown").textContent === "at 8" && document.getElementById("when").textContent === "8"`)
	b.until(t, `location.href.endsWith("/ui/time?at=8") && document.activeElement.id === "at"`)
	b.until(t, `document.activeElement.getAttribute("aria-valuetext") === "Version 8"`)

	p := b.pages
	p.mu.Lock()
	p.asked, p.hold = nil, make(chan struct{})
	p.mu.Unlock()
	b.press(t, strings.Repeat(kb.ArrowLeft, 5))
	b.until(t, `document.getElementById("at").value === "3" && document.querySelector("main[aria-busy]")`)
	close(p.hold)
	b.until(t, `document.getElementById("shown").textContent === "at 3" && location.search === "?at=3"`)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hold = nil
	if !slices.Equal(p.asked, []string{"7", "3"}) {
		t.Errorf("the server was asked for %q", p.asked)
	}
	if is := b.ask(t, "history.length"); is != was {
		t.Errorf("steps came into the history: %s, then %s", was, is)
	}
}
