package main

// ofExports are faults of the files that contacts are written to (CONTRACT D38).
var ofExports = []mutant{
	{
		name:   "export-link-for-ever",
		breaks: "A link to a file is good after its 15 minutes (CONTRACT P6).",
		file:   "internal/book/export_link.go",
		old:    "	if !ok || with.Expires <= int64(b.now())/1_000_000 {\n",
		new:    "	if !ok {\n",
		tests:  []string{"./internal/book"},
		run:    "^TestExportLinks$",
	},
	{
		name:   "export-link-for-all",
		breaks: "A link to one file leads to every other file of the Space.",
		file:   "internal/book/export_link.go",
		old:    "	mac.Write([]byte(l.export))\n",
		new:    "",
		tests:  []string{"./internal/book"},
		run:    "^TestExportLinks$",
	},
	{
		name:   "export-chunk-of-another-space",
		breaks: "The file of an export has bytes of another Space.",
		file:   "internal/store/sqlite/statements.go",
		old:    "FROM file_chunks WHERE space_id = ?1 AND file_id = ?2 AND n = ?3",
		new:    "FROM file_chunks WHERE ?1 = ?1 AND file_id = ?2 AND n = ?3",
		tests:  []string{"./internal/store/sqlite"},
		run:    "^TestBackend$/(chunks_come_once|an_erasure_takes_away_the_files)",
	},
	{
		name:   "export-of-the-erased",
		breaks: "Whoever is erased stays in the files that were made before (CONTRACT D35).",
		file:   "internal/store/erase.go",
		old:    "		if err = e.files(with); err == nil {\n",
		new:    "		if err == nil {\n",
		tests:  []string{"./internal/book"},
		run:    "^TestExportsAndErasure$",
	},
	{
		name:   "export-asks-nothing",
		breaks: "An export holds whom its conditions do not hold for (CONTRACT P5).",
		file:   "internal/book/export_write.go",
		old:    ", Where: filterOf(e.Asked.Where), Today: e.Asked.Today}\n",
		new:    "}\n	_ = filterOf\n",
		tests:  []string{"./internal/book"},
		run:    "^TestExportWhere$",
	},
}
