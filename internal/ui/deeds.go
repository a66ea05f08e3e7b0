package ui

import (
	"strings"

	"github.com/carnet-project/carnet/internal/contact"
)

// deed says what a change did, around the name of the contact: "merged #3 into" and "",
// or "brought" and "back".
type deed struct{ Before, After string }

// deed says what a change did to a contact that is named.
func (v *visit) deed(ch *contact.Change) deed {
	e := &ch.Edits
	switch {
	case ch.Action == contact.ActionErase:
		return deed{"erased", "for good"}
	case ch.Edits.Erased:
		return deed{"wrote something that was erased of", ""}
	case ch.Action == contact.ActionCreate:
		return deed{"made", ""}
	case ch.Action == contact.ActionDelete:
		return deed{"deleted", ""}
	case len(e.Absorbed) > 0:
		return deed{strings.TrimSuffix(absorbed(ch), " this"), ""}
	case e.Link != nil && e.Link.After != 0:
		return deed{takenBack(ch, "merged #"+idText(ch.Contact)+" into"), ""}
	case e.Link != nil:
		return deed{takenBack(ch, "split"), "off from #" + idText(e.Link.Before)}
	case len(e.Split) > 0:
		return deed{takenBack(ch, "split "+numbered(e.Split)+" off from"), ""}
	case e.State != nil && e.State.After == contact.Live:
		return deed{"brought", "back"}
	case e.State != nil:
		return deed{takenBack(ch, "deleted"), ""}
	}
	did := v.deeds(e)
	return deed{takenBack(ch, did) + " " + preposition(did), ""}
}

// preposition gives the word between deeds and whom they were done to: one adds to
// somebody, and removes from them.
func preposition(deeds string) string {
	last := deeds[strings.LastIndex(deeds, ", ")+1:]
	switch verb, _, _ := strings.Cut(strings.TrimSpace(last), " "); verb {
	case "added":
		return "to"
	case "removed":
		return "from"
	}
	return "of"
}
