package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/carnet-project/carnet/internal/book"
)

type keyRotate struct {
	ID      int64         `arg:"" listed:"carnet key list" help:"The key to replace, as key list shows it."`
	Overlap time.Duration `default:"24h" placeholder:"TIME" help:"How long the old key goes on beside the new one, as in 30m or 24h; 0 revokes it at once. Default: 24h."`
	format
}

// longestOverlap is a year: two keys for longer are two keys.
const longestOverlap = 365 * 24 * time.Hour

// Validate refuses a time that is none.
func (c *keyRotate) Validate() error {
	if c.Overlap < 0 || c.Overlap > longestOverlap {
		return errors.New("--overlap: write a time from 0 to 8760h, as in 30m or 24h")
	}
	return nil
}

// rotationRecord is the new key as it is printed, with the old one.
type rotationRecord struct {
	keyRecord
	Replaces keyRecord `json:"replaces"` // as it is from now on
}

// Run shows the new secret before it touches the old key.
func (c *keyRotate) Run(in *surroundings) error {
	if err := in.mayShowKey(); err != nil {
		return err
	}
	db, err := in.open()
	if err != nil {
		return err
	}
	defer db.Close()
	shown := false
	r, err := db.Book.RotateKey(in.ctx, author(), c.ID, c.Overlap, func(r book.Rotation) error {
		err := in.takeBack(db, r.Made.ID, c.show(in, r))
		shown = err == nil
		return err
	})
	switch {
	case err != nil && shown:
		return fmt.Errorf("the new key works, and the old one was left as it was: %w. When the new one is in use, end the old one with `carnet key revoke %d`", err, c.ID)
	case err != nil || !c.table():
		return err
	}
	in.did("The new key is the one that was shown.")
	said := "The old key is revoked: servers refuse it within a second."
	if r.Old.Revoked == 0 {
		said = fmt.Sprintf("The old key, %d, goes on until %s.", r.Old.ID, moment(r.Old.Expires))
	}
	_, err = fmt.Fprintf(in.stdout, "\n%s\n", said)
	return err
}

func (c *keyRotate) show(in *surroundings, r book.Rotation) error {
	made := recordKey(r.Made)
	made.Key = r.Secret.Reveal()
	record := rotationRecord{made, recordKey(r.Old)}
	if !c.table() {
		return show(in, c.format, record, nil, record)
	}
	if err := showKeys(in, c.format, made, made); err != nil {
		return err
	}
	return tellKey(in, made.Key)
}

// tellKey shows a secret, which is stored nowhere.
func tellKey(in *surroundings, secret string) error {
	_, err := fmt.Fprintf(in.stdout, "\nThe key is shown this once. Keep it:\n\n  %s\n", secret)
	return err
}
