-- What taking writes back needs: contacts that are deleted and listed as such, two
-- contacts that somebody said are different people, and how much a key may take
-- away. No row that is there changes. Each byte is described in docs/format.md.

-- +goose Up

-- A contact's state may be 2 now: deleted. The list of those walks this index,
-- which holds nothing where nobody deletes.
CREATE INDEX contacts_deleted ON contacts (space_id, id) WHERE state = 2;

-- Two ids of which somebody said that they are different people; a < b. They may be
-- ids of merged contacts: what counts is where they lead. It is asked for by
-- either side.
CREATE TABLE distinct_pairs (
  space_id INTEGER NOT NULL,
  a        INTEGER NOT NULL,
  b        INTEGER NOT NULL,
  PRIMARY KEY (space_id, a, b)
) STRICT, WITHOUT ROWID;
CREATE INDEX distinct_pairs_b ON distinct_pairs (space_id, b);

-- The budget of a key; -1 for no limit, as 0 is one.
ALTER TABLE api_keys ADD COLUMN max_removals INTEGER NOT NULL DEFAULT -1;
ALTER TABLE api_keys ADD COLUMN daily_removals INTEGER NOT NULL DEFAULT -1;
ALTER TABLE api_keys ADD COLUMN daily_writes INTEGER NOT NULL DEFAULT -1;

-- What a key has used of its daily budget in the window that runs. Keys without one
-- have no row. Apart from api_keys, because a batch writes it.
CREATE TABLE key_usage (
  space_id INTEGER NOT NULL,
  key_id   INTEGER NOT NULL,
  since    INTEGER NOT NULL,            -- when the window began
  removals INTEGER NOT NULL,
  writes   INTEGER NOT NULL,
  PRIMARY KEY (space_id, key_id)
) STRICT, WITHOUT ROWID;
