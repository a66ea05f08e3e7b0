package main

import "github.com/carnet-project/carnet/internal/contact"

type fieldCommand struct {
	Set  fieldSet  `cmd:"" help:"Name a custom field, or take its name away."`
	List fieldList `cmd:"" help:"List the 30 custom fields with their kinds and labels."`
}

// fieldRecord is a slot as it is printed. The label is null for none.
type fieldRecord struct {
	ID    string  `json:"id"`
	Label *string `json:"label"`
	Kind  string  `json:"kind"`

	label string // for a table
}

var fieldKinds = map[contact.FieldKind]string{
	contact.TextField: "text", contact.NumberField: "number", contact.DateField: "date",
}

func recordField(s contact.Slot, labels *contact.Labels) fieldRecord {
	label := labels[s.Index()]
	return fieldRecord{ID: s.String(), Label: orNull(label), Kind: fieldKinds[s.Kind()], label: dash(label)}
}

var fieldHead = []string{"ID", "KIND", "LABEL"}

func (f fieldRecord) row() []string { return []string{f.ID, f.Kind, f.label} }
