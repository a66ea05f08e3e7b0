package ui

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/wire"
)

// The keys of the Space: who may do what, and how much of it a day. keyacts.go makes
// them, and ends them.
var keyScreens = []screen{
	{"GET", "/ui/keys", access.Admin, (*ui).keys},
	{"GET", "/ui/keys/new", access.Admin, (*ui).newKey},
	{"POST", "/ui/keys/new", access.Admin, (*ui).makeKey},
	{"GET", "/ui/keys/{key}", access.Admin, (*ui).key},
	{"POST", "/ui/keys/{key}", access.Admin, (*ui).setBudget},
	{"GET", "/ui/keys/{key}/rotate", access.Admin, (*ui).rotateAsk},
	{"POST", "/ui/keys/{key}/rotate", access.Admin, (*ui).rotate},
	{"GET", "/ui/keys/{key}/revoke", access.Admin, (*ui).revokeAsk},
	{"POST", "/ui/keys/{key}/revoke", access.Admin, (*ui).revoke},
}

// keysPage is what the page of the keys shows.
type keysPage struct {
	Working, Ended []keyView
	Revoked        string // the name of the key that was revoked just now
	Cut            bool   // there are older ones
}

// keyView is a key as pages show it.
type keyView struct {
	ID       int64
	Name     string
	Face     face
	To       string
	You      bool // the reader signed in with it
	Scopes   []scopeView
	LastUsed moment
	Created  moment
	Expires  moment
	Soon     string // "expires in 3 days"; "" where it does not soon
	Revoked  moment
	Works    bool
	Budget   access.Budget
	Meters   []budgetView
}

// scopeView is a scope of a key.
type scopeView struct {
	Key, Name, Says string
	On, Grave       bool // what it lets do cannot be taken back
}

// budgetView is one bound of a budget, and how far it is used up.
type budgetView struct {
	Says  string
	Meter *meter
}

// scopeWords say what a scope lets a key do.
var scopeWords = map[access.Scope][2]string{
	access.Read:  {"read", "See contacts, their history and what happened."},
	access.Write: {"write", "Make, change, merge and delete contacts, and take all of that back."},
	access.Plan:  {"plan", "Propose many writes at once, which somebody looks at before another key applies them."},
	access.Erase: {"erase", "Erase for good what nobody may keep. This cannot be taken back."},
	access.Admin: {"admin", "Manage the keys, the fields and the settings of this Space."},
}

// scopeViews gives all scopes, and which of them are on.
func scopeViews(of access.Scopes) []scopeView {
	var all []scopeView
	for _, s := range access.AllScopes {
		all = append(all, scopeView{string(s), scopeWords[s][0], scopeWords[s][1], of.Has(s), s == access.Erase})
	}
	return all
}

// keys shows all keys, the newest first.
func (u *ui) keys(v *visit) (answer, error) {
	list, err := u.book.KeysOf(v.Context(), v.grant)
	if err != nil {
		return nil, err
	}
	used, err := v.usedBy(list)
	if err != nil {
		return nil, err
	}
	show := keysPage{Cut: len(list) == book.MaxKeys}
	for i := range list {
		k := v.keyView(&list[i], used[list[i].ID])
		if k.Works {
			show.Working = append(show.Working, k)
		} else {
			show.Ended = append(show.Ended, k)
		}
		if !k.Revoked.Zero() && v.Form.Get("revoked") == strconv.FormatInt(k.ID, 10) {
			show.Revoked = k.Name
		}
	}
	return &page{name: "keys", title: "Keys", here: "k", body: &show}, nil
}

