package ui_test

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
)

// parts gives the headings of a page's parts, each with the titles of the cards below it.
func (b *browser) parts() map[string][]string {
	found, at := map[string][]string{}, ""
	for n := range b.one("main").Descendants() {
		switch {
		case n.Data == "h2":
			at = words(n)
		case n.Data == "a" && strings.HasPrefix(attribute(n, "href"), "/ui/plans/") && n.Parent.Data == "p":
			found[at] = append(found[at], words(n))
		}
	}
	return found
}

// The list has what waits for somebody first, then what is under way and then what is
// past, each with who proposes it, why, and what it comes to.
func TestPlans(t *testing.T) {
	w := newWorld(t)
	w.addPlanner("tidy-agent")
	b := w.browse("main").get("/ui/plans").shows("No plans yet")
	ada, bob, cai := w.make("Ada", "ada@example.com"), w.make("Bob"), w.make("Cai", "cai@example.com", "+44 7700 900111")
	past := w.begin("client", w.propose("client", "", "", adds(ada, "ada@work.example")))
	w.work()
	w.begin("client", w.propose("client", "", "", adds(bob, "bob@example.com"), adds(bob, "bob@work.example")))
	w.wait(time.Minute)
	waits := w.propose("tidy-agent", "Priya", "left the list", deletes(cai), deletes(9999), deletes(cai), adds(ada, "ada@example.com"))
	b.get("/ui/plans")
	want := map[string][]string{"Waiting for you": {"Delete 1 contact"}, "Under way": {"2 changes of contacts"}, "Past": {"1 change of contacts"}}
	if got := b.parts(); !reflect.DeepEqual(got, want) {
		t.Fatalf("the parts are %v, and not %v\n%s", got, want, b.text())
	}
	card := b.byID("p-" + waits.ID)
	for _, text := range []string{"Priya with key tidy-agent", "“left the list”", "1 deleted", "1 already so", "2 refused", "3 values would go"} {
		if !strings.Contains(words(card), text) {
			t.Errorf("the card does not say %q: %s", text, words(card))
		}
	}
	width := map[string]string{}
	for _, rect := range all(card, "rect") {
		width[attribute(rect, "class")] = attribute(rect, "width")
	}
	if len(all(card, "rect")) != 3 || width["went"] != "25" || width["held"] != "50" || width["same"] != "25" {
		t.Errorf("the bar is %v", width)
	}
	b.shows("0 of 2 writes done")
	if fresh := all(b.page, "noscript"); len(fresh) != 1 || !strings.Contains(textOf(fresh[0]), `http-equiv="refresh"`) && !strings.Contains(rendered(fresh[0]), "refresh") {
		t.Errorf("without scripts the page is not looked at again: %v", fresh)
	}
	w.work()
	if b.get("/ui/plans"); len(b.parts()["Past"]) != 2 || len(b.all("noscript")) != 0 {
		t.Errorf("%v is not past", b.parts())
	}
	b.link("Delete 1 contact").shows("Proposed by Priya, with key tidy-agent", "3 values would be taken away")
	b.get("/ui/activity?batch="+past.ID).link("The plan of it").shows("1 change of contacts", "done")
}

// The list goes on with older plans.
func TestManyPlans(t *testing.T) {
	w := newWorld(t)
	ada := w.make("Ada")
	for i := range 103 {
		w.wait(time.Second)
		w.propose("client", "", fmt.Sprintf("plan %d", i), adds(ada, fmt.Sprintf("a%d@example.com", i)))
	}
	b := w.browse("main").get("/ui/plans").shows("“plan 102”", "“plan 3”")
	b.link("Older").shows("“plan 2”", "“plan 0”")
	if strings.Contains(b.text(), "“plan 3”") {
		t.Error("one is there twice")
	}
	b.link("The newest").shows("“plan 102”")
}

// row gives what the page of a plan says of a row.
func (b *browser) rowOf(n int) *html.Node { return b.byID(fmt.Sprintf("row-%d", n)) }

