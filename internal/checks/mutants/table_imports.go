package main

// ofImports are faults of files that come in (CONTRACT D37).
var ofImports = []mutant{
	{
		name:   "import-row-twice",
		breaks: "A row of a file is counted, and done, twice where the job goes on.",
		file:   "internal/book/import_read.go",
		old:    "	for n := int64(0); n < p.Rows; n++ {\n",
		new:    "	for n := int64(1); n < p.Rows; n++ {\n",
		tests:  []string{"./internal/book"},
		run:    "^TestImportIsResumed$",
	},
	{
		name:   "import-first-of-several",
		breaks: "Of several contacts that a row is about, the first is taken.",
		file:   "internal/contact/matching.go",
		old:    "		case len(ids) == 1:\n",
		new:    "		case len(ids) > 0:\n",
		tests:  []string{"./internal/book"},
		run:    "^TestImport$",
	},
	{
		name:   "import-row-alone",
		breaks: "A row does not see what earlier rows of the file make.",
		file:   "internal/book/import_view.go",
		old:    "		v.come[key][after.ID] = true\n",
		new:    "",
		tests:  []string{"./internal/book"},
		run:    "^TestImportRowsSeeEachOther$",
	},
	{
		name:   "import-makes-who-has-come",
		breaks: "A contact that has come since is made a second time (CONTRACT D34).",
		file:   "internal/book/import_apply.go",
		old:    "				case len(ids) > 0 && i > 0:\n",
		new:    "				case len(ids) > 9 && i > 0:\n",
		tests:  []string{"./internal/book"},
		run:    "^TestImportLeavesWhoHasCome$",
	},
	{
		name:   "import-stays",
		breaks: "The bytes of an import stay when its plan is closed.",
		file:   "internal/book/import.go",
		old:    "	if p.Import == nil || !p.closed() {\n",
		new:    "	if p.Import == nil || p.closed() {\n",
		tests:  []string{"./internal/book"},
		run:    "^TestImportEnds$",
	},
}
