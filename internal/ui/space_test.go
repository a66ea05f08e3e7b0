package ui_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/jobs"
	"github.com/carnet-project/carnet/internal/store"
)

// An admin sets what is of the Space, and is told at the field what cannot be.
func TestSpaceSettings(t *testing.T) {
	w := newWorld(t)
	b := w.browse("main").get("/ui/space").shows("Harbour Office", "Writes to a contact", "as many as come")
	b.send(b.form("/ui/space"), "Save settings", "name", "Café \u202e Ω", "timezone", "Mars/Base", "region", "Great Britain")
	if b.status != http.StatusUnprocessableEntity || len(b.all("input", "aria-invalid", "true")) != 3 {
		t.Errorf("%d %s", b.status, b.text())
	}
	if got := attribute(b.one("input", "name", "timezone"), "value"); got != "Mars/Base" {
		t.Errorf("what was typed is gone: %q", got)
	}
	b.send(b.form("/ui/space"), "Save settings", "name", "Café Ω", "timezone", "Europe/London", "region", "gb")
	b.shows("Saved", "carnet space set "+strconv.FormatInt(int64(w.space.ID), 10)+" --name 'Café Ω' --timezone 'Europe/London' --region 'GB'")
	spaces, err := w.book.Spaces(t.Context())
	i := slices.IndexFunc(spaces, func(s access.Space) bool { return s.ID == w.space.ID })
	if err != nil || spaces[i].Name != "Café Ω" || spaces[i].TimeZone != "Europe/London" || spaces[i].Region != "GB" {
		t.Errorf("%+v, %v", spaces, err)
	}
	w.browse("client").get("/ui/space")
	if c := w.browse("client").get("/ui/space"); c.status != http.StatusForbidden {
		t.Errorf("a key without admin: %d", c.status)
	}
}

// What becomes of who was deleted, and erased, is shown with the command that sets it.
func TestSpaceTellsWhatGoes(t *testing.T) {
	w := newWorld(t)
	b := w.browse("main").get("/ui/space")
	b.shows("What was deleted", "kept, until somebody erases it", "Of who was erased", "nothing is kept",
		"carnet space set "+strconv.FormatInt(int64(w.space.ID), 10)+" --bin-days 30 --remember-erased on")
	_, err := w.book.UpdateSpace(t.Context(), "test", w.space.ID, func(s *access.Space) error {
		s.BinDays = 1
		book.RememberErased(s, true)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	b.get("/ui/space").shows("erased for good after 1 day", "keyed hashes of emails and phones are kept", "remember_erased")
}

// While a change of region is under way its page says how far it is, whatever other work
// there is, and says at the field that another one must wait.
func TestRegionUnderWay(t *testing.T) {
	w := newWorld(t)
	b := w.browse("main").get("/ui/space")
	const coming, leaving = "brought over to the new region", "Phones are found by the new region."
	set := func(region string) {
		t.Helper()
		b.send(b.form("/ui/space"), "Save settings", "region", region)
	}
	if has := strings.Contains(b.text(), coming) || strings.Contains(b.text(), leaving); has {
		t.Error("nothing is under way")
	}
	set("DE")
	b.shows(coming, "0 contacts so far")
	if _, err := w.store.CreateJob(t.Context(), store.Job{Space: w.space.ID, Kind: "other", State: store.JobQueued, Done: 4711, Total: 4712, Due: 1 << 60}); err != nil {
		t.Fatal(err)
	}
	if b.get("/ui/space").shows(coming, "0 contacts so far"); strings.Contains(b.text(), "4711") {
		t.Error("it tells of another job")
	}
	if set("FR"); b.status != http.StatusConflict || len(b.all("input", "aria-invalid", "true")) != 1 || attribute(b.one("input", "name", "region"), "value") != "FR" {
		t.Errorf("a third region: %d %s", b.status, b.text())
	}
	at := time.Now().Add(100 * 365 * 24 * time.Hour)
	runner := jobs.New(w.store, jobs.Options{Clock: func() time.Time { at = at.Add(time.Minute); return at }})
	saw := false
	for n := 1; n > 0; {
		var err error
		if n, err = runner.Round(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.get("/ui/space")
		saw = saw || strings.Contains(b.text(), leaving)
		if len(b.all("svg", "class", "meter low")) > 0 && strings.Contains(b.text(), leaving) {
			t.Error("that it is nearly done is shown as if something ran out")
		}
	}
	if !saw {
		t.Error("it is not told when phones are found by the new region")
	}
	if strings.Contains(b.text(), coming) || strings.Contains(b.text(), leaving) {
		t.Errorf("it has ended, and is told: %s", b.text())
	}
	set("FR")
	b.shows("Saved", coming)
}

// Labels are set together, change places, and are refused together.
func TestFieldLabels(t *testing.T) {
	w := newWorld(t)
	b := w.browse("main").get("/ui/fields").shows("Text", "Numbers", "Dates")
	label := func(slot string) string { return attribute(b.one("input", "name", slot), "value") }
	b.send(b.form("/ui/fields"), "Save fields", "profile_field_1", "Company", "profile_field_2", "<script>alert(1)</script>", "profile_field_30", "عيد ميلاد")
	b.shows("Saved")
	b.send(b.form("/ui/fields"), "Save fields", "profile_field_1", "<script>alert(1)</script>", "profile_field_2", "Company")
	b.shows("Saved")
	if label("profile_field_1") != "<script>alert(1)</script>" || label("profile_field_2") != "Company" || label("profile_field_30") != "عيد ميلاد" {
		t.Errorf("two labels did not change places: %q, %q", label("profile_field_1"), label("profile_field_2"))
	}
	b.send(b.form("/ui/fields"), "Save fields", "profile_field_3", "Company", "profile_field_4", "Free")
	if b.status != http.StatusUnprocessableEntity || len(b.all("input", "aria-invalid", "true")) != 1 || label("profile_field_4") != "Free" {
		t.Errorf("a label that another has: %d %s", b.status, b.text())
	}
	if r := w.browse("reader").get("/ui/fields").shows("Company", "profile_field_4"); len(r.all("form", "action", "/ui/fields")) != 0 {
		t.Error("who may not set labels is offered to")
	}
	if b.get("/ui/fields"); label("profile_field_4") != "" {
		t.Error("a part of what was refused is set")
	}
}
