package ui_test

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/png"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/carnet-project/carnet/internal/contact"
)

var update = flag.Bool("update", false, "take the pictures in docs anew, with the words that they show")

// albumPath is where the pictures lie, each with the words of its page beside it.
const albumPath = "../../docs/pictures/"

// maxPicture is how many octets a picture may have.
const maxPicture = 120_000

// picture is one of the documentation, and how its page is reached.
type picture struct {
	name    string // of its files
	address string
	form    string            // the address of a form on the page that is sent, "" for none
	fill    map[string]string // what is filled in; where nothing is sent, it is only typed
	height  int64
	wide    bool
	dark    bool
	out     bool // nobody is signed in
}

// pictures lists them all. A page that a form leads to is the last step of its picture.
func (a *album) pictures() []picture {
	of := func(id contact.ID, rest string) string { return fmt.Sprintf("/ui/contacts/%d%s", id, rest) }
	pair := func(one, two contact.ID) string { return fmt.Sprintf("/ui/merge?id=%d&id=%d&into=%d", one, two, one) }
	return []picture{
		{name: "contact", address: of(a.mara, ""), height: 872, wide: true},
		{name: "contact-dark", address: of(a.mara, ""), height: 872, wide: true, dark: true},
		{name: "door", address: "/ui/in", height: 470, out: true},
		{name: "contacts", address: "/ui/contacts?sort=change", height: 760, wide: true},
		{name: "filter", address: "/ui/contacts?field=profile_field_16&operator=greater_than&value=ten&custom_field_filters=" + url.QueryEscape(`[{"field":"profile_field_1","operator":"any"}]`), height: 560, wide: true},
		{name: "sources", address: of(a.mara, "?sources=1"), height: 820},
		{name: "edit", address: of(a.mara, "?edit=emails.2"), height: 780, fill: map[string]string{"value": "mara.thistlewood@example.net"}},
		{name: "conflict", address: of(a.mara, "?edit=profile_field_2"), height: 640, form: of(a.mara, "/edit"),
			fill: map[string]string{"base": "6", "value": "Lead buyer"}},
		{name: "create", address: "/ui/contacts/new", height: 780, form: "/ui/contacts/new",
			fill: map[string]string{"names": "Amara Okafor", "emails": "amara@example.net"}},
		{name: "did", address: of(a.ines, "/changes/"+a.wiped.String()), height: 620},
		{name: "undo", address: of(a.ines, "/changes/"+a.wiped.String()+"/undo"), height: 620},
		{name: "time", address: of(a.mara, "?at=3"), height: 780},
		{name: "merge", address: pair(a.noor, a.nora), height: 820},
		{name: "split", address: of(a.robin, fmt.Sprintf("/split?merged=%d", a.robert)), height: 720},
		{name: "bin", address: "/ui/bin", height: 420},
		{name: "activity", address: "/ui/activity", height: 780},
		{name: "plans", address: "/ui/plans", height: 420},
		{name: "plan", address: planAt(a.tidy), height: 880},
		{name: "exports", address: "/ui/exports", height: 560},
		{name: "export", address: "/ui/exports/new?custom_field_filters=" + url.QueryEscape(`[{"field":"profile_field_1","operator":"equal_to","value":"Team"}]`), height: 740},
		{name: "import", address: "/ui/imports/" + a.came.ID, height: 900, wide: true},
		{name: "imports", address: "/ui/imports", height: 420},
		{name: "mappings", address: "/ui/mappings", height: 390},
		{name: "newimport", address: "/ui/imports/new", height: 560},
		{name: "keys", address: "/ui/keys", height: 640},
	}
}

// The documentation has every picture, and none that its page does not look like any
// more: the words beside a picture are those of its page. A screen that says something
// else asks for -update.
func TestPictures(t *testing.T) {
	a := newAlbum(t)
	in, out := a.browse("main"), a.stranger()
	a.settle()
	told := ""
	for _, name := range []string{"../../docs/book.md", "../../README.md"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		told += string(text)
	}
	known := map[string]bool{}
	if *update {
		a.take(t, func(p *picture, shot []byte) { save(t, p.name+".png", shot) })
	}
	for _, p := range a.pictures() {
		known[p.name+".png"], known[p.name+".txt"] = true, true
		b := in
		if p.out {
			b = out
		}
		p.check(t, b, told)
	}
	kept, err := filepath.Glob(albumPath + "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range kept {
		if !known[filepath.Base(name)] {
			t.Errorf("%s is no picture that this test takes: remove it", name)
		}
	}
}

