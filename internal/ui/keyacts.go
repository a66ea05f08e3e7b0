package ui

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/httpapi"
)

// newKeyPage is what the form of a new key shows.
type newKeyPage struct {
	Name, Expires string
	Scopes        []scopeView
	Budget        budgetForm
	Wrong         map[string]string // by the name of a field
	Command       string
}

// newKey shows the form of a new key, with what keys can do unless more is asked for.
func (u *ui) newKey(v *visit) (answer, error) {
	return v.newKeyPage(&newKeyPage{Scopes: scopeViews(access.DefaultScopes)}, http.StatusOK), nil
}

func (v *visit) newKeyPage(show *newKeyPage, status int) answer {
	show.Command = "carnet key create --space " + strconv.FormatInt(int64(v.grant.Space.ID), 10) + " --name crm --scopes contacts:read,contacts:write --expires 2027-01-01"
	return &page{name: "newkey", title: "New key", here: "k", back: "/ui/keys", status: status, body: show}
}

// makeKey makes a key, and shows its secret this once.
func (u *ui) makeKey(v *visit) (answer, error) {
	k, show := v.keySent()
	if len(show.Wrong)+len(show.Budget.Wrong) > 0 {
		return v.newKeyPage(show, http.StatusUnprocessableEntity), nil
	}
	made, secret, err := u.book.MakeKey(v.Context(), v.grant, v.by(), k)
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Kind == fault.Invalid {
		show.Wrong = byField(e)
		show.Budget.Wrong = show.Wrong
		return v.newKeyPage(show, http.StatusUnprocessableEntity), nil
	}
	if err != nil {
		return nil, err
	}
	return v.secretPage(&made, secret, &secretPage{}), nil
}

// keySent reads the form of a new key.
func (v *visit) keySent() (access.APIKey, *newKeyPage) {
	k := access.APIKey{Name: strings.TrimSpace(v.PostForm.Get("name"))}
	show := &newKeyPage{Name: k.Name, Expires: strings.TrimSpace(v.PostForm.Get("expires")), Wrong: map[string]string{}}
	if k.Name == "" {
		show.Wrong["name"] = "Say what the key is for: history names it."
	}
	for _, s := range access.AllScopes {
		for _, sent := range v.PostForm["scopes"] {
			if sent == string(s) {
				k.Scopes |= access.ScopesOf(s)
			}
		}
	}
	if k.Scopes == 0 {
		show.Wrong["scopes"] = "Choose at least one: a key that may do nothing opens nothing."
	}
	show.Scopes = scopeViews(k.Scopes)
	if show.Expires != "" {
		expires, err := access.ParseExpiry(show.Expires, contact.TimeOf(v.now))
		if e, ok := errors.AsType[*fault.Error](err); ok {
			show.Wrong["expires"] = byField(e)["expires"]
		}
		k.Expires = expires
	}
	k.Budget, show.Budget = v.budgetSent()
	return k, show
}

// secretPage is what the answer that shows a secret shows. It has no address: whoever
// loads it again is where the form was.
type secretPage struct {
	Name, Secret, Command, To string
	Old                       *keyView // whose place it took; nil for none
	Unsure                    bool     // it is not known whether the old key was ended
}

func (v *visit) secretPage(k *access.APIKey, secret access.Secret, show *secretPage) answer {
	try := request{path: "/contacts"}
	if !k.Scopes.Has(access.Read) {
		try = request{path: "/openapi.json"}
	}
	show.Name, show.Secret, show.To = k.Name, secret.Reveal(), keyPath(k.ID)
	show.Command = "read -rs CARNET_KEY && export CARNET_KEY  # paste the secret, press Enter\n" + try.command(v.server())
	return &page{name: "secret", title: "A new secret", here: "k", back: "/ui/keys", body: show}
}

// keyQuestion is what is asked before a key is rotated or revoked.
type keyQuestion struct {
	keyView
	Overlaps []choice
	Why      string // why it cannot be; "" where it can
	Command  string
}

// rotateAsk asks how long the old key is to go on.
func (u *ui) rotateAsk(v *visit) (answer, error) {
	k, err := v.keyNamed()
	if err != nil {
		return nil, err
	}
	return v.rotateQuestion(k, http.StatusOK), nil
}

func (v *visit) rotateQuestion(k *access.APIKey, status int) answer {
	show := &keyQuestion{keyView: v.keyView(k, access.Spent{}), Command: "carnet key rotate " + strconv.FormatInt(k.ID, 10) + " --overlap 24h"}
	if k.MayGoOn(contact.TimeOf(v.now)) != nil {
		show.Why = "This key has ended, so there is nothing to go on with. Make a new one."
	}
	for _, o := range overlaps {
		show.Overlaps = append(show.Overlaps, choice{o.Key, o.Label, o.Key == "24h"})
	}
	return &page{name: "rotate", title: "Rotate " + k.Name, here: "k", back: keyPath(k.ID), status: status, body: show}
}

// rotate makes a key that takes the place of another, and shows its secret this once.
func (u *ui) rotate(v *visit) (answer, error) {
	k, err := v.keyNamed()
	if err != nil {
		return nil, err
	}
	for _, o := range overlaps {
		if o.Key != v.PostForm.Get("overlap") {
			continue
		}
		r, err := u.book.Rotate(v.Context(), v.grant, v.by(), k.ID, o.length)
		if e, ok := errors.AsType[*fault.Error](err); ok && e.Kind == fault.Conflict {
			return v.rotateQuestion(k, http.StatusConflict), nil
		}
		if err != nil && r.Made.ID == 0 {
			return nil, err
		}
		if err != nil { // the new one is there all the same, and its secret would be lost
			u.Log.Error("it is not known whether a key was ended whose place another took: revoke it when that is in use",
				"request_id", v.id, "key_id", k.ID, "error", httpapi.Explain(err).Err)
			r.Old = *k
		}
		old := v.keyView(&r.Old, access.Spent{})
		return v.secretPage(&r.Made, r.Secret, &secretPage{Old: &old, Unsure: err != nil}), nil
	}
	return v.rotateQuestion(k, http.StatusUnprocessableEntity), nil
}

// revokeAsk asks before the one act that cannot be taken back.
func (u *ui) revokeAsk(v *visit) (answer, error) {
	k, err := v.keyNamed()
	if err != nil {
		return nil, err
	}
	show := &keyQuestion{keyView: v.keyView(k, access.Spent{}), Command: "carnet key revoke " + strconv.FormatInt(k.ID, 10)}
	if k.Revoked != 0 {
		show.Why = "This key is revoked already."
	}
	return &page{name: "revoke", title: "Revoke " + k.Name + "?", here: "k", back: keyPath(k.ID), body: show}, nil
}

// revoke ends a key for good.
func (u *ui) revoke(v *visit) (answer, error) {
	k, err := v.keyNamed()
	if err != nil {
		return nil, err
	}
	if _, _, err := u.book.Revoke(v.Context(), v.grant, v.by(), k.ID); err != nil {
		return nil, err
	}
	return goOn{"/ui/keys?revoked=" + strconv.FormatInt(k.ID, 10)}, nil
}
