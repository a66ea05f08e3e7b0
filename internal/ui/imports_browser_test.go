package ui_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"
)

// A file is chosen, sent, corrected, applied and taken back in a browser (CONTRACT D37).
func testImportInBrowser(t *testing.T, r *reading) {
	r.open(t, "/ui/contacts")
	r.click(t, `main a[href="/ui/imports/new"]`)
	r.until(t, heading("New import")+` && document.activeElement.name === "file" && window.first`)
	r.click(t, "#upload button.go")
	r.until(t, `document.querySelector("#upload input:user-invalid")`) // the browser says that there is no file
	r.choose(t, "empty.csv", "")
	r.click(t, "#upload button.go")
	r.until(t, `document.querySelector("#wrong")?.textContent === "The file is empty." && location.pathname === "/ui/imports/new" && window.first`)
	r.calm(t, "status of 422")
	text := "Name;E-Mail;Wann\nAda Browser;ada@browser.example;01.02.2025\nBo Browser;bo@browser.example;02.03.2025\n"
	r.ask(t, `document.getElementById("upload").setAttribute("data-upload", 20)`) // as if so little were the most
	r.choose(t, "browser.csv", text)
	r.until(t, `document.querySelector("#upload input").validationMessage === "The file is larger than 1 GiB. Send it in parts."`)
	asked := len(r.Asked())
	r.click(t, "#upload button.go")
	r.ask(t, `document.getElementById("upload").setAttribute("data-upload", 2000)`)
	if now := r.Asked()[asked:]; len(now) != 0 {
		t.Errorf("a file that is too large was sent: %v", now)
	}
	r.choose(t, "browser.csv", text)
	r.do(t, chromedp.Evaluate[chromedp.Void](`{ const sending = document.querySelector(".sending")
		window.told = []
		new MutationObserver(() => window.told.push(sending.hidden + " " + sending.querySelector("progress").value + " " + sending.textContent)).observe(sending, { subtree: true, childList: true, attributes: true }) }`))
	r.click(t, "#upload button.go")
	r.until(t, heading("browser.csv")+` && document.querySelector(".tag").textContent === "waits for approval" && window.first`)
	r.until(t, `window.told.some(said => /^false 1 (0,\d) of \1 KiB are sent$/.test(said)) && window.told.includes("false 0 All of it is sent, and is being looked at")`)
	at := r.ask(t, "location.pathname")
	const chosen = `{ const row = [...document.querySelectorAll(".columns tbody tr")].find(row => row.querySelector("bdi").textContent === "Wann")
		const [to, as] = row.querySelectorAll("select")
		to.value = "custom_fields.profile_field_26"
		as.value = "day_month_year" }`
	r.open(t, at) // as who comes to it later
	r.do(t, chromedp.Evaluate[chromedp.Void](chosen))
	r.click(t, "#mapping .btn:not(.calm)") // at once: the page has come just now
	r.until(t, `document.querySelector("#does") && [...document.querySelectorAll("time")].some(day => day.dateTime === "2025-02-01") && window.first`)
	if now := r.ask(t, "location.pathname"); now != at {
		t.Errorf("it led from %s to %s", at, now)
	}
	r.click(t, `.lead a[href="#does"]`)
	r.until(t, `location.hash === "#does"`)
	r.click(t, "#decide button.go")
	r.until(t, `location.pathname.startsWith("/ui/plans/") && document.getElementById("toast").textContent.includes("Done.") && window.first`)
	r.open(t, "/ui/contacts?q=browser")
	r.until(t, `document.querySelectorAll("tbody tr").length === 2`)
	r.click(t, "tbody tr a")
	r.until(t, `document.querySelector(".src").textContent.includes("of browser.csv") && window.first`)
	r.open(t, at)
	r.until(t, `!document.querySelector(".columns select") && document.querySelector("#undo")`)
	r.click(t, "#undo button")
	r.until(t, heading("Take back a batch")+` && document.querySelector("main").textContent.includes("row 2 of browser.csv")`)
	r.click(t, "#decide button.go")
	r.until(t, `document.getElementById("toast").textContent.includes("in the bin now") && window.first`)
	r.open(t, "/ui/contacts?q=browser")
	r.until(t, `document.querySelector("#main h2").textContent === "Nobody fits"`)
}

// An export that is written is followed to its end: how many contacts it has, of how many, and then its file.
func testExportFollows(t *testing.T, r *reading) {
	r.w.hurried(func() { r.w.browse("main").get("/ui/exports/new").exported("kind", "vcard", "reason", "followed") })
	r.open(t, "/ui/exports")
	card := `document.querySelector("#follow .plan")`
	r.until(t, card+`.textContent.includes("followed") && /\d+ of \d+ contacts/.test(`+card+`.querySelector(".progress").textContent) && `+card+`.querySelector(".meter")`)
	r.w.work()
	r.until(t, card+`.textContent.includes("followed") && `+card+`.querySelector("a[download]") && !document.querySelector("[data-again]") && window.first`)
}

// choose has a file in the form of an import, as if somebody had chosen it.
func (r *reading) choose(t *testing.T, name, text string) {
	t.Helper()
	r.do(t, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`{ const files = new DataTransfer(), field = document.querySelector("#upload input")
		files.items.add(new File([%s], %q, { type: "text/csv" }))
		field.files = files.files
		field.dispatchEvent(new Event("change", { bubbles: true })) }`, strconv.Quote(text), name)))
}
