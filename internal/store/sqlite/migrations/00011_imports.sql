-- Imports: files of contacts come in as they go out, in chunks. So the tables of exports
-- become those of files, of either kind. Each byte is described in docs/format.md.

-- +goose Up

DROP INDEX exports_made;
DROP INDEX exports_ends;
ALTER TABLE exports RENAME TO files;
ALTER TABLE files RENAME COLUMN export_id TO file_id;
ALTER TABLE files ADD COLUMN kind TEXT NOT NULL DEFAULT 'export';
ALTER TABLE export_chunks RENAME TO file_chunks;
ALTER TABLE file_chunks RENAME COLUMN export_id TO file_id;
CREATE INDEX files_made ON files (space_id, kind, created_at);
CREATE INDEX files_ends ON files (ends_at) WHERE ends_at <> 0;
