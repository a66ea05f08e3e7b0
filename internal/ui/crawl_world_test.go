package ui_test

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
)

// mark stands in every name, location, text and label of a furnished world, so that a
// page is seen to show one.
const mark = "Ƶ"

// Values that want to be markup, or something else than they are.
const (
	scripted = mark + "<script>alert(1)</script>"
	broken   = mark + `"><img src=x onerror=alert(1)>`
	nfd      = mark + " Zoe\u0308 e\u0301"
	rtl      = mark + " \u05e9\u05dc\u05d5\u05dd \u202e\u0639\u0645\u0631 (1)"
)

// long is as long as a text of a field may be, nearly.
var long = mark + strings.Repeat("long words ", 909)

// furnished is a world with some of everything in it.
type furnished struct {
	*world
	planned, applied, underWay, building book.Plan
	doomed                               [2]contact.ID

	imported, waiting, unread, wide, looked string // the addresses of imports

	plain, hostile, nameless, bare, crowded, busy, survivor, merged, split, deleted, revived contact.ID
}

// furnish fills a Space: contacts as there are many, and one of each strange kind.
func furnish(t *testing.T) *furnished {
	w := &furnished{world: newWorld(t)}
	for i := range 60 {
		w.make(fmt.Sprintf("%s Person %d", mark, i), fmt.Sprintf("person%d@there.example", i), fmt.Sprintf("+44 7700 900%03d", i))
		w.wait(time.Minute)
	}
	w.doomed = [2]contact.ID{w.make(broken, "one@planned.example"), w.make(rtl, "two@planned.example")}
	w.plain = w.make(mark+" Ada Ferrell", mark+" Ada F.", "ada@ferrell.example", "ada@work.example", "+44 7700 900911")
	w.nameless = w.make("nobody@there.example")
	w.bare = w.make("gone@there.example")
	var empty contact.Amendment
	empty.Values[contact.Emails] = contact.ListAmendment{Named: true, Remove: []string{"gone@there.example"}}
	w.do(&contact.Amend{Ref: w.bare, Amendment: empty})
	w.hostile = w.makeHostile()
	w.crowded = w.makeCrowded()
	w.busy = w.makeBusy()
	w.mergeSome()
	w.importOne()
	w.deleteSome()
	w.label()
	w.exportSome()
	w.planSome()
	w.importMore()
	w.exportMore()
	return w
}

func (w *furnished) makeHostile() contact.ID {
	id := w.make(scripted, broken, nfd, rtl, `"><script>"@markup.example`, "o'hara+<b>@markup.example", "+44 (7700) 900912")
	var a contact.Amendment
	a.Values[contact.Locations] = contact.ListAmendment{Named: true, Add: []string{broken, rtl}}
	a.Fields.Sent = true
	for slot, text := range map[contact.Slot]string{1: long, 2: scripted, 3: rtl + "\n" + nfd + "\n" + broken, 16: "12480.5", 17: "-0.000001", 26: "2024-02-29"} {
		a.Fields.Named[slot.Index()], a.Fields.Texts[slot.Index()] = true, text
	}
	w.do(&contact.Amend{Ref: id, Amendment: a})
	b := w.browse("main").get(pageOf(id) + "?edit=profile_field_2")
	b.act("profile_field_2", "Save 1 change", "value", broken)
	return id
}

func (w *furnished) makeCrowded() contact.ID {
	values := []string{mark + " Crowd"}
	for i := range 100 {
		values = append(values, fmt.Sprintf("crowd%d@there.example", i))
	}
	return w.make(values...)
}

// makeBusy makes a contact with a history of several pages, of which the last was taken
// back and that again.
func (w *furnished) makeBusy() contact.ID {
	id := w.make(mark+" Busy", "busy@there.example")
	var last contact.ChangeID
	for i := range 65 {
		w.wait(time.Hour)
		last = w.do(&contact.Amend{Ref: id, Amendment: field(4, fmt.Sprintf("%s version %d", mark, i))}).Change
	}
	taken := w.do(&contact.Undo{Ref: id, Op: last.Op})
	w.do(&contact.Undo{Ref: id, Op: taken.Change.Op})
	return id
}

// field sets a field.
func field(slot contact.Slot, text string) (a contact.Amendment) {
	a.Fields.Sent, a.Fields.Named[slot.Index()], a.Fields.Texts[slot.Index()] = true, true, text
	return a
}

// mergeSome merges three, splits one off again, and tells two apart.
func (w *furnished) mergeSome() {
	w.survivor = w.make(mark+" Survivor", "same@there.example", "+44 7700 900913")
	w.merged = w.make(mark+" Merged", "same@there.example", "merged@there.example")
	w.split = w.make(broken, "split@there.example")
	w.do(&contact.Amend{Ref: w.merged, Amendment: field(1, mark+" of the merged")})
	w.do(&contact.Merge{Survivor: w.survivor, Merged: []contact.ID{w.merged, w.split}})
	w.do(&contact.Unmerge{Ref: w.survivor, Merged: w.split})
	w.do(&contact.Distinct{Ref: w.survivor, Other: w.plain})
}