// Each row says what is asked for and what that does, as a diff, or why it does nothing;
// the counts narrow the rows; what is applied is what was shown, and another plan takes
// all of it back to the byte.
func TestPlanPage(t *testing.T) {
	w := newWorld(t)
	ada, bob, cai, dee := w.make("Ada", "ada@example.com"), w.make("Bob", "bob@example.com", "+44 7700 900111"), w.make("Cai", "cai@example.com"), w.make("Dee", "dee@example.com")
	fay := w.make("Fay")
	w.do(&contact.Amend{Ref: cai, Amendment: field(1, "Bakery")})
	w.do(&contact.Amend{Ref: dee, Amendment: field(1, "Brewery")})
	before := w.stored(ada, bob, cai, dee, fay)
	p := w.propose("client", "", "spring cleaning",
		adds(ada, "ada@work.example"),
		fmt.Sprintf(`{"method":"PUT","id":%d,"body":{"phones":[],"emails":["bob@work.example"]}}`, bob),
		`{"method":"POST","body":{"names":["Eve"],"emails":["eve@example.com"]}}`,
		fmt.Sprintf(`{"method":"MERGE","id":%d,"body":{"merged_id":%d}}`, cai, dee),
		deletes(fay), adds(9999, "x@example.com"), `{"method":"PUT","id":1,"body":{"emails":["no email"]}}`, adds(ada, "ada@example.com"))
	b := w.browse("main").get(planAt(p))
	for n, wants := range [][]string{
		{"Change Ada #1", "Emails", "ada@work.example", "ada@example.com"},
		{"Replace values of Bob #2", "bob@work.example", "bob@example.com", "+44 7700 900111", "−2"},
		{"Make Eve", "eve@example.com"},
		{"Merge #4 into Cai #3", "Dee", "dee@example.com", "Brewery", "hidden, kept behind what shows"},
		{"Delete Fay #5", "−1"},
		{"Change #9999 refused", "There is no contact with this id"},
		{"An operation that makes no sense refused", "email"},
		{"Change Ada #1 already so"},
	} {
		for _, want := range wants {
			if got := words(b.rowOf(n + 1)); !strings.Contains(got, want) {
				t.Errorf("row %d does not say %q: %s", n+1, want, got)
			}
		}
	}
	if gone := all(b.rowOf(2), "p", "class", "del"); len(gone) != 2 {
		t.Errorf("of row 2 there are %d lines that go", len(gone))
	}
	b.shows("A plan of 8 writes", "4 values would be taken away", "8 in all", "1 new", "2 changed", "1 deleted", "1 merged", "1 already so", "2 refused")
	for text, want := range map[string]int{"2 refused": 2, "1 merged": 1, "8 in all": 8} {
		if rows := len(b.link(text).all("details", "class", "change")); rows != want || len(b.all("a", "aria-current", "true")) == 0 {
			t.Errorf("%s shows %d rows", text, rows)
		}
	}
	b.get(planAt(p)).decide("apply", "Apply 5 writes", "reason", "agreed")
	b.shows("done", "applied by you", "5 done", "4 values taken away")
	if toast := words(b.byID("toast")); !strings.HasPrefix(toast, "Done. 5 of 8 writes are done.") {
		t.Errorf("the toast: %s", toast)
	}
	if after := w.stored(ada, bob, cai, dee, fay); after[fay] != "not there" || reflect.DeepEqual(after, before) {
		t.Errorf("there is %v", after)
	}
	if words(b.rowOf(3)) == "" || len(all(b.rowOf(3), "a", "href", "/ui/contacts/6")) == 0 {
		t.Errorf("the new contact is not led to: %s", rendered(b.rowOf(3)))
	}
	b.get("/ui/activity").shows("“agreed”", "one of a batch")
	b.link("one of a batch").shows("One batch")
	b.send(b.form("/ui/plans"), "Take all of it back…").shows("Take back a batch", "what was written as one batch")
	b.takeAllBack()
	if after := w.stored(ada, bob, cai, dee, fay); !reflect.DeepEqual(after, before) {
		t.Errorf("there is\n%v\nand there was\n%v", after, before)
	}
	if c, err := w.book.Get(t.Context(), w.grant("client"), 6); err == nil {
		t.Errorf("who was made is there: %v", c)
	}
}

