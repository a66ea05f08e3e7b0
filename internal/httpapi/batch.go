package httpapi

import (
	"context"
	"hash"
	"io"
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/wire"
)

// Limits on a batch (CONTRACT D33).
const (
	maxBatchBody = 64 << 20 // octets
	// How long the body may be on its way, how long its operations may take, and about
	// how long the client may take for the answer.
	batchArrives = 90 * time.Second
	batchRuns    = 30 * time.Second
	batchLeaves  = 30 * time.Second
	// maxTold is how large an answer may be to tell of more changes.
	maxTold = 16 << 20
)

var batchParams = []param{numbersParam, dryRunParam, removalsParam}

// batch does many operations (CONTRACT D33). Its body is read to the end before the first
// is done: what is wrong with the whole is known by then.
func (a *api) batch(w http.ResponseWriter, r *request) error {
	var body Spool
	defer body.Close()
	var frame wire.BatchBody
	err := a.readSpooled(r, &body, func(from io.Reader) (err error) {
		frame, err = wire.ReadBatch(from)
		return err
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), batchRuns)
	defer cancel()
	told := batchAnswer{request: r, tells: r.wantsChanges(), text: jsonText{}.open('[')}
	asked := book.Batch{Atomic: frame.Atomic, Verbs: operations(&body, frame.Operations, r.grant.Space.ID)}
	name, replayed, err := a.book.Batch(ctx, r.grant, r.terms, asked, told.add)
	if err != nil {
		return err
	}
	h := w.Header()
	setReplayed(h, replayed)
	r.tellsChanges(h)
	if r.terms.Dry {
		h["X-Dry-Run"] = []string{"1"}
	}
	answer(w, r, http.StatusOK, func(b jsonText) jsonText {
		b = b.open('{').member("batch_id").textIf(name, name != "")
		return b.member("results").raw(string(told.text.end(']'))).end('}')
	})
	return nil
}

// readSpooled keeps the body of many operations, and reads its frame while it comes.
func (a *api) readSpooled(r *request, into *Spool, frame func(io.Reader) error) error {
	if r.ContentLength > maxBatchBody {
		return batchTooLarge()
	}
	if err := checkMedia(r.Header); err != nil {
		return err
	}
	space := r.grant.Space.ID
	if !a.arriving.Take(space, 1) {
		return overloaded("There are too many requests whose body is on its way.")
	}
	defer a.arriving.Give(space, 1)
	if err := a.hold(r, spoolInMemory+2*maxBody); err != nil { // the head, and an operation in a buffer that grows
		return err
	}
	r.takesLonger()
	from := batchBody{from: &r.body, into: into}
	if r.terms.Retry != nil {
		from.sum = r.beginFingerprint()
	}
	if err := frame(&from); err != nil {
		return err
	}
	if from.sum != nil {
		from.sum.Sum(r.terms.Retry.Fingerprint[:0])
	}
	return a.place(r)
}

// takesLonger gives the connection the time that a batch needs. Where that is not
// supported, there is no connection to wait for.
func (r *request) takesLonger() {
	conn := http.NewResponseController(r.out.ResponseWriter)
	_ = conn.SetReadDeadline(time.Now().Add(batchArrives))
	_ = conn.SetWriteDeadline(time.Now().Add(batchArrives + batchRuns + batchLeaves))
}

// batchBody reads a body, keeps it, and hashes it.
type batchBody struct {
	from io.Reader
	into *Spool
	sum  hash.Hash // nil for none
}

func (b *batchBody) Read(p []byte) (int, error) {
	n, err := b.from.Read(p)
	if _, failed := b.into.Write(p[:n]); failed != nil {
		return n, failed
	}
	if b.sum != nil {
		b.sum.Write(p[:n])
	}
	switch {
	case b.into.size > maxBatchBody:
		return n, batchTooLarge()
	case err != nil && err != io.EOF:
		return n, bodyIncomplete()
	}
	return n, err
}

func batchTooLarge() error {
	return fault.New(fault.TooLarge, fault.CodeBodyTooLarge, "The body is larger than 64 MiB. Send fewer operations at once.")
}

