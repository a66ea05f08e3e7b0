-- What contacts are found by when somebody searches. All of it is derived: it is made of the
-- changes of each Space, while the database is served. Each byte is described in
-- docs/format.md. The words are those of SQLite's schema.

-- +goose Up

CREATE TABLE search_marks (
  space_id bigint PRIMARY KEY,
  seq      bigint NOT NULL,             -- the change up to which the index holds
  region   text COLLATE "C" NOT NULL,   -- by which phones are read
  turn     bigint NOT NULL              -- how often the index was written
);

CREATE TABLE search_keys (
  space_id bigint NOT NULL,
  kind     bigint NOT NULL,
  key      text COLLATE "C" NOT NULL,
  id       bigint NOT NULL,
  PRIMARY KEY (space_id, kind, key, id)
);

-- The keys that a contact has there.
CREATE TABLE searched (
  space_id bigint NOT NULL,
  id       bigint NOT NULL,
  keys     text COLLATE "C" NOT NULL,
  PRIMARY KEY (space_id, id)
);
