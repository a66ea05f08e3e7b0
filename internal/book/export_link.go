package book

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
)

// linkLife is how long a link to the file of an export is good (CONTRACT P6).
const linkLife = contact.Time(15 * time.Minute / time.Microsecond)

// ExportLink leads to the file of an export, whoever has it, until it ends or the key that
// asked for it does.
type ExportLink struct {
	Expires   int64 // in seconds since 1970 UTC
	Signature string
}

// link is what the signature of an ExportLink names and binds. It is never told in words:
// who has a link learns nothing of whose it is.
type link struct {
	space   contact.SpaceID
	key     int64
	export  string
	expires int64
}

// ExportLink gives a link to the file of an export that is completed. It needs contacts:read.
func (b *Book) ExportLink(ctx context.Context, g access.Grant, e *Export) (ExportLink, error) {
	if err := g.Allow(access.Read); err != nil {
		return ExportLink{}, err
	}
	secret, err := b.cursorSecret(ctx)
	if err != nil {
		return ExportLink{}, err
	}
	ends := min(b.now()+linkLife, e.KeptUntil())
	l := link{g.Space.ID, g.Key.ID, e.ID, int64(ends) / 1_000_000}
	return ExportLink{l.expires, l.sign(secret)}, nil
}

// claims are the octets of the numbers of a link.
func (l *link) claims() []byte {
	return binary.AppendUvarint(binary.AppendUvarint(nil, uint64(l.space)), uint64(l.key))
}

// sign gives the signature. What is signed begins otherwise than all else that is signed with
// the secret.
func (l *link) sign(secret []byte) string {
	claims := l.claims()
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("file of an export\x00"))
	mac.Write([]byte{byte(len(claims))})
	mac.Write(claims)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(l.expires)))
	mac.Write([]byte(l.export))
	return base64.RawURLEncoding.EncodeToString(append(claims, mac.Sum(nil)...))
}

// linkOf reads a signature, and gives false where it does not sign these.
func linkOf(secret []byte, export string, with ExportLink) (l link, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(with.Signature)
	if err != nil || len(raw) > sha256.Size+2*binary.MaxVarintLen64 {
		return l, false
	}
	space, n := binary.Uvarint(raw)
	key, m := binary.Uvarint(raw[max(n, 0):])
	if n <= 0 || m <= 0 {
		return l, false
	}
	l = link{contact.SpaceID(space), int64(key), export, with.Expires}
	return l, hmac.Equal([]byte(l.sign(secret)), []byte(with.Signature))
}

// errLink is the same whatever is wrong with a link, so that it tells nothing.
var errLink = fault.New(fault.Forbidden, fault.CodeLinkInvalid,
	"This link is not good any more: it was for 15 minutes and for as long as its key was in use, or it is not whole. Ask for the export again, which gives a new one.")

// Download is the file of an export, which is read a chunk at a time.
type Download struct {
	Export
	book *Book
	of   store.FileID
	next int // how many chunks were read, or are not of the file
}

// DownloadByLink finds the file that a link leads to. Forbidden where the link is not good,
// or the key that asked for it is not in use any more, or may not read now; NotFound where
// the export is gone.
func (b *Book) DownloadByLink(ctx context.Context, id string, with ExportLink) (*Download, error) {
	secret, err := b.cursorSecret(ctx)
	if err != nil {
		return nil, err
	}
	l, ok := linkOf(secret, id, with)
	if !ok || with.Expires <= int64(b.now())/1_000_000 {
		return nil, errLink
	}
	g, err := b.grantOf(ctx, &store.Job{Space: l.space, Key: l.key}, func(g access.Grant) error {
		if err := g.Authenticate(b.now()); err != nil {
			return err
		}
		if err := g.Active(); err != nil {
			return err
		}
		return g.Allow(access.Read)
	})
	switch fault.KindOf(err) {
	case fault.Unauthenticated, fault.Forbidden:
		return nil, errLink
	}
	if err != nil {
		return nil, err
	}
	return b.Download(ctx, g, id)
}

// Download finds the file of an export. It needs contacts:read. NotFound where it has none.
func (b *Book) Download(ctx context.Context, g access.Grant, id string) (*Download, error) {
	e, err := b.Export(ctx, g, id)
	if err != nil {
		return nil, err
	}
	if e.State != ExportCompleted {
		return nil, noExport()
	}
	return &Download{Export: e, book: b, of: store.FileID{Space: g.Space.ID, ID: id}, next: e.First}, nil
}

// Next gives the next piece of the file; nil after the last. NotFound where the file has gone
// meanwhile.
func (d *Download) Next(ctx context.Context) ([]byte, error) {
	if d.next == len(d.Sizes) {
		return nil, nil
	}
	c, found, err := d.book.store.FileChunk(ctx, d.of, int64(d.next)+1)
	if err == nil && !found {
		err = noExport()
	}
	d.next++
	return c.Data, err
}
