package ui

import (
	"errors"
	"net/url"
	"slices"
	"strconv"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/httpapi"
)

// The review of a merge: which record remains, which value a field shows where only one
// can, and what the contact will hold. merging.go reads what is asked for, mergeview.go
// makes the page, and mergepick.go the one where there is nobody to merge with yet.
var mergeScreens = []screen{
	{"GET", "/ui/merge", access.Write, (*ui).mergeReview},
	{"POST", "/ui/merge", access.Write, (*ui).merge},
}

// mergePath gives the address of the review of contacts, of which the first remains
// unless another is chosen.
func mergePath(ids ...contact.ID) string {
	q := url.Values{}
	for _, id := range ids {
		q.Add("id", idText(id))
	}
	if len(ids) > 0 {
		q.Set("into", idText(ids[0]))
	}
	return addressOf("/ui/merge", q)
}

// mergeReview shows what a merge would do, and does nothing.
func (u *ui) mergeReview(v *visit) (answer, error) {
	if err := v.turn(); err != nil {
		return nil, err
	}
	m, err := v.merging()
	if err != nil {
		return nil, err
	}
	if m.look != "" || len(m.records) < 2 {
		return v.pickOther(m)
	}
	if v.wantsCurl() {
		return v.mergeCurl(m)
	}
	return v.review(m, 0)
}

// merge merges what the form names. What stands in its way is shown at the review.
func (u *ui) merge(v *visit) (answer, error) {
	if err := v.turn(); err != nil {
		return nil, err
	}
	m, err := v.merging()
	if err != nil {
		return nil, err
	}
	if len(m.records) < 2 {
		return v.pickOther(m)
	}
	if v.wantsCurl() {
		return v.mergeCurl(m)
	}
	a, err := m.act()
	if err != nil {
		return nil, err
	}
	written, err := v.do(a)
	if e := inTheWay(err); e != nil {
		return v.review(m, httpapi.StatusOf(e.Kind))
	}
	if err != nil {
		return nil, err
	}
	return goOn{withDone(contactPath(written.Contact.ID), written.Change)}, nil
}

func (v *visit) mergeCurl(m *merging) (answer, error) {
	a, err := m.act()
	if err != nil {
		return nil, err
	}
	return v.curl(a, mergePath(m.ids()...))
}

// inTheWay gives the fault of a merge that its form can mend, or tell of.
func inTheWay(err error) *fault.Error {
	e, ok := errors.AsType[*fault.Error](err)
	if ok && (e.Kind == fault.Invalid || e.Kind == fault.Conflict) {
		return e
	}
	return nil
}

// review makes the page of a merge, by doing it dry.
func (v *visit) review(m *merging, status int) (answer, error) {
	show := &mergePage{Notes: m.notes, Refused: status != 0, Confirm: m.confirm, Into: int64(m.survivor().ID)}
	written, why, err := v.tryMerge(m, show)
	if err != nil {
		return nil, err
	}
	show.dress(v, m)
	if why != nil {
		show.Why = append(sentences(why), why.Message)[0]
	} else {
		show.tell(v, m, written)
	}
	if err := show.addFields(v, m); err != nil {
		return nil, err
	}
	return &page{name: "merge", title: "Merge " + strconv.Itoa(len(m.records)) + " contacts", here: "c", status: status,
		back: contactPath(m.survivor().ID), toast: v.toastOf(), body: show}, nil
}

// tryMerge merges dry: as it was asked for, and where somebody said that some of them are
// two, as if that were confirmed.
func (v *visit) tryMerge(m *merging, show *mergePage) (*book.Written, *fault.Error, error) {
	asked := *m
	asked.confirm = false
	for {
		a, err := asked.act()
		if err != nil {
			return nil, nil, err
		}
		written, err := v.preview(a)
		if err == nil {
			return &written, nil, nil
		}
		e := inTheWay(err)
		if e == nil {
			return nil, nil, err
		}
		if e.Code != fault.CodeDistinct || asked.confirm {
			return nil, e, nil
		}
		if show.Distinct, err = v.pairsAmong(m); err != nil {
			return nil, nil, err
		}
		asked.confirm = true
	}
}

// pairsAmong names those of whom somebody said that they are two.
func (v *visit) pairsAmong(m *merging) ([]string, error) {
	var pairs []string
	for i := range m.records {
		_, distinct, err := v.ui.book.IDsNow(v.Context(), v.grant, &m.records[i])
		if err != nil {
			return nil, err
		}
		for j := i + 1; j < len(m.records); j++ {
			if slices.Contains(distinct, m.records[j].ID) {
				pairs = append(pairs, numbered([]contact.ID{m.records[i].ID, m.records[j].ID}))
			}
		}
	}
	return pairs, nil
}
