package histories

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// statuses are those of the refusals of these calls (CONTRACT D2).
var statuses = map[fault.Kind]int{
	fault.Invalid: http.StatusUnprocessableEntity, fault.NotFound: http.StatusNotFound,
	fault.Stale: http.StatusPreconditionFailed, fault.Conflict: http.StatusConflict,
}

// say tells an outcome as this server's clients see it, by the contract.
func (p *process) say(c *call, o *outcome) string {
	space := p.tenants[c.group].grant.Space.ID
	if o.err != nil {
		status, body := refusal(space, o.err)
		return line(status, "", "", body)
	}
	tag, change := fmt.Sprintf("%q", fmt.Sprint(o.contact.Version)), ""
	if o.op != 0 {
		change = contact.ChangeID{Space: space, Op: o.op}.String()
	}
	status, body := http.StatusOK, whole(&o.contact)
	switch {
	case c.kind == distinct:
		return line(http.StatusNoContent, "", "", nil)
	case c.kind == feed:
		return line(http.StatusOK, "", "", changes(space, o.changes))
	case c.kind == unmerge:
		body = apart(o, c.others[0])
	case c.kind == create:
		status, body = http.StatusCreated, sent(&o.contact, lists(&c.patch))
	case c.kind == put:
		body = sent(&o.contact, lists(&c.patch))
	case c.kind == patch:
		body = sent(&o.contact, amends(&c.amend))
	case o.contact.State == contact.Deleted:
		status, body = http.StatusNoContent, nil
	case slices.ContainsFunc(o.entries, func(e contact.Entry) bool { return len(e.Change.Edits.Split) > 0 }):
		body["conflicts"] = o.conflicts() // the undo of a merge
	}
	return line(status, tag, change, body)
}

// whole is a contact as GET answers it (CONTRACT P2, D14).
func whole(c *contact.Contact) object {
	slots := object{}
	for i, v := range c.Fields {
		slots[contact.SlotAt(i).String()] = content(v.Text)
	}
	out := object{"id": c.ID, "custom_fields": slots}
	for _, col := range contact.Collections {
		texts := []string{}
		for _, v := range c.Values[col] {
			texts = append(texts, v.Text)
		}
		out[col.String()] = texts
	}
	return out
}

// sent is what a write answers that named this (CONTRACT S7, D14, D26).
func sent(c *contact.Contact, named object) object {
	all := whole(c)
	out := object{"id": c.ID}
	for name := range named {
		out[name] = all[name]
	}
	if slots, ok := named["custom_fields"].(object); ok {
		part := object{}
		for name := range slots {
			part[name] = all["custom_fields"].(object)[name]
		}
		out["custom_fields"] = part
	}
	return out
}

// apart is what an unmerge answers (CONTRACT D30).
func apart(o *outcome, id contact.ID) object {
	out := object{"survivor": whole(&o.contact), "conflicts": o.conflicts()}
	for i := range o.entries {
		if c := &o.entries[i].Contact; c.ID == id {
			out["contact"] = whole(c)
		}
	}
	return out
}

// conflicts is what a split names in its answer.
func (o *outcome) conflicts() []object {
	out := []object{}
	for _, r := range o.remains {
		out = append(out, object{"contact_id": r.Contact, "field": r.Field, "values": r.Values})
	}
	return out
}

// changeMembers are the members of a change that are held against the rules
// (CONTRACT D22).
var changeMembers = []string{"id", "seq", "contact_id", "ref", "version", "action", "undoes", "merged_into", "split_from"}

func changes(space contact.SpaceID, list []*contact.Change) object {
	var out []object
	id := func(id contact.ID) any {
		if id == 0 {
			return nil
		}
		return id
	}
	for _, ch := range list {
		one := object{"id": contact.ChangeID{Space: space, Op: ch.Op}.String(), "seq": ch.Seq, "contact_id": ch.Contact, "ref": id(ch.Ref),
			"version": ch.Version, "action": ch.Action, "undoes": nil, "merged_into": nil, "split_from": nil}
		if ch.Undoes != 0 {
			one["undoes"] = contact.ChangeID{Space: space, Op: ch.Undoes}.String()
		}
		if l := ch.Edits.Link; l != nil && l.After == 0 {
			one["split_from"] = l.Before
		} else if l != nil {
			one["merged_into"] = l.After
		}
		out = append(out, one)
	}
	return object{"data": out}
}

// refusal is an error as clients see it, with what it rests on (CONTRACT D3, D27,
// D28, D31).
func refusal(space contact.SpaceID, err error) (status int, body object) {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return http.StatusInternalServerError, nil
	}
	body = object{"message": e.Message, "code": e.Code}
	if e.Kind == fault.Invalid {
		at := map[string][]string{}
		for _, p := range e.At {
			at[p.Path] = append(at[p.Path], p.Message)
		}
		body["errors"] = at
	}
	if r, ok := errors.AsType[*contact.Refusal](err); ok {
		if r.Conflicts != nil {
			body["conflicts"] = conflicts(r.Conflicts)
		}
		if r.LeadsTo != 0 {
			body["id"] = r.LeadsTo
		}
		if r.Standing != 0 {
			body["change_id"] = contact.ChangeID{Space: space, Op: r.Standing}.String()
		}
	}
	return statuses[e.Kind], body
}

func conflicts(list []contact.Conflict) (out []object) {
	for _, c := range list {
		side := func(texts []string) any {
			switch {
			case c.Slot == 0 && c.Field != "id":
				return append([]string{}, texts...)
			case len(texts) == 0:
				return nil
			case c.Slot == 0:
				id, _ := strconv.Atoi(texts[0])
				return id
			}
			return texts[0]
		}
		out = append(out, object{"contact_id": c.Contact, "field": c.Field, "base": side(c.Base), "yours": side(c.Yours), "theirs": side(c.Theirs)})
	}
	return out
}
