package server

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// Ledger gives where the erasures of a SQLite database are noted: beside it, so
// that they outlive it.
func Ledger(database string) string { return database + ".erasures" }

// ledger is the file in which it is noted who was erased, one line of JSON each: ids and a
// time, and nothing else of them. A backup that is put back holds who was erased since; by the
// ledger it is done again before anybody is served. A line is on the disk before whoever
// erased is answered.
type ledger struct {
	path string
	of   string // tells the installation: a ledger of another one names other people

	mu  sync.Mutex
	has map[contact.ID]bool // ids are unique in an installation
}

// erasedLine is a line of a ledger.
type erasedLine struct {
	Of      string          `json:"of"`
	Space   contact.SpaceID `json:"space"`
	Contact contact.ID      `json:"contact"`
	IDs     []contact.ID    `json:"ids"`
	At      time.Time       `json:"at"`
}

// begin reads the ledger, does again what was undone by a restore, and notes what is not
// noted yet. Where nothing of that is to be done it costs two look-ups a line.
func (l *ledger) begin(ctx context.Context, s *store.Store, log *slog.Logger) error {
	secret, err := s.Secret(ctx)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(append([]byte("carnet erasures\n"), secret...))
	l.of, l.has = hex.EncodeToString(sum[:8]), map[contact.ID]bool{}
	lines, err := l.read()
	if err != nil {
		return err
	}
	for i := range lines {
		l.has[lines[i].Contact] = true
	}
	b := book.New(s, book.Options{Log: log})
	defer b.Close()
	again := 0
	for i := range lines {
		did, err := b.EraseAgain(ctx, lines[i].Space, lines[i].Contact, lines[i].IDs)
		if err != nil {
			return fmt.Errorf("line %d of %s could not be done again: %w", i+1, l.path, err)
		}
		if did {
			again++
		}
	}
	if again > 0 {
		log.Warn("who was erased after this backup was made is erased again", "erased", again)
		if _, err := s.Scrub(ctx); err != nil {
			return err
		}
	}
	return l.catchUp(ctx, s, b)
}

// catchUp notes what the database has and the ledger lacks, and ends what nobody may find any
// more: the process may have ended in between, or the file may be gone.
func (l *ledger) catchUp(ctx context.Context, s *store.Store, b *book.Book) error {
	for after := int64(0); ; {
		list, err := s.Erasures(ctx, after, false, 500)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, e := range list {
			after = e.Job
			if err := b.EraseHistory(ctx, &e); err != nil {
				return err
			}
			if l.has[e.Contact] {
				continue
			}
			ids, err := s.AllIDs(ctx, e.Space, e.Contact)
			if err != nil {
				return err
			}
			if err := l.note(ctx, e, ids); err != nil {
				return err
			}
		}
	}
}

// read reads all lines; none where there is no file. The last one may be torn: whoever it was
// about was not told that it is done, and the database says so itself.
func (l *ledger) read() (lines []erasedLine, err error) {
	text, err := os.ReadFile(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	whole := bytes.LastIndexByte(text, '\n') + 1
	if whole < len(text) {
		if err := os.Truncate(l.path, int64(whole)); err != nil {
			return nil, err
		}
	}
	in := bufio.NewScanner(bytes.NewReader(text[:whole]))
	in.Buffer(nil, 1<<20)
	for n := 1; in.Scan(); n++ {
		var line erasedLine
		switch err := json.Unmarshal(in.Bytes(), &line); {
		case err != nil || line.Space < 1 || line.Contact < 1 || !slices.Contains(line.IDs, line.Contact):
			return nil, fmt.Errorf("line %d of %s is no line of a ledger of erasures: nobody can tell who must not come back. Put back the file as it was, from a copy", n, l.path)
		case line.Of != l.of:
			return nil, fmt.Errorf("%s is the ledger of another installation: who it names are other people here. Put the ledger of this database in its place, or take it away", l.path)
		}
		lines = append(lines, line)
	}
	return lines, in.Err()
}

// note writes down an erasure. It is store.Options.Erased.
func (l *ledger) note(_ context.Context, e store.Erasure, ids []contact.ID) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.has[e.Contact] {
		return nil
	}
	line, err := json.Marshal(erasedLine{Of: l.of, Space: e.Space, Contact: e.Contact, IDs: ids, At: e.At.Std()})
	if err != nil {
		return err
	}
	_, missing := os.Stat(l.path)
	f, err := os.OpenFile(l.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil && missing != nil {
		err = syncFolder(filepath.Dir(l.path))
	}
	if err == nil {
		l.has[e.Contact] = true
	}
	return err
}

// syncFolder makes the name of a new file last.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	err = d.Sync()
	if closing := d.Close(); err == nil {
		err = closing
	}
	return err
}