// operations reads the operations of a body, one after the other.
func operations(from io.ReaderAt, list []wire.Span, space contact.SpaceID) iter.Seq2[contact.Verb, error] {
	return func(yield func(contact.Verb, error) bool) {
		for text, err := range operationTexts(from, list) {
			var verb contact.Verb
			if err == nil {
				verb = wire.ReadOperation(text, space)
			}
			if !yield(verb, err) {
				return
			}
		}
	}
}

// operationTexts gives the operations of a body as they were sent, each good until the
// next.
func operationTexts(from io.ReaderAt, list []wire.Span) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var text []byte
		for _, at := range list {
			size := int(at.End - at.Start)
			if cap(text) < size {
				text = make([]byte, size)
			}
			if n, err := from.ReadAt(text[:size], at.Start); n < size {
				yield(nil, err)
				return
			}
			if !yield(text[:size], nil) {
				return
			}
		}
	}
}

// batchAnswer is what a batch answers, while it runs.
type batchAnswer struct {
	*request
	tells bool
	text  jsonText
}

// add writes what became of an operation.
func (t *batchAnswer) add(res *book.Result) error {
	b := t.text.open('{')
	if res.Err != nil {
		t.text = t.refused(b, res.Err).end('}')
		return nil
	}
	c, w := &res.Contact, &res.Written
	status, id, dry := statusOfWritten(w, t.tells), c.ID, t.terms.Dry
	if dry && status == http.StatusCreated {
		id = 0 // there is none
	}
	b = b.member("status").integer(int64(status)).member("id").idIf(id)
	b = b.member("version").idIf(contact.ID(versionIf(c.Version, !dry)))
	b = b.member("change_id").textIf(w.Change.String(), w.Change.Op != 0)
	b = b.member("error").raw("null")
	if w.Splits() && t.reads() {
		b = b.member("conflicts").remains(w.Remains, t.asked.numbers)
	}
	if t.tells {
		b = b.member("changes")
		if edits := w.Changed(); len(b) < maxTold {
			b = b.seen(&edits, w.Hides(), t.asked.numbers)
		} else {
			b = b.raw("null")
		}
	}
	t.text = b.end('}')
	return nil
}

func versionIf(v contact.Version, ok bool) contact.Version {
	if !ok {
		return 0
	}
	return v
}

// statusOfWritten is the status of a write by itself.
func statusOfWritten(w *book.Written, tells bool) int {
	switch {
	case w.Creates():
		return http.StatusCreated
	case w.Contact.State == contact.Deleted && !tells:
		return http.StatusNoContent
	}
	return http.StatusOK
}

// refused writes what became of an operation that was not done.
func (t *batchAnswer) refused(b jsonText, err error) jsonText {
	e := Explain(err)
	if e.Kind == fault.Internal {
		t.api.log.Error("an operation of a batch failed", "request_id", t.id, "code", e.Code, "error", e.Err)
	}
	b = b.member("status").integer(int64(statuses[e.Kind]))
	for _, name := range []string{"id", "version", "change_id"} {
		b = b.member(name).raw("null")
	}
	b = b.member("error").fault(e)
	if on := t.evidence(err); on != nil && len(b) < maxTold {
		told := *on
		told.Entries = nil // what it would have changed a single request, or a dry run, tells
		b = b.evidence(&told, t.request)
	}
	return b.end('}')
}

// failedBatch writes the results of a batch that was refused whole, and says of what the
// problems are.
func failedBatch(r *request, failed *book.BatchFailed, e *fault.Error) (*fault.Error, func(jsonText) jsonText) {
	at := "operations." + strconv.Itoa(failed.Place)
	whole := *e
	whole.Message = "Nothing was done, because of " + at + ": " + e.Message
	whole.At = nil
	for _, p := range e.At {
		whole.At = append(whole.At, fault.Problem{Path: at + "." + p.Path, Code: p.Code, Message: p.Message})
	}
	return &whole, func(b jsonText) jsonText {
		t := batchAnswer{request: r, text: b.member("results").open('[')}
		for i := range failed.Of {
			err := error(errBatchFailed)
			if i == failed.Place {
				err = failed.Err
			}
			_ = t.add(&book.Result{Err: err})
		}
		return t.text.end(']')
	}
}

var errBatchFailed = fault.New(fault.Undone, fault.CodeBatchFailed, "It was not done, because another operation of the batch was refused and atomic was asked for.")
