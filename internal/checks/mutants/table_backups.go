package main

// ofBackups are faults in backups and in what becomes of them.
var ofBackups = []mutant{
	{
		name:   "backup-unchecked",
		breaks: "A backup gets its name though it is damaged, and older ones go for it.",
		file:   "internal/store/sqlite/backup.go",
		old:    "	if made, err = checkCopy(ctx, p.path); err != nil {\n",
		new:    "	if made, _ = checkCopy(ctx, p.path); false {\n",
		tests:  []string{"./internal/store/sqlite"},
		run:    "^TestDamagedBackupIsNotNamed$",
	},
	{
		name:   "backup-begins-anew",
		breaks: "A backup beside a busy server is copied from its beginning after each write, and never ends.",
		file:   "internal/store/sqlite/backup.go",
		old:    "from.run(reading, nil)",
		new:    "from.run(selectSecret, nil)",
		tests:  []string{"./internal/store/sqlite"},
		run:    "^TestBackupBesideWrites$",
	},
	{
		name:   "restored-keys-again",
		breaks: "After a restore keys, jobs and entries get numbers that others had.",
		file:   "internal/store/sqlite/trust.go",
		old:    "c.run(skipNumbers, nil, table, int64(skipCounted))",
		new:    "c.run(skipNumbers, nil, table, int64(0))",
		tests:  []string{"./internal/store/sqlite"},
		run:    "^TestNoNumberIsGivenAgain$",
	},
	{
		name:   "restored-as-it-was",
		breaks: "A backup is restored with the numbers that it knows, and those that were given since are given again.",
		file:   "internal/store/sqlite/restore.go",
		old:    "Options{Path: p.path, AcceptRestored: true, Log: r.Log}",
		new:    "Options{Path: p.path, Log: r.Log}",
		tests:  []string{"./internal/store/sqlite"},
		run:    "^TestNoNumberIsGivenAgain$",
	},
	{
		name:   "erased-come-back",
		breaks: "Who was erased after a backup is back once it was put in its place.",
		file:   "internal/server/restore.go",
		old:    "			return eraseAgain(ctx, l, store.New(b, store.Options{Log: r.Log, Erased: l.note}), r.Log)\n",
		new:    "			_ = l\n			return nil\n",
		tests:  []string{"./internal/server"},
		run:    "^TestErasuresAreDoneAgain$",
	},
	{
		name:   "backup-pruned-first",
		breaks: "Old backups go though the new one failed.",
		file:   "internal/server/backups.go",
		old:    "	now := time.Now()\n	err := s.make(",
		new:    "	now := time.Now()\n	s.Keep--\n	_ = s.prune()\n	s.Keep++\n	err := s.make(",
		tests:  []string{"./internal/server"},
		run:    "^TestScheduleThatFails$",
	},
}
