package book

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/klauspost/compress/gzip"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/transfer"
)

// maxMappings is how many mappings a Space keeps. That is looked at before one is kept: who keep two at once
// may come to one more.
const maxMappings = 100

// KeptMapping is a mapping that was kept under a name, to be taken again (CONTRACT D37). The members with names are
// stored: docs/format.md describes them.
type KeptMapping struct {
	Name    string       `json:"name"`
	By      PlanActor    `json:"by"`
	Saved   contact.Time `json:"saved"`
	Headers string       `json:"headers,omitzero"` // of the file that it was made of, as transfer.File.HeadersOf gives them
	Chunks  `json:",inline"`

	MappingOf `json:"-"` // the last chunk
}

// MappingOf is what a mapping does.
type MappingOf struct {
	Columns []string          `json:"columns,omitzero"` // of the file that it was made of
	Mapping transfer.Mapping  `json:"mapping,omitzero"`
	Match   []contact.MatchBy `json:"match,omitzero"`
}

// mappingKept is the state of the file of a mapping, which is kept until somebody deletes it.
const mappingKept = "kept"

// mappingID gives the id of the file of a mapping: a name has one, so that no two have the same name.
func mappingID(space contact.SpaceID, name string) store.FileID {
	sum := sha256.Sum256([]byte("mapping " + name))
	return store.FileID{Space: space, ID: base32.StdEncoding.EncodeToString(sum[:])[:26]}
}

func noMapping() error {
	return fault.New(fault.NotFound, fault.CodeMappingNotFound, "The Space has no mapping of this name.")
}

// KeepMapping keeps the mapping of an import under a name, in place of what is kept there, with what its rows are
// matched by. It needs contacts:plan or contacts:write. Conflict where it is not known yet how the file is read.
func (b *Book) KeepMapping(ctx context.Context, g access.Grant, terms Terms, id, name string) (Import, int64, error) {
	e, p, err := b.importToChange(ctx, g, id)
	if err != nil {
		return Import{}, 0, err
	}
	if p.State == PlanFailed {
		return Import{}, 0, fault.New(fault.Conflict, fault.CodeConflict, "Nothing was kept: the file was not planned so. Correct it first, and keep what goes together.")
	}
	if e.Recognised.Format == "" || e.Mapping == nil {
		return Import{}, 0, fault.New(fault.Conflict, fault.CodePlanBuilding, "It is not known how the file is read. Ask for the import until it says a mapping, and then keep that.")
	}
	m := KeptMapping{Name: name, By: actorOf(g, &terms), Saved: b.now(), Headers: e.Headers, MappingOf: MappingOf{Mapping: e.Mapping, Match: e.Match}}
	for i := range m.Mapping {
		m.Mapping[i].Why = nil // that is about the cells of this file
	}
	for _, c := range e.Columns {
		m.Columns = append(m.Columns, c.Name)
	}
	return e, p.Job, b.saveMapping(ctx, g, terms.RequestID, m)
}

func (b *Book) saveMapping(ctx context.Context, g access.Grant, requestID string, m KeptMapping) error {
	id := mappingID(g.Space.ID, m.Name)
	kept, err := b.mappings(ctx, g.Space.ID, 0, maxMappings)
	if err != nil {
		return err
	}
	if len(kept) >= maxMappings && !slices.ContainsFunc(kept, func(r record.File) bool { return r.ID == id.ID }) {
		return fault.At("keep_as", fault.CodeTooManyItems, "The Space has 100 mappings, and keeps no more. Delete one that is not used any more.")
	}
	text, err := json.Marshal(&m.MappingOf, json.Deterministic(true))
	if err != nil {
		return err
	}
	w := planWrite(g, requestID)
	w.File = &store.FileWrite{ID: id.ID, Change: func(r *record.File, now contact.Time) (store.FileSave, error) {
		chunk, err := packed(text)
		if err != nil {
			return store.FileSave{}, err
		}
		after := m
		if r.State == "" {
			r.Kind, r.State, r.Created = record.MappingFile, mappingKept, now
		} else {
			before, err := mappingOf(r)
			if err != nil {
				return store.FileSave{}, err
			}
			if !mayReplace(g, &before) {
				return store.FileSave{}, fault.At("keep_as", fault.CodeParameterInvalid, "Another key has kept a mapping under this name. Choose another name, or use a key with contacts:write.")
			}
			after.Chunks = before.Chunks
		}
		after.letGo()
		save := after.shed()
		save.Chunks = []record.FileChunk{chunk}
		after.add(save.Chunks)
		r.Doc, err = json.Marshal(&after, json.Deterministic(true))
		return save, err
	}}
	_, err = b.store.Do(ctx, w)
	return err
}

func mayReplace(g access.Grant, m *KeptMapping) bool {
	return m.By.Key == g.Key.ID || g.Key.Scopes.Has(access.Write)
}

// mappingOf reads a mapping as it is stored, without what it does.
func mappingOf(r *record.File) (m KeptMapping, err error) {
	err = json.Unmarshal(r.Doc, &m)
	return m, err
}

func (b *Book) mappings(ctx context.Context, space contact.SpaceID, before contact.Time, limit int) ([]record.File, error) {
	return b.store.Files(ctx, store.FileQuery{Space: space, Kind: record.MappingFile, Before: before, Limit: limit})
}

