-- Imports: files of contacts come in as they go out, in chunks. So the tables of exports
-- become those of files, of either kind. Each byte is described in docs/format.md. The words
-- are those of SQLite's schema.

-- +goose Up

DROP INDEX exports_made;
DROP INDEX exports_ends;
ALTER TABLE exports RENAME TO files;
ALTER TABLE files RENAME COLUMN export_id TO file_id;
ALTER TABLE files RENAME CONSTRAINT exports_pkey TO files_pkey;
ALTER TABLE files ADD COLUMN kind text COLLATE "C" NOT NULL DEFAULT 'export';
ALTER TABLE export_chunks RENAME TO file_chunks;
ALTER TABLE file_chunks RENAME COLUMN export_id TO file_id;
ALTER TABLE file_chunks RENAME CONSTRAINT export_chunks_pkey TO file_chunks_pkey;
CREATE INDEX files_made ON files (space_id, kind, created_at);
CREATE INDEX files_ends ON files (ends_at) WHERE ends_at <> 0;
