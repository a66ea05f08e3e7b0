package main

import (
	"fmt"
	"os"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
)

// tale is what the demo's story is about.
type tale struct {
	key        access.Secret
	space      contact.SpaceID
	wiped      contact.ID  // whose emails are wiped
	one, other contact.ID  // who are merged, and are two people
	last       contact.Seq // the newest change before the story begins

	emptied, merged, mistaken, eventful contact.ID // whom the contact book tells about

	messy, file string // what is to be imported, and where it lies
}

// step is a part of the story: what to look for, as a request, and as a command
// of this program.
type step struct{ says, line, or string }

// story shows in nine requests what the product promises: a write is looked at
// before it is made, known afterwards, and taken back. Each tells about the ones
// before it. No line is wider than 80 columns, but for where a file lies.
func (t tale) story() []step {
	send := func(method string, id contact.ID, path, body string) string {
		return curl("$CARNET_URL", method, fmt.Sprintf("/contacts/%d%s", id, path), body)
	}
	run := func(format string, args ...any) string {
		return shellLine(called(os.Args[0])) + fmt.Sprintf(" contact "+format, args...)
	}
	wipe := contact.ChangeID{Space: t.space, Op: t.last + 1} // the change that the second step makes
	add := func(id contact.ID) (string, string) {
		place := fmt.Sprintf("Written to %d", id)
		return send("PATCH", id, "", `{"locations":{"add":["`+place+`"]}}`), run("patch %d --add-location '%s'", id, place)
	}
	addOne, orAddOne := add(t.one)
	addOther, orAddOther := add(t.other)
	return []step{
		{fmt.Sprintf("Look before you write. What would this careless PUT do to contact %d?\n   Nothing is stored.", t.wiped),
			send("PUT", t.wiped, "?dry_run=1", `{"emails":[]}`), run("put %d --email '' --dry-run", t.wiped)},
		{"Do it all the same: its emails are wiped.",
			send("PUT", t.wiped, "", `{"emails":[]}`), run("put %d --email ''", t.wiped)},
		{"Nothing is lost by that: the history knows what was there, who wiped it,\n   and when.",
			send("GET", t.wiped, "/changes?per_page=1", ""), run("log %d", t.wiped)},
		{"Take it back. What others wrote since would stay.",
			send("POST", t.wiped, "/changes/"+wipe.String()+"/undo", ""), run("undo %d %s", t.wiped, wipe)},
		{fmt.Sprintf("Merge two people by mistake: from now on %d leads to contact %d, too.", t.other, t.one),
			send("POST", t.one, "/merge", fmt.Sprintf(`{"merged_id":%d}`, t.other)), run("merge %d %d", t.one, t.other)},
		{"Work goes on, under the one id ...", addOne, orAddOne},
		{"... and under the other, of the same contact.", addOther, orAddOther},
		{"Part them again: both are what they were, each with what was written to it.",
			send("POST", t.one, "/unmerge", fmt.Sprintf(`{"merged_id":%d}`, t.other)), run("unmerge %d %d", t.one, t.other)},
		{"A file of customers, as messy as such files are, lies beside this. What would\n   it do? That is a plan: nothing is stored until somebody applies it.",
			curlFile("$CARNET_URL", "/imports", t.file), shellLine(called(os.Args[0]), "import", t.file)},
	}
}