// takeAllBack applies a plan that takes something back, and again one for what had to wait.
func (b *browser) takeAllBack() {
	b.w.t.Helper()
	for range 5 {
		apply := buttonIn(b.byID("decide"), "")
		if !strings.HasPrefix(words(apply), "Apply ") {
			return
		}
		path, _, _ := strings.Cut(b.address, "?")
		b.press(b.form(path+"/apply"), apply)
		back := all(b.byID("follow"), "a")
		if len(back) == 0 || b.status != http.StatusOK {
			b.w.t.Fatalf("%s answers %d\n%s", b.address, b.status, b.text())
		}
		b.get(b.resolve(attribute(back[0], "href")))
		b.send(b.form("/ui/plans"), "Take all of it back…")
	}
	b.w.t.Fatal("there is always more to take back")
}

// What had changed since it was looked at is left, done on top, or so already, and each
// row says which; nothing goes that was not shown.
func TestPlanOnWhatChanged(t *testing.T) {
	w := newWorld(t)
	ada, bob, cai := w.make("Ada", "ada@example.com"), w.make("Bob", "bob@example.com"), w.make("Cai")
	p := w.propose("client", "", "", adds(ada, "ada@work.example"), deletes(bob), fmt.Sprintf(`{"method":"PATCH","id":%d,"body":{"custom_fields":{"profile_field_1":"x"}}}`, cai), deletes(9999))
	w.do(&contact.Amend{Ref: ada, Amendment: field(1, "Bakery")})
	w.do(&contact.Amend{Ref: bob, Amendment: field(1, "Brewery")})
	w.do(&contact.Amend{Ref: cai, Amendment: field(1, "y")})
	b := w.browse("main").get(planAt(p)).decide("apply", "Apply 3 writes")
	for n, wants := range map[int][]string{1: {"done, on what had changed"}, 2: {"left as it was", "The contact was changed since"}, 3: {"left as it was", "Field 1", "y"}, 4: {"refused"}} {
		for _, want := range wants {
			if got := words(b.rowOf(n)); !strings.Contains(got, want) {
				t.Errorf("row %d does not say %q: %s", n, want, got)
			}
		}
	}
	if rows := b.link("2 left as it was").all("details", "class", "change"); len(rows) != 2 {
		t.Errorf("%d rows are left as they were", len(rows))
	}
	if c := w.read(bob); c.Fields[0].Text != "Brewery" {
		t.Errorf("Bob is %v", c)
	}
}

// Who may only read sees a plan and no act; who may propose discards what is theirs, and
// applies nothing; who may not read sees none.
func TestPlansForOthers(t *testing.T) {
	w := newWorld(t)
	w.addPlanner("planner")
	w.addKey("proposer", w.space.ID, access.ScopesOf(access.Plan))
	ada := w.make("Ada")
	mine, theirs := w.propose("planner", "", "", deletes(ada)), w.propose("client", "", "", deletes(ada))
	reader := w.browse("reader").get("/ui/plans").shows("Waiting for approval")
	reader.get(planAt(mine)).shows("Delete Ada", "A key that may write applies it")
	if forms := all(reader.one("main"), "form"); len(forms) != 0 {
		t.Errorf("a reader is offered %s", rendered(forms[0]))
	}
	for _, address := range []string{"/ui/plans", planAt(mine) + "/apply", planAt(mine) + "/discard", fmt.Sprintf("/ui/jobs/%d/cancel", mine.Job)} {
		for _, key := range []string{"reader", "proposer", "writer"} {
			if key != "reader" && strings.HasSuffix(address, "/discard") {
				continue
			}
			if b := w.browse(key).post(address, "batch", mine.ID, "hash", fmt.Sprintf("%x", mine.Hash)); b.status != http.StatusForbidden {
				t.Errorf("%s: %s answers %d\n%s", key, address, b.status, b.text())
			}
		}
	}
	planner := w.browse("planner").get(planAt(theirs))
	if forms := all(planner.one("main"), "form"); len(forms) != 0 {
		t.Errorf("who only proposes is offered %s", rendered(forms[0]))
	}
	if planner.post(planAt(theirs) + "/apply"); planner.status != http.StatusForbidden {
		t.Errorf("who only proposes applies: %d", planner.status)
	}
	if planner.post(planAt(theirs) + "/discard"); planner.status != http.StatusNotFound {
		t.Errorf("who only proposes discards another's: %d", planner.status)
	}
	planner.get(planAt(mine)).decide("discard", "Discard the plan")
	if planner.address != "/ui/plans" || strings.Contains(planner.body, mine.ID) {
		t.Errorf("%s: %s", planner.address, planner.text())
	}
	if planner.get(planAt(mine)); planner.status != http.StatusNotFound {
		t.Errorf("what was discarded answers %d", planner.status)
	}
	main := w.browse("main").get(planAt(theirs))
	if main.decide("discard", "Discard the plan"); main.status != http.StatusOK {
		t.Errorf("who writes does not discard another's: %d", main.status)
	}
	for _, address := range []string{"/ui/plans", planAt(theirs), "/ui/jobs"} {
		if b := w.browse("proposer").get(address); b.status != http.StatusForbidden {
			t.Errorf("%s answers who may not read %d", address, b.status)
		}
	}
	w.read(ada)
}

