package contact

// Patch is what a write asks for. A collection that was not sent is left as it
// is; one that was sent is the whole new list (CONTRACT S1). Its texts have
// passed ParseValue or ParseField.
type Patch struct {
	Values [NumCollections]List
	Fields FieldsPatch
}

// List is a collection as a Patch carries it.
type List struct {
	Sent  bool
	Texts []string // in order, each once; empty wipes the collection (CONTRACT S3)
}

// FieldsPatch is the custom_fields of a Patch. Where it was sent, slots that
// were not named are cleared (CONTRACT S4).
type FieldsPatch struct {
	Sent  bool
	Named [NumSlots]bool   // the slots that were named, by Slot.Index
	Texts [NumSlots]string // their new content; "" clears (CONTRACT D13)
}

// Empty tells whether the patch names nothing at all.
func (p *Patch) Empty() bool {
	for _, l := range p.Values {
		if l.Sent {
			return false
		}
	}
	return !p.Fields.Sent
}

// Size gives about how many bytes the patch carries.
func (p *Patch) Size() int {
	n := 0
	for _, l := range p.Values {
		for _, text := range l.Texts {
			n += len(text)
		}
	}
	for _, text := range p.Fields.Texts {
		n += len(text)
	}
	return n
}
