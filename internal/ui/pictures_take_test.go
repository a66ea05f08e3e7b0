package ui_test

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// take opens the pages of all pictures in Chromium, and gives what it shows of each.
// Pages tell how long ago something was, so its clock stands where that of the world
// does.
func (a *album) take(t *testing.T, got func(*picture, []byte)) {
	t.Helper()
	p := &pages{Server: httptest.NewServer(a.handler)}
	t.Cleanup(p.Close)
	b := openTab(t, p)
	b.origin = p.URL // which browsers trust as they do one with TLS
	call(t, b, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: "test", AcceptLanguage: "en-GB"})
	call(t, b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: fmt.Sprintf(
		`{ const now = %d; window.Date = class extends Date { constructor(...at) { at.length ? super(...at) : super(now) } static now() { return now } } }`,
		a.clock().UnixMilli())})
	for _, one := range a.pictures() {
		a.expose(t, b, &one)
		got(&one, b.shot(t, one.height))
	}
	b.calm(t, "status of 4", "beforeunload") // what a form is answered with, and what was typed and not sent
}

// expose brings the tab to what a picture shows.
func (a *album) expose(t *testing.T, b *tab, p *picture) {
	t.Helper()
	theme := "light"
	if p.dark {
		theme = "dark"
	}
	call(t, b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
	call(t, b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: p.width(), Height: p.height, DeviceScaleFactor: 1})
	call(t, b, network.ClearBrowserCookies, cdp.Empty{})
	if !p.out {
		at, err := url.Parse(b.origin)
		if err != nil {
			t.Fatal(err)
		}
		call(t, b, network.SetCookie, network.SetCookieParams{Name: "carnet-" + at.Port(), Value: a.browse("main").cookies["carnet"], URL: b.origin})
	}
	a.settle()
	b.open(t, p.address)
	switch {
	case p.form == "" && p.fill != nil:
		b.do(t, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`for (const [name, value] of Object.entries(%s)) {
			const field = document.querySelector('main [name="' + name + '"]')
			field.value = value
			field.dispatchEvent(new Event("input", { bubbles: true })) }`, object(p.fill))))
	case p.form != "":
		b.do(t, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`{ const fill = Object.entries(%s), field = (form, name) => form.querySelector('[name="' + name + '"]')
			const form = [...document.querySelectorAll('form[action=%q]')].find(form => fill.every(([name]) => field(form, name)))
			for (const [name, value] of fill) field(form, name).value = value
			form.removeAttribute('data-swap')
			form.requestSubmit() }`, object(p.fill), p.form)))
		b.until(t, `!window.first && document.readyState === "complete" && (window.first = true)`)
	}
	b.until(t, `document.fonts.status === "loaded"`)
}

func (p *picture) width() int64 {
	if p.wide {
		return 1440
	}
	return 1280
}

func object(fill map[string]string) string {
	text := "{"
	for name, value := range fill {
		text += fmt.Sprintf("%q: %q, ", name, value)
	}
	return text + "}"
}

// shot takes what the tab shows, in as few colours as do.
func (b *tab) shot(t *testing.T, height int64) []byte {
	t.Helper()
	taken, err := chromedp.Call(b, page.CaptureScreenshot, page.CaptureScreenshotParams{})
	if err != nil {
		t.Fatal(err)
	}
	full, err := png.Decode(bytes.NewReader(taken.Data))
	if err != nil {
		t.Fatal(err)
	}
	few := image.NewPaletted(full.Bounds(), paletteOf(full))
	draw.Draw(few, few.Bounds(), full, full.Bounds().Min, draw.Src)
	var small bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&small, few); err != nil {
		t.Fatal(err)
	}
	return small.Bytes()
}

// paletteOf gives 256 colours that do for a picture: those that it has most of, but for
// what hardly differs from one of them.
func paletteOf(full image.Image) color.Palette {
	count := map[color.RGBA]int{}
	for y := range full.Bounds().Dy() {
		for x := range full.Bounds().Dx() {
			count[color.RGBAModel.Convert(full.At(x, y)).(color.RGBA)]++
		}
	}
	most := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(count[b]-count[a], strings.Compare(fmt.Sprint(a), fmt.Sprint(b)))
	})
	var few color.Palette
	for _, c := range most {
		if len(few) < 256 && !slices.ContainsFunc(few, func(known color.Color) bool { return near(known.(color.RGBA), c) }) {
			few = append(few, c)
		}
	}
	return few
}

func near(a, b color.RGBA) bool {
	off := func(a, b uint8) int { return int(max(a, b) - min(a, b)) }
	return off(a.R, b.R)+off(a.G, b.G)+off(a.B, b.B) < 14
}

// call sends the browser a command whose answer does not matter.
func call[P, R any](t *testing.T, b *tab, command cdp.Command[P, R], params P) {
	t.Helper()
	if _, err := chromedp.Call(b, command, params); err != nil {
		t.Fatal(err)
	}
}
