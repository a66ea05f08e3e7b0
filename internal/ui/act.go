package ui

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/wire"
)

// act is a write that a form asks for: the verb, and the very request of the API that
// does it. A verb with a body is read from that request, so that both are one.
type act struct {
	verb    contact.Verb
	request request
}

// request is one of the API, to be shown as a command.
type request struct {
	method, path string // path is below the API's own
	query        url.Values
	header       [][2]string
	body         string // JSON, "" for none
}

// spelled gives a body as JSON, and has it read as the API does.
func spelled(body any, read func(text []byte) error) (string, error) {
	text, err := json.Marshal(body, json.Deterministic(true))
	if err != nil {
		return "", err
	}
	return string(text), read(text)
}

// patchAct changes a part of a contact, made from a version of it: what others changed
// since stays, or is a conflict (CONTRACT D26, D27). body is what wire.ReadAmendment
// reads.
func patchAct(ref contact.ID, base contact.Version, body any) (act, error) {
	amend := &contact.Amend{Ref: ref, Base: contact.Base{Version: base}}
	text, err := spelled(body, func(text []byte) error {
		_, err := wire.ReadAmendment(text, &amend.Amendment)
		return err
	})
	if err != nil {
		return act{}, err
	}
	r := request{method: http.MethodPatch, path: idPath(ref), body: text}
	if base != 0 {
		r.header = [][2]string{{"X-Base-Version", strconv.FormatInt(int64(base), 10)}}
	}
	return act{verb: amend, request: r}, nil
}

// putAct replaces what it names of a contact, made from a version of it. body is what
// wire.ReadPut reads.
func putAct(ref contact.ID, base contact.Version, body any) (act, error) {
	put := &contact.Put{Ref: ref, Base: contact.Base{Version: base}}
	text, err := spelled(body, func(text []byte) error {
		_, err := wire.ReadPut(text, &put.Patch)
		return err
	})
	if err != nil {
		return act{}, err
	}
	return act{verb: put, request: request{method: http.MethodPut, path: idPath(ref), body: text,
		header: [][2]string{{"X-Base-Version", strconv.FormatInt(int64(base), 10)}}}}, nil
}

// createAct makes a contact. body is what wire.ReadCreate reads.
func createAct(body any) (act, error) {
	create := &contact.Create{}
	text, err := spelled(body, func(text []byte) error {
		return wire.ReadCreate(text, &create.Patch)
	})
	if err != nil {
		return act{}, err
	}
	return act{verb: create, request: request{method: http.MethodPost, path: "/contacts", body: text}}, nil
}

// deleteAct deletes a contact (CONTRACT D31).
func deleteAct(ref contact.ID) act {
	return act{verb: &contact.Delete{Ref: ref}, request: request{method: http.MethodDelete, path: idPath(ref)}}
}

// undoAct takes back a write; with theirs also what was changed since (CONTRACT D28).
func undoAct(ref contact.ID, change contact.ChangeID, theirs bool) act {
	a := act{verb: &contact.Undo{Ref: ref, Op: change.Op, Resolve: theirs},
		request: request{method: http.MethodPost, path: idPath(ref) + "/changes/" + change.String() + "/undo"}}
	if theirs {
		a.request.query = url.Values{"resolve": {"theirs"}}
	}
	return a
}

// mergeAct merges contacts into one (CONTRACT D30). body is what wire.ReadMerge reads.
func mergeAct(ref contact.ID, body any) (act, error) {
	merge := &contact.Merge{Survivor: ref}
	text, err := spelled(body, func(text []byte) error {
		return wire.ReadMerge(text, merge)
	})
	if err != nil {
		return act{}, err
	}
	return act{verb: merge, request: request{method: http.MethodPost, path: idPath(ref) + "/merge", body: text}}, nil
}

// unmergeAct splits a contact off (CONTRACT D30).
func unmergeAct(ref, merged contact.ID) act {
	id := strconv.FormatInt(int64(merged), 10)
	return act{verb: &contact.Unmerge{Ref: ref, Merged: merged},
		request: request{method: http.MethodPost, path: idPath(ref) + "/unmerge", body: `{"merged_id":` + id + `}`}}
}

