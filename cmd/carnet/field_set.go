package main

import (
	"errors"
	"fmt"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

type fieldSet struct {
	ID         string  `arg:"" help:"The field: profile_field_1 to profile_field_30."`
	Space      int64   `required:"" listed:"carnet space list" placeholder:"ID" help:"The Space, as space list shows it."`
	Label      *string `blank:"clears" placeholder:"LABEL" help:"What people call the field; an empty one takes the name away."`
	Filterable *string `tried:"index,indexed,searchable" enum:"on,off" placeholder:"STATE" help:"on keeps an index of what the field holds: filters by it look at the contacts that may fit, and imports can match by it. off, the default, lets it go."`
	format
}

// Validate refuses a change of nothing: something was forgotten.
func (c *fieldSet) Validate() error {
	if c.Label == nil && c.Filterable == nil {
		return errors.New("say what to change: --label or --filterable")
	}
	return nil
}

// Run changes what the field is called and how it is found by, and nothing of what it holds.
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
		if c.Filterable != nil {
			s.Filterable = s.Filterable.With(slot, *c.Filterable == "on")
		}
		if c.Label != nil {
			s.Labels, err = s.Labels.With(slot, *c.Label)
		}
		return err
	})
	if err != nil {
		return err
	}
	in.did("%s was changed all the same.", slot)
	indexed, err := db.Book.Indexed(in.ctx, s.ID)
	if err != nil {
		return err
	}
	r := recordField(slot, &s, indexed)
	if err := show(in, c.format, r, fieldHead, r); err != nil || !c.table() || !r.Filterable || r.Indexed {
		return err
	}
	_, err = fmt.Fprintln(in.stdout, "\nIts index is being built, by a server that runs: `carnet job list` shows how far it is.")
	return err
}
