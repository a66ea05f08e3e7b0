-- The first schema that databases are kept of, which is the second: there was no
-- release with the one before. What is derived (match_keys, aliases and the
-- indexes) can be rebuilt from contacts; everything else is the truth. The words are those of SQLite's
-- schema. What differs:
--
-- Every table that belongs to a Space has space_id first in its keys, so that
-- it can be distributed by it. Text is compared by bytes (COLLATE "C"), as in
-- SQLite. JSON is text, because jsonb does not give back the bytes it was given.
-- Ids come from id_blocks, because sequences are issued per node where nodes
-- are many, and can pass 2^53 there.

-- +goose Up

-- The counters of a Space: one hot row a batch, so its settings stay out of it.
-- Room on its page and no second index: an update stays on the page (HOT), and
-- what it leaves behind is cleared by the next.
CREATE TABLE spaces (
  space_id  bigint NOT NULL PRIMARY KEY,
  next_id   bigint NOT NULL,
  block_end bigint NOT NULL,
  next_seq  bigint NOT NULL,
  last_at   bigint NOT NULL,            -- microseconds since 1970 UTC, like every time here
  -- What is kept of the Space, and since when how much of it.
  bytes        bigint NOT NULL,
  minute_at    bigint NOT NULL,
  minute_bytes bigint NOT NULL
) WITH (fillfactor = 20);

CREATE TABLE space_settings (
  space_id     bigint NOT NULL PRIMARY KEY REFERENCES spaces,
  name         text COLLATE "C" NOT NULL,
  timezone     text COLLATE "C" NOT NULL,
  region       text COLLATE "C" NOT NULL, -- '' for none
  subscription text COLLATE "C" NOT NULL,
  limits       text COLLATE "C" NOT NULL, -- {"update":60,...}
  quota_bytes  bigint NOT NULL,        -- 0 for none, and so the next
  quota_minute bigint NOT NULL,
  labels       text COLLATE "C" NOT NULL DEFAULT '{}', -- of custom fields: {"1":"Customer plan"}
  created_at   bigint NOT NULL
);

-- How many requests were admitted in the window of a limit that runs. Apart
-- from spaces, so that counting does not wait for a batch.
CREATE TABLE limit_windows (
  space_id bigint NOT NULL,
  bucket   text COLLATE "C" NOT NULL,
  start    bigint NOT NULL,
  used     bigint NOT NULL,
  PRIMARY KEY (space_id, bucket)
) WITH (fillfactor = 20);

-- The next id that was not given yet, of each thing that has ids. Contact ids
-- are taken by Spaces in blocks.
CREATE TABLE id_blocks (
  kind text COLLATE "C" NOT NULL PRIMARY KEY,
  next bigint NOT NULL
) WITH (fillfactor = 20);
INSERT INTO id_blocks VALUES ('contact', 1), ('space', 1), ('key', 1);

-- What every server on this database shares. One row, made by `carnet migrate`:
-- its bytes come from the program, because no function of plain PostgreSQL
-- gives secret ones.
CREATE TABLE installation (
  only_row bigint NOT NULL PRIMARY KEY CHECK (only_row = 1),
  secret   bytea NOT NULL               -- signs cursors
);

-- A key is found by its hash before its Space is known, so this is the one table
-- of Spaces that is not keyed by them. It is small. It references nothing,
-- because a table that is on every node cannot reference one that is spread.
CREATE TABLE api_keys (
  key_id       bigint NOT NULL PRIMARY KEY,
  space_id     bigint NOT NULL,
  name         text COLLATE "C" NOT NULL,
  hash         bytea NOT NULL UNIQUE,   -- SHA-256 of the key
  scopes       text COLLATE "C" NOT NULL,
  created_at   bigint NOT NULL,
  expires_at   bigint NOT NULL,         -- 0 for never, in the next two too
  revoked_at   bigint NOT NULL,
  last_used_at bigint NOT NULL
);

