package book

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/transfer"
)

// importBytes reads the file of an import, a chunk at a time.
type importBytes struct {
	ctx    context.Context // of who reads just now
	store  *store.Store
	id     store.FileID
	chunks int
	next   int // the number of the next chunk, less one
	rest   []byte
}

// Seek goes to the beginning; to nowhere else.
func (s *importBytes) Seek(offset int64, whence int) (int64, error) {
	if offset != 0 || whence != io.SeekStart {
		return 0, errors.New("book: an import is read from its beginning")
	}
	s.next, s.rest = 0, nil
	return 0, nil
}

func (s *importBytes) Read(p []byte) (int, error) {
	for len(s.rest) == 0 {
		if s.next == s.chunks {
			return 0, io.EOF
		}
		chunk, found, err := s.store.FileChunk(s.ctx, s.id, int64(s.next)+1)
		if err != nil {
			return 0, err
		}
		if !found {
			return 0, importClosed(ImportClosed)
		}
		unpack, err := gzip.NewReader(bytes.NewReader(chunk.Data))
		if err != nil {
			return 0, err
		}
		if s.rest, err = io.ReadAll(unpack); err != nil {
			return 0, err
		}
		s.next++
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// reading is a file that is open, at the row behind those that the plan has.
type reading struct {
	from *importBytes
	next func() (*transfer.Row, error, bool)
	stop func()
	at   int64          // how many rows were taken
	held []transfer.Row // that were read, and not taken yet
	end  bool           // there are no more
}

// readings are the files that are open, so that each step of a job goes on where the one before
// has ended. Whoever finds none opens the file again, and goes on behind the rows that the plan
// has. Nothing is lost with them.
type readings struct {
	mu   sync.Mutex
	open map[string]*reading // by plan
}

// maxReadings is how many files are held open.
const maxReadings = 8

// take takes the reading of a plan out, nil where there is none that is so far.
func (r *readings) take(plan string, at int64) *reading {
	r.mu.Lock()
	defer r.mu.Unlock()
	of := r.open[plan]
	delete(r.open, plan)
	if of != nil && of.at != at {
		of.stop()
		return nil
	}
	return of
}

func (r *readings) put(plan string, of *reading) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open == nil {
		r.open = map[string]*reading{}
	}
	for other, old := range r.open {
		if len(r.open) < maxReadings {
			break
		}
		old.stop()
		delete(r.open, other)
	}
	r.open[plan] = of
}

func (r *readings) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, of := range r.open {
		of.stop()
	}
	r.open = nil
}

// more makes sure that so many rows are held, as far as there are so many, or fewer that weigh
// weightAtOnce.
func (r *reading) more(n int) error {
	weight := 0
	for i := range r.held {
		weight += r.held[i].Weight()
	}
	for !r.end && len(r.held) < n && weight < weightAtOnce {
		row, err, ok := r.next()
		switch {
		case err != nil:
			return unreadableFile(err)
		case !ok:
			r.end = true
		default:
			r.held = append(r.held, *row)
			weight += row.Weight()
		}
	}
	return nil
}

// took notes that the first rows were taken.
func (r *reading) took(n int) {
	r.at += int64(n)
	r.held = slices.Delete(r.held, 0, n)
}

// unreadableFile gives why a file is not read, as people are told.
func unreadableFile(err error) error {
	if u, ok := errors.AsType[*transfer.Unreadable](err); ok {
		return unreadable(u.Why)
	}
	return err
}

// unreadableBy gives why a file is not read by a mapping, with the columns that it is about.
func unreadableBy(m transfer.Mapping, err error) error {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || len(e.At) == 0 {
		return unreadableFile(err)
	}
	var of []string
	for _, p := range e.At {
		said := p.Path
		if rest, ok := strings.CutPrefix(said, "mapping."); ok {
			step, _, _ := strings.Cut(rest, ".")
			if i, err := strconv.Atoi(step); err == nil && i < len(m) {
				said = "Step " + strconv.Itoa(i+1)
				if len(m[i].From) > 0 {
					said += " (" + strings.Join(m[i].From, ", ") + ")"
				}
			}
		}
		if said += ": " + p.Message; !slices.Contains(of, said) { // of several columns that are not there it is said once
			of = append(of, said)
		}
	}
	return unreadable("The mapping does not fit the file. " + strings.Join(of, " "))
}

// isUnreadable tells whether it is the file, or how it is read, that is wrong.
func isUnreadable(err error) bool {
	e, ok := errors.AsType[*fault.Error](err)
	return ok && e.Code == fault.CodeFileUnreadable
}

