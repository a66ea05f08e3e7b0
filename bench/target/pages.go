package target

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/carnet-project/carnet/bench/load"
	"github.com/carnet-project/carnet/bench/people"
)

// The pages of the contact book, as a browser asks for them: compressed, with the cookie
// of somebody who signed in with the form.
const (
	PageList     Op = "page of the list"
	PageByChange Op = "page of the list by change"
	PageLookUp   Op = "page of who has an email" // of a random contact
	PageContact  Op = "page of a contact"        // a random one
	PageHistory  Op = "page of a history"        // of a random contact
	PageActivity Op = "page of the activity"
)

// Pages lists them.
var Pages = []Op{PageList, PageByChange, PageLookUp, PageContact, PageHistory, PageActivity}

// appendPage appends the path and query of a page. i is the contact that it is about.
func (t *Target) appendPage(b []byte, page Op, i int) []byte {
	b = append(b, "/ui/contacts"...)
	switch page {
	case PageByChange:
		b = append(b, "?sort=change"...)
	case PageLookUp:
		b = people.AppendEmail(append(b, "?q="...), i, people.Start(i)+int(t.steps[i].Load()))
	case PageContact:
		b = strconv.AppendInt(append(b, '/'), t.ids[i], 10)
	case PageHistory:
		b = append(strconv.AppendInt(append(b, '/'), t.ids[i], 10), "/history"...)
	case PageActivity:
		b = append(b[:len(b)-len("contacts")], "activity"...)
	}
	return b
}

// pages gives the requests for a page, all of one reader of the first Space.
func (t *Target) pages(page Op) (func(*rand.Rand, *scratch) load.Next, error) {
	cookie, err := t.signIn()
	if err != nil {
		return nil, err
	}
	head := " HTTP/1.1\r\nHost: " + t.Addr() + "\r\nAccept: text/html\r\nAccept-Encoding: gzip\r\nCookie: " + cookie + "\r\n\r\n"
	return func(r *rand.Rand, _ *scratch) load.Next {
		return func(b []byte) ([]byte, int) {
			i := r.IntN(t.Contacts/t.Spaces) * t.Spaces
			return append(t.appendPage(append(b, "GET "...), page, i), head...), http.StatusOK
		}
	}, nil
}

// signIn signs in with the key of the first Space, and gives the cookie.
func (t *Target) signIn() (string, error) {
	key, ours := "", false
	if len(t.auth) > 0 {
		key, ours = strings.CutPrefix(strings.TrimSpace(t.auth[0]), "Authorization: Bearer ")
	}
	if !ours {
		return "", fmt.Errorf("%s has no contact book", t.Name)
	}
	client := http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.PostForm("http://"+t.Addr()+"/ui/in", url.Values{"key": {key}, "name": {"Ada Ferrell"}})
	if err != nil {
		return "", err
	}
	defer res.Body.Close() // it is short, and nothing is asked on this connection again
	if cookies := res.Cookies(); res.StatusCode == http.StatusSeeOther && len(cookies) == 1 {
		return cookies[0].Name + "=" + cookies[0].Value, nil
	}
	return "", fmt.Errorf("signing in to %s was answered with %d", t.Name, res.StatusCode)
}
