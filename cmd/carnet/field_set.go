package main

import (
	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

type fieldSet struct {
	ID    string `arg:"" help:"The field: profile_field_1 to profile_field_30."`
	Space int64  `required:"" listed:"carnet space list" placeholder:"ID" help:"The Space, as space list shows it."`
	Label string `required:"" blank:"clears" placeholder:"LABEL" help:"What people call the field; an empty one takes the name away."`
	format
}

// Run changes what the field is called, and nothing of what it holds.
func (c *fieldSet) Run(in *surroundings) error {
	slot, ok := contact.SlotOf(c.ID)
	if !ok {
		return fault.At("id", fault.CodeFieldUnknown, "There is no such field. The fields are profile_field_1 to profile_field_30.")
	}
	db, err := in.open()
	if err != nil {
		return err
	}
	defer db.Close()
	s, err := db.Book.UpdateSpace(in.ctx, author(), contact.SpaceID(c.Space), func(s *access.Space) (err error) {
		s.Labels, err = s.Labels.With(slot, c.Label)
		return err
	})
	if err != nil {
		return err
	}
	in.did("The label of %s was set all the same.", slot)
	r := recordField(slot, &s.Labels)
	return show(in, c.format, r, fieldHead, r)
}
