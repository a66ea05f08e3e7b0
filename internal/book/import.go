package book

import (
	"context"
	"errors"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/transfer"
)

// ImportState says where the file of an import is. It is stored as text. What comes of it
// says the state of its plan.
type ImportState string

// The states of the file of an import.
const (
	ImportReceiving ImportState = "receiving" // it is on its way: nobody sees it
	ImportOpen      ImportState = "open"
	ImportClosed    ImportState = "closed"    // its plan was closed, and the bytes are gone
	ImportErased    ImportState = "erased"    // somebody was erased after it came
	ImportDiscarded ImportState = "discarded" // nobody sees it, and it goes
)

// Import is a file that came, and how it is read. The members with names are stored:
// docs/format.md describes them.
type Import struct {
	ID      string       `json:"-"`
	State   ImportState  `json:"-"`
	Created contact.Time `json:"-"`

	By         PlanActor `json:"by"`                 // who sent it
	FileName   string    `json:"file_name,omitzero"` // "" where nobody said
	Chunks     `json:",inline"`
	Given      transfer.Recognised `json:"given,omitzero"`      // what was said of it
	Recognised transfer.Recognised `json:"recognised,omitzero"` // what was found, with that
	Columns    []transfer.Column   `json:"columns,omitzero"`
	Records    int                 `json:"records,omitzero"`
	Warnings   []string            `json:"warnings,omitzero"`
	Headers    string              `json:"headers,omitzero"`       // as transfer.File.HeadersOf gives them
	Mapping    transfer.Mapping    `json:"mapping,omitzero"`       // nil until one was suggested, or given
	MappingOf  string              `json:"mapping_name,omitzero"`  // the name of the one that was kept, which is taken, or is to be; "" for none
	Asked      bool                `json:"mapping_asked,omitzero"` // for that name
	Match      []contact.MatchBy   `json:"match,omitzero"`         // likewise
	Plan       string              `json:"plan,omitzero"`
	Until      contact.Time        `json:"until,omitzero"`  // when it goes that is not closed
	Closed     contact.Time        `json:"closed,omitzero"` // when its bytes went
}

// importOf reads an import as it is stored.
func importOf(r *record.File) (Import, error) {
	e := Import{ID: r.ID, State: ImportState(r.State), Created: r.Created}
	if r.State == "" {
		return e, nil
	}
	err := json.Unmarshal(r.Doc, &e)
	return e, err
}

// store writes an import as it is stored: see Export.store.
func (e *Import) store(r *record.File) (err error) {
	r.Kind, r.State, r.Created = record.ImportFile, string(e.State), e.Created
	switch {
	case e.Gone < e.First || e.State == ImportDiscarded:
		r.Ends = 1
	case e.State == ImportReceiving || e.State == ImportOpen:
		r.Ends = e.Until
	default:
		r.Ends = e.Closed + planKept
	}
	r.Doc, err = json.Marshal(e, json.Deterministic(true))
	return err
}

// close lets go of the bytes, and of what is known of them.
func (e *Import) close(state ImportState, now contact.Time) {
	e.State, e.Closed = state, now
	for i := range e.Columns {
		e.Columns[i].Samples = nil
	}
	e.letGo()
}

// changeImport lets do decide what becomes of an import, and gives how it is then.
func (b *Book) changeImport(ctx context.Context, w store.Write, id string, do func(*Import) (store.FileSave, error)) (after Import, err error) {
	w.File = &store.FileWrite{ID: id, Change: func(r *record.File, now contact.Time) (store.FileSave, error) {
		e, err := importOf(r)
		if err != nil {
			return store.FileSave{}, err
		}
		if e.Created == 0 {
			e.Created = now
		}
		save, err := do(&e)
		if err != nil || save.Drop {
			return save, err
		}
		after = e
		return save, e.store(r)
	}}
	_, err = b.store.Do(ctx, w)
	return after, err
}

// Import reads an import, and its plan, which is zero where it was discarded. Who lacks contacts:read
// and may propose plans is to be told of its id and its state alone. NotFound where the Space has
// none of this id.
func (b *Book) Import(ctx context.Context, g access.Grant, id string) (Import, Plan, error) {
	if err := g.Allow(access.SeePlan); err != nil {
		return Import{}, Plan{}, err
	}
	e, err := b.importNow(ctx, g.Space.ID, id)
	if err != nil {
		return Import{}, Plan{}, err
	}
	p, err := b.planOfImport(ctx, g.Space.ID, &e)
	return e, p, err
}

func (b *Book) importNow(ctx context.Context, space contact.SpaceID, id string) (Import, error) {
	r, found, err := b.store.File(ctx, store.FileID{Space: space, ID: id})
	if err != nil {
		return Import{}, err
	}
	if !found || r.Kind != record.ImportFile || !seenImport(ImportState(r.State)) {
		return Import{}, noImport()
	}
	return importOf(&r)
}

func seenImport(s ImportState) bool { return s != ImportReceiving && s != ImportDiscarded }

func noImport() error {
	return fault.New(fault.NotFound, fault.CodeImportNotFound, "There is no import with this id, or it ended 30 days ago and is gone.")
}

// ShowsImport tells whether the import that a write of some time came of is still there: it is kept
// for a while after the last of them.
func (b *Book) ShowsImport(written contact.Time) bool { return b.now() < written+planKept }

