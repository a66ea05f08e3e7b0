package ui

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// edit is what somebody wants of one value, made from the contact as they saw it.
type edit struct {
	base  *contact.Contact
	place place // on base
	do    string
	text  string // as it was typed
	wrong string // why it was not done, "" for no reason yet
}

// What an edit can do: give a value another text, add one, put one first, which is there
// or is to come, and take one away.
const (
	doEdit    = "edit"
	doAdd     = "add"
	doPrimary = "primary"
	doFirst   = "first"
	doRemove  = "remove"
)

var errEdit = &trouble{http.StatusUnprocessableEntity, "This form is not whole", "Open the contact and edit it there. Nothing was saved.", "/ui/contacts", "All contacts"}

// was gives the text that the edit is about, as it was.
func (e *edit) was() string { return e.place.of(e.base) }

// stands gives where on a contact the value stands that is edited: it may have moved.
func (e *edit) stands(c *contact.Contact) place {
	if e.place.slot != 0 || e.place.index < 0 {
		return e.place
	}
	return e.place.find(c, e.was())
}

// same tells that nothing would change.
func (e *edit) same() bool {
	return e.do == doEdit && e.text == e.was() && (e.place.slot != 0 || e.place.index >= 0)
}

// editAsked reads from the address of a page what is to be edited; nil for nothing.
func (v *visit) editAsked(now *contact.Contact) *edit {
	if at, ok := parsePlace(v.Form.Get("edit")); ok && (at.slot != 0 || at.of(now) != "") {
		return &edit{base: now, place: at, do: doEdit, text: at.of(now)}
	}
	if at, ok := parsePlace(v.Form.Get("add")); ok && at.slot == 0 && at.index < 0 {
		return &edit{base: now, place: at, do: doAdd}
	}
	return nil
}

// editSent reads a form, and the contact as its sender saw it.
func (v *visit) editSent(ref contact.ID) (*edit, error) {
	base := versionOf(v.PostForm.Get("base"))
	of, do := v.PostForm.Get("of"), v.PostForm.Get("do")
	for _, deed := range []string{doPrimary, doRemove} { // a button names both in one
		if v.PostForm.Has(deed) {
			of, do = v.PostForm.Get(deed), deed
		}
	}
	if base == 0 {
		return nil, errEdit
	}
	c, err := v.ui.book.GetAt(v.Context(), v.grant, ref, book.Moment{Version: base})
	if err != nil {
		return nil, err
	}
	at, ok := parsePlace(of)
	e := &edit{base: &c, place: at, do: do, text: v.PostForm.Get("value")}
	switch {
	case !ok, !slices.Contains([]string{doEdit, doAdd, doPrimary, doFirst, doRemove}, e.do),
		at.slot == 0 && at.index >= 0 && e.was() == "",
		at.slot == 0 && at.index < 0 && e.do != doAdd && e.do != doFirst:
		return nil, errEdit
	}
	if v.PostForm.Get("keep") == "other" {
		e.text = v.PostForm.Get("other")
	}
	e.text = lined(e.text, e.was())
	return e, nil
}

// lined gives a text as it was typed: a form sends each end of a line as two signs.
func lined(sent, was string) string {
	one := strings.ReplaceAll(sent, "\r\n", "\n")
	if one == strings.ReplaceAll(was, "\r\n", "\n") {
		return was
	}
	return one
}

// act gives the request that does the edit. A list is sent whole only where its parts
// alone would not say where the value belongs, or would take away another that compares
// equal.
func (e *edit) act(ref contact.ID, region string) (act, error) {
	at := e.place
	if at.slot != 0 {
		var content any
		if e.text != "" && e.do != doRemove {
			content = e.text
		}
		return patchAct(ref, e.base.Version, map[string]any{"custom_fields": map[string]any{at.slot.String(): content}})
	}
	part := map[string]any{}
	if at.index >= 0 && (e.do == doEdit || e.do == doRemove) && e.needsList(region) {
		return putAct(ref, e.base.Version, map[string]any{at.col.String(): e.list()})
	}
	if at.index >= 0 && e.do != doPrimary && (e.do == doRemove || e.text != e.was()) {
		part["remove"] = []string{e.was()}
	}
	switch {
	case e.do == doPrimary:
		part["primary"] = e.was()
	case e.do == doFirst, e.do == doEdit && at.index == 0:
		part["primary"] = e.text
	case e.do == doAdd, e.do == doEdit:
		part["add"] = []string{e.text}
	}
	return patchAct(ref, e.base.Version, map[string]any{at.col.String(): part})
}

