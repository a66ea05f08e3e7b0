-- Custom fields by which contacts are found with an index. Both columns are sets of fields:
-- bit 0 for the first. Each byte is described in docs/format.md.

-- +goose Up

ALTER TABLE space_settings ADD COLUMN filterable INTEGER NOT NULL DEFAULT 0;
-- Those that the index holds of all contacts up to its mark.
ALTER TABLE search_marks ADD COLUMN slots INTEGER NOT NULL DEFAULT 0;
-- Numbers without the code of their country are found by their beginnings now: what is in
-- the index is looked at once more.
UPDATE search_marks SET seq = 0;
