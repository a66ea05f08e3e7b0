-- Who was erased, in Spaces that are set to remember it: keyed hashes of emails and phones,
-- and a day.

-- +goose Up

-- The key of the hashes: 32 bytes, all 0 for a Space that remembers nobody.
ALTER TABLE space_settings ADD COLUMN erased_secret BLOB NOT NULL DEFAULT x'0000000000000000000000000000000000000000000000000000000000000000';

CREATE TABLE erased_keys (
  space_id INTEGER NOT NULL,
  hash     BLOB NOT NULL,
  day      INTEGER NOT NULL,
  PRIMARY KEY (space_id, hash)
) STRICT, WITHOUT ROWID;
