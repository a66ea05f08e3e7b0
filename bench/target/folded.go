package target

import (
	"context"
	"database/sql"
	"errors"
	"time"

	_ "modernc.org/sqlite" // the driver, registered as "sqlite"
)

// foldedLook is how often a file is looked at.
const foldedLook = time.Second

// folded waits until a server has taken all contacts of a SQLite file into the index of searches,
// which it does behind the writes: what is measured is not how it comes up.
func folded(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro&_pragma=busy_timeout(5000)")
	if err != nil {
		return err
	}
	for {
		var behind int
		err := db.QueryRowContext(ctx, `SELECT count(*) FROM spaces s WHERE next_seq - 1 > coalesce((SELECT seq FROM search_marks m WHERE m.space_id = s.space_id), 0)`).Scan(&behind)
		if err != nil || behind == 0 {
			return errors.Join(err, db.Close())
		}
		time.Sleep(foldedLook)
	}
}
