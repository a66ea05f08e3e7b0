package ui_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/carnet-project/carnet/internal/ui"
)

// perShape is how many addresses of one kind are looked at: the same page of other
// contacts, versions or cursors.
func perShape() int {
	if os.Getenv("CARNET_TEST_LONG") == "1" {
		return 12
	}
	return 2
}

// crawler looks at every page that links and forms lead to.
type crawler struct {
	*browser
	t     *testing.T
	seen  map[string]bool
	shape map[string]int
	most  int // of a shape
	queue []string
	acts  map[string]act // forms that are posted, by what they go to
	pages int
}

// act is a form that is posted.
type act struct {
	action string
	values url.Values
}

func (a act) request() *http.Request {
	r := httptest.NewRequest(http.MethodPost, a.action, strings.NewReader(a.values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// crawl looks at pages from some on, and at each calls look.
func crawl(t *testing.T, b *browser, from []string, look func(*crawler)) *crawler {
	c := &crawler{browser: b, t: t, seen: map[string]bool{}, shape: map[string]int{}, most: perShape(), acts: map[string]act{}}
	for _, address := range from {
		c.take(address)
	}
	for len(c.queue) > 0 {
		address := c.queue[0]
		c.queue = c.queue[1:]
		c.get(address)
		if c.header.Get("Content-Disposition") != "" { // a file, which is no page and leads nowhere
			for _, fault := range faultsOfHeaders(c.browser) {
				t.Errorf("%s: %s", address, fault)
			}
			checkHead(t, c.browser)
			continue
		}
		c.pages++
		look(c)
		c.follow()
	}
	return c
}

// aside are parameters that say how much is shown, whatever else is.
var aside = map[string]bool{"sources": true, "empty": true, "all": true, "from": true, "at": true, "cols": true}

var number = regexp.MustCompile(`\d+`)

// shapeOf tells of what kind an address is.
func shapeOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	var names []string
	asked := u.Query()
	for name, values := range asked {
		if len(asked) > 1 && aside[name] {
			continue
		}
		for _, value := range values {
			if name != "edit" && name != "add" {
				value = ""
			}
			value, _, _ = strings.Cut(value, ".") // the same act of any value of a collection
			names = append(names, name+"="+number.ReplaceAllString(value, "N"))
		}
	}
	slices.Sort(names)
	return number.ReplaceAllString(u.Path, "N") + "?" + strings.Join(slices.Compact(names), "&")
}

// find takes an address up, unless enough of its kind were.
func (c *crawler) find(address string) {
	address, _, _ = strings.Cut(address, "#")
	if c.seen[address] || c.shape[shapeOf(address)] >= c.most {
		return
	}
	path, _, _ := strings.Cut(address, "?")
	pattern := ui.PatternOf(c.w.handler, httptest.NewRequest(http.MethodGet, address, nil))
	switch {
	case path == "/docs":
		return
	case pattern == "/":
		c.t.Errorf("%s leads to %s, where there is nothing", c.address, address)
		return
	}
	c.take(address)
}

func (c *crawler) take(address string) {
	c.seen[address] = true
	c.shape[shapeOf(address)]++
	c.queue = append(c.queue, address)
}

// follow finds what a page leads to: by links, and by its forms as they stand.
func (c *crawler) follow() {
	for _, a := range c.all("a") {
		href := attribute(a, "href")
		if u, err := url.Parse(href); err != nil || u.IsAbs() || u.Host != "" {
			c.t.Errorf("%s leads out of the book: %q", c.address, href)
			continue
		}
		if !strings.HasPrefix(href, "#") {
			c.find(c.resolve(href))
		}
	}
	for _, f := range c.all("form") {
		buttons := slices.DeleteFunc(all(f, "button"), func(n *html.Node) bool {
			return attribute(n, "type") == "button" || attribute(n, "type") == "reset"
		})
		if len(buttons) == 0 {
			c.send1(f, nil) // a field alone sends it, by Enter
		}
		for _, n := range buttons {
			c.send1(f, n)
		}
	}
}

// send1 takes up what a form would do by one of its buttons.
func (c *crawler) send1(f, button *html.Node) {
	values, action, method := held(f), attribute(f, "action"), attribute(f, "method")
	if button != nil {
		if name := attribute(button, "name"); name != "" {
			values.Add(name, attribute(button, "value"))
		}
		if to := attribute(button, "formaction"); to != "" {
			action = to
		}
		if by := attribute(button, "formmethod"); by != "" {
			method = by
		}
	}
	if has(f, "data-select") {
		for _, box := range all(f, "input", "name", "id") {
			if len(values["id"]) < 2 {
				values.Add("id", attribute(box, "value"))
			}
		}
	}
	action = c.resolve(action)
	if !strings.EqualFold(method, "post") {
		path, _, _ := strings.Cut(action, "?")
		c.find(path + "?" + values.Encode())
		return
	}
	a := act{action, values}
	pattern := ui.PatternOf(c.w.handler, a.request())
	if !strings.HasPrefix(pattern, "POST ") {
		c.t.Errorf("%s posts to %s, which no line of the table takes", c.address, action)
	}
	names := slices.Collect(func(yield func(string) bool) {
		for name := range values {
			if !yield(name + "=") {
				return
			}
		}
	})
	slices.Sort(names)
	kind := pattern + " " + values.Get("do") + " " + values.Get("show") + " " + strings.Join(names, "&")
	if _, known := c.acts[kind]; !known {
		c.acts[kind] = a
	}
}

// doors are where a crawl begins: what the navigation leads to, and each strange contact
// by itself.
func (w *furnished) doors() []string {
	all := []string{"/ui/contacts"}
	for _, id := range w.everybody() {
		all = append(all, pageOf(id), pageOf(id)+"?sources=1&empty=1", pageOf(id)+"/history", pageOf(id)+"/json")
	}
	return all
}

// Every page that links and forms lead to is there, for each kind of key, is made as
// pages are to be made and weighs little; and what a key may not do is refused, wherever
// somebody has the address or the form from.
func TestCrawl(t *testing.T) {
	w := furnish(t)
	crawls := map[string]*crawler{}
	part := func(name string, test func(t *testing.T)) {
		t.Run(name, func(t *testing.T) {
			w.t = t
			test(t)
		})
		w.t = t
	}
	for _, key := range []string{"main", "client", "reader"} {
		part(key, func(t *testing.T) { crawls[key] = w.crawl(t, key) })
	}
	main := crawls["main"]
	part("all of the table", func(t *testing.T) { testAllIsSeen(t, main) })
	part("nobody's", func(t *testing.T) { testStranger(t, w, main) })
	part("another Space's", func(t *testing.T) { testElsewhere(t, w, main) })
	part("a reader's", func(t *testing.T) { testReader(t, w, main, crawls["reader"]) })
}

// crawl looks at all pages with a key.
func (w *furnished) crawl(t *testing.T, key string) *crawler {
	b := w.browse(key)
	told := map[string]bool{}
	heaviest := ""
	most := 0
	c := crawl(t, b, w.doors(), func(c *crawler) {
		if c.status != http.StatusOK && !w.expects(c.address, c.status) {
			t.Errorf("%s answers %d:\n%s", c.address, c.status, c.text())
		}
		for _, fault := range c.faults() {
			if kind := number.ReplaceAllString(fault, "N"); !told[kind] { // what all pages have is told once
				told[kind] = true
				t.Errorf("%s: %s", c.address, fault)
			}
		}
		if n := zipped(t, c.body); n > most {
			heaviest, most = c.address, n
		}
		checkHead(t, c.browser)
	})
	if c.pages < 80 {
		t.Errorf("only %d pages were looked at", c.pages)
	}
	if most > maxPage {
		t.Errorf("%s has %d bytes over the wire: %d are allowed", heaviest, most, maxPage)
	}
	t.Logf("%d pages, %d kinds of them, %d kinds of acts; the heaviest is %s with %d bytes", c.pages, len(c.shape), len(c.acts), heaviest, most)
	return c
}

// expects tells which pages are to be troubles: that of a contact which is in the bin.
func (w *furnished) expects(address string, status int) bool {
	path, _, _ := strings.Cut(address, "?")
	return (path == pageOf(w.deleted) || path == pageOf(w.deleted)+"/json") && status == http.StatusNotFound
}
