package main

import (
	"context"
	"errors"
	"time"

	"github.com/carnet-project/carnet/api"
)

// fillIn adds to a change by which a contact was deleted, or came back, what went or
// came with it. History has none of that, as a deleted contact keeps its values.
func fillIn(ctx context.Context, client *api.Client, ch *api.Change) error {
	if ch.Action != api.ActionDelete && ch.Action != api.ActionUndo || !nothingIn(&ch.Changes) {
		return nil
	}
	before, err := at(ctx, client, ch.ContactID, ch.At.Add(-time.Microsecond))
	if err != nil {
		return err
	}
	after, err := at(ctx, client, ch.ContactID, ch.At)
	if err != nil {
		return err
	}
	switch {
	case after == nil && before != nil:
		ch.Changes = wholly(before, func(l *api.ListEdit) *[]string { return &l.Removed }, func(f *api.FieldEdit) *any { return &f.Before })
	case before == nil && after != nil:
		ch.Changes = wholly(after, func(l *api.ListEdit) *[]string { return &l.Added }, func(f *api.FieldEdit) *any { return &f.After })
	}
	return nil
}

// at gives a contact as it was, nil where there was none.
func at(ctx context.Context, client *api.Client, id int64, when time.Time) (*api.Contact, error) {
	r, err := client.GetAt(ctx, id, when)
	if e, answered := errors.AsType[*api.Error](err); answered && e.Code == api.CodeContactNotFound {
		return nil, nil
	}
	return &r.Contact, err
}

// wholly gives edits that have all of a contact on one side.
func wholly(c *api.Contact, list func(*api.ListEdit) *[]string, field func(*api.FieldEdit) *any) api.Edits {
	of := func(texts []string) *api.ListEdit {
		l := &api.ListEdit{}
		*list(l) = texts
		return l
	}
	edits := api.Edits{Emails: of(c.Emails), Phones: of(c.Phones), Names: of(c.Names), Locations: of(c.Locations), CustomFields: map[string]api.FieldEdit{}}
	for name, value := range c.CustomFields {
		if value != nil {
			var f api.FieldEdit
			*field(&f) = value
			edits.CustomFields[name] = f
		}
	}
	return edits
}
