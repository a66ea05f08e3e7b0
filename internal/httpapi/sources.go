package httpapi

import (
	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
)

// beside is what an answer tells of a contact beside what it holds, where the
// parameters ask for it (CONTRACT D25); nil is nothing.
type beside struct {
	space   contact.SpaceID
	sources map[contact.Seq]contact.Source // nil where they were not asked for
	meta    *book.Meta                     // nil likewise
	ids     bool                           // the meta has the ids of others
}

// besideRead finds what is asked for beside a contact that was read. Of a contact
// as it was, the ids of others are left out: they are of now.
func (a *api) besideRead(r *request, c *contact.Contact) (more *beside, err error) {
	if !r.asked.sources && !r.asked.meta {
		return nil, nil
	}
	// It may read as much as a page does.
	if err := a.turn(r.Context(), r); err != nil {
		return nil, err
	}
	more = &beside{space: r.grant.Space.ID, ids: r.asked.then == (book.Moment{})}
	if r.asked.sources {
		if more.sources, err = a.book.Sources(r.Context(), r.grant, c); err != nil {
			return more, err
		}
	}
	if r.asked.meta {
		var meta book.Meta // called by name, so that a plain read's contact stays on the stack
		if more.ids {
			meta, err = a.book.MetaNow(r.Context(), r.grant, c)
		} else {
			meta, err = a.book.Meta(r.Context(), r.grant, c)
		}
		more.meta = &meta
	}
	return more, err
}

// besideWritten finds what is asked for beside what a write answers: nothing for
// who may not read (CONTRACT D19).
func (a *api) besideWritten(r *request, written *book.Written) (*beside, error) {
	if !r.asked.meta || !r.grant.Key.Scopes.Has(access.Read) {
		return nil, nil
	}
	meta, err := a.book.MetaWritten(r.Context(), r.grant, written)
	return &beside{meta: &meta}, err
}

// beside writes the members that are asked for beside a contact.
func (b jsonText) beside(c *contact.Contact, l *look, more *beside) jsonText {
	if more == nil {
		return b
	}
	if more.sources != nil {
		b = b.sources(c, l, more)
	}
	m := more.meta
	if m == nil {
		return b
	}
	b = b.member("meta").open('{').member("version").integer(int64(m.Version))
	b = b.member("created_at").moment(m.Created)
	b = b.member("updated_at").moment(m.Updated)
	if more.ids {
		b = b.member("aliases").ids(m.Aliases)
		b = b.member("distinct_from").ids(m.DistinctFrom)
	}
	return b.end('}')
}

// sources writes where each value comes from, in the places of the values.
func (b jsonText) sources(c *contact.Contact, l *look, more *beside) jsonText {
	b = b.member("sources").open('{')
	for _, col := range contact.Collections {
		b = b.member(col.String()).open('[')
		for i := range c.Values[col] {
			b = b.source(&c.Values[col][i], more)
		}
		b = b.end(']')
	}
	b = b.member("custom_fields").open('{')
	for i := range c.Fields {
		b = b.member(l.name(contact.SlotAt(i)))
		if c.Fields[i].Text == "" {
			b = b.raw("null")
			continue
		}
		b = b.source(&c.Fields[i], more)
	}
	return b.end('}').end('}')
}

// source writes where a value comes from: of its oldest origin what history says,
// null where that is gone, and the contacts of its origins.
func (b jsonText) source(v *contact.Value, more *beside) jsonText {
	op := v.Oldest().Op
	b = b.open('{')
	if from, ok := more.sources[op]; ok {
		b = b.member("added_at").moment(from.At)
		b = b.member("change_id").text(contact.ChangeID{Space: more.space, Op: op}.String())
		b = b.member("action").text(string(from.Action))
		b = b.member("actor").actor(&from.Actor).member("import").importLine(&from.Actor.Import)
	} else {
		for _, name := range []string{"added_at", "change_id", "action", "actor", "import"} {
			b = b.member(name).raw("null")
		}
	}
	return b.member("contact_ids").ids(v.OldestContacts(contact.MaxSourceContacts)).end('}')
}

// ids writes a list of ids of contacts.
func (b jsonText) ids(list []contact.ID) jsonText {
	b = b.open('[')
	for _, id := range list {
		b = b.integer(int64(id))
	}
	return b.end(']')
}
