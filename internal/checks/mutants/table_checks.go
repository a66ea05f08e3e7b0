package main

// ofChecks are faults by which a check of a database finds less than there is, or more.
var ofChecks = []mutant{
	{
		name:   "check-believes-history",
		breaks: "A check does not see a change that does not lead to what its contact was after it.",
		file:   "internal/contact/flaw.go",
		old:    "case !alike(&after, &r.now):",
		new:    "case false:",
		tests:  []string{"./internal/integrity"},
		run:    "^TestWhatIsSealedAndWrong$",
	},
	{
		name:   "check-misses-keys",
		breaks: "A check does not see that a contact is not found by its email any more.",
		file:   "internal/integrity/contacts.go",
		old:    "		for _, k := range missing {\n",
		new:    "		for _, k := range missing[:0] {\n",
		tests:  []string{"./internal/integrity"},
		run:    "^TestEachDamageIsFound$",
	},
	{
		name:   "check-believes-checksums",
		breaks: "A check does not look at the checksums of changes.",
		file:   "internal/integrity/rest.go",
		old:    "		tell(damaged(row.Intact()))\n",
		new:    "",
		tests:  []string{"./internal/integrity"},
		run:    "^TestEachDamageIsFound$",
	},
	{
		name:   "check-of-two-states",
		breaks: "A check takes what is written meanwhile for damage.",
		file:   "internal/integrity/check.go",
		old:    "{ return c.b.Still(c.ctx, f) }",
		new:    "{ return f(c.ctx) }",
		tests:  []string{"./internal/integrity"},
		run:    "^TestBesideWriters$",
	},
	{
		name:   "check-mends-nothing",
		breaks: "A repair says that it made match keys anew, and did not.",
		file:   "internal/integrity/mend.go",
		old:    "append(a.save.KeysCome, missing...)",
		new:    "append(a.save.KeysCome, missing[:0]...)",
		tests:  []string{"./internal/integrity"},
		run:    "^TestEachDamageIsFound$",
	},
}
