package wire

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/contact"
)

// WriteCreate spells the making of a contact as an operation of a batch.
func WriteCreate(p *contact.Patch) []byte {
	w := operationWriter{b: []byte(`{"method":"POST","body":{`)}
	for _, col := range contact.Collections {
		if l := &p.Values[col]; l.Sent {
			w.list(col.String(), l.Texts)
		}
	}
	return w.end(&p.Fields)
}

// WriteAmendment spells a PATCH as an operation of a batch; of a contact without an id, where id
// is 0, which ReadAmendmentOf reads.
func WriteAmendment(id contact.ID, a *contact.Amendment) []byte {
	w := operationWriter{b: []byte(`{"method":"PATCH",`)}
	if id != 0 {
		w.b = append(w.b, `"id":`+id.String()+`,`...)
	}
	w.b = append(w.b, `"body":{`...)
	for _, col := range contact.Collections {
		l := &a.Values[col]
		if !l.Named {
			continue
		}
		w.member(col.String())
		w.b = append(w.b, '{')
		if len(l.Remove) > 0 {
			w.list("remove", l.Remove)
		}
		if len(l.Add) > 0 || len(l.Remove) == 0 && l.Primary == "" {
			w.list("add", l.Add)
		}
		if l.Primary != "" {
			w.member("primary")
			w.text(l.Primary)
		}
		w.b = append(w.b, '}')
	}
	return w.end(&a.Fields)
}

// ReadAmendmentOf reads a PATCH that WriteAmendment spelled without an id, as one of this
// contact.
func ReadAmendmentOf(text []byte, id contact.ID) contact.Verb {
	r, v := patchReader{}, contact.Amend{Ref: id}
	var body []byte
	err := r.members(text, allOperationMembers, func(name string, value jsontext.Token) {
		if name == "body" {
			body = r.object(name, value)
		} else {
			_ = r.word(name, value)
		}
	})
	if err == nil {
		_, err = ReadAmendment(body, &v.Amendment)
	}
	if err != nil {
		return &contact.Refused{Err: err}
	}
	return &v
}

// operationWriter appends JSON to b. What it writes has passed contact.ParseValue or
// contact.ParseField, so that it is UTF-8.
type operationWriter struct{ b []byte }

func (w *operationWriter) member(name string) {
	if w.b[len(w.b)-1] != '{' {
		w.b = append(w.b, ',')
	}
	w.text(name)
	w.b = append(w.b, ':')
}

func (w *operationWriter) text(s string) {
	b, err := jsontext.AppendQuote(w.b, s)
	if err != nil {
		b, _ = jsontext.AppendQuote(w.b, "") // it says nothing, and is refused where it is read
	}
	w.b = b
}

func (w *operationWriter) list(name string, texts []string) {
	w.member(name)
	w.b = append(w.b, '[')
	for i, text := range texts {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.text(text)
	}
	w.b = append(w.b, ']')
}

func (w *operationWriter) end(f *contact.FieldsPatch) []byte {
	if f.Sent {
		w.member("custom_fields")
		w.b = append(w.b, '{')
		for i, named := range f.Named {
			if !named {
				continue
			}
			w.member(contact.SlotAt(i).String())
			if f.Texts[i] == "" {
				w.b = append(w.b, "null"...)
			} else {
				w.text(f.Texts[i])
			}
		}
		w.b = append(w.b, '}')
	}
	return append(w.b, "}}"...)
}