// planOfImport reads the plan of an import, the zero Plan where it was discarded.
func (b *Book) planOfImport(ctx context.Context, space contact.SpaceID, e *Import) (Plan, error) {
	p, err := b.plan(ctx, space, e.Plan)
	if fault.KindOf(err) == fault.NotFound {
		return Plan{State: PlanCancelled}, nil
	}
	return b.shown(ctx, space, p, err)
}

// Imports lists imports of the Space with their plans, newest first, perPage at most, from a cursor on
// that an answer gave; "" for the newest. It gives the cursor of the next page, "" for none. It
// needs contacts:read.
func (b *Book) Imports(ctx context.Context, g access.Grant, cursor string, perPage int) (list []Import, plans []Plan, next string, err error) {
	if err := g.Allow(access.Read); err != nil {
		return nil, nil, "", err
	}
	secret, err := b.cursorSecret(ctx)
	if err != nil {
		return nil, nil, "", err
	}
	name := listName{space: g.Space.ID, query: "imports"}
	at, err := name.place(secret, cursor)
	if err != nil {
		return nil, nil, "", err
	}
	rows, err := b.store.Files(ctx, store.FileQuery{Space: g.Space.ID, Kind: record.ImportFile, Before: contact.Time(at.Mark), Limit: perPage + 1})
	if err != nil {
		return nil, nil, "", err
	}
	if len(rows) > perPage {
		rows = rows[:perPage]
		next = name.cursor(secret, store.Place{Mark: int64(rows[perPage-1].Created)})
	}
	for i := range rows {
		if !seenImport(ImportState(rows[i].State)) {
			continue
		}
		e, err := importOf(&rows[i])
		if err != nil {
			return nil, nil, "", err
		}
		p, err := b.planOfImport(ctx, g.Space.ID, &e)
		if err != nil {
			return nil, nil, "", err
		}
		list, plans = append(list, e), append(plans, p)
	}
	return list, plans, next, nil
}

// DiscardImport lets go of an import and of its plan, which was not applied (CONTRACT D37). It needs
// what discarding the plan needs.
func (b *Book) DiscardImport(ctx context.Context, g access.Grant, id string) error {
	if err := mayPropose(g); err != nil {
		return err
	}
	e, err := b.importNow(ctx, g.Space.ID, id)
	if err != nil {
		return err
	}
	if e.By.Key != g.Key.ID && !g.Key.Scopes.Has(access.Write) {
		return noImport()
	}
	if err := b.DiscardPlan(ctx, g, e.Plan); err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	return b.dropImport(ctx, g.Space.ID, id)
}

// dropImport makes an import one that nobody sees, and that goes.
func (b *Book) dropImport(ctx context.Context, space contact.SpaceID, id string) error {
	now := b.now()
	_, err := b.changeImport(ctx, store.Write{Space: space}, id, func(e *Import) (store.FileSave, error) {
		if e.State == "" {
			return store.FileSave{}, store.ErrFileMoved
		}
		e.close(ImportDiscarded, now)
		return e.shed(), nil
	})
	if errors.Is(err, store.ErrFileMoved) {
		return nil
	}
	return err
}

// closeImport lets go of the bytes of an import whose plan is closed. That they are gone is no
// fault, nor that the import has another plan by now.
func (b *Book) closeImport(ctx context.Context, space contact.SpaceID, p *Plan) error {
	if p.Import == nil || !p.closed() {
		return nil
	}
	now := b.now()
	_, err := b.changeImport(ctx, store.Write{Space: space}, p.Import.ID, func(e *Import) (store.FileSave, error) {
		if e.State != ImportOpen || e.Plan != p.ID {
			return store.FileSave{}, store.ErrFileMoved
		}
		e.close(ImportClosed, now)
		return e.shed(), nil
	})
	if errors.Is(err, store.ErrFileMoved) {
		return nil
	}
	return err
}

// forgetImport takes away the bytes of an import. Its columns have names that people gave.
func forgetImport(r *record.File) (save store.FileSave, more bool, err error) {
	e, err := importOf(r)
	if err != nil {
		return save, false, err
	}
	if e.State == ImportReceiving || e.State == ImportOpen {
		e.close(ImportErased, r.Created)
	}
	save = e.shed()
	return save, e.Gone < e.First, e.store(r)
}

// sweepImport lets go of some chunks of an import that has ended, and of the import after the
// last. It tells whether anything went.
func (b *Book) sweepImport(ctx context.Context, id store.FileID) (bool, error) {
	now := b.now()
	_, err := b.changeImport(ctx, store.Write{Space: id.Space}, id.ID, func(e *Import) (store.FileSave, error) {
		switch {
		case e.State == ImportReceiving && e.Until <= now: // its request ended half-way
			e.close(ImportDiscarded, now)
		case e.State == ImportOpen && e.Until <= now: // its plan is too old
			e.close(ImportClosed, now)
		}
		gone := e.State == ImportDiscarded || e.State != "" && seenImport(e.State) && e.State != ImportOpen && e.Closed+planKept <= now
		switch {
		case e.Gone < e.First:
			return e.shed(), nil
		case gone:
			return store.FileSave{Drop: true}, nil
		case e.State == ImportClosed && e.Closed == now:
			return store.FileSave{}, nil
		}
		return store.FileSave{}, store.ErrFileMoved // another server was there before
	})
	if errors.Is(err, store.ErrFileMoved) {
		return false, nil
	}
	return err == nil, err
}
