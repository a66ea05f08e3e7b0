package ui

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/httpapi"
)

// A contact: values.go has its values, time.go its past, edit.go and conflict.go how
// it is changed.
var contactScreens = []screen{
	{"GET", "/ui/contacts/{id}", access.Read, (*ui).contact},
	{"GET", "/ui/contacts/{id}/json", access.Read, (*ui).contactJSON},
	{"POST", "/ui/contacts/{id}/edit", access.Write, (*ui).edit},
	{"POST", "/ui/contacts/{id}/delete", access.Write, (*ui).deleteOne},
}

// newestShown is how many changes stand beside the values.
const newestShown = 5

// aliasesShown is how many of the ids that lead to a contact its page names.
const aliasesShown = 5

// contactPage is what the page of a contact shows.
type contactPage struct {
	ID       int64
	To       string
	Face     face
	Name     string
	Second   string // its second name
	From     string // the id that led here, where that is another's: "#7"
	Aliases  []string
	Further  int // aliases that are not named
	Distinct distinctPart
	Version  int64
	Changed  moment
	By       author
	Erases   bool // likewise, to erase for good
	Writes   bool // acts are shown: the key may, and this is the contact as it is
	Values   int
	Groups   []group
	Sourced  bool   // all sources are shown
	Sources  string // the address that shows them, or hides them again
	Empty    int    // custom fields without content that are not shown
	ShowAll  string // the address that shows those
	Time     *timeline
	Gone     bool // it was deleted at that time
	Curl     string
	Base     int64
	History  []changeView
	Earlier  int // changes before those
}

func (u *ui) contact(v *visit) (answer, error) {
	now, err := v.contactNow()
	if err != nil {
		return nil, err
	}
	if ref, _ := v.ref(); now.ID != ref {
		return goOn{addressOf(contactPath(now.ID), url.Values{"from": {idText(ref)}})}, nil
	}
	if v.wantsCurl() {
		r := request{path: idPath(now.ID)}
		if at := v.Form.Get("at"); at != "" {
			r.query = url.Values{"version": {at}}
		}
		return v.commands(v.address("show", ""), r), nil
	}
	return v.contactAnswer(&now, v.editAsked(&now), 0)
}

// contactNow reads the contact of the address. Of one that was deleted it is told where
// it can be brought back.
func (v *visit) contactNow() (contact.Contact, error) {
	ref, err := v.ref()
	if err != nil {
		return contact.Contact{}, err
	}
	if err := v.turn(); err != nil {
		return contact.Contact{}, err
	}
	c, err := v.ui.book.Get(v.Context(), v.grant, ref)
	if e, ok := errors.AsType[*fault.Error](err); !ok || e.Kind != fault.NotFound {
		return c, err
	}
	newest, none := v.ui.book.Changes(v.Context(), v.grant, &book.History{Ref: ref, PerPage: 1})
	if none != nil {
		return c, err
	}
	return c, v.deleted(ref, newest.Changes)
}

// deleted says of a contact that it is in the bin, and leads to the preview of bringing
// it back, or to its history where the key may not do that.
func (v *visit) deleted(ref contact.ID, newest []contact.Change) *trouble {
	t := &trouble{http.StatusNotFound, "This contact was deleted", "It waits in the bin, with its id and its history, and can be brought back whole.",
		contactPath(ref) + "/history", "Its history"}
	if len(newest) > 0 && newest[0].Edits.State != nil && v.may(access.Write) {
		t.to, t.step = v.headView(&newest[0]).To, "Bring it back…"
	}
	return t
}

// contactAnswer makes the page of a contact as it is, or as it was where the address
// says so. e is what is being edited, nil for nothing.
func (v *visit) contactAnswer(now *contact.Contact, e *edit, status int) (answer, error) {
	show := &contactPage{ID: int64(now.ID), To: contactPath(now.ID), Version: int64(now.Version), Base: int64(now.Version)}
	if err := v.headOf(show, now); err != nil {
		return nil, err
	}
	then, err := v.timeOf(show, now)
	if err != nil {
		return nil, err
	}
	if show.Time.asked {
		return goOn{show.Time.here}, nil
	}
	show.Writes = v.may(access.Write) && !show.Time.Past
	show.Erases = v.may(access.Erase) && !show.Time.Past
	show.Name, show.Face = calledBy(then), contactFace(then)
	if names := then.Values[contact.Names]; len(names) > 1 {
		show.Second = names[1].Text
	}
	show.Sourced, show.Sources = v.Form.Get("sources") != "", v.address("sources", "1", "done", "")
	if show.Sourced {
		show.Sources = v.address("sources", "", "done", "")
	}
	show.Curl, show.ShowAll = v.address("show", "curl", "done", ""), v.address("empty", "1", "done", "")
	if err := v.valuesOf(show, then, e); err != nil {
		return nil, err
	}
	return &page{name: "contact", title: show.Name, here: "c", back: "/ui/contacts", status: status, toast: v.toastOf(), body: show}, nil
}

// headOf tells what stands above a contact's values: what it is known by.
func (v *visit) headOf(show *contactPage, now *contact.Contact) error {
	aliases, distinct, err := v.ui.book.IDsNow(v.Context(), v.grant, now)
	if err != nil {
		return err
	}
	for _, id := range aliases {
		if len(show.Aliases) < aliasesShown {
			show.Aliases = append(show.Aliases, idText(id))
		}
		if idText(id) == v.Form.Get("from") {
			show.From = "#" + idText(id)
		}
	}
	show.Further = len(aliases) - len(show.Aliases)
	show.Distinct = v.distinctPart(now.ID, distinct)
	return nil
}

// deleteOne deletes a contact. It can be taken back, so nothing is asked first.
func (u *ui) deleteOne(v *visit) (answer, error) {
	ref, err := v.ref()
	if err != nil {
		return nil, err
	}
	a := deleteAct(ref)
	if v.wantsCurl() {
		return v.curl(a, contactPath(ref))
	}
	written, err := v.do(a)
	if err != nil {
		return nil, err
	}
	return goOn{withDone("/ui/bin", written.Change)}, nil
}

// jsonPage shows a contact as the API answers it.
type jsonPage struct {
	To, Name, Text, Curl string
}

func (u *ui) contactJSON(v *visit) (answer, error) {
	now, err := v.contactNow()
	if err != nil {
		return nil, err
	}
	if v.wantsCurl() {
		return v.commands(v.address("show", ""), request{path: idPath(now.ID)}), nil
	}
	text, err := httpapi.ContactText(&now)
	if err != nil {
		return nil, err
	}
	name := calledBy(&now)
	show := &jsonPage{contactPath(now.ID), name, text, v.address("show", "curl")}
	return &page{name: "json", title: show.Name + " as JSON", here: "c", back: show.To, body: show}, nil
}

// versionOf reads a version of a form; 0 where there is none.
func versionOf(text string) contact.Version {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return contact.Version(n)
}