// A plan that cannot be applied says why on its own page, and nothing happens.
func TestPlanIsNotApplied(t *testing.T) {
	w := newWorld(t)
	ada := w.make("Ada", "ada@example.com")
	w.addKey("bounded", w.space.ID, access.DefaultScopes)
	if _, err := w.book.SetBudget(t.Context(), "test", w.grant("bounded").Key.ID, func(b *access.Budget) { b.DailyRemovals = access.AtMost(1) }); err != nil {
		t.Fatal(err)
	}
	w.wait(2 * time.Second) // what a key may do is believed for less
	p := w.propose("client", "", "", deletes(ada))
	b := w.browse("main")
	for name, hash := range map[string]string{"another": strings.Repeat("ab", 32), "none": "", "no": "no hash"} {
		b.get(planAt(p)).decide("apply", "Apply 1 write", "hash", hash)
		if b.status != http.StatusConflict || !strings.Contains(b.text(), "is another than the one that you looked at") || !strings.Contains(b.text(), "Apply 1 write") {
			t.Errorf("%s hash: %d\n%s", name, b.status, b.text())
		}
	}
	bounded := w.browse("bounded").get(planAt(p)).decide("apply", "Apply 1 write")
	if bounded.status != http.StatusForbidden || !strings.Contains(bounded.text(), "waits for approval") || len(bounded.all("p", "role", "alert")) != 1 {
		t.Errorf("beyond a budget: %d\n%s", bounded.status, bounded.text())
	}
	many := w.make("Bob")
	bounded.get(fmt.Sprintf("/ui/contacts/delete?id=%d&id=%d", ada, many))
	if bounded.send(bounded.form("/ui/contacts/delete"), "Delete 2 contacts"); bounded.status != http.StatusForbidden || !strings.Contains(bounded.text(), "Delete 2 contacts") {
		t.Errorf("deleting beyond a budget: %d\n%s", bounded.status, bounded.text())
	}
	w.read(ada)
	b.get(planAt(p))
	form := b.form(planAt(p) + "/apply")
	w.wait(8 * 24 * time.Hour)
	b.w = w
	b = w.browse("main")
	if b.get(planAt(p)).shows("expired"); len(b.all("form", "action", planAt(p)+"/apply")) != 0 {
		t.Error("an expired plan is offered")
	}
	if b.send(form, "Apply 1 write"); b.status != http.StatusGone || !strings.Contains(b.text(), "older than 7 days") {
		t.Errorf("an expired plan: %d\n%s", b.status, b.text())
	}
	w.read(ada)
	p = w.propose("client", "", "", deletes(ada))
	form = b.get(planAt(p)).form(planAt(p) + "/apply")
	discard := b.form(planAt(p) + "/discard")
	b.send(form, "Apply 1 write").shows("1 done")
	for _, again := range []*html.Node{form, discard} {
		if b.send(again, ""); b.status != http.StatusConflict || !strings.Contains(b.text(), "applied before") {
			t.Errorf("what was applied: %d\n%s", b.status, b.text())
		}
	}
}