// needsList tells whether the list is to be sent whole.
func (e *edit) needsList(region string) bool {
	values, i := e.base.Values[e.place.col], e.place.index
	if e.do == doEdit && i > 0 && i < len(values)-1 {
		return true
	}
	key := contact.MatchText(e.place.col, values[i].Text, region)
	for j := range values {
		if j != i && contact.MatchText(e.place.col, values[j].Text, region) == key {
			return true
		}
	}
	return false
}

// list gives the whole list with the edit.
func (e *edit) list() []string {
	texts := []string{}
	for i, value := range e.base.Values[e.place.col] {
		switch {
		case i != e.place.index:
			texts = append(texts, value.Text)
		case e.do == doEdit:
			texts = append(texts, e.text)
		}
	}
	return texts
}

// edit changes one value of a contact.
func (u *ui) edit(v *visit) (answer, error) {
	ref, err := v.ref()
	if err != nil {
		return nil, err
	}
	to := contactPath(ref)
	if v.PostForm.Get("keep") == "theirs" {
		return goOn{to}, nil
	}
	e, err := v.editSent(ref)
	if err != nil {
		return nil, err
	}
	if e.same() && !v.wantsCurl() {
		return goOn{to}, nil
	}
	a, err := e.act(ref, v.grant.Space.Region)
	if err == nil && v.wantsCurl() {
		return v.curl(a, to)
	}
	if err == nil {
		if met, err := v.lost(ref, e); err != nil || met != nil {
			return met, err
		}
		var written book.Written
		if written, err = v.do(a); err == nil {
			return goOn{withDone(contactPath(written.Contact.ID), written.Change)}, nil
		}
	}
	return v.notDone(ref, e, err)
}

// notDone answers where an edit was refused: at the form again where the reader can mend
// it, and beside what stands there now where two edits met.
func (v *visit) notDone(ref contact.ID, e *edit, err error) (answer, error) {
	if r := refusal(err); r != nil && r.Fault.Code == fault.CodeConflict {
		now, err := v.ui.book.Get(v.Context(), v.grant, ref)
		if err != nil {
			return nil, err
		}
		return v.met(&now, e)
	}
	wrong, ok := errors.AsType[*fault.Error](err)
	if !ok || wrong.Kind != fault.Invalid || e.do == doPrimary || e.do == doRemove {
		return nil, err
	}
	e.wrong = wrong.Message
	if all := sentences(wrong); len(all) > 0 {
		e.wrong = strings.Join(all, " ")
	}
	now, err := v.contactNow()
	if err != nil {
		return nil, err
	}
	return v.contactAnswer(&now, e, http.StatusUnprocessableEntity)
}

// editForm is the form that stands in the place of a value.
type editForm struct {
	To, Cancel, Of, Do string
	Base               int64
	Label, Text, Was   string
	Wrong              string
	Type, Mode         string
	Lines              bool // it is a text of several lines
	LTR                bool
	Act                string
	Acts               *valueActs // what else can be done with the value; nil where none is there
}

// editForm makes the form of an edit.
func (v *visit) editForm(e *edit) *editForm {
	to := "/ui/contacts/" + v.PathValue("id")
	f := &editForm{To: to + "/edit", Cancel: v.calm(to), Of: e.place.String(), Do: e.do, Base: int64(e.base.Version),
		Label: v.placeLabel(e.place), Text: e.text, Was: e.was(), Wrong: e.wrong, LTR: e.place.ltr(), Type: "text", Act: "Save 1 change"}
	if e.do == doAdd {
		f.Act = "Add " + article(one[e.place.col]) + " " + one[e.place.col]
	}
	switch {
	case e.place.slot == 0 && e.place.col == contact.Emails:
		f.Mode = "email"
	case e.place.slot == 0 && e.place.col == contact.Phones:
		f.Type = "tel"
	case kindOf(e.place.slot) == "number":
		f.Mode = "decimal"
	case kindOf(e.place.slot) == "date" && e.wrong == "":
		f.Type = "date"
	case kindOf(e.place.slot) == "":
		f.Lines = e.place.slot != 0 || strings.ContainsAny(e.text, "\r\n")
	}
	return f
}

// calm gives the address of the page without the form. That of a page which answers a
// form shows nothing by itself.
func (v *visit) calm(to string) string {
	if v.Method != http.MethodGet {
		return to
	}
	return v.address("edit", "", "add", "", "done", "")
}

// Version gives the base as a form sends it.
func (f *editForm) Version() string { return strconv.FormatInt(f.Base, 10) }
