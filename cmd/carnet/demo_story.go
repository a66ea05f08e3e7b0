package main

import (
	"fmt"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
)

// tale is what the demo's story is about.
type tale struct {
	key         access.Secret
	hero, alias contact.ID  // alias was merged into hero
	last        contact.Seq // the newest change before the story begins
}

// step is a part of the story: what to look for, as a request, and as a command
// of this program.
type step struct{ says, line, or string }

// story shows in six requests what the product promises so far. Each tells
// about the ones before it. No line is wider than 80 columns.
func (t tale) story() []step {
	ask := func(path string) string { return curl("$CARNET_URL", "GET", path, "") }
	put := func(body string) string {
		return curl("$CARNET_URL", "PUT", fmt.Sprintf("/contacts/%d", t.hero), body)
	}
	run := func(format string, args ...any) string { return fmt.Sprintf("carnet contact "+format, args...) }
	wiped := t.last + 1 // the change that the second step makes
	return []step{
		{fmt.Sprintf("Contact %d was merged into contact %d. Its old id goes on working:\n   this answers contact %d.", t.alias, t.hero, t.hero),
			ask(fmt.Sprintf("/contacts/%d", t.alias)), run("get %d", t.alias)},
		{"Wipe its emails. Phones, names and the rest stay as they are.",
			put(`{"emails":[]}`), run("put %d --email ''", t.hero)},
		{"Nothing is lost by that: the history knows what was there, who wiped it,\n   and when.",
			ask(fmt.Sprintf("/contacts/%d/changes?per_page=1", t.hero)), run("changes %d", t.hero)},
		{"A typo, which could have wiped something, is refused and explained.",
			put(`{"email":["typo@example.com"]}`), run(`put %d --data '{"email":["typo@example.com"]}'`, t.hero)},
		{"Follow all contacts: in the background, this waits up to 30 seconds for the\n   next change. Paste the sixth meanwhile.",
			ask(fmt.Sprintf("/changes?after=%d&wait=30", wiped)) + " &", run("changes --follow --after %d &", wiped)},
		{"Make that change: what waits answers at once.",
			put(`{"locations":["Here and now"]}`), run("put %d --location 'Here and now'", t.hero)},
	}
}
