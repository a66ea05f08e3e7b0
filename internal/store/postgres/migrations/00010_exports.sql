-- Exports: files of contacts, for who downloads them. Each byte is described in
-- docs/format.md. The words are those of SQLite's schema.

-- +goose Up

CREATE TABLE exports (
  space_id   bigint NOT NULL,
  export_id  text COLLATE "C" NOT NULL,
  state      text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  ends_at    bigint NOT NULL,           -- when it goes; 0 for never
  weight     bigint NOT NULL,           -- of its chunks, in octets
  checksum   bigint NOT NULL,           -- of the row: CRC-32C
  doc        text COLLATE "C" NOT NULL,
  PRIMARY KEY (space_id, export_id)
);
CREATE INDEX exports_made ON exports (space_id, created_at);
CREATE INDEX exports_ends ON exports (ends_at) WHERE ends_at <> 0;

-- The file of an export, in the order of the numbers.
CREATE TABLE export_chunks (
  space_id  bigint NOT NULL,
  export_id text COLLATE "C" NOT NULL,
  n         bigint NOT NULL,            -- from 1
  checksum  bigint NOT NULL,            -- of the row: CRC-32C
  data      bytea NOT NULL,             -- packed already
  PRIMARY KEY (space_id, export_id, n)
);
-- It is packed already: to try again costs, and gains nothing.
ALTER TABLE export_chunks ALTER COLUMN data SET STORAGE EXTERNAL;
