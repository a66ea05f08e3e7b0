package ui

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/transfer"
)

// Mappings that are kept: how files were read that come again. The page of an import keeps one, as
// importform.go has it.
var mappingScreens = []screen{
	{"GET", "/ui/mappings", access.Read, (*ui).mappings},
	{"GET", "/ui/mappings/{mapping}", access.Read, (*ui).keptMapping},
	{"POST", "/ui/mappings/{mapping}/delete", access.Plan, (*ui).deleteMapping},
}

// mappingsAtOnce is how many mappings a page of the list has: each is read whole, for its columns.
const mappingsAtOnce = 20

func mappingPath(name string) string { return "/ui/mappings/" + url.PathEscape(name) }

// mappingsPage is what the list of kept mappings shows.
type mappingsPage struct {
	listLinks
	Mappings []mappingView
	Deleted  bool // one has just been
	Brings   bool // the key may bring a file in, and so keep a mapping
}

// mappingView is a mapping that is kept.
type mappingView struct {
	Name, To string
	Author   author
	KeyName  string
	Reason   string
	At       moment
	Names    []string // of the first of its columns
	More     int      // columns beyond those
	Goes     int      // columns that go somewhere
	Rule     string   // by what rows are matched, in words
}

// columnsTold is how many columns of a mapping the list names.
const columnsTold = 8

func (u *ui) mappings(v *visit) (answer, error) {
	show := &mappingsPage{Deleted: v.Form.Has("deleted"), Brings: v.may(access.Plan)}
	command, err := v.listPage("/mappings", &show.listLinks, func(cursor string) (int, string, error) {
		list, next, err := u.book.Mappings(v.Context(), v.grant, cursor, mappingsAtOnce)
		if err != nil {
			return 0, "", err
		}
		for i := range list {
			m, err := u.book.Mapping(v.Context(), v.grant, list[i].Name)
			if isFaultOf(err, fault.CodeMappingNotFound) { // it was deleted meanwhile
				continue
			}
			if err != nil {
				return 0, "", err
			}
			show.Mappings = append(show.Mappings, v.mappingView(&m))
		}
		return len(list), next, nil
	})
	if command != nil || err != nil {
		return command, err
	}
	show.Curl = v.address("show", "curl", "deleted", "")
	return &page{name: "mappings", title: "Kept mappings", here: "c", back: "/ui/imports", body: show}, nil
}

func (v *visit) mappingView(m *book.KeptMapping) mappingView {
	by := &contact.Actor{KeyID: m.By.Key, KeyName: m.By.KeyName, Name: m.By.Name}
	view := mappingView{Name: m.Name, To: mappingPath(m.Name), Author: v.authorOf(by), KeyName: m.By.KeyName, Reason: m.By.Reason,
		At: v.moment(m.Saved), Names: slices.Clone(m.Columns), Rule: v.matchText(m.Match)}
	if n := len(view.Names); n > columnsTold {
		view.Names, view.More = view.Names[:columnsTold], n-columnsTold
	}
	for i := range view.Names {
		view.Names[i] = shortened(view.Names[i])
	}
	e := importLike(m)
	view.Goes, _ = taken(placesOf(&e), &e)
	return view
}

// importLike gives what an import would be that takes a mapping, of a file with just its columns.
func importLike(m *book.KeptMapping) book.Import {
	e := book.Import{Mapping: m.Mapping, Match: m.Match}
	for _, name := range m.Columns {
		e.Columns = append(e.Columns, transfer.Column{Name: name})
	}
	return e
}

// mappingPage is what the page of a kept mapping shows.
type mappingPage struct {
	mappingView
	columnsTable
	Curl    string
	Deletes bool // the reader may delete it
}

var errNoMapping = &trouble{http.StatusNotFound, "There is no such mapping", "It was deleted, or it was never kept under this name. Imports that took it stay as they are.", "/ui/mappings", "All kept mappings"}

// mappingNow reads the mapping of the address.
func (v *visit) mappingNow() (book.KeptMapping, error) {
	m, err := v.ui.book.Mapping(v.Context(), v.grant, v.PathValue("mapping"))
	if isFaultOf(err, fault.CodeMappingNotFound) {
		err = errNoMapping
	}
	return m, err
}

// inAPI is where the API has the mapping of a name.
func inAPI(name string) string { return "/mappings/" + url.PathEscape(name) }

// keptMapping shows a mapping whole. It is also what is looked at before it is deleted, which cannot be
// taken back.
func (u *ui) keptMapping(v *visit) (answer, error) {
	m, err := v.mappingNow()
	if err != nil {
		return nil, err
	}
	if v.wantsCurl() {
		return v.commands(v.address("show", ""), request{path: inAPI(m.Name)}), nil
	}
	e := importLike(&m)
	show := &mappingPage{mappingView: v.mappingView(&m), Curl: v.address("show", "curl"), Deletes: v.deletesMapping(&m)}
	show.columns(v, &e, false, mapped{})
	return &page{name: "mapping", title: show.Name, here: "c", back: "/ui/mappings", body: show}, nil
}

// deletesMapping tells whether the reader may let go of a mapping, as the book has it.
func (v *visit) deletesMapping(m *book.KeptMapping) bool {
	return v.may(access.Write) || v.may(access.Plan) && m.By.Key == v.grant.Key.ID
}

func (u *ui) deleteMapping(v *visit) (answer, error) {
	m, err := v.mappingNow()
	if err == nil && v.wantsCurl() {
		return v.commands(mappingPath(m.Name), request{method: http.MethodDelete, path: inAPI(m.Name)}), nil
	}
	if err == nil {
		err = u.book.DeleteMapping(v.Context(), v.grant, v.id, m.Name)
	}
	if isFaultOf(err, fault.CodeMappingNotFound) {
		err = errNoMapping
	}
	if err != nil {
		return nil, err
	}
	return goOn{"/ui/mappings?deleted="}, nil
}
