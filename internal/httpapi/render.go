package httpapi

import (
	"net/http"
	"strconv"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
)

const contentType = "application/json"

// Header values that never change, made once. Nobody changes them in place.
var (
	jsonType       = []string{contentType}
	noStore        = []string{"no-store"}
	noSniff        = []string{"nosniff"}
	noReferrer     = []string{"no-referrer"}
	contentDefence = []string{"default-src 'none'; frame-ancestors 'none'"}
	acceptEncoding = []string{"Accept-Encoding"}
	gzipped        = []string{"gzip"}
)

// setCommonHeaders sets what every answer bears.
func setCommonHeaders(h http.Header, id string) {
	h["Content-Type"] = jsonType
	h["Cache-Control"] = noStore
	h["X-Content-Type-Options"] = noSniff
	h["Referrer-Policy"] = noReferrer
	h["Content-Security-Policy"] = contentDefence
	h["X-Request-Id"] = []string{id}
}

// setLimitHeaders says how far the limit is (CONTRACT P1, D18). The names are
// written as clients know them, not as Go spells them.
func setLimitHeaders(h http.Header, v access.Verdict) {
	if v.Limit == 0 {
		return
	}
	h["X-RateLimit-Limit"] = []string{strconv.Itoa(v.Limit)}
	h["X-RateLimit-Remaining"] = []string{strconv.Itoa(v.Remaining)}
	h["X-RateLimit-Reset"] = []string{strconv.FormatInt(v.ResetUnix(), 10)}
}

// setKeyHeader says when the key ends, where that is soon: so who runs a client can see
// it before the client is refused.
func (a *api) setKeyHeader(h http.Header, g access.Grant) {
	if at := a.book.EndsAt(g); at != 0 {
		h["X-Key-Expires"] = []string{at.Std().Format(time.RFC3339)}
	}
}

// answer sends a whole answer, which body appends to a buffer.
func answer(w http.ResponseWriter, r *request, status int, body func(jsonText) jsonText) {
	buf := buffers.Get().(*[]byte)
	defer func() { freeBuffer(buf) }()
	*buf = body(jsonText((*buf)[:0]))
	r.api.leaveTurn(r) // before the client takes its time
	buf = r.zip(w.Header(), buf)
	// The octets are held until the client has taken them, or its time is over.
	if err := r.api.holdAnswer(r, cap(*buf)); err != nil {
		delete(w.Header(), "ETag") // of what is not sent
		delete(w.Header(), "Content-Encoding")
		r.api.fail(r.route, w, r, err)
		return
	}
	w.Header()["Content-Length"] = []string{strconv.Itoa(len(*buf))}
	r.status = status
	w.WriteHeader(status)
	// Where this fails the client has gone, and there is nobody to tell.
	_, _ = w.Write(*buf)
}

// look is how an answer shows custom fields.
type look struct {
	labels  *contact.Labels // nil: by their keys
	numbers numberStyle
}

// fieldLook gives how the parameters of a request want custom fields shown
// (CONTRACT P2, D39).
func fieldLook(r *request) *look {
	l := &look{numbers: r.asked.numbers}
	if r.asked.labels {
		l.labels = &r.grant.Space.Labels
	}
	return l
}

// name gives what a slot is called.
func (l *look) name(slot contact.Slot) string {
	if l.labels == nil {
		return slot.String()
	}
	return l.labels.Name(slot)
}

// contact writes a whole contact: all of it that a PUT could lose (CONTRACT D14,
// D15, P2), and what was asked for beside that. l says how its custom fields look.
func (b jsonText) contact(c *contact.Contact, l *look, more *beside) jsonText {
	b = b.contactID(c.ID)
	for _, col := range contact.Collections {
		b = b.values(col, c.Values[col])
	}
	return b.fields(c, l).beside(c, l, more).end('}')
}

// fields writes all slots of a contact as a member.
func (b jsonText) fields(c *contact.Contact, l *look) jsonText {
	b = b.member("custom_fields").open('{')
	for i := range c.Fields {
		slot := contact.SlotAt(i)
		b = b.member(l.name(slot)).field(slot, c.Fields[i].Text, l.numbers)
	}
	return b.end('}')
}

// sent writes an id and of a contact what a patch sent, as it is stored now
// (CONTRACT S7, D14).
func (b jsonText) sent(id contact.ID, c *contact.Contact, p *contact.Patch, l *look) jsonText {
	b = b.contactID(id)
	for _, col := range contact.Collections {
		if p.Values[col].Sent {
			b = b.values(col, c.Values[col])
		}
	}
	if p.Fields.Sent {
		b = b.member("custom_fields").open('{')
		for i := range c.Fields {
			if slot := contact.SlotAt(i); p.Fields.Named[i] {
				b = b.member(slot.String()).field(slot, c.Fields[i].Text, l.numbers)
			}
		}
		b = b.end('}')
	}
	return b.end('}')
}

// contactID begins what is told of a contact; 0 is one that is not there.
func (b jsonText) contactID(id contact.ID) jsonText {
	return b.open('{').member("id").idIf(id)
}

// values writes a collection as a member.
func (b jsonText) values(col contact.Collection, values []contact.Value) jsonText {
	b = b.member(col.String()).open('[')
	for _, v := range values {
		b = b.text(v.Text)
	}
	return b.end(']')
}

// field writes the content of a slot as JSON has it (CONTRACT D13).
func (b jsonText) field(slot contact.Slot, text string, numbers numberStyle) jsonText {
	if text != "" && slot.Kind() == contact.NumberField && numbers == jsonNumbers {
		return b.raw(text) // stored as JSON writes it
	}
	return b.textIf(text, text != "")
}
