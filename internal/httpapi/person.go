package httpapi

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
)

// How long an export of a person may take to be put together, and how long a client may
// take for each piece of it.
const (
	PersonTakes = 30 * time.Second
	pieceTakes  = 30 * time.Second
)

var personParams = []param{labelsParam, numbersParam}

// exportPerson answers all that is known of one person (CONTRACT D35). It is put together
// before the first octet goes, so that none breaks off, in a file where it is large.
func (a *api) exportPerson(w http.ResponseWriter, r *request) error {
	ctx, cancel := context.WithTimeout(r.client, PersonTakes)
	defer cancel()
	conn := http.NewResponseController(r.out.ResponseWriter)
	_ = conn.SetWriteDeadline(time.Now().Add(PersonTakes + pieceTakes)) // where that is not supported there is nobody to wait for
	p, err := a.book.Person(ctx, r.grant, r.ref)
	if err != nil {
		return err
	}
	if err := a.hold(r, spoolInMemory+2*maxBody); err != nil { // the head, and an entry in a buffer that grows
		return err
	}
	var text Spool
	defer text.Close()
	if err := writePerson(ctx, a.book, r.grant, p, fieldLook(r), &text); err != nil {
		return err
	}
	h := w.Header()
	h["Content-Disposition"] = []string{PersonFile(p.Contact.ID, "json")}
	h["Content-Length"] = []string{strconv.FormatInt(text.Size(), 10)}
	r.status = http.StatusOK
	w.WriteHeader(r.status)
	text.SendTo(w, conn)
	return nil
}

// PersonFile is the Content-Disposition of an export of a person: its name says no more than
// the id, as names of files end up in many places.
func PersonFile(id contact.ID, kind string) string {
	return `attachment; filename="contact-` + id.String() + "." + kind + `"`
}

// WritePerson writes all that is known of one person, as the API answers it without
// parameters. Of the history it holds a part at a time.
func WritePerson(ctx context.Context, b *book.Book, g access.Grant, p *book.Person, into io.Writer) error {
	return writePerson(ctx, b, g, p, &look{}, into)
}

func writePerson(ctx context.Context, b *book.Book, g access.Grant, p *book.Person, l *look, into io.Writer) error {
	text := jsonText{}.personHead(g, p, l)
	err := b.EachTold(ctx, g, p, func(ch *contact.Change) (err error) {
		text, err = text.change(g.Space.ID, ch, l.numbers).pass(into, personPiece)
		return err
	})
	if err != nil {
		return err
	}
	_, err = text.end(']').end('}').pass(into, 0)
	return err
}

// personPiece is about how many octets of an export are written at once.
const personPiece = 32 << 10

// pass hands on what was written, where it is more than so much. It keeps the last octet,
// after which it is known whether a comma comes.
func (b jsonText) pass(into io.Writer, most int) (jsonText, error) {
	if len(b) <= most {
		return b, nil
	}
	if most == 0 {
		_, err := into.Write(b)
		return b[:0], err
	}
	_, err := into.Write(b[:len(b)-1])
	return append(b[:0], b[len(b)-1]), err
}

// personHead writes an export up to the first entry of its history.
func (b jsonText) personHead(g access.Grant, p *book.Person, l *look) jsonText {
	b = b.open('{').member("exported_at").moment(p.At).member("deleted_at").momentIf(p.Deleted)
	b = b.member("contact").contact(&p.Contact, l, &beside{space: g.Space.ID, sources: p.Sources, meta: &p.Meta, ids: true})
	b = b.member("labels").open('{')
	for i, label := range g.Space.Labels {
		if label != "" {
			b = b.member(contact.SlotAt(i).String()).text(label)
		}
	}
	return b.end('}').member("history").open('[')
}