// Mappings lists the mappings that the Space keeps, without what they do, those first that were kept last for the first time; perPage
// at most, from a cursor on that an answer gave; "" for the first. It gives the cursor of the next page, "" for
// none. It needs contacts:read.
func (b *Book) Mappings(ctx context.Context, g access.Grant, cursor string, perPage int) (list []KeptMapping, next string, err error) {
	if err := g.Allow(access.Read); err != nil {
		return nil, "", err
	}
	secret, err := b.cursorSecret(ctx)
	if err != nil {
		return nil, "", err
	}
	name := listName{space: g.Space.ID, query: "mappings"}
	at, err := name.place(secret, cursor)
	if err != nil {
		return nil, "", err
	}
	rows, err := b.mappings(ctx, g.Space.ID, contact.Time(at.Mark), perPage+1)
	if err != nil {
		return nil, "", err
	}
	if len(rows) > perPage {
		rows = rows[:perPage]
		next = name.cursor(secret, store.Place{Mark: int64(rows[perPage-1].Created)})
	}
	for i := range rows {
		m, err := mappingOf(&rows[i])
		if err != nil {
			return nil, "", err
		}
		list = append(list, m)
	}
	return list, next, nil
}

// Mapping reads a mapping. It needs contacts:read. NotFound where the Space has none of this name.
func (b *Book) Mapping(ctx context.Context, g access.Grant, name string) (KeptMapping, error) {
	if err := g.Allow(access.Read); err != nil {
		return KeptMapping{}, err
	}
	return b.mappingNow(ctx, mappingID(g.Space.ID, name))
}

func (b *Book) mappingNow(ctx context.Context, id store.FileID) (KeptMapping, error) {
	for again := true; ; again = false {
		r, found, err := b.store.File(ctx, id)
		if err != nil {
			return KeptMapping{}, err
		}
		if !found || r.Kind != record.MappingFile {
			return KeptMapping{}, noMapping()
		}
		m, err := mappingOf(&r)
		if err != nil {
			return m, err
		}
		chunk, found, err := b.store.FileChunk(ctx, id, int64(len(m.Sizes)))
		if err != nil {
			return m, err
		}
		switch {
		case !found && again: // it was replaced meanwhile
			continue
		case !found:
			return m, store.ErrNoRow
		}
		unpack, err := gzip.NewReader(bytes.NewReader(chunk.Data))
		if err == nil {
			err = json.UnmarshalRead(unpack, &m.MappingOf)
		}
		return m, err
	}
}

// DeleteMapping lets go of a mapping. Imports that took it stay as they are. It needs contacts:plan or
// contacts:write, and of a mapping that another key keeps contacts:write: without it that is Forbidden to who may
// see mappings, and NotFound to others.
func (b *Book) DeleteMapping(ctx context.Context, g access.Grant, requestID, name string) error {
	if err := mayPropose(g); err != nil {
		return err
	}
	w := planWrite(g, requestID)
	w.File = &store.FileWrite{ID: mappingID(g.Space.ID, name).ID, Change: func(r *record.File, _ contact.Time) (store.FileSave, error) {
		if r.State == "" {
			return store.FileSave{}, noMapping()
		}
		m, err := mappingOf(r)
		switch {
		case err != nil || mayReplace(g, &m):
		case g.Key.Scopes.Has(access.Read): // it may list it, so it is told the truth
			err = fault.New(fault.Forbidden, fault.CodeScopeMissing, "Another key keeps this mapping. Delete it by that key, or by one with contacts:write.")
		default:
			err = noMapping()
		}
		return store.FileSave{Drop: true}, err
	}}
	_, err := b.store.Do(ctx, w)
	return err
}

// keptFor finds the mapping that a file takes where nobody sent one: that of the name that was asked for, else
// what was kept last of a file with the same columns; one without steps where there is none.
func (b *Book) keptFor(ctx context.Context, space contact.SpaceID, asked string, f *transfer.File) (KeptMapping, error) {
	id := mappingID(space, asked)
	if asked == "" {
		headers := f.HeadersOf()
		rows, err := b.mappings(ctx, space, 0, maxMappings+1)
		if err != nil || headers == "" {
			return KeptMapping{}, err
		}
		var newest KeptMapping
		for i := range rows {
			m, err := mappingOf(&rows[i])
			if err != nil {
				return m, err
			}
			if m.Headers == headers && m.Saved > newest.Saved {
				newest = m
			}
		}
		if newest.Name == "" {
			return newest, nil
		}
		id = mappingID(space, newest.Name)
	}
	m, err := b.mappingNow(ctx, id)
	if fault.KindOf(err) == fault.NotFound && asked == "" { // it went in this moment
		return KeptMapping{}, nil
	}
	if fault.KindOf(err) == fault.NotFound {
		err = unreadable(fmt.Sprintf("The Space has no mapping %q any more. Send the file again, or correct its mapping.", asked))
	}
	if err != nil {
		return m, err
	}
	var missing []string
	if m.Mapping, missing = m.Mapping.For(f); len(missing) > 0 {
		err = unreadable(fmt.Sprintf("The mapping %q names columns that the file does not have: %s.", m.Name, strings.Join(missing, ", ")))
	}
	return m, err
}

// importToChange reads an import of which the key may say how it is read, and its plan.
func (b *Book) importToChange(ctx context.Context, g access.Grant, id string) (Import, Plan, error) {
	if err := mayPropose(g); err != nil {
		return Import{}, Plan{}, err
	}
	e, err := b.importNow(ctx, g.Space.ID, id)
	if err != nil {
		return Import{}, Plan{}, err
	}
	if e.By.Key != g.Key.ID && !g.Key.Scopes.Has(access.Write) {
		return Import{}, Plan{}, noImport()
	}
	p, err := b.planOfImport(ctx, g.Space.ID, &e)
	return e, p, err
}
