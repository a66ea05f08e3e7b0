-- Plans: many writes that are looked at before they are done. What they do is in
-- history; here is what was asked, what it was found to do, and what became of it. Each
-- byte is described in docs/format.md. The words are those of SQLite's schema.

-- +goose Up

CREATE TABLE plans (
  space_id   bigint NOT NULL,
  plan_id    text COLLATE "C" NOT NULL,
  state      text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  ends_at    bigint NOT NULL,           -- when its state ends by itself; 0 for never
  weight     bigint NOT NULL,           -- of its rows, in octets
  checksum   bigint NOT NULL,           -- of the row: CRC-32C
  doc        text COLLATE "C" NOT NULL,
  PRIMARY KEY (space_id, plan_id)
);
CREATE INDEX plans_made ON plans (space_id, created_at, plan_id);
CREATE INDEX plans_ends ON plans (ends_at) WHERE ends_at <> 0;

-- The writes of a plan, in the order of their numbers.
CREATE TABLE plan_rows (
  space_id  bigint NOT NULL,
  plan_id   text COLLATE "C" NOT NULL,
  n         bigint NOT NULL,            -- from 1
  outcome   text COLLATE "C" NOT NULL,
  result    text COLLATE "C" NOT NULL,
  checksum  bigint NOT NULL,            -- of the row: CRC-32C
  operation text COLLATE "C" NOT NULL,
  decided   text COLLATE "C",           -- what it was found to do, once that is known
  done      text COLLATE "C",           -- what became of it, once it was done
  PRIMARY KEY (space_id, plan_id, n)
);
CREATE INDEX plan_rows_outcomes ON plan_rows (space_id, plan_id, outcome, n);
CREATE INDEX plan_rows_results ON plan_rows (space_id, plan_id, result, n) WHERE result <> '';

-- The contacts that a row was found to change: how rows are found by them. Derived from
-- what was decided.
CREATE TABLE plan_contacts (
  space_id   bigint NOT NULL,
  plan_id    text COLLATE "C" NOT NULL,
  contact_id bigint NOT NULL,
  n          bigint NOT NULL,
  PRIMARY KEY (space_id, plan_id, contact_id, n)
);
CREATE INDEX plan_contacts_rows ON plan_contacts (space_id, plan_id, n);
