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
	"github.com/carnet-project/carnet/internal/httpapi"
	"github.com/carnet-project/carnet/internal/transfer"
)

// partPrefix stands in a form before the place of the column that another is a part with.
const partPrefix = "with:"

// chosenFor is what is chosen for a column: where it goes, "" for nowhere, or with which it goes.
type chosenFor struct {
	to   string
	with int // a place; -1 for none
	as   transfer.Converter
	rule transfer.Rule
}

// mapped is what a form says of columns, by their places. What it does not say stays.
type mapped struct {
	sent  map[int]chosenFor
	wrong map[int]string
}

// at gives what is chosen for a column.
func (m *mapped) at(e *book.Import, places []placed, n int) chosenFor {
	if c, ok := m.sent[n]; ok {
		return c
	}
	return chosenNow(e, &places[n])
}

// chosenNow gives what a mapping says of a column.
func chosenNow(e *book.Import, at *placed) chosenFor {
	c := chosenFor{with: at.with, rule: transfer.Add}
	if at.step < 0 || at.with >= 0 {
		return c
	}
	if s := &e.Mapping[at.step]; s.Rule != transfer.Ignore {
		c.to, c.as, c.rule = s.To, s.As, s.Rule
	}
	return c
}

// mappingSent reads the form of a mapping.
func (v *visit) mappingSent(e *book.Import, places []placed) mapped {
	m := mapped{map[int]chosenFor{}, map[int]string{}}
	for n := range places {
		field := func(name string) string { return v.PostForm.Get(name + "." + strconv.Itoa(n)) }
		if !v.PostForm.Has("to." + strconv.Itoa(n)) {
			continue
		}
		was := chosenNow(e, &places[n])
		is := chosenFor{to: field("to"), with: -1, as: was.as, rule: was.rule}
		if v.PostForm.Has("as." + strconv.Itoa(n)) {
			is.as, is.rule = transfer.Converter(field("as")), transfer.Rule(field("rule"))
		}
		if part, ok := strings.CutPrefix(is.to, partPrefix); ok {
			is.to = ""
			if with, err := strconv.Atoi(part); err == nil && with >= 0 && with < len(places) && with != n {
				is.with = with
			}
		}
		if is.to != was.to && is.as == was.as && !is.as.Fits(is.to) { // nobody chose how it is read there
			is.as = ""
		}
		if is.to != "" && !is.as.Fits(is.to) {
			m.wrong[n] = "“" + v.pathName(is.to) + "” cannot be read " + converterNames[is.as] + ". Choose another way, or “" + converterNames[""] + "”."
		}
		m.sent[n] = is
	}
	for n := range m.sent {
		if _, ok := m.head(e, places, n); !ok {
			m.wrong[n] = "The column is a part with one that is a part itself. Name the one that goes somewhere."
		}
	}
	return m
}

// head gives the column that begins what a column is a part of; false where it goes around.
func (m *mapped) head(e *book.Import, places []placed, n int) (int, bool) {
	for range len(places) {
		with := m.at(e, places, n).with
		if with < 0 {
			return n, true
		}
		n = with
	}
	return n, false
}

// mapping makes the mapping of what is chosen. What is a part of what is not taken is not taken.
func (m *mapped) mapping(e *book.Import, places []placed) transfer.Mapping {
	all, begun := transfer.Mapping{}, map[int]int{}
	for n := range places {
		switch is := m.at(e, places, n); {
		case is.with >= 0:
		case is.to != "":
			begun[n] = len(all)
			all = append(all, transfer.Step{From: []string{places[n].name}, To: is.to, As: is.as, Rule: is.rule})
		case places[n].step >= 0: // else the mapping said nothing of it, and says nothing
			all = append(all, transfer.Step{From: []string{places[n].name}, Rule: transfer.Ignore})
		}
	}
	for n := range places {
		if m.at(e, places, n).with < 0 {
			continue
		}
		head, _ := m.head(e, places, n)
		if to, ok := begun[head]; ok {
			all[to].From = append(all[to].From, places[n].name)
		} else {
			all = append(all, transfer.Step{From: []string{places[n].name}, Rule: transfer.Ignore})
		}
	}
	for i := range all {
		all[i].Why = reasonsOf(e, &all[i])
	}
	return all
}

// chosenByHand is why a step is as it is that somebody changed.
const chosenByHand = "Chosen by hand."

// reasonsOf gives why a step is as it is: as before where it is the same.
func reasonsOf(e *book.Import, s *transfer.Step) []string {
	for i := range e.Mapping {
		w := &e.Mapping[i]
		ignored := w.Rule == transfer.Ignore && slices.Contains(w.From, s.From[0])
		if w.Rule == s.Rule && (ignored || w.To == s.To && w.As == s.As && slices.Equal(w.From, s.From)) {
			return reasonsFor(e, w)
		}
	}
	return []string{chosenByHand}
}

// reasonsFor gives why a step of the mapping of an import is as it is. A mapping that was kept has no
// reasons of its own: they were about another file.
func reasonsFor(e *book.Import, s *transfer.Step) []string {
	if len(s.Why) == 0 && e.MappingOf != "" {
		return []string{"As in “" + isolated(e.MappingOf) + "”."}
	}
	return s.Why
}

