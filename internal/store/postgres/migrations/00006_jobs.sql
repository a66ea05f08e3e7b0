-- Work that takes long, and goes on after a restart. Each byte is described in
-- docs/format.md. The words are those of SQLite's schema.

-- +goose Up

CREATE TABLE jobs (
  job_id       bigint PRIMARY KEY,
  space_id     bigint NOT NULL,
  kind         text COLLATE "C" NOT NULL,
  state        text COLLATE "C" NOT NULL,    -- queued, running, completed, failed, cancelled
  key_id       bigint NOT NULL, -- who asked for it; 0 for whoever runs the server
  about        text COLLATE "C" NOT NULL,    -- as its kind writes it
  cursor       text COLLATE "C" NOT NULL,    -- likewise: how far it is
  done         bigint NOT NULL,
  total        bigint NOT NULL, -- 0 for not known
  created_at   bigint NOT NULL,
  completed_at bigint NOT NULL, -- 0 for not yet
  due_at       bigint NOT NULL, -- from when on a server may do the next step
  message      text COLLATE "C" NOT NULL
);
INSERT INTO id_blocks VALUES ('job', 1);
CREATE INDEX jobs_spaces ON jobs (space_id, job_id);
CREATE INDEX jobs_due ON jobs (due_at, job_id) WHERE completed_at = 0;

-- A change of region that is under way: see access.Rekeying.
ALTER TABLE space_settings ADD COLUMN rekeying bigint NOT NULL DEFAULT 0;
ALTER TABLE space_settings ADD COLUMN rekey_from text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE space_settings ADD COLUMN rekey_at bigint NOT NULL DEFAULT 0;
