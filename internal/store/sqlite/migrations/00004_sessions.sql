-- What the contact book in the browser needs: who is signed in, and the keys of one
-- Space without reading those of all. No row that is there changes. Each byte is
-- described in docs/format.md.

-- +goose Up

-- Who is signed in with a key, and the links by which one signs in once. They go
-- some time after they ended: see sessions_ends. The oldest of a key goes for one
-- that is too many: see sessions_keys.
CREATE TABLE sessions (
  hash       BLOB NOT NULL PRIMARY KEY, -- SHA-256 of the token
  link       INTEGER NOT NULL,          -- 0 a session, 1 a link
  key_id     INTEGER NOT NULL,
  space_id   INTEGER NOT NULL,          -- of the key
  name       TEXT NOT NULL,             -- of the person; '' for none
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_keys ON sessions (key_id, link, created_at, hash);
CREATE INDEX sessions_ends ON sessions (expires_at);

CREATE INDEX api_keys_spaces ON api_keys (space_id, key_id);
