package ui

import (
	"net/http"
	"strings"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
)

// To erase a contact for good: what goes is looked at first, and the id is typed, as nothing
// brings it back.
var eraseScreens = []screen{
	{"GET", "/ui/contacts/{id}/erase", access.Erase, (*ui).erasePreview},
	{"POST", "/ui/contacts/{id}/erase", access.Erase, (*ui).erase},
}

// erasePage is what is shown before a contact is erased, and after it.
type erasePage struct {
	ID      int64
	To      string
	Name    string // "" where the key may not read
	Values  int
	Wrong   string // what is wrong with what was typed
	Receipt *book.Receipt
	At      moment
}

// erasePreview shows what would be erased, and does nothing.
func (u *ui) erasePreview(v *visit) (answer, error) {
	ref, err := v.ref()
	if err != nil {
		return nil, err
	}
	return v.erasePage(ref, "", http.StatusOK)
}

func (v *visit) erasePage(ref contact.ID, wrong string, status int) (answer, error) {
	show := &erasePage{ID: int64(ref), To: contactPath(ref), Wrong: wrong}
	if v.may(access.Read) {
		receipt, err := v.erased(ref, true)
		if err != nil {
			return nil, err
		}
		show.Values, show.Name = receipt.Removed, v.nameOf(ref)
	}
	return &page{name: "erase", title: "Erase for good?", here: "c", back: show.To, status: status, body: show}, nil
}

// erased erases a contact or, dry, tells what that would take away.
func (v *visit) erased(ref contact.ID, dry bool) (book.Receipt, error) {
	terms := v.terms()
	terms.Dry = dry
	return v.ui.book.Erase(v.Context(), v.grant, terms, &contact.Erase{Ref: ref})
}

// erase erases the contact whose id was typed once more.
func (u *ui) erase(v *visit) (answer, error) {
	ref, err := v.ref()
	if err != nil {
		return nil, err
	}
	if v.wantsCurl() {
		if v.may(access.Read) {
			if _, err := v.erased(ref, true); isNotFound(err) {
				return nil, err
			}
		}
		return v.commands(contactPath(ref)+"/erase", v.signed(request{method: http.MethodPost, path: idPath(ref) + "/erase"})), nil
	}
	if typed := strings.TrimPrefix(strings.TrimSpace(v.PostForm.Get("sure")), "#"); typed != idText(ref) {
		return v.erasePage(ref, "Type the number of the contact, "+idText(ref)+". Nothing was erased.", http.StatusUnprocessableEntity)
	}
	receipt, err := v.erased(ref, false)
	if err != nil {
		return nil, err
	}
	show := &erasePage{ID: int64(ref), To: contactPath(ref), Receipt: &receipt, At: v.moment(receipt.At)}
	return &page{name: "erase", title: "Erased for good", here: "c", back: "/ui/contacts", body: show}, nil
}
