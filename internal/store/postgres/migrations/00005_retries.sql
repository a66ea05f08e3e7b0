-- What safe retries need: those of a Space that are too old to be remembered, without
-- reading the others. No row that is there changes.

-- +goose Up

CREATE INDEX retries_ends ON retries (space_id, at);
