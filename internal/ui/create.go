package ui

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/wire"
)

// A new contact. createform.go is its form.
var createScreens = []screen{
	{"GET", "/ui/contacts/new", access.Write, (*ui).newContact},
	{"POST", "/ui/contacts/new", access.Write, (*ui).createContact},
}

// newContact shows the empty form, with what was looked up where that found nobody.
func (u *ui) newContact(v *visit) (answer, error) {
	f := &createForm{}
	look := strings.TrimSpace(v.Form.Get("q"))
	for _, col := range []contact.Collection{contact.Emails, contact.Phones, contact.Names} {
		if text, flaw := contact.ParseValue(col, look); flaw == nil {
			f.texts[col] = []string{text}
			break
		}
	}
	return v.createPage(f, 0), nil
}

// createContact makes a contact, unless somebody has one of its emails or phones: then
// that is shown first, and the reader chooses.
func (u *ui) createContact(v *visit) (answer, error) {
	f := v.createForm()
	if col, ok := contact.CollectionOf(v.PostForm.Get("more")); ok {
		f.texts[col] = append(f.texts[col], "")
		f.more = col.String()
		return v.createPage(f, 0), nil
	}
	a, err := createAct(f.body())
	if err != nil {
		return v.createAgain(f, err)
	}
	if v.wantsCurl() {
		return v.curl(a, "/ui/contacts/new")
	}
	patch := &a.verb.(*contact.Create).Patch
	if into, ok := wire.ParseID(v.PostForm.Get("into")); ok {
		return v.addTo(into, patch)
	}
	if v.PostForm.Get("anyway") == "" && v.may(access.Read) {
		if f.somebody, err = v.somebody(patch); err != nil {
			return nil, err
		}
		if len(f.somebody) > 0 {
			return v.createPage(f, http.StatusConflict), nil
		}
	}
	written, err := v.do(a)
	if err != nil {
		return v.createAgain(f, err)
	}
	return goOn{withDone(contactPath(written.Contact.ID), written.Change)}, nil
}

// createAgain shows the form with what is wrong at its fields, where it can be mended
// there.
func (v *visit) createAgain(f *createForm, err error) (answer, error) {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Kind != fault.Invalid {
		return nil, err
	}
	f.problems = e.At
	return v.createPage(f, http.StatusUnprocessableEntity), nil
}

// somebody is a contact that has an email or a phone already which a new one is to have.
type somebody struct {
	ID   int64
	To   string
	Name string
	Face face
	Has  []string // what both have: "this email", "this phone"
}

// maxSomebody is how many contacts are told of for one value.
const maxSomebody = 3

// somebody looks for contacts with the emails and phones of a new one.
func (v *visit) somebody(p *contact.Patch) ([]somebody, error) {
	var all []somebody
	place := map[contact.ID]int{}
	for _, col := range []contact.Collection{contact.Emails, contact.Phones} {
		for _, text := range p.Values[col].Texts {
			l := book.List{PerPage: maxSomebody}
			if l.Email = text; col == contact.Phones {
				l.Email, l.Phone = "", text
			}
			found, err := v.ui.book.List(v.Context(), v.grant, &l)
			if err != nil {
				return nil, err
			}
			for i := range found.Contacts {
				c := &found.Contacts[i]
				at, known := place[c.ID]
				if !known {
					at, place[c.ID] = len(all), len(all)
					name := calledBy(c)
					all = append(all, somebody{ID: int64(c.ID), To: contactPath(c.ID), Name: shortened(name), Face: contactFace(c)})
				}
				all[at].Has = append(all[at].Has, text)
			}
		}
	}
	return all, nil
}

// addTo adds to a contact what the form has and it lacks. What it has stays.
func (v *visit) addTo(ref contact.ID, p *contact.Patch) (answer, error) {
	c, err := v.ui.book.Get(v.Context(), v.grant, ref)
	if err != nil {
		return nil, err
	}
	body := v.lacking(&c, p)
	if len(body) == 0 {
		return goOn{contactPath(ref)}, nil
	}
	a, err := patchAct(ref, c.Version, body)
	if err != nil {
		return nil, err
	}
	written, err := v.do(a)
	if err != nil {
		return nil, err
	}
	return goOn{withDone(contactPath(written.Contact.ID), written.Change)}, nil
}

// lacking gives the body of a PATCH that brings a contact what a form has and it lacks,
// as the Space compares values.
func (v *visit) lacking(c *contact.Contact, p *contact.Patch) map[string]any {
	body := map[string]any{}
	for _, col := range contact.Collections {
		had := map[string]bool{}
		for i := range c.Values[col] {
			had[contact.MatchText(col, c.Values[col][i].Text, v.grant.Space.Region)] = true
		}
		var add []string
		for _, text := range p.Values[col].Texts {
			if key := contact.MatchText(col, text, v.grant.Space.Region); !had[key] {
				had[key] = true
				add = append(add, text)
			}
		}
		if len(add) > 0 {
			body[col.String()] = map[string]any{"add": add}
		}
	}
	fields := map[string]string{}
	for i := range contact.NumSlots {
		if text := p.Fields.Texts[i]; text != "" && c.Fields[i].Text == "" {
			fields[contact.SlotAt(i).String()] = text
		}
	}
	if len(fields) > 0 {
		body["custom_fields"] = fields
	}
	return body
}

// valuePath gives the name of a value in the problems of a body: "emails.2".
func valuePath(col contact.Collection, at int) string { return col.String() + "." + strconv.Itoa(at) }
