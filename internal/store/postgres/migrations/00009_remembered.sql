-- Who was erased, in Spaces that are set to remember it: keyed hashes of emails and phones,
-- and a day. The words are those
-- of SQLite's schema.

-- +goose Up

-- The key of the hashes: 32 bytes, all 0 for a Space that remembers nobody.
ALTER TABLE space_settings ADD COLUMN erased_secret bytea NOT NULL DEFAULT '\x0000000000000000000000000000000000000000000000000000000000000000';

CREATE TABLE erased_keys (
  space_id bigint NOT NULL,
  hash     bytea NOT NULL,
  day      bigint NOT NULL,
  PRIMARY KEY (space_id, hash)
);
