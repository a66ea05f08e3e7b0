-- Plans: many writes that are looked at before they are done. What they do is in
-- history; here is what was asked, what it was found to do, and what became of it. Each
-- byte is described in docs/format.md.

-- +goose Up

CREATE TABLE plans (
  space_id   INTEGER NOT NULL,
  plan_id    TEXT NOT NULL,
  state      TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  ends_at    INTEGER NOT NULL,          -- when its state ends by itself; 0 for never
  weight     INTEGER NOT NULL,          -- of its rows, in octets
  checksum   INTEGER NOT NULL,          -- of the row: CRC-32C
  doc        TEXT NOT NULL,
  PRIMARY KEY (space_id, plan_id)
) STRICT;
CREATE INDEX plans_made ON plans (space_id, created_at, plan_id);
CREATE INDEX plans_ends ON plans (ends_at) WHERE ends_at <> 0;

-- The writes of a plan, in the order of their numbers. Like a contact a row may be long,
-- so this is no table within an index.
CREATE TABLE plan_rows (
  space_id  INTEGER NOT NULL,
  plan_id   TEXT NOT NULL,
  n         INTEGER NOT NULL,           -- from 1
  outcome   TEXT NOT NULL,
  result    TEXT NOT NULL,
  checksum  INTEGER NOT NULL,           -- of the row: CRC-32C
  operation TEXT NOT NULL,
  decided   TEXT,                       -- what it was found to do, once that is known
  done      TEXT,                       -- what became of it, once it was done
  PRIMARY KEY (space_id, plan_id, n)
) STRICT;
CREATE INDEX plan_rows_outcomes ON plan_rows (space_id, plan_id, outcome, n);
CREATE INDEX plan_rows_results ON plan_rows (space_id, plan_id, result, n) WHERE result <> '';

-- The contacts that a row was found to change: how rows are found by them. Derived from
-- what was decided.
CREATE TABLE plan_contacts (
  space_id   INTEGER NOT NULL,
  plan_id    TEXT NOT NULL,
  contact_id INTEGER NOT NULL,
  n          INTEGER NOT NULL,
  PRIMARY KEY (space_id, plan_id, contact_id, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX plan_contacts_rows ON plan_contacts (space_id, plan_id, n);
