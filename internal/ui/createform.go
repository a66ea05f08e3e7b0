package ui

import (
	"strings"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// createForm is a new contact as it was typed, and what there is to say of it.
type createForm struct {
	texts    [contact.NumCollections][]string // empty ones too: each is a field
	fields   [contact.NumSlots]string
	reason   string
	more     string // the collection that has just got another field; "" for none
	problems []fault.Problem
	somebody []somebody
}

// createForm reads what was typed.
func (v *visit) createForm() *createForm {
	f := &createForm{reason: v.PostForm.Get("reason")}
	for _, col := range contact.Collections {
		f.texts[col] = v.PostForm[col.String()]
	}
	for i := range contact.NumSlots {
		f.fields[i] = v.PostForm.Get(contact.SlotAt(i).String())
	}
	return f
}

// body gives what the API is sent: fields that were left empty are not in it. Numbers go
// as texts, which keep each digit.
func (f *createForm) body() map[string]any {
	body := map[string]any{}
	for _, col := range contact.Collections {
		var texts []string
		for _, text := range f.texts[col] {
			if strings.TrimSpace(text) != "" {
				texts = append(texts, text)
			}
		}
		if len(texts) > 0 {
			body[col.String()] = texts
		}
	}
	fields := map[string]string{}
	for i, text := range f.fields {
		if strings.TrimSpace(text) != "" {
			fields[contact.SlotAt(i).String()] = text
		}
	}
	if len(fields) > 0 {
		body["custom_fields"] = fields
	}
	return body
}

// createPage is what the page of a new contact shows.
type createPage struct {
	Groups   []inputs // names, emails, phones and locations
	Fields   []input
	Open     bool // one of the custom fields is filled
	Reason   string
	Wrong    []string // what is wrong, where no field is
	Somebody []somebody
}

// inputs are the fields of a collection.
type inputs struct {
	Name, Label, One string // "emails", "Emails", "email"
	Of               []input
	Err              string
}

// input is one field.
type input struct {
	ID, Name, Label, Value, Err string
	Type, Mode                  string
	LTR, Focus                  bool
}

// createPage makes the page of a form.
func (v *visit) createPage(f *createForm, status int) answer {
	show := &createPage{Reason: f.reason, Somebody: f.somebody}
	wrong := map[string]string{}
	for _, p := range f.problems {
		if p.Code == fault.CodeContactEmpty { // of which field it is said is chance
			show.Wrong = append(show.Wrong, "A contact has at least one email, phone or name. Nothing was saved.")
		} else {
			wrong[p.Path] = p.Message
		}
	}
	for _, col := range shownOrder {
		show.Groups = append(show.Groups, f.inputs(col, wrong))
	}
	for i := range contact.NumSlots {
		in := v.fieldInput(contact.SlotAt(i), f.fields[i], wrong)
		show.Open = show.Open || in.Value != "" || in.Err != ""
		show.Fields = append(show.Fields, in)
	}
	show.focus()
	for _, p := range f.problems {
		if _, left := wrong[p.Path]; left {
			show.Wrong = append(show.Wrong, p.Message)
			delete(wrong, p.Path)
		}
	}
	return &page{name: "create", title: "New contact", here: "c", back: "/ui/contacts", status: status, body: show}
}

// focus lets typing go on in the first field that is wrong.
func (p *createPage) focus() {
	for _, g := range p.Groups {
		for i := range g.Of {
			if g.Of[i].Err != "" {
				g.Of[i].Focus = true
				return
			}
		}
	}
}

// inputs makes the fields of a collection: one at least. It takes the problems that they
// show out of those that are left.
func (f *createForm) inputs(col contact.Collection, wrong map[string]string) inputs {
	g := inputs{Name: col.String(), Label: collectionNames[col], One: one[col]}
	texts, sent := f.texts[col], 0
	if len(texts) == 0 {
		texts = []string{""}
	}
	for i, text := range texts {
		in := input{ID: valuePath(col, i), Name: g.Name, Label: g.One, Value: text, Type: "text", LTR: leftToRight(col)}
		switch col {
		case contact.Emails:
			in.Mode = "email"
		case contact.Phones:
			in.Type = "tel"
		}
		if strings.TrimSpace(text) != "" { // only these are in the body, and counted there
			in.Err = wrong[valuePath(col, sent)]
			delete(wrong, valuePath(col, sent))
			sent++
		}
		in.Focus = f.more == g.Name && i == len(texts)-1 || f.more == "" && len(f.problems)+len(f.somebody) == 0 && col == contact.Names && i == 0
		g.Of = append(g.Of, in)
	}
	g.Err = wrong[g.Name]
	delete(wrong, g.Name)
	return g
}

// fieldInput makes the field of a slot.
func (v *visit) fieldInput(s contact.Slot, text string, wrong map[string]string) input {
	at := "custom_fields." + s.String()
	in := input{ID: at, Name: s.String(), Label: v.label(s), Value: text, Type: "text", Err: wrong[at]}
	delete(wrong, at)
	switch s.Kind() {
	case contact.NumberField:
		in.Mode, in.LTR = "decimal", true
	case contact.DateField:
		in.Type = "date"
		if in.Err != "" {
			in.Type = "text" // a browser would show nothing of what is no date
		}
	}
	return in
}
