package contact

// Needs names the contact.
func (d *Delete) Needs() Needs { return Needs{Refs: []ID{d.Ref}} }

// Size is nothing.
func (d *Delete) Size() int { return 0 }

// Decide deletes a live contact, with all that it holds, until that is undone. It
// takes no alias: who names one may not know who would go.
func (d *Delete) Decide(v *View) (Decision, error) {
	c, ok := v.Contact(d.Ref)
	if !ok {
		return Decision{}, NotFound()
	}
	if c.ID != d.Ref {
		return Decision{}, alias(c, "delete that one")
	}
	if err := d.Match.check(c.Version, v.Reads); err != nil {
		return Decision{}, err
	}
	after := *c
	after.State = Deleted
	return Decision{Subject: c.ID, Steps: []Step{{Before: c, After: after, Action: ActionDelete, Ref: d.Ref}}}, nil
}