// A plan that changes nothing is not offered, and a batch that nobody wrote cannot be
// taken back.
func TestNothingToApply(t *testing.T) {
	w := newWorld(t)
	ada := w.make("Ada", "ada@example.com")
	p := w.propose("client", "", "", adds(ada, "ada@example.com"))
	b := w.browse("main").get(planAt(p)).shows("It changes nothing", "A plan of 1 write")
	if len(b.all("form", "action", planAt(p)+"/apply")) != 0 {
		t.Error("there is nothing to apply, and it is offered")
	}
	for _, asks := range [][]string{{"batch", "NOBODYS"}, {"batch", p.ID}, {"key", "77", "since", "2026-01-01T00:00:00Z", "until", "2027-01-01T00:00:00Z"}} {
		if b.post("/ui/plans", asks...); b.status != http.StatusNotFound || !strings.Contains(b.text(), "nothing to take back") {
			t.Errorf("%v: %d\n%s", asks, b.status, b.text())
		}
	}
	for _, asks := range [][]string{nil, {"batch", ""}, {"key", "1"}, {"key", "1", "since", "yesterday", "until", "2027-01-01T00:00:00Z"}, {"batch", "x", "key", "1"}} {
		if b.post("/ui/plans", asks...); b.status != http.StatusUnprocessableEntity {
			t.Errorf("%v: %d\n%s", asks, b.status, b.text())
		}
	}
	if list, _, err := w.book.Plans(t.Context(), w.grant("main"), "", 10); err != nil || len(list) != 1 {
		t.Errorf("there are %d plans, %v", len(list), err)
	}
}

// What one key wrote from a day on is taken back from the activity that shows it, and
// nothing else is.
func TestTakeBackWhatAKeyWrote(t *testing.T) {
	w := newWorld(t)
	w.addKey("sync", w.space.ID, access.DefaultScopes)
	ada, bob := w.make("Ada", "ada@example.com"), w.make("Bob", "bob@example.com")
	write := func(key string, id contact.ID, email string) {
		w.begin(key, w.propose(key, "", "", adds(id, email)))
		w.work()
	}
	write("sync", ada, "kept@example.com")
	w.wait(48 * time.Hour)
	before := w.stored(ada, bob)
	write("sync", ada, "bad@example.com")
	write("sync", bob, "worse@example.com")
	write("client", bob, "good@example.com")
	key := w.grant("sync").Key.ID
	b := w.browse("main")
	for _, address := range []string{"/ui/activity", fmt.Sprintf("/ui/activity?key=%d", key), fmt.Sprintf("/ui/activity?key=%d&since=2026-03-03&action=patch", key)} {
		if b.get(address); len(b.all("form", "action", "/ui/plans")) != 0 {
			t.Errorf("%s offers to take back what it does not bound", address)
		}
	}
	b.get(fmt.Sprintf("/ui/activity?key=%d&since=2026-03-03", key))
	b.send(b.form("/ui/plans"), "Take all of it back…").shows("Take back what a key wrote", fmt.Sprintf("what the key #%d wrote, from", key), "2 in all")
	b.decide("apply", "Apply 2 writes")
	good := w.read(bob)
	if got := fmt.Sprint(listOf(good, contact.Emails)); !strings.Contains(got, "good@") || strings.Contains(got, "worse@") {
		t.Errorf("Bob has %s", got)
	}
	if after := w.stored(ada); !reflect.DeepEqual(after[ada], before[ada]) {
		t.Errorf("there is\n%v\nand there was\n%v", after[ada], before[ada])
	}
}

// Every act of a plan is shown as the request that does it, and that it does nothing is
// seen.
func TestPlanCommands(t *testing.T) {
	w := newWorld(t)
	ada, bob := w.make("Ada"), w.make("Bob")
	p := w.propose("client", "", "", deletes(ada))
	done := w.begin("client", w.propose("client", "", "", adds(bob, "b@example.com")))
	w.work()
	under := w.begin("client", w.propose("client", "", "", adds(bob, "c@example.com")))
	b := w.browse("main")
	command := func() string { return textOf(b.one("pre")) }
	for _, test := range []struct {
		address, form, want string
	}{
		{planAt(p), planAt(p) + "/apply", fmt.Sprintf("-X POST 'http://example.com/public-api/v1/plans/%s/apply'", p.ID)},
		{planAt(p), planAt(p) + "/apply", fmt.Sprintf(`-d '{"hash":"%x"}'`, p.Hash)},
		{planAt(p), planAt(p) + "/discard", fmt.Sprintf("-X DELETE 'http://example.com/public-api/v1/plans/%s'", p.ID)},
		{"/ui/activity?batch=" + done.ID, "/ui/plans", fmt.Sprintf(`-d '{"undo":{"batch_id":%q}}'`, done.ID)},
		{fmt.Sprintf("/ui/contacts/delete?id=%d&id=%d", ada, bob), "/ui/contacts/delete", fmt.Sprintf(`-d '{"operations":[{"method":"DELETE","id":%d},{"method":"DELETE","id":%d}]}'`, ada, bob)},
		{"/ui/jobs", fmt.Sprintf("/ui/jobs/%d/cancel", under.Job), fmt.Sprintf("-X DELETE 'http://example.com/public-api/v1/jobs/%d'", under.Job)},
		{planAt(under), fmt.Sprintf("/ui/jobs/%d/cancel", under.Job), "-X DELETE"},
	} {
		if b.get(test.address); len(b.all("form", "action", test.form)) == 0 {
			t.Fatalf("%s has no form to %s\n%s", test.address, test.form, b.text())
		}
		b.send(b.form(test.form), "Copy as curl")
		if !strings.Contains(command(), test.want) {
			t.Errorf("%s: %s\nis not %s", test.form, command(), test.want)
		}
	}
	for address, want := range map[string]string{
		"/ui/plans": "/public-api/v1/plans'", "/ui/jobs": "/public-api/v1/jobs'", planAt(p): "/plans/" + p.ID + "/rows?per_page=25'",
		planAt(p) + "?outcome=delete": "outcome=delete", "/ui/activity?batch=" + done.ID: "batch_id=" + done.ID,
	} {
		if b.get(address).link("Copy as curl"); !strings.Contains(command(), want) {
			t.Errorf("%s: %s", address, command())
		}
	}
	w.read(ada)
	if q, err := w.book.Plan(t.Context(), w.grant("main"), p.ID); err != nil || q.State != book.PlanReady {
		t.Errorf("the plan is %s, %v", q.State, err)
	}
}

