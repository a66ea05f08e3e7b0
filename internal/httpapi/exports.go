package httpapi

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/transfer"
	"github.com/carnet-project/carnet/internal/wire"
)

const exportsBase = base + "/contacts/exports"

// linkParams are those of the address of a file.
var linkParams = []param{
	{"expires", "as the download_url has it", func(q *asked, v *sent) error {
		n, err := strconv.ParseInt(v.text, 10, 64)
		q.link.Expires = n
		return formed(err == nil)
	}},
	{"signature", "as the download_url has it", func(q *asked, v *sent) error {
		q.link.Signature = v.text
		_, err := base64.RawURLEncoding.DecodeString(v.text)
		return formed(v.text != "" && err == nil)
	}},
}

// makeExport begins an export (CONTRACT P6, D38).
func (a *api) makeExport(w http.ResponseWriter, r *request) error {
	body, err := a.readBody(r)
	if err != nil {
		return err
	}
	form, which, err := ReadExport(*body, &r.grant.Space)
	freeBuffer(body)
	if err != nil {
		return err
	}
	id, replayed, err := a.book.MakeExport(r.Context(), r.grant, r.terms, form, which)
	if err != nil {
		return err
	}
	setReplayed(w.Header(), replayed)
	answer(w, r, http.StatusAccepted, func(b jsonText) jsonText {
		return b.open('{').member("export_id").text(id).member("status").text("queued").end('}')
	})
	return nil
}

// ReadExport reads the body that asks for an export, with all problems told at once.
func ReadExport(body []byte, s *access.Space) (form transfer.Form, which book.ExportAsked, err error) {
	asked, err := wire.ReadExport(body, words(transfer.Formats[:]), words(transfer.Layouts[:]), &s.Labels)
	if err != nil {
		return form, which, err
	}
	form = transfer.Form{Format: transfer.Format(asked.Format), Layout: transfer.Layout(asked.Layout), Safe: asked.Safe, AllEmails: asked.AllEmails}
	which = book.ExportAsked{Email: asked.Email, Phone: asked.Phone, Where: book.Conditions(asked.Where)}
	which.CreatedFrom, which.CreatedUntil = createdBounds(s, asked.Start, asked.End)
	return form, which, nil
}

func words[T ~string](list []T) (texts []string) {
	for _, w := range list {
		texts = append(texts, string(w))
	}
	return texts
}

// createdBounds gives the times of local ones, of which the end is inclusive: to the end of
// that second; 0 for none.
func createdBounds(s *access.Space, start, end *time.Time) (from, until contact.Time) {
	if start != nil {
		from = max(1, s.Earliest(*start))
	}
	if end != nil {
		until = max(1, s.Latest(*end)+contact.Time(time.Second/time.Microsecond))
	}
	return from, until
}

// exportStatus is what an export's state is called in answers (CONTRACT P6).
var exportStatus = map[book.ExportState]string{
	book.ExportQueued: "queued", book.ExportRunning: "processing", book.ExportCompleted: "completed", book.ExportFailed: "failed", book.ExportErased: "failed",
}

// getExport answers how far an export is and, once it is completed, where its file is
// (CONTRACT P6).
func (a *api) getExport(w http.ResponseWriter, r *request) error {
	e, err := a.book.Export(r.Context(), r.grant, r.PathValue("export"))
	if err != nil {
		return err
	}
	var link book.ExportLink
	if e.State == book.ExportCompleted {
		if link, err = a.book.ExportLink(r.Context(), r.grant, &e); err != nil {
			return err
		}
	}
	answer(w, r, http.StatusOK, func(b jsonText) jsonText { return a.export(b, r, &e, link) })
	return nil
}

// withdrawExport lets go of an export and its file.
func (a *api) withdrawExport(w http.ResponseWriter, r *request) error {
	if err := a.readNothing(r); err != nil {
		return err
	}
	if err := a.book.WithdrawExport(r.Context(), r.grant, r.PathValue("export")); err != nil {
		return err
	}
	answerNothing(w, r, http.StatusNoContent)
	return nil
}

func (a *api) export(b jsonText, r *request, e *book.Export, link book.ExportLink) jsonText {
	b = b.open('{').member("export_id").text(e.ID).member("status").text(exportStatus[e.State])
	b = b.member("created_at").moment(e.Created).member("message").textIf(e.Message, e.Message != "")
	b = b.member("job_id").integer(e.Job).member("seq")
	if e.State == book.ExportRunning || e.State == book.ExportCompleted {
		b = b.integer(int64(e.Seq))
	} else {
		b = b.raw("null")
	}
	b = b.member("contacts").integer(e.Contacts)
	if e.State != book.ExportCompleted {
		return b.end('}')
	}
	query := url.Values{"expires": {strconv.FormatInt(link.Expires, 10)}, "signature": {link.Signature}}
	b = b.member("size").integer(e.Size())
	b = b.member("download_url").text(a.address(r) + exportsBase + "/" + e.ID + "/download?" + query.Encode())
	b = b.member("completed_at").moment(e.Completed).member("expires_at").moment(contact.TimeOf(time.Unix(link.Expires, 0)))
	return b.member("kept_until").moment(e.KeptUntil()).end('}')
}

// downloadExport sends the file of an export to whoever has a link that is good.
func (a *api) downloadExport(w http.ResponseWriter, r *request) error {
	d, err := a.book.DownloadByLink(r.Context(), r.PathValue("export"), r.asked.link)
	if err != nil {
		return err
	}
	h := w.Header()
	h["Content-Type"] = []string{"application/gzip"}
	h["Content-Disposition"] = []string{ExportFile(d.ID, d.Form.Extension()+".gz")}
	h["Content-Length"] = []string{strconv.FormatInt(d.Size(), 10)}
	first, err := d.Next(r.Context()) // before the answer begins: where it fails, the answer says so
	if err != nil {
		h.Del("Content-Disposition")
		return err
	}
	r.status = http.StatusOK
	w.WriteHeader(r.status)
	if r.Method == http.MethodHead {
		return nil
	}
	SendPieces(w, http.NewResponseController(r.out.ResponseWriter), first, func() ([]byte, error) { return d.Next(r.client) })
	return nil
}

// SendPieces sends pieces of a file, of which one is read already, until next gives none. A
// client that takes them is waited for, however many they are.
func SendPieces(w io.Writer, conn *http.ResponseController, piece []byte, next func() ([]byte, error)) {
	for len(piece) > 0 {
		for len(piece) > 0 {
			n := min(len(piece), 64<<10)
			_ = conn.SetWriteDeadline(time.Now().Add(pieceTakes)) // where that is not supported there is nobody to wait for
			if _, err := w.Write(piece[:n]); err != nil {
				return // the client has gone
			}
			piece = piece[n:]
		}
		var err error
		if piece, err = next(); err != nil {
			panic(http.ErrAbortHandler) // the answer has begun: break it off
		}
	}
}

// ExportFile is the Content-Disposition of an export: its name says no more than the id.
func ExportFile(id, extension string) string {
	return `attachment; filename="contacts-` + id + "." + extension + `"`
}
