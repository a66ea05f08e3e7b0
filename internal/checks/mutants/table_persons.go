package main

// ofPersons are faults in what is told of one person (CONTRACT D35).
var ofPersons = []mutant{
	{
		name:   "person-told-of-another",
		breaks: "Who asks what is known of them is given what was written of somebody else, who was split off from their contact.",
		file:   "internal/contact/person.go",
		old:    "		return !p.lent[o]\n",
		new:    "		return true\n",
		tests:  []string{"./internal/contact"},
		run:    "^TestAPersonIsToldWithoutWhoLeft$",
	},
	{
		name:   "person-told-by-half",
		breaks: "What was written by somebody's id while that led elsewhere is missing from what they are told.",
		file:   "internal/contact/person.go",
		old:    "	return p.abroad[o]\n",
		new:    "	return false\n",
		tests:  []string{"./internal/contact"},
		run:    "^TestAPersonIsToldWithoutWhoLeft$",
	},
	{
		name:   "person-told-why-of-another",
		breaks: "Why somebody else was written to is told to who was one contact with them for a while.",
		file:   "internal/contact/person.go",
		old:    "	if !by {\n		out.Reason = \"\" // why others were written to\n	}\n",
		new:    "",
		tests:  []string{"./internal/contact"},
		run:    "^TestAPersonIsToldOfActs$",
	},
	{
		name:   "person-of-lost-history",
		breaks: "An export leaves out a part of a history that is damaged, and says nothing of it.",
		file:   "internal/store/person.go",
		old:    "	if int64(len(p.history)-before) != c.Depth {\n",
		new:    "	if int64(before) > c.Depth {\n",
		tests:  []string{"./internal/store/sqlite"},
		run:    "^TestBackend$/a_person_of_whose_history_a_part_is_lost",
	},
	{
		name:   "person-of-two-moments",
		breaks: "An export that begins before an unmerge and ends after it tells of both as one.",
		file:   "internal/store/person.go",
		old:    "err != nil || ok && now.Version == c.Version {",
		new:    "err != nil || ok && now.Version > 0 {",
		tests:  []string{"./internal/store/sqlite"},
		run:    "^TestBackend$/a_person_whose_contact_changes",
	},
}