// deleteSome deletes two, and brings one back.
func (w *furnished) deleteSome() {
	w.deleted = w.make(rtl, broken, "deleted@there.example")
	w.do(&contact.Delete{Ref: w.deleted})
	w.revived = w.make(mark+" Revived", "revived@there.example")
	w.do(&contact.Undo{Ref: w.revived, Op: w.do(&contact.Delete{Ref: w.revived}).Change.Op})
}

// label calls fields what nobody would, and the Space too.
func (w *furnished) label() {
	b := w.browse("main").get("/ui/fields")
	b.send(b.form("/ui/fields"), "Save fields", "profile_field_1", broken, "profile_field_2", mark+" \u05e9\u05dc\u05d5\u05dd", "profile_field_3", mark+strings.Repeat(" label", 16), "profile_field_16", scripted)
	b.shows("Saved")
	b.get("/ui/space")
	b.send(b.form("/ui/space"), "Save settings", "name", broken)
	b.shows("Saved")
}

// exportSome makes files of contacts, of which one is narrowed by what is strange.
func (w *furnished) exportSome() {
	b := w.browse("main").get("/ui/exports/new?q=person7%40there.example&start=2026-01-01&end=2027-01-01&custom_field_filters=" + url.QueryEscape(`[{"field":"profile_field_2","operator":"not_contains","value":`+strconv.Quote(broken)+`}]`))
	b.exported("reason", scripted, "safe", "1").shows("ready", scripted)
	b.get("/ui/exports/new").exported("kind", "vcard").shows("vCard ready")
}

// importOne brings in a file that is done.
func (w *furnished) importOne() {
	b := w.browse("main").upload("done.csv", "Name,E-Mail\n"+mark+" Imported,imported@there.example\n")
	w.imported = importAt(b)
	b.send(b.button("Apply 1 row"), "Apply 1 row").shows("done")
}

// importMore brings in a file that waits and has everything strange in it, one that cannot be read, one
// with very many columns, and one that is looked at.
func (w *furnished) importMore() {
	b := w.browse("main")
	b.upload(mark+` "><script>alert(1)<script>.csv`, mark+" titles;;;;;\n"+`Vorname;"`+mark+` ""><script>";E-Mail;Telefon;Wann;`+mark+strings.Repeat(" column", 20)+"\n"+
		"Ada;x;strange@there.example;+44 7700 900981;01.02.2025;"+mark+"<b>\n"+"Bo;x;person7@there.example;4,47E+11;;"+mark+"\n"+
		mark+";x;person8@there.example;+44 7700 900982;;\n"+"Cy;x;person9@there.example;;;"+strings.Repeat(mark+"long", 60)+"\n"+
		"Di;x;strange@there.example;+44 7700 900983;;\n"+mark+" Person 9;;person9@there.example;;;\n").shows("waits for approval")
	w.waiting = importAt(b)
	b.mapped("to."+b.column("Wann"), "custom_fields.profile_field_26", "as."+b.column("Wann"), "day_month_year").shows("waits for approval")
	w.keep("main", strings.TrimPrefix(w.waiting, "/ui/imports/"), scripted+" / "+rtl)
	b.upload("unread.xlsx", "PK\x03\x04").shows("cannot be read so")
	w.unread = importAt(b)
	wide := mark + " Name,Email"
	for i := range 60 {
		wide += fmt.Sprintf(",%s%d", mark, i)
	}
	b.upload("wide.csv", wide+"\n"+mark+",wide@there.example"+strings.Repeat(",", 60)+"\n")
	w.wide = importAt(b)
	w.keep("main", strings.TrimPrefix(w.wide, "/ui/imports/"), mark+" of many columns")
	b.upload("wide.csv", wide+"\n"+mark+",wider@there.example"+strings.Repeat(",", 60)+"\n").shows("Columns as in"+mark+" of many columns", "As in “")
	w.hurried(func() {
		b.upload("large.csv", "Name\n"+strings.Repeat(mark+" Somebody\n", 5000)).shows("being looked at")
	})
	w.looked = importAt(b)
}

// importAt gives the address of the import that is shown.
func importAt(b *browser) string {
	path, _, _ := strings.Cut(b.address, "?")
	return path
}

// exportMore leaves one under way.
func (w *furnished) exportMore() {
	w.hurried(func() { w.browse("main").get("/ui/exports/new").exported("kind", "ndjson").shows("being written") })
}

// everybody gives the contacts that are not like the others.
func (w *furnished) everybody() []contact.ID {
	return []contact.ID{w.plain, w.hostile, w.nameless, w.bare, w.crowded, w.busy, w.survivor, w.merged, w.split, w.deleted, w.revived}
}
