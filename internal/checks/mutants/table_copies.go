package main

// ofCopies are faults by which a copy of a database holds less than that.
var ofCopies = []mutant{
	{
		name:   "copy-leaves-a-table",
		breaks: "A copy leaves behind who was erased.",
		file:   "internal/store/tables/tables.go",
		old:    `	{"erasures", []string{"space_id", "contact_id"}, of(Number, "space_id", "contact_id", "at", "op_seq", "job_id", "scrubbed_at")},` + "\n",
		new:    "",
		tests:  []string{"./internal/store/sqlite"},
		run:    "^TestTablesAreDescribed$",
	},
	{
		name:   "copy-first-page-alone",
		breaks: "Of each table a copy has the first thousand rows, and compares these.",
		file:   "internal/store/tables/carry.go",
		old:    "			if !yield(row, err) || err != nil {\n",
		new:    "			if !yield(row, err) || err != nil || c.rows%tellEvery == 0 {\n",
		tests:  []string{"./internal/store/tables"},
		run:    "^TestCarry$",
	},
	{
		name:   "copy-not-compared",
		breaks: "Rows that differ from those that were copied are not told.",
		file:   "internal/store/tables/carry.go",
		old:    "		if compared(a[i], b[i]) != 0 {\n",
		new:    "		if compared(a[i], b[i]) > 1 {\n",
		tests:  []string{"./internal/store/tables"},
		run:    "^TestDifferencesAreFound$",
	},
	{
		name:   "copy-gives-ids-again",
		breaks: "In a copy contacts get ids that others have.",
		file:   "internal/store/sqlite/tables.go",
		old:    "return s.c.run(setIDs, nil, next)",
		new:    "return s.c.run(setIDs, nil, next-1)",
		tests:  []string{"./internal/checks/twins"},
		run:    "^TestCopiedThereAndBack$",
	},
}
