package ui_test

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/transfer"
)

// album is what the pictures of the documentation show: some people, and what two
// others and their programs did to them in February.
type album struct {
	*world
	mara, ines, robin, robert, noor, nora contact.ID
	wiped, edited                         contact.ChangeID
	tidy                                  book.Plan
	came                                  book.Import
}

func newAlbum(t *testing.T) *album {
	a := &album{world: newWorld(t)}
	a.now = time.Date(2026, 2, 2, 8, 30, 0, 0, time.UTC)
	a.label(map[contact.Slot]string{1: "Customer plan", 2: "Job title", 3: "Company", 17: "Seats", 26: "Customer since"})
	for _, name := range []string{"crm-import", "nightly-sync", "front-desk"} {
		a.addKey(name, a.space.ID, access.DefaultScopes)
	}
	a.people()
	a.maras()
	a.bounds()
	a.others()
	a.plans()
	return a
}

func (a *album) label(labels map[contact.Slot]string) {
	a.t.Helper()
	_, err := a.book.UpdateSpace(a.t.Context(), "test", a.space.ID, func(s *access.Space) (err error) {
		for slot, label := range labels {
			if s.Labels, err = s.Labels.With(slot, label); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		a.t.Fatal(err)
	}
}

// write does something with a key, by somebody behind it, "" for the program alone.
func (a *album) write(key, name, reason string, verb contact.Verb) book.Written {
	a.t.Helper()
	w, err := a.book.Do(a.t.Context(), a.grant(key), book.Terms{RequestID: rand.Text(), Name: name, Reason: reason}, verb)
	if err != nil {
		a.t.Fatal(err)
	}
	return w
}

func (a *album) enter(p contact.Patch) contact.ID {
	a.t.Helper()
	a.wait(3 * time.Minute)
	return a.write("crm-import", "", "first import", &contact.Create{Patch: p}).Contact.ID
}

// person makes a patch of a name, emails, phones and custom fields.
func (a *album) person(name string, emails, phones []string, fields map[contact.Slot]string) contact.Patch {
	p := contact.Patch{Fields: a.fieldsOf(fields)}
	for col, texts := range map[contact.Collection][]string{contact.Names: {name}, contact.Emails: emails, contact.Phones: phones} {
		p.Values[col] = contact.List{Sent: len(texts) > 0, Texts: texts}
	}
	return p
}

func (*album) fieldsOf(fields map[contact.Slot]string) contact.FieldsPatch {
	f := contact.FieldsPatch{Sent: len(fields) > 0}
	for slot, text := range fields {
		f.Named[slot.Index()], f.Texts[slot.Index()] = true, text
	}
	return f
}

func (a *album) people() {
	for _, p := range []contact.Patch{
		a.person("Ezra Holloway", []string{"ezra@holloway.example"}, []string{"+1 555 0101"}, map[contact.Slot]string{1: "Free"}),
		a.person("Linnea Björk", []string{"linnea.bjork@example.com"}, nil, map[contact.Slot]string{1: "Team", 3: "Snowdrift Bicycles"}),
		a.person("Jonas Weidner", []string{"jonas.weidner@example.org"}, []string{"+1 555 0127"}, map[contact.Slot]string{3: "Velvetmoth Films"}),
		a.person("Amara Okafor", []string{"amara@example.net", "a.okafor@example.com"}, []string{"+1 555 0133"}, map[contact.Slot]string{1: "Enterprise"}),
		a.person("Γιώργος Παππάς", []string{"giorgos@example.com"}, []string{"+1 555 0154"}, nil),
		a.person("Дарья Орлова", []string{"darya.orlova@example.org"}, nil, map[contact.Slot]string{1: "Team"}),
	} {
		a.enter(p)
	}
	a.mara = a.enter(a.person("Mara Thistlewood", []string{"mara@thistlewood.example", "mara.t@example.net"}, []string{"+1 555 0110"},
		map[contact.Slot]string{1: "Free", 2: "Buyer", 3: "Oxbow & Thistle"}))
	a.ines = a.enter(a.person("Ines Calloway", []string{"ines.calloway@example.com", "ines@calloway.example"}, []string{"+1 555 0142", "+1 555 0167"},
		map[contact.Slot]string{1: "Enterprise", 3: "Saltmarrow Energy", 26: "2019-04-02"}))
	a.robin = a.enter(a.person("Robin Alder", []string{"robin.alder@example.com"}, []string{"+1 555 0118"},
		map[contact.Slot]string{1: "Team", 3: "Quillfeather Press"}))
	a.robert = a.enter(a.person("Robin Alder", []string{"r.alder@example.org"}, []string{"+1 555 0193"},
		map[contact.Slot]string{3: "Mossgrave Timber"}))
	a.noor = a.enter(a.person("Noor Haddad", []string{"noor@haddad.example", "noor.h@example.com"}, []string{"+1 555 0161"},
		map[contact.Slot]string{1: "Team", 3: "Copperwren Travel"}))
	a.nora = a.enter(a.person("Noor Haddad", []string{"noor.h@example.com"}, []string{"+1 555 0161", "+1 555 0185"},
		map[contact.Slot]string{1: "Enterprise", 2: "Founder"}))
}

// amendments of one thing.
func (*album) adding(of contact.ID, col contact.Collection, text string) *contact.Amend {
	v := &contact.Amend{Ref: of}
	v.Amendment.Values[col] = contact.ListAmendment{Named: true, Add: []string{text}}
	return v
}

func (a *album) setting(of contact.ID, fields map[contact.Slot]string) *contact.Amend {
	return &contact.Amend{Ref: of, Amendment: contact.Amendment{Fields: a.fieldsOf(fields)}}
}

func (*album) putting(of contact.ID, lists map[contact.Collection][]string) *contact.Put {
	v := &contact.Put{Ref: of}
	for col, texts := range lists {
		v.Patch.Values[col] = contact.List{Sent: true, Texts: texts}
	}
	return v
}

// maras lets happen what the first picture shows.
func (a *album) maras() {
	a.wait(49 * time.Hour)
	a.write("front-desk", "Priya Sandoval", "called in", a.adding(a.mara, contact.Phones, "+1 555 0176"))
	a.wait(26 * time.Hour)
	a.write("front-desk", "Tom Ferrell", "signed up for the team plan", a.setting(a.mara, map[contact.Slot]string{1: "Team", 17: "12"}))
	a.wait(5 * 24 * time.Hour)
	a.write("front-desk", "Tom Ferrell", "", a.adding(a.mara, contact.Locations, "14 Lantern Row, Port Example"))
	a.wait(31 * time.Hour)
	synced := a.write("nightly-sync", "", "full sync", a.putting(a.mara, map[contact.Collection][]string{contact.Phones: {"+1 555 0110"}, contact.Emails: {"mara.t@example.net"}}))
	a.wait(9 * time.Hour)
	a.write("front-desk", "Priya Sandoval", "both still hold", &contact.Undo{Ref: a.mara, Op: synced.Change.Op})
	a.wait(28 * time.Hour)
	a.edited = a.write("front-desk", "Tom Ferrell", "", a.setting(a.mara, map[contact.Slot]string{2: "Head of buying"})).Change
}

// bounds gives a key a budget, and ends two that nobody needs.
func (a *album) bounds() {
	a.t.Helper()
	_, err := a.book.SetBudget(a.t.Context(), "test", a.grant("nightly-sync").Key.ID, func(b *access.Budget) {
		b.MaxRemovals, b.DailyRemovals = access.AtMost(10), access.AtMost(25)
	})
	if err != nil {
		a.t.Fatal(err)
	}
	for _, name := range []string{"reader", "writer"} {
		if _, _, err := a.book.RevokeKey(a.t.Context(), "test", a.grant(name).Key.ID); err != nil {
			a.t.Fatal(err)
		}
	}
}

// wait lets time pass, when it is saved who used which key until then.
func (a *album) wait(d time.Duration) {
	a.settle()
	a.world.wait(d)
}

// settle waits until it is saved when each key was used last.
func (a *album) settle() { a.book.Close() }

// others lets happen what the other pictures show.
func (a *album) others() {
	a.wait(28 * time.Hour)
	a.wiped = a.write("nightly-sync", "", "full sync", a.putting(a.ines, map[contact.Collection][]string{contact.Emails: {}, contact.Phones: {}})).Change
	a.wait(2 * time.Hour)
	a.write("front-desk", "Priya Sandoval", "new number", a.adding(a.ines, contact.Phones, "+1 555 0170"))
	a.wait(4 * time.Hour)
	a.write("front-desk", "Tom Ferrell", "same name", &contact.Merge{Survivor: a.robin, Merged: []contact.ID{a.robert}})
	a.wait(3 * time.Hour)
	a.write("front-desk", "Priya Sandoval", "asked for by phone", a.adding(a.robert, contact.Locations, "3 Sawmill Lane, Port Example"))
	a.wait(40 * time.Minute)
	gone := a.enter(a.person("Test Entry", []string{"test@example.com"}, nil, nil))
	a.write("front-desk", "Tom Ferrell", "was only a test", &contact.Delete{Ref: gone})
	a.wait(50 * time.Minute)
}

// plans has some proposed, and one done.
func (a *album) plans() {
	a.addPlanner("tidy-agent")
	labels := func(id contact.ID, plan string) string {
		return fmt.Sprintf(`{"method":"PATCH","id":%d,"body":{"custom_fields":{"profile_field_1":%q}}}`, id, plan)
	}
	a.begin("client", a.propose("client", "", "plans from the CRM", labels(2, "Enterprise"), labels(3, "Team"), labels(5, "Free")))
	a.work()
	a.wait(10 * time.Minute)
	a.tidy = a.propose("tidy-agent", "", "tidying up after the spring fair",
		fmt.Sprintf(`{"method":"PATCH","id":%d,"body":{"custom_fields":{"profile_field_2":"Head of procurement","profile_field_3":"Oxbow & Thistle Ltd"}}}`, a.mara),
		`{"method":"DELETE","id":1,"if_match":"1"}`,
		fmt.Sprintf(`{"method":"MERGE","id":%d,"body":{"merged_id":%d}}`, a.noor, a.nora),
		`{"method":"POST","body":{"names":["Wren Sallow"],"emails":["wren.sallow@example.org"]}}`,
		`{"method":"DELETE","id":2,"if_match":"1"}`,
		`{"method":"PUT","id":4,"body":{"emails":["amara at example.net"]}}`)
	a.imports()
	a.exports()
}

// imports are a file that was brought in and is done, and one that is looked at.
func (a *album) imports() {
	a.t.Helper()
	old := a.bring("front-desk", "Tom Ferrell", "", "newsletter.csv", "Name,Email\nWillow Ashdown,willow@example.net\nLinnea Björk,linnea.bjork@example.com\n")
	_, p, err := a.book.Import(a.t.Context(), a.grant("main"), old.ID)
	if err != nil {
		a.t.Fatal(err)
	}
	a.keep("front-desk", old.ID, "Newsletter")
	a.begin("front-desk", p)
	a.work()
	a.wait(9 * time.Minute)
	a.came = a.bring("front-desk", "Priya Sandoval", "cards from hall 2", "spring-fair.csv", "Spring fair, hall 2;;;;;\n"+
		"Vorname;Nachname;E-Mail;Telefon;Firma;Kunde seit\n"+
		"Mara;Thistlewood;mara.t@example.net;+1 555 0144;Oxbow & Thistle Ltd;12.03.2019\n"+
		"Wren;Sallow;wren.sallow@example.org;+1 555 0121;Quillfeather Press;03.04.2025\n"+
		"Jonas;Weidner;jonas.weidner@example.org;+1 555 0127;Velvetmoth Films;\n"+
		"Idris;Fairlamb;idris@example.com;1,56E+10;Copperwren Travel;25.04.2025\n"+
		"Odile;Marchetti;odile@example.net, o.marchetti@example.org;+1 555 0190;;\n")
	a.keep("front-desk", a.came.ID, "Cards from fairs")
}

// bring brings a file in, and has it looked at.
func (a *album) bring(key, name, reason, file, text string) book.Import {
	a.t.Helper()
	e, _, _, err := a.book.MakeImport(a.t.Context(), a.grant(key), book.Terms{RequestID: rand.Text(), Name: name, Reason: reason}, book.ImportFile{Name: file, Content: strings.NewReader(text)})
	if err != nil {
		a.t.Fatal(err)
	}
	a.work()
	return e
}

// exports are two files that are there, and one that is asked for.
func (a *album) exports() {
	ask := func(key, name, reason string, form transfer.Form, which book.ExportAsked) {
		a.t.Helper()
		if _, _, err := a.book.MakeExport(a.t.Context(), a.grant(key), book.Terms{RequestID: rand.Text(), Name: name, Reason: reason}, form, which); err != nil {
			a.t.Fatal(err)
		}
	}
	a.wait(7 * time.Minute)
	ask("nightly-sync", "", "copy of the night", transfer.Form{Format: transfer.NDJSON}, book.ExportAsked{})
	a.wait(8 * time.Minute)
	ask("front-desk", "Mina Sorel", "invitations to the spring fair", transfer.Form{Format: transfer.CSV, Layout: transfer.GoogleLayout},
		book.ExportAsked{Where: book.Conditions(contact.Filter{{Slot: 1, Operator: contact.EqualTo, Value: "Team"}, {Slot: 3, Operator: contact.Any}})})
	a.work()
	a.wait(5 * time.Minute)
	ask("main", "Ada Ferrell", "", transfer.Form{Format: transfer.VCard}, book.ExportAsked{})
}