// usedBy reads what the keys have used of their daily budgets.
func (v *visit) usedBy(list []access.APIKey) (map[int64]access.Spent, error) {
	var ids []int64
	for i := range list {
		if list[i].Budget.Daily() {
			ids = append(ids, list[i].ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return v.ui.book.UsedToday(v.Context(), v.grant, ids...)
}

// keyView makes the view of a key that used so much of its budget.
func (v *visit) keyView(k *access.APIKey, used access.Spent) keyView {
	now := contact.TimeOf(v.now)
	view := keyView{
		ID: k.ID, Name: k.Name, Face: faceOf(k.Name, true), To: keyPath(k.ID), You: k.ID == v.grant.Key.ID, Budget: k.Budget,
		LastUsed: v.moment(k.LastUsed), Created: v.moment(k.Created), Expires: v.moment(k.Expires), Revoked: v.moment(k.Revoked),
		Works: k.Revoked == 0 && (k.Expires == 0 || now < k.Expires), Soon: v.endsSoon(k),
	}
	for _, s := range scopeViews(k.Scopes) {
		if s.On {
			view.Scopes = append(view.Scopes, s)
		}
	}
	if n, bound := k.Budget.MaxRemovals.Get(); bound {
		view.Meters = append(view.Meters, budgetView{Says: "Removes at most " + number(int(n), "value", "values") + " with one write"})
	}
	for _, d := range []struct {
		does string
		cap  access.Cap
		used int64
	}{{"Values removed", k.Budget.DailyRemovals, used.Removals}, {"Contacts changed", k.Budget.DailyWrites, used.Writes}} {
		if n, bound := d.cap.Get(); bound {
			says := d.does + ": " + strconv.FormatInt(d.used, 10) + " of " + strconv.FormatInt(n, 10) + " today"
			view.Meters = append(view.Meters, budgetView{says, fullMeter(d.used, n, says)})
		}
	}
	return view
}

// endsSoon says in how long a key expires, where that is soon; else "".
func (v *visit) endsSoon(k *access.APIKey) string {
	if now := contact.TimeOf(v.now); k.EndsSoon(now) {
		return "expires in " + lasting(k.Expires.Std().Sub(v.now))
	}
	return ""
}

// fullMeter makes the bar of a bound, which is full where nothing is allowed.
func fullMeter(used, most int64, label string) *meter {
	if most <= 0 {
		return &meter{100, true, label}
	}
	return meterOf(used, most, label)
}

func keyPath(id int64) string { return "/ui/keys/" + strconv.FormatInt(id, 10) }

// keyNamed reads the key of the address.
func (v *visit) keyNamed() (*access.APIKey, error) {
	id, ok := wire.ParseID(v.PathValue("key"))
	if !ok {
		return nil, errNoKey
	}
	k, err := v.ui.book.KeyOf(v.Context(), v.grant, int64(id))
	if e, is := errors.AsType[*fault.Error](err); is && e.Kind == fault.NotFound {
		return nil, errNoKey
	}
	return &k, err
}

var errNoKey = &trouble{http.StatusNotFound, "There is no such key", "No key of this Space has this id.", "/ui/keys", "All keys"}

// keyPage is what the page of one key shows.
type keyPage struct {
	keyView
	Budget  budgetForm
	Log     []entryView
	Saved   bool
	Command string
}

// budgetForm is a budget as it is typed: "" for no bound.
type budgetForm struct {
	MaxRemovals, DailyRemovals, DailyWrites string
	Wrong                                   map[string]string // by the name of a field
}

func budgetFormOf(b access.Budget) budgetForm {
	return budgetForm{MaxRemovals: b.MaxRemovals.String(), DailyRemovals: b.DailyRemovals.String(), DailyWrites: b.DailyWrites.String()}
}

// budgetSent reads the budget of a form. What is no number is wrong.
func (v *visit) budgetSent() (access.Budget, budgetForm) {
	var b access.Budget
	f := budgetForm{Wrong: map[string]string{}}
	for _, c := range []struct {
		name string
		text *string
		to   *access.Cap
	}{{"max_removals", &f.MaxRemovals, &b.MaxRemovals}, {"daily_removals", &f.DailyRemovals, &b.DailyRemovals}, {"daily_writes", &f.DailyWrites, &b.DailyWrites}} {
		*c.text = strings.TrimSpace(v.PostForm.Get(c.name))
		if *c.text == "" {
			continue
		}
		limit, err := access.ParseCap(*c.text)
		if err != nil {
			f.Wrong[c.name] = "Write a whole number, or nothing for no limit. 0 allows nothing."
		}
		*c.to = limit
	}
	return b, f
}

// key shows one key, its budget and what was done to it.
func (u *ui) key(v *visit) (answer, error) {
	k, err := v.keyNamed()
	if err != nil {
		return nil, err
	}
	return v.keyPage(k, budgetFormOf(k.Budget), http.StatusOK)
}

func (v *visit) keyPage(k *access.APIKey, f budgetForm, status int) (answer, error) {
	used, err := v.usedBy([]access.APIKey{*k})
	if err != nil {
		return nil, err
	}
	show := &keyPage{keyView: v.keyView(k, used[k.ID]), Budget: f, Saved: status == http.StatusOK && v.Form.Has("saved")}
	show.Command = "carnet key set " + strconv.FormatInt(k.ID, 10) + " --max-removals " + capText(k.Budget.MaxRemovals) +
		" --daily-removals " + capText(k.Budget.DailyRemovals) + " --daily-writes " + capText(k.Budget.DailyWrites)
	if show.Log, err = v.entryViews(v.ui.book.KeyLogOf(v.Context(), v.grant, k.ID)); err != nil {
		return nil, err
	}
	return &page{name: "key", title: "Key " + k.Name, here: "k", back: "/ui/keys", status: status, body: show}, nil
}

// capText gives a bound as the command takes it.
func capText(c access.Cap) string { return cmp.Or(c.String(), access.NoCap) }

// setBudget sets all three bounds of a key.
func (u *ui) setBudget(v *visit) (answer, error) {
	k, err := v.keyNamed()
	if err != nil {
		return nil, err
	}
	budget, f := v.budgetSent()
	if len(f.Wrong) == 0 {
		_, err = u.book.SetKeyBudget(v.Context(), v.grant, v.by(), k.ID, func(b *access.Budget) { *b = budget })
		if e, ok := errors.AsType[*fault.Error](err); ok && e.Kind == fault.Invalid {
			f.Wrong = byField(e)
		} else if err != nil {
			return nil, err
		}
	}
	if len(f.Wrong) > 0 {
		return v.keyPage(k, f, http.StatusUnprocessableEntity)
	}
	return goOn{keyPath(k.ID) + "?saved="}, nil
}

// overlaps are how long an old key may go on beside the one that takes its place.
var overlaps = []struct {
	Key, Label string
	length     time.Duration
}{
	{"0", "It ends at once", 0}, {"1h", "an hour", time.Hour}, {"24h", "a day", 24 * time.Hour},
	{"168h", "a week", 7 * 24 * time.Hour}, {"720h", "thirty days", 30 * 24 * time.Hour},
}