-- A contact is one row. A PUT changes no column that an index holds, nor one of
-- an index's condition, and finds room on the page: it touches no index (HOT).
CREATE TABLE contacts (
  space_id   bigint NOT NULL,
  id         bigint NOT NULL,
  version    bigint NOT NULL,
  state      bigint NOT NULL,           -- 0 live, 1 merged (frozen)
  parent_id  bigint NOT NULL,           -- what it was merged into; 0 for nothing
  created_at bigint NOT NULL,
  head_seq   bigint NOT NULL,           -- its newest change
  depth      bigint NOT NULL,           -- how many changes it has
  checksum   bigint NOT NULL,           -- of the row: CRC-32C
  doc        text COLLATE "C" NOT NULL,
  origins    text COLLATE "C" NOT NULL,
  PRIMARY KEY (space_id, id)
) WITH (fillfactor = 80);
-- Lists walk this one: a long run of merged contacts, as cleaning up after an
-- import leaves it, would otherwise be read through for one page.
CREATE INDEX contacts_live ON contacts (space_id, id) WHERE state = 0;

-- What the id of a merged contact leads to: the survivor at the end of the chain
-- of parents. Derived from that.
CREATE TABLE aliases (
  space_id     bigint NOT NULL,
  id           bigint NOT NULL,
  canonical_id bigint NOT NULL,
  PRIMARY KEY (space_id, id)
);
CREATE INDEX aliases_canonical ON aliases (space_id, canonical_id);

-- History: append only. prev_seq chains the changes of one contact, newest first;
-- every 32nd holds a snapshot, and those have an index, so that none is ever far
-- from a way in.
CREATE TABLE changes (
  space_id   bigint NOT NULL,
  seq        bigint NOT NULL,
  op_seq     bigint NOT NULL,           -- the first change of the same write
  contact_id bigint NOT NULL,
  ref        bigint NOT NULL,           -- the id by which the caller named it; 0 where it is the same
  version    bigint NOT NULL,
  prev_seq   bigint NOT NULL,           -- 0 for none
  at         bigint NOT NULL,
  action     text COLLATE "C" NOT NULL,
  actor      text COLLATE "C" NOT NULL,
  reason     text COLLATE "C" NOT NULL,
  request_id text COLLATE "C" NOT NULL,
  batch_id   text COLLATE "C" NOT NULL, -- '' for none
  undoes     bigint NOT NULL,           -- the write that it takes back; 0 for none
  checksum   bigint NOT NULL,           -- of the row: CRC-32C
  edits      text COLLATE "C" NOT NULL,
  snapshot   text COLLATE "C",          -- the whole contact after the change, on some
  PRIMARY KEY (space_id, seq)
);
CREATE INDEX changes_snapshots ON changes (space_id, contact_id, version) WHERE snapshot IS NOT NULL;
CREATE INDEX changes_refs ON changes (space_id, ref) WHERE ref <> 0;
CREATE INDEX changes_undoes ON changes (space_id, undoes) WHERE undoes <> 0;
CREATE INDEX changes_batches ON changes (space_id, batch_id) WHERE batch_id <> '';

-- What values are compared by, to find contacts by email or phone. Derived.
CREATE TABLE match_keys (
  space_id bigint NOT NULL,
  kind     bigint NOT NULL,             -- 0 email, 1 phone
  key      text COLLATE "C" NOT NULL,
  id       bigint NOT NULL,
  PRIMARY KEY (space_id, kind, key, id)
);

-- What is kept of writes that may be sent again, to answer the repetition.
CREATE TABLE retries (
  space_id    bigint NOT NULL,
  key         text COLLATE "C" NOT NULL,
  fingerprint bytea NOT NULL,
  request_id  text COLLATE "C" NOT NULL,
  at          bigint NOT NULL,
  checksum    bigint NOT NULL,         -- of the row: CRC-32C
  answer      text COLLATE "C" NOT NULL,
  PRIMARY KEY (space_id, key)
);

-- The log of Spaces and keys: who made and changed them, and what. Append only,
-- numbered in the order of commits. Like api_keys it is not keyed by Space, as
-- one list of all is read from it.
CREATE TABLE registry_log (
  entry_id bigint NOT NULL PRIMARY KEY,
  space_id bigint NOT NULL,
  key_id   bigint NOT NULL,             -- 0 for a change of the Space itself
  key_name text COLLATE "C" NOT NULL,
  at       bigint NOT NULL,
  who      text COLLATE "C" NOT NULL CHECK (who <> ''),
  action   text COLLATE "C" NOT NULL,
  edits    text COLLATE "C" NOT NULL    -- [["name","before","after"],...]
);
CREATE INDEX registry_log_keys ON registry_log (key_id, entry_id);
CREATE INDEX registry_log_spaces ON registry_log (space_id, entry_id) WHERE key_id = 0;
INSERT INTO id_blocks VALUES ('entry', 1);
