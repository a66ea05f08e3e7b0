-- Exports: files of contacts, for who downloads them. Each byte is described in
-- docs/format.md.

-- +goose Up

CREATE TABLE exports (
  space_id   INTEGER NOT NULL,
  export_id  TEXT NOT NULL,
  state      TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  ends_at    INTEGER NOT NULL,          -- when it goes; 0 for never
  weight     INTEGER NOT NULL,          -- of its chunks, in octets
  checksum   INTEGER NOT NULL,          -- of the row: CRC-32C
  doc        TEXT NOT NULL,
  PRIMARY KEY (space_id, export_id)
) STRICT;
CREATE INDEX exports_made ON exports (space_id, created_at);
CREATE INDEX exports_ends ON exports (ends_at) WHERE ends_at <> 0;

-- The file of an export, in the order of the numbers. Each chunk is long, so this is no
-- table within an index.
CREATE TABLE export_chunks (
  space_id  INTEGER NOT NULL,
  export_id TEXT NOT NULL,
  n         INTEGER NOT NULL,           -- from 1
  checksum  INTEGER NOT NULL,           -- of the row: CRC-32C
  data      BLOB NOT NULL,
  PRIMARY KEY (space_id, export_id, n)
) STRICT;
