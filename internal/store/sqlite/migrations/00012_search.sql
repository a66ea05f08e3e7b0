-- What contacts are found by when somebody searches. All of it is derived: it is made of the
-- changes of each Space, while the database is served. Each byte is described in
-- docs/format.md.

-- +goose Up

CREATE TABLE search_marks (
  space_id INTEGER PRIMARY KEY,
  seq      INTEGER NOT NULL,            -- the change up to which the index holds
  region   TEXT NOT NULL,               -- by which phones are read
  turn     INTEGER NOT NULL             -- how often the index was written
) STRICT;

CREATE TABLE search_keys (
  space_id INTEGER NOT NULL,
  kind     INTEGER NOT NULL,
  key      TEXT NOT NULL,
  id       INTEGER NOT NULL,
  PRIMARY KEY (space_id, kind, key, id)
) STRICT, WITHOUT ROWID;

-- The keys that a contact has there.
CREATE TABLE searched (
  space_id INTEGER NOT NULL,
  id       INTEGER NOT NULL,
  keys     TEXT NOT NULL,
  PRIMARY KEY (space_id, id)
) STRICT, WITHOUT ROWID;
