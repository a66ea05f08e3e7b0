package ui_test

import (
	"fmt"
	"strconv"
	"strings"
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
	r.do(t, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`{ const files = new DataTransfer()
		files.items.add(new File([%s], "browser.csv", { type: "text/csv" }))
		document.querySelector("#upload input").files = files.files }`, strconv.Quote(
		"Name;E-Mail;Wann\nAda Browser;ada@browser.example;01.02.2025\nBo Browser;bo@browser.example;02.03.2025\n"))))
	r.click(t, "#upload button.go")
	r.until(t, heading("browser.csv")+` && document.querySelector(".tag").textContent === "waits for approval" && document.readyState === "complete"`)
	r.do(t, chromedp.Evaluate[chromedp.Void](`window.first = true`))
	at := r.ask(t, "location.pathname")
	r.do(t, chromedp.Evaluate[chromedp.Void](`{ const row = [...document.querySelectorAll(".columns tbody tr")].find(row => row.querySelector("bdi").textContent === "Wann")
		const [to, as] = row.querySelectorAll("select")
		to.value = "custom_fields.profile_field_26"
		as.value = "day_month_year" }`))
	if chosen := r.ask(t, `[...document.querySelectorAll(".columns select")].map(s => s.value).join(" ")`); !strings.Contains(chosen, "profile_field_26 day_month_year") {
		t.Errorf("what was chosen is gone: %s", chosen)
	}
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
