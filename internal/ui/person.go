package ui

import (
	"bufio"
	"context"
	"html/template"
	"io"
	"net/http"
	"strconv"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/httpapi"
)

// All that is known of one person, as files: one for the person to read, and one for
// programs.
var personScreens = []screen{
	{"GET", "/ui/contacts/{id}/export", access.Read, (*ui).export},
	{"GET", "/ui/contacts/{id}/export/page", access.Read, (*ui).exportPage},
	{"GET", "/ui/contacts/{id}/export/json", access.Read, (*ui).exportJSON},
}

// exportPage is what the page shows from which an export is downloaded.
type exportPage struct {
	To, Name, Curl string
	ID             int64 // of the contact that the id leads to
}

// export leads to the files, and says what is in them.
func (u *ui) export(v *visit) (answer, error) {
	ref, err := v.ref()
	if err != nil {
		return nil, err
	}
	p, err := u.book.Changes(v.Context(), v.grant, &book.History{Ref: ref, PerPage: 1})
	if err != nil {
		return nil, err // of a deleted contact there is an export too
	}
	if len(p.Changes) == 0 {
		return nil, errNoContact
	}
	id := p.Changes[0].Contact
	if v.wantsCurl() {
		return v.commands(v.address("show", ""), request{path: idPath(id) + "/export"}), nil
	}
	show := &exportPage{To: contactPath(id), Name: v.nameOf(id), Curl: v.address("show", "curl"), ID: int64(id)}
	return &page{name: "export", title: "Export " + show.Name, here: "c", back: show.To, body: show}, nil
}

// exportJSON gives the export as the API answers it.
func (u *ui) exportJSON(v *visit) (answer, error) {
	return v.download("json", "application/json", func(ctx context.Context, p *book.Person, into io.Writer) error {
		return httpapi.WritePerson(ctx, u.book, v.grant, p, into)
	})
}

// exportPage gives the export as a document by itself, which loads nothing.
func (u *ui) exportPage(v *visit) (answer, error) {
	return v.download("html", "text/html; charset=utf-8", v.writePerson)
}

// download is a file that is given out.
type download struct {
	text      httpapi.Spool
	name      string // its Content-Disposition
	mediaType string
}

// download makes a file of all that is known of the person of the address. It is put
// together before the first octet goes, so that none breaks off.
func (v *visit) download(kind, mediaType string, write func(context.Context, *book.Person, io.Writer) error) (answer, error) {
	ref, err := v.ref()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(v.client, httpapi.PersonTakes)
	defer cancel()
	p, err := v.ui.book.Person(ctx, v.grant, ref)
	if err != nil {
		return nil, err
	}
	d := &download{name: httpapi.PersonFile(p.Contact.ID, kind), mediaType: mediaType}
	pieces := bufio.NewWriterSize(&d.text, 32<<10)
	if err = write(ctx, p, pieces); err == nil {
		err = pieces.Flush()
	}
	if err != nil {
		_ = d.text.Close() // which has failed already
		return nil, err
	}
	return d, nil
}

func (d *download) send(v *visit, w http.ResponseWriter) error {
	defer d.text.Close()
	h := w.Header()
	h.Set("Content-Type", d.mediaType)
	h.Set("Content-Disposition", d.name)
	h.Set("Content-Length", strconv.FormatInt(d.text.Size(), 10))
	h.Set("Vary", "Cookie")
	v.status = http.StatusOK
	w.WriteHeader(v.status)
	if v.Method != http.MethodHead {
		d.text.SendTo(w, http.NewResponseController(w))
	}
	return nil
}

// person is what the head of the document shows: who it is, and what is known now.
type person struct {
	Style                      template.CSS
	Name, Space, Zone          string
	ID                         int64
	Version                    int64
	At, Created, Changed, Gone moment
	Aliases, Distinct          []string
	Groups                     []personGroup
}

// personGroup is a collection, or the custom fields.
type personGroup struct {
	Heading string
	Values  []personValue
}

// personValue is a value, and all that is known of where it came from.
type personValue struct {
	Label, Text string
	LTR         bool
	Origins     *originsView
}

// told is a change as the document tells it. Elsewhere is the contact that it was made to,
// where that is not part of the person: its ids led there then.
type told struct {
	changeView
	Elsewhere string
}

// writePerson writes the document. Of the history it holds a part at a time.
func (v *visit) writePerson(ctx context.Context, p *book.Person, into io.Writer) error {
	them := *v // whose writes are told by name, whoever reads
	them.session, them.grant.Key = access.Session{}, access.APIKey{}
	parts := templates()["person"]
	if err := parts.ExecuteTemplate(into, "person-head", them.person(p)); err != nil {
		return err
	}
	of := map[contact.ID]bool{p.Contact.ID: true}
	for _, id := range p.Meta.Aliases {
		of[id] = true
	}
	err := v.ui.book.EachTold(ctx, v.grant, p, func(ch *contact.Change) error {
		one := told{changeView: them.changeLine(ch)}
		one.At = them.exactly(ch.At)
		for _, b := range them.blocks(&ch.Edits) {
			b.Lines, b.Folded = append(b.Lines, b.Folded...), nil // nobody unfolds paper
			one.Blocks = append(one.Blocks, b)
		}
		if !of[ch.Contact] {
			one.Elsewhere = "#" + idText(ch.Contact)
		}
		return parts.ExecuteTemplate(into, "person-change", &one)
	})
	if err != nil {
		return err
	}
	return parts.ExecuteTemplate(into, "person-foot", nil)
}

// person makes what the head shows.
func (v *visit) person(p *book.Person) *person {
	c := &p.Contact
	show := &person{
		Style: template.CSS(comment.ReplaceAllString(string(mustRead("style/tokens.css")), "")),
		Name:  calledBy(c), Space: v.grant.Space.Name, Zone: v.zone.String(), ID: int64(c.ID), Version: int64(c.Version),
		At: v.exactly(p.At), Created: v.exactly(p.Meta.Created), Changed: v.exactly(p.Meta.Updated), Gone: v.exactly(p.Deleted),
		Aliases: idTexts(p.Meta.Aliases), Distinct: idTexts(p.Meta.DistinctFrom),
	}
	s := &valueSet{v: v, then: c, sources: p.Sources}
	for _, col := range shownOrder {
		g := personGroup{Heading: collectionNames[col]}
		for i := range c.Values[col] {
			value := &c.Values[col][i]
			g.Values = append(g.Values, personValue{Text: value.Text, LTR: leftToRight(col), Origins: v.origin(s, value)})
		}
		show.Groups = append(show.Groups, g)
	}
	fields := personGroup{Heading: "Fields"}
	for i := range c.Fields {
		if value := &c.Fields[i]; value.Text != "" {
			fields.Values = append(fields.Values, personValue{Label: v.label(contact.SlotAt(i)), Text: value.Text, Origins: v.origin(s, value)})
		}
	}
	show.Groups = append(show.Groups, fields)
	return show
}

// origin tells where a value came from, with a time that stands by itself.
func (v *visit) origin(s *valueSet, value *contact.Value) *originsView {
	view := s.origins(value)
	if from, ok := s.sources[value.Oldest().Op]; ok {
		view.At = v.exactly(from.At)
	}
	return view
}

func idTexts(ids []contact.ID) (texts []string) {
	for _, id := range ids {
		texts = append(texts, "#"+idText(id))
	}
	return texts
}
