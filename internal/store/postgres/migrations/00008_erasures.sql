-- What was erased for good: that it was, and how far that is. A contact's state may be 3
-- now, and what a change did may have been erased: see docs/format.md. The words are those
-- of SQLite's schema.

-- +goose Up

CREATE TABLE erasures (
  space_id    bigint NOT NULL,
  contact_id  bigint NOT NULL,
  at          bigint NOT NULL,
  op_seq      bigint NOT NULL,          -- the write that erased it
  job_id      bigint NOT NULL,          -- which takes out what is left of it
  scrubbed_at bigint NOT NULL,          -- since when no file holds a copy; 0 for not yet
  PRIMARY KEY (space_id, contact_id)
);
CREATE INDEX erasures_jobs ON erasures (job_id);
CREATE INDEX erasures_open ON erasures (job_id) WHERE scrubbed_at = 0;

-- After how many days what was deleted in a Space is erased; 0 for never.
ALTER TABLE space_settings ADD COLUMN bin_days bigint NOT NULL DEFAULT 0;