// matchSent reads by what rows are to be matched.
func (v *visit) matchSent() []contact.MatchBy {
	match, seen := []contact.MatchBy{}, map[string]bool{"": true}
	for i := range len(contact.MatchBys) + contact.NumSlots {
		by := v.PostForm.Get("match." + strconv.Itoa(i))
		if !seen[by] {
			match = append(match, contact.MatchBy(by))
		}
		seen[by] = true
	}
	return match
}

// movedOn is what a form is answered whose import was read in another way since it was shown.
const movedOn = "This file was read in another way since you looked, so its columns are shown as they are now. Nothing of yours was done."

// mapOtherwise has columns go elsewhere, and the file planned anew.
func (u *ui) mapOtherwise(v *visit) (answer, error) {
	e, p, err := v.importNow()
	if err != nil {
		return nil, err
	}
	if v.PostForm.Get("plan") != e.Plan {
		return v.importPage(&e, &p, importShown{status: http.StatusConflict, wrong: movedOn})
	}
	places := placesOf(&e)
	sent := v.mappingSent(&e, places)
	if len(sent.wrong) > 0 {
		return v.importPage(&e, &p, importShown{status: http.StatusUnprocessableEntity, sent: sent, wrong: "Something does not go together. Nothing was done."})
	}
	body := map[string]any{"mapping": sent.mapping(&e, places)}
	if match := v.matchSent(); len(match)+len(e.Match) > 0 { // else nobody chose, and it goes by where columns go now
		body["match"] = match
	}
	return v.correct(&e, body)
}

// keepMapping keeps where columns go under a name, for files of the same columns.
func (u *ui) keepMapping(v *visit) (answer, error) {
	e, p, err := v.importNow()
	if err != nil {
		return nil, err
	}
	sent := v.PostForm.Get("name")
	name, flaw := contact.MappingName(sent)
	if flaw != nil {
		return v.importPage(&e, &p, importShown{status: http.StatusUnprocessableEntity, keepAs: sent, wrong: flaw.Message + " Nothing was kept."})
	}
	if v.wantsCurl() {
		body, err := spelled(map[string]any{"keep_as": name}, func([]byte) error { return nil })
		if err != nil {
			return nil, err
		}
		return v.commands(importPath(e.ID), v.signed(request{method: http.MethodPatch, path: "/imports/" + e.ID, body: body})), nil
	}
	_, _, err = v.ui.book.KeepMapping(v.Context(), v.grant, v.terms(), e.ID, name)
	if wrong, ok := errors.AsType[*fault.Error](err); ok && (wrong.Kind == fault.Invalid || wrong.Kind == fault.Conflict) {
		return v.importPage(&e, &p, importShown{status: httpapi.StatusOf(wrong.Kind), keepAs: sent, wrong: strings.Join(sentences(wrong), " ")})
	}
	if err != nil {
		return nil, err
	}
	return goOn{importPath(e.ID) + "?kept=1#keep"}, nil
}

// readOtherwise has a file taken for something else than was recognised.
func (u *ui) readOtherwise(v *visit) (answer, error) {
	e, p, err := v.importNow()
	if err != nil {
		return nil, err
	}
	said := transfer.Recognised{Program: v.PostForm.Get("program"), Format: transfer.Format(v.PostForm.Get("format")),
		Encoding: v.PostForm.Get("encoding"), Delimiter: v.PostForm.Get("delimiter")}
	if header := v.PostForm.Get("header"); header != "" {
		lines, err := strconv.Atoi(v.PostForm.Get("lines"))
		if err != nil || lines < 0 || lines > maxLinesBefore {
			return v.importPage(&e, &p, importShown{status: http.StatusUnprocessableEntity,
				wrong: "Say how many lines stand before the table as a number, from 0 to " + strconv.Itoa(maxLinesBefore) + ". Nothing was done."})
		}
		said.Header, said.LinesBeforeHeader = new(header == "yes"), lines
	}
	return v.correct(&e, map[string]any{"recognised": said})
}

// maxLinesBefore is how many lines can be said to stand before a table.
const maxLinesBefore = 1000

// correct has an import read as a form says, by the very request of the API.
func (v *visit) correct(e *book.Import, body map[string]any) (answer, error) {
	var to book.ImportCorrection
	text, err := spelled(body, func(text []byte) (err error) {
		to, _, err = httpapi.ReadImportCorrection(text)
		return err
	})
	if wrong, ok := errors.AsType[*fault.Error](err); ok && wrong.Kind == fault.Invalid {
		return v.importAgain(http.StatusUnprocessableEntity, strings.Join(sentences(wrong), " "))
	}
	if err != nil {
		return nil, err
	}
	if v.wantsCurl() {
		return v.commands(importPath(e.ID), v.signed(request{method: http.MethodPatch, path: "/imports/" + e.ID, body: text})), nil
	}
	_, job, err := v.ui.book.CorrectImport(v.Context(), v.grant, v.terms(), e.ID, to)
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Kind == fault.Conflict {
		return v.importAgain(httpapi.StatusOf(e.Kind), e.Message)
	}
	if err != nil {
		return nil, err
	}
	v.planSoon(job)
	return goOn{importPath(e.ID)}, nil
}