// What does nothing waits for nobody: a plan about whoever conditions find says so where
// they find nobody.
func TestPlanOfNobody(t *testing.T) {
	w := newWorld(t)
	ada := w.make("Ada", "ada@example.com")
	where := contact.Filter{{Slot: 1, Operator: contact.Any}}
	p, _, err := w.book.Propose(t.Context(), w.grant("client"), book.Terms{RequestID: "r"}, book.Proposal{Wanted: book.WantedOf(where, "DELETE", nil)})
	if err != nil {
		t.Fatal(err)
	}
	same := w.propose("client", "", "", adds(ada, "ada@example.com"))
	b := w.browse("main").get("/ui/plans")
	if parts := b.parts(); len(parts) != 1 || len(parts["Past"]) != 2 {
		t.Errorf("%v", parts)
	}
	for _, card := range []string{"p-" + p.ID, "p-" + same.ID} {
		if text := words(b.byID(card)); !strings.Contains(text, "nothing to do") || strings.Contains(text, "waits") {
			t.Errorf("%s", text)
		}
	}
	b.get(planAt(p)).shows("nothing to do", "No contact fits the conditions", "It changes nothing")
	if note := b.one("p", "class", "note"); !strings.HasPrefix(words(note), "No contact fits") {
		t.Errorf("%s", words(note))
	}
	b.send(b.form(planAt(p)+"/discard"), "Discard the plan").get("/ui/plans")
	if parts := b.parts(); len(parts["Past"]) != 1 {
		t.Errorf("%v", parts)
	}
}

// CONTRACT D34: a row of which all was changed since takes nothing back, and says why: by what is there
// now, or that others brought the same again.
func TestPlanLeavesWhatChangedSince(t *testing.T) {
	w := newWorld(t)
	ada, bob := w.make("Ada"), w.make("Bob")
	set := func(ref contact.ID, text string) string {
		return fmt.Sprintf(`{"method":"PATCH","id":%d,"body":{"custom_fields":{"profile_field_1":%q}}}`, ref, text)
	}
	done := w.begin("client", w.propose("client", "", "", set(ada, "by the plan"), adds(bob, "bob@example.com")))
	w.work()
	away := fmt.Sprintf(`{"method":"PATCH","id":%d,"body":{"emails":{"remove":["bob@example.com"]}}}`, bob)
	w.begin("client", w.propose("client", "", "", set(ada, "by somebody"), away, adds(bob, "bob@example.com")))
	w.work()
	b := w.browse("main").get(planAt(done))
	b.send(b.one("form", "id", "undo"), "Take it back…").shows("nothing to do", "2 changed since", "Field 1by somebodychanged since, stays", "Others brought the same again since, and it stays.")
	if strings.Contains(b.text(), "already so") {
		t.Errorf("it says that all is so already: %s", b.text())
	}
}
