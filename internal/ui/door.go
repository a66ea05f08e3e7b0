package ui

import (
	"errors"
	"net"
	"net/http"
	"strings"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/fault"
)

// The door: signing in with a key or with a link, and signing out.
var doorScreens = []screen{
	{"GET", "/{$}", open, (*ui).home},
	{"GET", "/ui", open, (*ui).home},
	{"GET", "/ui/{$}", open, (*ui).home},
	{"GET", "/ui/in", open, (*ui).door},
	{"POST", "/ui/in", open, (*ui).signIn},
	{"GET", "/ui/in/{token}", open, (*ui).doorOfLink},
	{"POST", "/ui/in/{token}", open, (*ui).useLink},
	{"POST", "/ui/out", open, (*ui).signOut},
	{"POST", "/ui/out-everywhere", signedIn, (*ui).signOutEverywhere},
}

// afterDoor is where who signs in comes, unless they were on their way elsewhere.
const afterDoor = "/ui/contacts"

// home leads to the contacts, and past the door where nobody is signed in.
func (u *ui) home(*visit) (answer, error) { return goOn{afterDoor}, nil }

// doorPage is what the door shows.
type doorPage struct {
	To     string // where to go on
	On     string // the same, for who has signed in: see cookie; "" where nobody was on their way
	Name   string // the reader's, as it was typed
	Wrong  string // why it did not open
	Link   string // the address of a link that signs in once; "" for the form with a key
	Server string
}

func (u *ui) door(v *visit) (answer, error) {
	return v.doorAgain(&doorPage{To: inside(v.Form.Get("to"))}, http.StatusOK), nil
}

func (v *visit) doorAgain(d *doorPage, status int) answer {
	d.Server = v.server()
	if d.To != afterDoor {
		d.On = d.To
	}
	return &page{name: "door", title: "Sign in", status: status, body: d}
}

// toDoor leads who is not signed in to the door, and back afterwards. What a form sent
// is gone by then, and nothing of it was done.
func (u *ui) toDoor(v *visit) answer {
	to := v.URL.RequestURI()
	if v.Method == http.MethodPost {
		to = afterDoor
	}
	if to == afterDoor {
		return goOn{"/ui/in"}
	}
	return goOn{addressOf("/ui/in", map[string][]string{"to": {to}})}
}

// inside gives an address of the book, and none that leads out of it.
func inside(to string) string {
	if !strings.HasPrefix(to, "/ui/") || strings.ContainsAny(to, "\\\r\n") || strings.HasPrefix(to, "/ui/in") {
		return afterDoor
	}
	return to
}

// signIn opens the door with a key.
func (u *ui) signIn(v *visit) (answer, error) {
	d := &doorPage{To: inside(v.PostForm.Get("to")), Name: strings.TrimSpace(v.PostForm.Get("name"))}
	token, session, err := u.book.SignIn(v.Context(), strings.TrimSpace(v.PostForm.Get("key")), d.Name)
	if e, ok := errors.AsType[*fault.Error](err); ok {
		switch e.Kind {
		case fault.Unauthenticated:
			u.Refusals.Note(e.Code)
			d.Wrong = "This key does not open the book. It may be mistyped, revoked or expired."
		case fault.Invalid, fault.Forbidden:
			d.Wrong = strings.Join(append(sentences(e), e.Message), " ")
		}
		if d.Wrong != "" {
			return v.doorAgain(d, http.StatusUnprocessableEntity), nil
		}
	}
	if err != nil {
		return nil, err
	}
	return v.enter(token, session, d.To), nil
}

// doorOfLink asks to go in: looking at the address alone does not use the link up, as
// programs look at addresses too.
func (u *ui) doorOfLink(v *visit) (answer, error) {
	return v.doorAgain(&doorPage{Link: v.URL.Path}, http.StatusOK), nil
}

// useLink opens the door with a link, once.
func (u *ui) useLink(v *visit) (answer, error) {
	name := strings.TrimSpace(v.PostForm.Get("name"))
	token, session, err := u.book.UseLink(v.Context(), v.PathValue("token"), name)
	e, known := errors.AsType[*fault.Error](err)
	switch {
	case known && e.Kind == fault.Invalid: // the name, and the link is good still
		return v.doorAgain(&doorPage{Link: v.URL.Path, Name: name, Wrong: strings.Join(sentences(e), " ")}, http.StatusUnprocessableEntity), nil
	case known && e.Kind == fault.Unauthenticated:
		u.Refusals.Note(e.Code)
		d := &doorPage{To: afterDoor, Wrong: "This link has been used, or is older than five minutes. Sign in with a key, or have the command carnet key link print another."}
		return v.doorAgain(d, http.StatusGone), nil
	case err != nil:
		return nil, err
	}
	return v.enter(token, session, afterDoor), nil
}

// signOut ends this session.
func (u *ui) signOut(v *visit) (answer, error) {
	if err := u.book.SignOut(v.Context(), v.token()); err != nil {
		return nil, err
	}
	return v.leave(), nil
}

// signOutEverywhere ends all sessions of the reader's key.
func (u *ui) signOutEverywhere(v *visit) (answer, error) {
	if err := u.book.SignOutEverywhere(v.Context(), v.grant); err != nil {
		return nil, err
	}
	return v.leave(), nil
}

// withCookie is an answer that sets or ends the session's cookie.
type withCookie struct {
	answer
	cookie *http.Cookie
}

func (a withCookie) send(v *visit, w http.ResponseWriter) error {
	http.SetCookie(w, a.cookie)
	return a.answer.send(v, w)
}

func (v *visit) enter(token access.Token, s access.Session, to string) answer {
	c := v.cookie()
	c.Value, c.Expires = token.Reveal(), s.Expires.Std()
	return withCookie{goOn{to}, c}
}

func (v *visit) leave() answer {
	c := v.cookie()
	c.MaxAge = -1
	return withCookie{goOn{"/ui/in"}, c}
}

// cookie gives the session's cookie, empty. Over TLS it is the host's alone. In the clear,
// which is for this machine, its name has the port: cookies know no ports, and two
// servers on one machine would end each other's sessions. It is not sent by who comes
// from another site, so the door has a way on for those.
func (v *visit) cookie() *http.Cookie {
	c := &http.Cookie{Name: "carnet", Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: v.scheme() == "https"}
	if c.Secure {
		c.Name = "__Host-carnet"
	} else if _, port, err := net.SplitHostPort(v.Host); err == nil {
		c.Name += "-" + port
	}
	return c
}

// token gives what the browser sent as its session, "" for nothing.
func (v *visit) token() string {
	c, err := v.Cookie(v.cookie().Name)
	if err != nil {
		return ""
	}
	return c.Value
}

// scheme tells how the browser reached the server.
func (v *visit) scheme() string {
	switch {
	case strings.HasPrefix(v.ui.PublicURL, "https://"):
		return "https"
	case v.ui.PublicURL != "":
		return "http"
	case v.TLS != nil, v.ui.BehindProxy && v.Header.Get("X-Forwarded-Proto") == "https":
		return "https"
	}
	return "http"
}