// distinctAct says that two contacts are different people, or forgets that.
func distinctAct(ref, other contact.ID, forget bool) act {
	method := http.MethodPut
	if forget {
		method = http.MethodDelete
	}
	return act{verb: &contact.Distinct{Ref: ref, Other: other, Forget: forget},
		request: request{method: method, path: idPath(ref) + "/distinct/" + strconv.FormatInt(int64(other), 10)}}
}

func idPath(id contact.ID) string { return "/contacts/" + strconv.FormatInt(int64(id), 10) }

// do does an act.
func (v *visit) do(a act) (book.Written, error) { return v.ask(a, false) }

// preview tells what an act would do, and does nothing.
func (v *visit) preview(a act) (book.Written, error) { return v.ask(a, true) }

func (v *visit) ask(a act, dry bool) (book.Written, error) {
	terms := v.terms()
	terms.Dry = dry
	return v.ui.book.Do(v.Context(), v.grant, terms, a.verb)
}

// curlPage shows a command.
type curlPage struct{ Command, Back string }

// wantsCurl tells whether a form was sent by its "Copy as curl": then nothing is done,
// and the request that it would make is shown.
func (v *visit) wantsCurl() bool { return v.Form.Get("show") == "curl" }

// curl answers with the command of an act: as text for the script that copies it, else
// as a page with a way back. Of what is not there, or is another Space's, there is none:
// that is the same as where it is done (CONTRACT D3). Who may not look is not told.
func (v *visit) curl(a act, back string) (answer, error) {
	if v.may(access.Read) {
		if _, err := v.preview(a); isNotFound(err) {
			return nil, err
		}
	}
	return v.commands(back, v.signed(a.request)), nil
}

// signed gives a request with who writes, and why, as the act of a form has them.
func (v *visit) signed(r request) request {
	if v.session.Name != "" {
		r.header = append(r.header, [2]string{"X-Actor", headerText(v.session.Name)})
	}
	if reason := v.terms().Reason; reason != "" {
		r.header = append(r.header, [2]string{"X-Reason", headerText(reason)})
	}
	return r
}

// commands answers with requests as commands, one after the other, as curl does with that of an act.
func (v *visit) commands(back string, requests ...request) answer {
	all := make([]string, len(requests))
	for i := range requests {
		all[i] = requests[i].command(v.server())
	}
	command := strings.Join(all, "\n")
	if strings.HasPrefix(v.Header.Get("Accept"), "text/plain") {
		return plainText{command + "\n"}
	}
	return &page{name: "curl", title: "As a command", here: "c", back: back, body: curlPage{command, back}}
}

// server gives the address that the browser knows the server by.
func (v *visit) server() string {
	if v.ui.PublicURL != "" {
		return v.ui.PublicURL
	}
	return v.scheme() + "://" + v.Host
}

// command gives the request as a line of shell. The key stands in CARNET_KEY: what is
// pasted stays in the shell's history.
func (r *request) command(server string) string {
	address := server + "/public-api/v1" + addressOf(r.path, r.query)
	lines := []string{`curl -sS -w '\n' -H "Authorization: Bearer $CARNET_KEY"`}
	if r.method == http.MethodGet || r.method == "" {
		lines = append(lines, quoted(address))
	} else {
		lines = append(lines, "-X "+r.method+" "+quoted(address))
	}
	for _, h := range r.header {
		lines = append(lines, "-H "+quoted(h[0]+": "+h[1]))
	}
	if r.body != "" {
		lines = append(lines, "-H 'Content-Type: application/json'", "-d "+quoted(r.body))
	}
	return strings.Join(lines, " \\\n  ")
}

// quoted gives a text as one word of shell, in which nothing stands for anything else.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// headerText spells a text as RFC 8187 has it, where it is more than ASCII.
func headerText(text string) string {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return "UTF-8''" + strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
		}
	}
	return text
}
