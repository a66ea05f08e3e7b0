package ui

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/httpapi"
	"github.com/carnet-project/carnet/internal/transfer"
)

// uploadPath is where the form of a file goes. It alone takes one, while it comes.
const uploadPath = "/ui/imports/new"

// takesFile tells of a screen that its form is a file, which is read by its handler, and may be
// long on its way.
func (s *screen) takesFile() bool { return s.method == http.MethodPost && s.pattern == uploadPath }

// maxUploads is how many files are on their way at once; of these one Space may have half.
const maxUploads = 16

// newImportPage is what the form of a file shows.
type newImportPage struct {
	Wrong, Command string
	Most           int64  // octets that a file may have
	TooLarge       string // what is said of one that has more
}

// tooLarge is what a form is answered whose file is larger than any may be. A script says it before
// the file is sent.
const tooLarge = "The file is larger than 1 GiB. Send it in parts."

func (u *ui) newImport(v *visit) (answer, error) {
	if err := v.grant.Allow(access.Read); err != nil {
		return nil, err
	}
	return newImportForm(http.StatusOK, ""), nil
}

func newImportForm(status int, wrong string) answer {
	return &page{name: "newimport", title: "New import", here: "c", back: "/ui/imports", status: status, body: &newImportPage{wrong, "carnet import customers.csv", transfer.MaxUnpacked, tooLarge}}
}

// noFile is what a form is answered that has none.
const noFile = "Choose a file first."

// upload takes a file while it comes, and begins to plan what it does.
func (u *ui) upload(v *visit) (answer, error) {
	if err := v.grant.Allow(access.Read); err != nil {
		return nil, err
	}
	if v.ContentLength > transfer.MaxUnpacked+formAround {
		return newImportForm(http.StatusRequestEntityTooLarge, tooLarge), nil
	}
	if !u.uploads.Take(v.grant.Space.ID, 1) {
		return nil, errUploads
	}
	defer u.uploads.Give(v.grant.Space.ID, 1)
	parts, err := v.MultipartReader()
	if err != nil {
		return newImportForm(http.StatusUnprocessableEntity, noFile), nil
	}
	part, err := filePart(parts)
	if err != nil {
		return newImportForm(http.StatusUnprocessableEntity, noFile), nil
	}
	v.Request = v.WithContext(v.client) // for as long as some of it comes
	e, job, _, err := u.book.MakeImport(v.Context(), v.grant, v.terms(), book.ImportFile{Name: nameOfFile(part), Content: httpapi.NewFileBody(part, v.conn)})
	if e, ok := errors.AsType[*fault.Error](err); ok && (e.Kind == fault.Invalid || e.Kind == fault.TooLarge) {
		return newImportForm(httpapi.StatusOf(e.Kind), strings.Join(append(sentences(e), e.Message)[:1], "")), nil
	}
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(v.client), deadline)
	defer cancel()
	v.Request = v.WithContext(ctx)
	v.planSoon(job)
	return goOn{importPath(e.ID)}, nil
}

// nameOfFile gives what a file is called. It is not asked to have a name that can be told.
func nameOfFile(part *multipart.Part) string {
	name, flaw := contact.FileName(part.FileName())
	if flaw != nil {
		return ""
	}
	return name
}

// formAround is how many octets a form has around its file, at most.
const formAround = 64 << 10

var errUploads = &trouble{http.StatusServiceUnavailable, "Many files are on their way", "Nothing was taken of yours. Send it again in a moment.", "/ui/imports/new", "Choose the file again"}

// filePart goes to the file of a form. It is never more than that one part.
func filePart(parts *multipart.Reader) (*multipart.Part, error) {
	for {
		part, err := parts.NextRawPart()
		if err != nil {
			return nil, err
		}
		if part.FormName() == "file" && part.FileName() != "" {
			return part, nil
		}
		if _, err := io.Copy(io.Discard, io.LimitReader(part, maxForm)); err != nil {
			return nil, err
		}
	}
}
