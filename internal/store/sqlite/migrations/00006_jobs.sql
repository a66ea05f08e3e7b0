-- Work that takes long, and goes on after a restart. Each byte is described in
-- docs/format.md.

-- +goose Up

CREATE TABLE jobs (
  job_id       INTEGER PRIMARY KEY AUTOINCREMENT,
  space_id     INTEGER NOT NULL,
  kind         TEXT NOT NULL,
  state        TEXT NOT NULL,    -- queued, running, completed, failed, cancelled
  key_id       INTEGER NOT NULL, -- who asked for it; 0 for whoever runs the server
  about        TEXT NOT NULL,    -- as its kind writes it
  cursor       TEXT NOT NULL,    -- likewise: how far it is
  done         INTEGER NOT NULL,
  total        INTEGER NOT NULL, -- 0 for not known
  created_at   INTEGER NOT NULL,
  completed_at INTEGER NOT NULL, -- 0 for not yet
  due_at       INTEGER NOT NULL, -- from when on a server may do the next step
  message      TEXT NOT NULL
) STRICT;
CREATE INDEX jobs_spaces ON jobs (space_id, job_id);
CREATE INDEX jobs_due ON jobs (due_at) WHERE completed_at = 0;

-- A change of region that is under way: see access.Rekeying.
ALTER TABLE space_settings ADD COLUMN rekeying INTEGER NOT NULL DEFAULT 0;
ALTER TABLE space_settings ADD COLUMN rekey_from TEXT NOT NULL DEFAULT '';
ALTER TABLE space_settings ADD COLUMN rekey_at INTEGER NOT NULL DEFAULT 0;
