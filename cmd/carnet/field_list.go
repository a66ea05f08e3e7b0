package main

import (
	"fmt"
	"slices"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

type fieldList struct {
	Space int64 `required:"" listed:"carnet space list" placeholder:"ID" help:"The Space, as space list shows it."`
	format
}

// Run lists all slots, those without a label too: they can be used.
func (c *fieldList) Run(in *surroundings) error {
	db, err := in.open()
	if err != nil {
		return err
	}
	defer db.Close()
	spaces, err := db.Book.Spaces(in.ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(spaces, func(s access.Space) bool { return s.ID == contact.SpaceID(c.Space) })
	if i < 0 {
		return fault.New(fault.NotFound, fault.CodeSpaceNotFound, fmt.Sprintf("There is no Space with the id %d.", c.Space))
	}
	indexed, err := db.Book.Indexed(in.ctx, spaces[i].ID)
	if err != nil {
		return err
	}
	list := make([]fieldRecord, contact.NumSlots)
	for n := range list {
		list[n] = recordField(contact.SlotAt(n), &spaces[i], indexed)
	}
	return show(in, c.format, list, fieldHead, list...)
}
