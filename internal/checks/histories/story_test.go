package histories

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/anishathalye/porcupine"
)

// shown is how many calls of the way in are told.
const shown = 20

// story tells the longest order that explains the beginning of a history, and of
// what could come next what the rules would have said.
func story(part []porcupine.Operation, info porcupine.LinearizationInfo, say speaker) string {
	var longest []int
	for _, orders := range info.PartialLinearizations() {
		for _, o := range orders {
			if len(o) > len(longest) {
				longest = o
			}
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "no order explains these answers. The longest way in:\n")
	g, last := &group{}, int64(0)
	for n, i := range longest {
		o := part[i]
		c, a := o.Input.(*call), o.Output.(*answer)
		if n > len(longest)-shown {
			fmt.Fprintf(&b, "%d-%d client %d: %s: %s\n", o.Call, o.Return, o.ClientId, c, a.text)
		}
		_, g = g.step(say, c, a)
		last = max(last, o.Call)
	}
	fmt.Fprintf(&b, "\nWhich leaves:\n")
	for _, id := range slices.Sorted(maps.Keys(g.rows)) {
		fmt.Fprintln(&b, sayContact(g.rows[id]))
	}
	fmt.Fprintf(&b, "\nThese do not fit in next:\n")
	for i, o := range part {
		if slices.Contains(longest, i) || o.Call > last+2*shown {
			continue
		}
		c, a := o.Input.(*call), o.Output.(*answer)
		expected, _ := g.ask(c, a.id)
		fmt.Fprintf(&b, "%d-%d client %d: %s\n  answered %s\n  not      %s\n", o.Call, o.Return, o.ClientId, c, a.text, say(c, &expected))
	}
	return b.String()
}
