package ui

import (
	"slices"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/wire"
)

// What somebody said of two contacts: that they are different people.
var distinctScreens = []screen{
	{"GET", "/ui/contacts/{id}/distinct/{other}", access.Read, (*ui).pair},
	{"POST", "/ui/contacts/{id}/distinct/{other}", access.Write, (*ui).setPair},
}

// distinctAtOnce is how many others the line about a contact names.
const distinctAtOnce = 10

// distinctPart is what the part "distinct" shows: from whom a contact is told apart.
type distinctPart struct {
	From   []distinctFrom
	More   int // further ones
	Writes bool
}

// distinctFrom is one of them. Page says so, and forgets it.
type distinctFrom struct {
	ID       int64
	To, Page string
}

// distinctPart makes the part of the ids that book.Meta names.
func (v *visit) distinctPart(id contact.ID, others []contact.ID) distinctPart {
	p := distinctPart{Writes: v.may(access.Write)}
	for i, other := range others {
		if i == distinctAtOnce {
			p.More = len(others) - i
			break
		}
		p.From = append(p.From, distinctFrom{int64(other), contactPath(other), pairPath(id, other)})
	}
	return p
}

// pairPath gives the address of the page about two contacts.
func pairPath(id, other contact.ID) string { return contactPath(id) + "/distinct/" + idText(other) }

// pairPage is what the page about two contacts shows.
type pairPage struct {
	One, Two personView
	Apart    bool // somebody said that they are two
	Writes   bool
	To       string // where the form goes
	Merge    string
}

// personView is a contact in a sentence.
type personView struct {
	ID   int64
	Name string
	Face face
	To   string
}

func personOf(c *contact.Contact) personView {
	name := calledBy(c)
	return personView{int64(c.ID), name, contactFace(c), contactPath(c.ID)}
}

// pair tells of two contacts whether they are told apart.
func (u *ui) pair(v *visit) (answer, error) {
	one, two, err := v.two()
	if err != nil {
		return nil, err
	}
	apart, err := v.apart(one, two.ID)
	if err != nil {
		return nil, err
	}
	show := pairPage{personOf(one), personOf(two), apart, v.may(access.Write), pairPath(one.ID, two.ID), mergePath(one.ID, two.ID)}
	return &page{name: "distinct", title: "Two contacts", here: "c", back: contactPath(one.ID), body: &show}, nil
}

// two reads both contacts of the address.
func (v *visit) two() (*contact.Contact, *contact.Contact, error) {
	ref, err := v.ref()
	if err != nil {
		return nil, nil, err
	}
	other, ok := wire.ParseID(v.PathValue("other"))
	if !ok {
		return nil, nil, errNoContact
	}
	one, err := v.ui.book.Get(v.Context(), v.grant, ref)
	if err != nil {
		return nil, nil, err
	}
	two, err := v.ui.book.Get(v.Context(), v.grant, other)
	return &one, &two, err
}

// apart tells whether somebody said of a contact and another that they are two.
func (v *visit) apart(c *contact.Contact, other contact.ID) (bool, error) {
	_, distinct, err := v.ui.book.IDsNow(v.Context(), v.grant, c)
	return slices.Contains(distinct, other), err
}

// setPair says that two contacts are different people, or forgets that.
func (u *ui) setPair(v *visit) (answer, error) {
	one, two, err := v.two()
	if err != nil {
		return nil, err
	}
	a := distinctAct(one.ID, two.ID, v.PostForm.Get("forget") != "")
	if v.wantsCurl() {
		return v.curl(a, pairPath(one.ID, two.ID))
	}
	if _, err := v.do(a); err != nil {
		return nil, err
	}
	return goOn{contactPath(one.ID) + "?pair=" + idText(two.ID)}, nil
}

// pairToast tells what is so of a contact and another, where the address names that one:
// neither has a change of its own that could be taken back.
func (v *visit) pairToast() *toast {
	other, named := wire.ParseID(v.Form.Get("pair"))
	ref, err := v.ref()
	if !named || err != nil {
		return nil
	}
	one, err := v.ui.book.Get(v.Context(), v.grant, ref)
	if err != nil {
		return nil
	}
	apart, err := v.apart(&one, other)
	if err != nil {
		return nil
	}
	t := &toast{Text: "Saved.", Name: numbered([]contact.ID{one.ID, other}) + " are different people."}
	if !apart {
		t = &toast{Text: "Forgotten.", Name: "Nobody says any more that " + numbered([]contact.ID{one.ID, other}) + " are different people."}
	}
	if v.may(access.Write) {
		t.Undo = pairPath(one.ID, other)
	}
	return t
}