// check holds a picture against its page as it is.
func (p *picture) check(t *testing.T, b *browser, told string) {
	t.Helper()
	b.get(p.address)
	if p.form != "" {
		var fill []string
		for name, value := range p.fill {
			fill = append(fill, name, value)
		}
		b.send(p.formOf(t, b), "", fill...)
	}
	text := lines(b.page)
	if *update {
		save(t, p.name+".txt", []byte(text))
	}
	want, err := os.ReadFile(albumPath + p.name + ".txt")
	if err != nil || string(want) != text {
		t.Errorf("the page of the picture %s (%s) says something else than it did when it was taken (%v), first in %s: "+
			"look at it, and take it anew with go test ./internal/ui -run TestPictures -update", p.name, b.address, err, firstOther(string(want), text))
	}
	if !strings.Contains(told, "pictures/"+p.name+".png") {
		t.Errorf("neither README.md nor docs/book.md shows the picture %s", p.name)
	}
	shot, err := os.ReadFile(albumPath + p.name + ".png")
	if err != nil {
		t.Error(err)
		return
	}
	size, err := png.DecodeConfig(bytes.NewReader(shot))
	if err != nil || len(shot) > maxPicture || size.Width > 1440 || size.Height > 900 {
		t.Errorf("the picture %s has %d octets and %d×%d (%v): it is to have at most %d and 1440×900", p.name, len(shot), size.Width, size.Height, err, maxPicture)
	}
}

// formOf finds the form of a page that has all the fields that are filled in.
func (p *picture) formOf(t *testing.T, b *browser) *html.Node {
	t.Helper()
	for _, form := range b.all("form", "action", p.form) {
		values := held(form)
		if !slices.ContainsFunc(slices.Collect(maps.Keys(p.fill)), func(name string) bool { return !values.Has(name) }) {
			return form
		}
	}
	t.Fatalf("the page of the picture %s has no form to %s with %v", p.name, p.form, p.fill)
	return nil
}

func save(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(albumPath, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(albumPath+name, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// lines gives the words of a page, those of each element on a line of their own.
func lines(page *html.Node) string {
	var text strings.Builder
	for n := range page.Descendants() {
		if n.Type != html.TextNode || slices.Contains([]string{"script", "style", "title"}, n.Parent.Data) {
			continue
		}
		if words := strings.Join(strings.Fields(n.Data), " "); words != "" {
			text.WriteString(words + "\n")
		}
	}
	return text.String()
}

// firstOther tells where two texts begin to differ.
func firstOther(then, now string) string {
	was, is := strings.Split(then, "\n"), strings.Split(now, "\n")
	i := 0
	for i < len(was)-1 && i < len(is)-1 && was[i] == is[i] {
		i++
	}
	return fmt.Sprintf("line %d, which was %q and is %q", i+1, was[i], is[i])
}

// In a long run the pictures are taken again and laid over those that are there.
// Machines differ in how they draw letters, so a few points may differ, and much.
func TestPicturesLook(t *testing.T) {
	if os.Getenv("CARNET_TEST_LONG") != "1" || *update {
		return
	}
	newAlbum(t).take(t, func(p *picture, shot []byte) {
		file, err := os.ReadFile(albumPath + p.name + ".png")
		if err != nil {
			t.Fatal(err)
		}
		if share, err := differing(file, shot); err != nil || share > 0.05 {
			t.Errorf("%.1f %% of the picture %s looks different (%v): look at it, and take it anew with -update", share*100, p.name, err)
		}
	})
}

// differing gives the share of points by which two pictures differ clearly.
func differing(one, other []byte) (float64, error) {
	a, err := png.Decode(bytes.NewReader(one))
	if err != nil {
		return 1, err
	}
	b, err := png.Decode(bytes.NewReader(other))
	if err != nil || a.Bounds() != b.Bounds() {
		return 1, err
	}
	differ := 0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			if apart(a, b, x, y) {
				differ++
			}
		}
	}
	return float64(differ) / float64(a.Bounds().Dx()*a.Bounds().Dy()), nil
}

func apart(a, b image.Image, x, y int) bool {
	r1, g1, b1, _ := a.At(x, y).RGBA()
	r2, g2, b2, _ := b.At(x, y).RGBA()
	const clear = 0x3000
	return max(r1, r2)-min(r1, r2) > clear || max(g1, g2)-min(g1, g2) > clear || max(b1, b2)-min(b1, b2) > clear
}

// Every picture that the documentation shows is one of these.
func TestPicturesAreTaken(t *testing.T) {
	a := newAlbum(t)
	taken := map[string]bool{}
	for _, p := range a.pictures() {
		taken[p.name] = true
	}
	text, err := os.ReadFile("../../docs/book.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile(`pictures/([a-z-]+)\.png`).FindAllStringSubmatch(string(text), -1)
	if len(shown) < 10 {
		t.Errorf("docs/book.md shows %d pictures: this looks in the wrong place", len(shown))
	}
	for _, m := range shown {
		if !taken[m[1]] {
			t.Errorf("docs/book.md shows %s, which is not taken", m[0])
		}
	}
}