// openImport opens the file of a plan, and goes behind the rows that the plan has. What was found out
// of the file is noted the first time.
func (b *Book) openImport(ctx context.Context, g access.Grant, p Plan) (Plan, *reading, error) {
	e, err := b.importNow(ctx, g.Space.ID, p.Import.ID)
	if err == nil && (e.State != ImportOpen || e.Plan != p.ID) {
		err = importClosed(e.State)
	}
	if err != nil {
		return p, nil, err
	}
	from := &importBytes{ctx: ctx, store: b.store, id: store.FileID{Space: g.Space.ID, ID: e.ID}, chunks: len(e.Sizes)}
	as := e.Given
	if p.Import.Opened {
		as = e.Recognised
	}
	file, err := transfer.Open(from, as)
	if err != nil {
		return p, nil, unreadableFile(err)
	}
	if e.Mapping == nil {
		kept, err := b.keptFor(ctx, g.Space.ID, e.MappingOf, file)
		if err != nil {
			return p, nil, err
		}
		if e.MappingOf, e.Mapping = kept.Name, kept.Mapping; e.Match == nil {
			e.Match = kept.Match
		}
	}
	if e.Mapping == nil {
		e.Mapping = file.Suggest(g.Space.Labels)
	}
	if e.Match == nil {
		e.Match = matchOf(e.Mapping)
	}
	e.Mapping = e.Mapping.Whole(file)
	if !p.Import.Opened { // before the mapping is held against it: who corrects that sees the columns
		e.Recognised, e.Columns, e.Records, e.Warnings = file.Recognised, file.Columns, file.Records, file.Warnings
		if len(e.Match) > 0 && !leadsToMatch(e.Mapping, e.Match) {
			e.Warnings = append(slices.Clone(e.Warnings), "Rows are to be matched by what no column goes to: each of them makes a contact.")
		}
		e.Headers = file.HeadersOf()
		if p, err = b.opened(ctx, g, p, &e); err != nil {
			return p, nil, err
		}
	}
	rows, err := file.Rows(e.Mapping)
	if err != nil {
		return p, nil, unreadableBy(e.Mapping, err)
	}
	switch {
	case file.Records == 0:
		return p, nil, unreadable("The file has no rows: at most a header.")
	case !e.Mapping.Takes():
		return p, nil, unreadable("Of no column is it known what becomes of it. Say that in a mapping: the import lists the columns.")
	}
	r := &reading{from: from, at: p.Rows}
	r.next, r.stop = iter.Pull2(rows)
	for n := int64(0); n < p.Rows; n++ {
		if _, err, ok := r.next(); err != nil || !ok {
			r.stop()
			return p, nil, unreadableFile(errors.Join(err, errShorter))
		}
	}
	return p, r, nil
}

var errShorter = errors.New("book: an import has fewer rows than its plan")

// leadsToMatch tells whether a column goes to something that rows are matched by.
func leadsToMatch(m transfer.Mapping, match []contact.MatchBy) bool {
	return slices.ContainsFunc(match, func(by contact.MatchBy) bool {
		path := map[contact.MatchBy]string{contact.ByID: "id", contact.ByEmail: "emails", contact.ByPhone: "phones"}[by]
		if s, ok := by.Slot(); ok {
			path = s.Path()
		}
		return goesTo(m, path)
	})
}

// goesTo tells whether a column goes to a path.
func goesTo(m transfer.Mapping, path string) bool {
	return slices.ContainsFunc(m, func(s transfer.Step) bool { return s.To == path && s.Rule != transfer.Ignore })
}

// matchOf gives by what rows are matched where nobody says: by what tells people apart. Numbers
// do that only where there are no emails: colleagues have one.
func matchOf(m transfer.Mapping) (match []contact.MatchBy) {
	if goesTo(m, "id") {
		match = append(match, contact.ByID)
	}
	switch {
	case goesTo(m, "emails"):
		match = append(match, contact.ByEmail)
	case goesTo(m, "phones"):
		match = append(match, contact.ByPhone)
	}
	if match == nil {
		match = []contact.MatchBy{}
	}
	return match
}

// opened notes what was found out of a file, in its import and in its plan.
func (b *Book) opened(ctx context.Context, g access.Grant, p Plan, found *Import) (Plan, error) {
	_, err := b.changeImport(ctx, planWrite(g, p.By.RequestID), found.ID, func(e *Import) (store.FileSave, error) {
		if e.State != ImportOpen || e.Plan != p.ID {
			return store.FileSave{}, store.ErrPlanMoved
		}
		e.Recognised, e.Columns, e.Records, e.Warnings = found.Recognised, found.Columns, found.Records, found.Warnings
		e.Mapping, e.MappingOf, e.Match, e.Headers = found.Mapping, found.MappingOf, found.Match, found.Headers
		return store.FileSave{}, nil
	})
	if err != nil {
		return p, err
	}
	after, _, err := b.change(ctx, planWrite(g, p.By.RequestID), p.ID, func(now *Plan, _ []store.Outcome) (store.PlanSave, error) {
		if now.State != PlanBuilding || now.Rows != 0 || now.Import == nil {
			return store.PlanSave{}, store.ErrPlanMoved
		}
		now.Import = &PlanImport{ID: found.ID, Name: found.FileName, Opened: true, Match: found.Match, Records: int64(found.Records)}
		return store.PlanSave{}, nil
	})
	return after, err
}
