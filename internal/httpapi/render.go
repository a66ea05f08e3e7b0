package httpapi

import (
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

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

// answer sends a whole answer, which body appends to a buffer.
func answer(w http.ResponseWriter, r *request, status int, body func([]byte) []byte) {
	buf := buffers.Get().(*[]byte)
	defer freeBuffer(buf)
	*buf = body((*buf)[:0])
	r.api.leaveTurn(r) // before the client takes its time
	// The octets are held until the client has taken them, or its time is over.
	if err := r.api.holdAnswer(r, cap(*buf)); err != nil {
		delete(w.Header(), "ETag") // of what is not sent
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

// appendContact writes a whole contact: all of it that a PUT could lose
// (CONTRACT D14, D15, P2). l says how its custom fields look.
func appendContact(b []byte, c *contact.Contact, l *look) []byte {
	b = appendID(b, c.ID)
	for _, col := range contact.Collections {
		b = appendList(b, col, c.Values[col])
	}
	return append(appendFields(b, c, l), '}')
}

// appendFields writes all slots of a contact as a member.
func appendFields(b []byte, c *contact.Contact, l *look) []byte {
	b = append(b, `,"custom_fields":{`...)
	for i := range c.Fields {
		if i > 0 {
			b = append(b, ',')
		}
		slot := contact.SlotAt(i)
		b = append(appendString(b, l.name(slot)), ':')
		b = appendFieldText(b, slot, c.Fields[i].Text, l.numbers)
	}
	return append(b, '}')
}

// appendSent writes a contact's id and of the rest what a patch sent, as it is
// stored now (CONTRACT S7, D14).
func appendSent(b []byte, c *contact.Contact, p *contact.Patch, l *look) []byte {
	b = appendID(b, c.ID)
	for _, col := range contact.Collections {
		if p.Values[col].Sent {
			b = appendList(b, col, c.Values[col])
		}
	}
	if p.Fields.Sent {
		b = append(b, `,"custom_fields":{`...)
		for i := range c.Fields {
			if !p.Fields.Named[i] {
				continue
			}
			if b[len(b)-1] != '{' {
				b = append(b, ',')
			}
			slot := contact.SlotAt(i)
			b = append(appendString(b, slot.String()), ':')
			b = appendFieldText(b, slot, c.Fields[i].Text, l.numbers)
		}
		b = append(b, '}')
	}
	return append(b, '}')
}

func appendID(b []byte, id contact.ID) []byte {
	return strconv.AppendInt(append(b, `{"id":`...), int64(id), 10)
}

func appendList(b []byte, col contact.Collection, values []contact.Value) []byte {
	b = append(b, ',', '"')
	b = append(b, col.String()...)
	b = append(b, `":[`...)
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, v.Text)
	}
	return append(b, ']')
}

// appendFieldText writes the content of a slot as JSON has it (CONTRACT D13).
func appendFieldText(b []byte, slot contact.Slot, text string, numbers numberStyle) []byte {
	switch {
	case text == "":
		return append(b, "null"...)
	case slot.Kind() == contact.NumberField && numbers == jsonNumbers: // stored as JSON writes it
		return append(b, text...)
	default:
		return appendString(b, text)
	}
}

// appendString writes a JSON string. What is not UTF-8 becomes U+FFFD, but
// nothing such is stored.
func appendString(b []byte, s string) []byte {
	b, _ = jsontext.AppendQuote(b, s)
	return b
}
