-- The first schema that databases are kept of, which is the second: there was no
-- release with the one before. What is derived (match_keys, aliases and the
-- indexes) can be rebuilt from contacts; everything else is the truth. Each byte is
-- described in docs/format.md.

-- +goose Up

-- The counters of a Space: one hot row a batch, so its settings stay out of it.
CREATE TABLE spaces (
  space_id  INTEGER PRIMARY KEY,
  next_id   INTEGER NOT NULL,
  block_end INTEGER NOT NULL,
  next_seq  INTEGER NOT NULL,
  last_at   INTEGER NOT NULL,            -- microseconds since 1970 UTC, like every time here
  -- What is kept of the Space, and since when how much of it.
  bytes        INTEGER NOT NULL,
  minute_at    INTEGER NOT NULL,
  minute_bytes INTEGER NOT NULL
) STRICT;

CREATE TABLE space_settings (
  space_id     INTEGER PRIMARY KEY REFERENCES spaces,
  name         TEXT NOT NULL,
  timezone     TEXT NOT NULL,
  region       TEXT NOT NULL,           -- '' for none
  subscription TEXT NOT NULL,
  limits       TEXT NOT NULL,           -- {"update":60,...}
  quota_bytes  INTEGER NOT NULL,        -- 0 for none, and so the next
  quota_minute INTEGER NOT NULL,
  labels       TEXT NOT NULL DEFAULT '{}', -- of custom fields: {"1":"Customer plan"}
  created_at   INTEGER NOT NULL
) STRICT;

-- The next contact id that no Space was given yet. One row.
CREATE TABLE id_blocks (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  next     INTEGER NOT NULL
) STRICT;
INSERT INTO id_blocks VALUES (1, 1);

-- What every server on this database shares. One row.
CREATE TABLE installation (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  secret   BLOB NOT NULL                -- signs cursors
) STRICT;
INSERT INTO installation VALUES (1, randomblob(32));

CREATE TABLE api_keys (
  key_id       INTEGER PRIMARY KEY AUTOINCREMENT,
  space_id     INTEGER NOT NULL REFERENCES spaces,
  name         TEXT NOT NULL,
  hash         BLOB NOT NULL UNIQUE,    -- SHA-256 of the key
  scopes       TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL,        -- 0 for never, in the next two too
  revoked_at   INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL
) STRICT;

-- A contact is one row: a PUT touches one page of this table. Ids are unique in
-- the installation, so the id alone is the key, and rows of this size sit better
-- in a rowid table than in an index.
CREATE TABLE contacts (
  id         INTEGER PRIMARY KEY,
  space_id   INTEGER NOT NULL,
  version    INTEGER NOT NULL,
  state      INTEGER NOT NULL,          -- 0 live, 1 merged (frozen)
  parent_id  INTEGER NOT NULL,          -- what it was merged into; 0 for nothing
  created_at INTEGER NOT NULL,
  head_seq   INTEGER NOT NULL,          -- its newest change
  depth      INTEGER NOT NULL,          -- how many changes it has
  checksum   INTEGER NOT NULL,          -- of the row: CRC-32C
  doc        TEXT NOT NULL,
  origins    TEXT NOT NULL
) STRICT;
CREATE INDEX contacts_live ON contacts (space_id, id) WHERE state = 0;

-- What the id of a merged contact leads to: the survivor at the end of the chain
-- of parents. Derived from that.
CREATE TABLE aliases (
  space_id     INTEGER NOT NULL,
  id           INTEGER NOT NULL,
  canonical_id INTEGER NOT NULL,
  PRIMARY KEY (space_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX aliases_canonical ON aliases (space_id, canonical_id);

-- History: append only. The key is space_id * 2^40 + seq, so that a Space's
-- changes lie together in the order of their commits without a second index.
-- prev_seq chains the changes of one contact, newest first; every 32nd holds a
-- snapshot, and those have an index, so that none is ever far from a way in.
CREATE TABLE changes (
  change_key INTEGER PRIMARY KEY,
  op_seq     INTEGER NOT NULL,          -- the first change of the same write
  contact_id INTEGER NOT NULL,
  ref        INTEGER NOT NULL,          -- the id by which the caller named it; 0 where it is the same
  version    INTEGER NOT NULL,
  prev_seq   INTEGER NOT NULL,          -- 0 for none
  at         INTEGER NOT NULL,
  action     TEXT NOT NULL,
  actor      TEXT NOT NULL,
  reason     TEXT NOT NULL,
  request_id TEXT NOT NULL,
  batch_id   TEXT NOT NULL,             -- '' for none
  undoes     INTEGER NOT NULL,          -- the write that it takes back; 0 for none
  checksum   INTEGER NOT NULL,          -- of the row: CRC-32C
  edits      TEXT NOT NULL,
  snapshot   TEXT                       -- the whole contact after the change, on some
) STRICT;
CREATE INDEX changes_snapshots ON changes (contact_id, version) WHERE snapshot IS NOT NULL;
CREATE INDEX changes_refs ON changes (ref) WHERE ref <> 0;
CREATE INDEX changes_undoes ON changes (undoes) WHERE undoes <> 0;
CREATE INDEX changes_batches ON changes (batch_id) WHERE batch_id <> '';

-- What values are compared by, to find contacts by email or phone. Derived.
CREATE TABLE match_keys (
  space_id INTEGER NOT NULL,
  kind     INTEGER NOT NULL,            -- 0 email, 1 phone
  key      TEXT NOT NULL,
  id       INTEGER NOT NULL,
  PRIMARY KEY (space_id, kind, key, id)
) STRICT, WITHOUT ROWID;

-- What is kept of writes that may be sent again, to answer the repetition.
CREATE TABLE retries (
  space_id    INTEGER NOT NULL,
  key         TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  request_id  TEXT NOT NULL,
  at          INTEGER NOT NULL,
  checksum    INTEGER NOT NULL,         -- of the row: CRC-32C
  answer      TEXT NOT NULL,
  PRIMARY KEY (space_id, key)
) STRICT, WITHOUT ROWID;

-- The log of Spaces and keys: who made and changed them, and what. Append only,
-- numbered in the order of commits.
CREATE TABLE registry_log (
  entry_id INTEGER PRIMARY KEY AUTOINCREMENT,
  space_id INTEGER NOT NULL,
  key_id   INTEGER NOT NULL,            -- 0 for a change of the Space itself
  key_name TEXT NOT NULL,
  at       INTEGER NOT NULL,
  who      TEXT NOT NULL CHECK (who <> ''),
  action   TEXT NOT NULL,
  edits    TEXT NOT NULL                -- [["name","before","after"],...]
) STRICT;
CREATE INDEX registry_log_keys ON registry_log (key_id, entry_id);
CREATE INDEX registry_log_spaces ON registry_log (space_id, entry_id) WHERE key_id = 0;
