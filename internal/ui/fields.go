package ui

import (
	"errors"
	"net/http"
	"strings"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// The custom fields, and what the Space calls them.
var fieldScreens = []screen{
	{"GET", "/ui/fields", access.Read, (*ui).fields},
	{"POST", "/ui/fields", access.Admin, (*ui).setFields},
}

// fieldsPage is what the page of the fields shows.
type fieldsPage struct {
	Kinds []kindView
	Sets  bool // the reader may change them
	Saved bool
}

// kindView are the fields of one kind.
type kindView struct {
	Name, Hint string
	Fields     []fieldView
}

type fieldView struct {
	Key, Label, Wrong string
	Filterable        bool
	Coming            bool // its index is being built
}

// kinds are how the fields of a kind are called, by their kind.
var kinds = map[contact.FieldKind][2]string{
	contact.TextField:   {"Text", "any text"},
	contact.NumberField: {"Numbers", "exact decimals, as in 12.50"},
	contact.DateField:   {"Dates", "days of the calendar, as in 2026-01-31"},
}

func (u *ui) fields(v *visit) (answer, error) {
	return v.fieldsPage(v.grant.Space.Labels, v.grant.Space.Filterable, nil, http.StatusOK)
}

func (v *visit) fieldsPage(labels contact.Labels, filterable contact.Slots, wrong map[contact.Slot]string, status int) (answer, error) {
	indexed, err := v.ui.book.Indexed(v.Context(), v.grant.Space.ID)
	if err != nil {
		return nil, err
	}
	show := fieldsPage{Sets: v.may(access.Admin), Saved: v.Form.Has("saved")}
	for i := range contact.NumSlots {
		s := contact.SlotAt(i)
		if n := len(show.Kinds); n == 0 || show.Kinds[n-1].Name != kinds[s.Kind()][0] {
			show.Kinds = append(show.Kinds, kindView{Name: kinds[s.Kind()][0], Hint: kinds[s.Kind()][1]})
		}
		k := &show.Kinds[len(show.Kinds)-1]
		k.Fields = append(k.Fields, fieldView{s.String(), labels[i], wrong[s], filterable.Has(s), v.grant.Space.Filterable.Has(s) && !indexed.Has(s)})
	}
	return &page{name: "fields", title: "Fields", here: "f", status: status, body: show}, nil
}

// setFields sets all labels that differ: first those go that are to be others, so that
// two fields can change theirs with each other. Those are filterable that are sent as such.
func (u *ui) setFields(v *visit) (answer, error) {
	var sent contact.Labels
	for i := range sent {
		sent[i] = strings.TrimSpace(v.PostForm.Get(contact.SlotAt(i).String()))
	}
	var filterable contact.Slots
	for _, key := range v.PostForm["filterable"] {
		if s, ok := contact.SlotOf(key); ok {
			filterable = filterable.With(s, true)
		}
	}
	wrong := map[contact.Slot]string{}
	_, err := u.book.ChangeSpace(v.Context(), v.grant, v.by(), func(s *access.Space) (err error) {
		clear(wrong)
		labels := s.Labels
		for i := range labels {
			if labels[i] != sent[i] {
				labels[i] = ""
			}
		}
		for i := range labels {
			with, flaw := labels.With(contact.SlotAt(i), sent[i])
			if e, ok := errors.AsType[*fault.Error](flaw); ok {
				wrong[contact.SlotAt(i)] = e.At[0].Message
				continue
			}
			labels = with
		}
		if len(wrong) > 0 {
			return errLabels
		}
		s.Labels, s.Filterable = labels, filterable
		return nil
	})
	if errors.Is(err, errLabels) {
		return v.fieldsPage(sent, filterable, wrong, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return nil, err
	}
	return goOn{"/ui/fields?saved="}, nil
}

// errLabels tells that some labels cannot be had, and so that none was set.
var errLabels = errors.New("ui: labels cannot be set")
