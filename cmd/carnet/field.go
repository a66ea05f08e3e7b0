package main

import (
	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
)

type fieldCommand struct {
	Set  fieldSet  `cmd:"" help:"Name a custom field, or let it be filtered by at once."`
	List fieldList `cmd:"" help:"List the 30 custom fields with their kinds, labels, and whether they are filterable."`
}

// fieldRecord is a slot as it is printed. The label is null for none.
type fieldRecord struct {
	ID    string  `json:"id"`
	Label *string `json:"label"`
	Kind  string  `json:"kind"`
	// Whether filters by it go by the index, once that is built, and whether it is.
	Filterable bool `json:"filterable"`
	Indexed    bool `json:"indexed"`

	label string // for a table
}

var fieldKinds = map[contact.FieldKind]string{
	contact.TextField: "text", contact.NumberField: "number", contact.DateField: "date",
}

func recordField(s contact.Slot, of *access.Space, indexed contact.Slots) fieldRecord {
	label := of.Labels[s.Index()]
	on := of.Filterable.Has(s)
	return fieldRecord{ID: s.String(), Label: orNull(label), Kind: fieldKinds[s.Kind()], Filterable: on, Indexed: on && indexed.Has(s), label: dash(label)}
}

var fieldHead = []string{"ID", "KIND", "FILTERABLE", "LABEL"}

func (f fieldRecord) row() []string {
	filterable := ""
	switch {
	case f.Indexed:
		filterable = "on"
	case f.Filterable:
		filterable = "being built"
	}
	return []string{f.ID, f.Kind, dash(filterable), f.label}
}
