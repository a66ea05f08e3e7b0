package main

// mutant is one fault that is put into the code, and the tests that must
// notice it. It stands for a mistake that someone could make.
type mutant struct {
	name   string   // short, for -run
	breaks string   // what it breaks, as its victims would say it
	file   string   // from the root
	old    string   // stands in the file exactly once
	new    string   // takes its place; the code must still compile
	tests  []string // the packages whose tests must notice
	run    string   // those tests, as for go test -run
}

var table = []mutant{
	{
		name:   "put-merges",
		breaks: "A PUT adds to a collection, where it must replace it (CONTRACT S1).",
		file:   "internal/contact/apply.go",
		old:    "after.Values[col] = replaced(c.Values[col], list.Texts, own)",
		new:    "after.Values[col] = append(c.Values[col][:len(c.Values[col]):len(c.Values[col])], replaced(nil, list.Texts, own)...)",
		tests:  []string{"./internal/contact"},
		run:    "^TestPut",
	},
	{
		name:   "alias-ignored",
		breaks: "A write to the id of a merged contact goes to the frozen row (CONTRACT S6).",
		file:   "internal/store/write.go",
		old:    "for ok && c.State == contact.Merged {",
		new:    "for ok && c.State == contact.Merged && false {",
		tests:  []string{"./internal/store/sqlite"},
		run:    "^TestBackend$/alias",
	},
	{
		name:   "answer-before-commit",
		breaks: "A write is answered 200 and then lost, where the commit fails (CONTRACT D21).",
		file:   "internal/store/batch.go",
		old: `	if err := tx.Commit(ctx); err != nil {
		if err = b.lane.settle(err, mark); err != nil {
			return err
		}
	}
	b.saved = true
`,
		new: `	b.answerAll()
	b.writes = nil
	_ = mark
	tx.Commit(ctx)
`,
		tests: []string{"./internal/store/sqlite"},
		run:   "^TestBackend$/^each_fault_alone$",
	},
	{
		name:   "history-apart",
		breaks: "Contacts are committed before their history, which may fail: a change without an entry (CONTRACT S10, D22).",
		file:   "internal/store/sqlite/tx.go",
		old:    "	for i := range s.Changes {\n",
		new:    "	t.writer.run(commit, nil)\n	t.writer.run(begin, nil)\n	for i := range s.Changes {\n",
		tests:  []string{"./internal/store/sqlite"},
		run:    "^TestBackend$/^what_is_not_committed_is_not_seen$",
	},
	{
		name:   "limit-forgets-refused",
		breaks: "Requests that are refused cost nothing: a key without a scope can ask without end (CONTRACT D1).",
		file:   "internal/book/enter.go",
		old: `	v, err := b.count(ctx, g.Space, bucket)
	if err != nil {
		return access.Grant{}, v, err
	}
	if err := g.Allow(scope); err != nil {
		return access.Grant{}, v, err
	}
`,
		new: `	if err := g.Allow(scope); err != nil {
		return access.Grant{}, access.Verdict{}, err
	}
	v, err := b.count(ctx, g.Space, bucket)
	if err != nil {
		return access.Grant{}, v, err
	}
`,
		tests: []string{"./internal/book"},
		run:   "^TestRefusedRequestsCount$",
	},
	{
		name:   "limit-admits-one-more",
		breaks: "A limit of 60 admits 61 requests a window (CONTRACT S9).",
		file:   "internal/access/window.go",
		old:    "if w.Used < limit {",
		new:    "if w.Used <= limit {",
		tests:  []string{"./internal/access"},
		run:    "^TestTake",
	},
	{
		name:   "expired-key-works",
		breaks: "A key goes on working after its expiry (CONTRACT D19).",
		file:   "internal/access/admit.go",
		old:    "g.Key.Expires != 0 && g.Key.Expires <= now",
		new:    "g.Key.Expires != 0 && g.Key.Expires < 0",
		tests:  []string{"./internal/access"},
		run:    "^TestAuthenticate$",
	},
	{
		name:   "merge-drops-a-value",
		breaks: "A merge loses the last value that the survivor lacked (CONTRACT D23).",
		file:   "internal/contact/merge.go",
		old:    "		at[key] = len(out)\n		out = append(out, v)\n	}\n	return out\n",
		new:    "		at[key] = len(out)\n		out = append(out, v)\n	}\n	if len(out) > len(own)+1 {\n		out = out[:len(out)-1]\n	}\n	return out\n",
		tests:  []string{"./internal/contact"},
		run:    "^TestMergesLoseNothing$",
	},
	{
		name:   "merge-drops-an-origin",
		breaks: "A value that both contacts had is the survivor's alone afterwards: an unmerge could not give it back.",
		file:   "internal/contact/merge.go",
		old:    "			out[i].Origins = joined(out[i].Origins, v.Origins)\n",
		new:    "			_ = out[i]\n",
		tests:  []string{"./internal/contact"},
		run:    "^TestMergesLoseNothing$",
	},
	{
		name:   "alias-lost-in-a-chain",
		breaks: "The ids that led to a merged contact stay behind when it is merged on (CONTRACT D23).",
		file:   "internal/store/sqlite/tx.go",
		old:    "	for _, r := range s.Redirects {",
		new:    "	for _, r := range s.Redirects[:0] {",
		tests:  []string{"./internal/store/sqlite"},
		run:    "^TestBackend$/redirect",
	},
	{
		name:   "alias-not-followed-by-history",
		breaks: "The history of a merged id is not that of its survivor: one route forgets aliases.",
		file:   "internal/book/history.go",
		old:    "	if h.Own {\n",
		new:    "	if h.Own || true {\n",
		tests:  []string{"./internal/httpapi"},
		run:    "^TestAliasesOnEveryRoute$",
	},
	{
		name:   "feed-skips",
		breaks: "A follower of the feed misses the first change of every page (CONTRACT D22).",
		file:   "internal/store/history.go",
		old:    "	rows, err := s.reads.Feed(ctx, space, after, limit)\n",
		new:    "	rows, err := s.reads.Feed(ctx, space, after+1, limit)\n",
		tests:  []string{"./internal/book"},
		run:    "^Test(Feed|MergeIsOneWrite)",
	},
	{
		name:   "reads-twice",
		breaks: "Every write reads its contact twice: nothing is wrong but the bill.",
		file:   "internal/store/batch.go",
		old:    "		rows, err := b.tx.Contacts(ctx, ids)\n",
		new:    "		b.tx.Contacts(ctx, ids)\n		rows, err := b.tx.Contacts(ctx, ids)\n",
		tests:  []string{"./internal/costs"},
		run:    "^TestGuard$",
	},
	{
		name:   "bench-flatters",
		breaks: "An open loop counts latency from sending, and hides that requests had to wait for a slow one.",
		file:   "internal/load/load.go",
		old:    "	return due, true\n",
		new:    "	return now, true\n",
		tests:  []string{"./internal/load"},
		run:    "^TestOpenLoop$",
	},
	{
		name:   "cursor-of-anyone",
		breaks: "A cursor of one Space works in another (CONTRACT D17).",
		file:   "internal/book/cursor.go",
		old:    "	mac.Write(space[:])\n",
		new:    "",
		tests:  []string{"./internal/book"},
		run:    "^TestCursorsAreBound$",
	},
	{
		name:   "retry-repeats-a-write",
		breaks: "The client sends a write again after no answer came: it may have been done.",
		file:   "api/retry.go",
		old:    "backOff(tries), read",
		new:    "backOff(tries), true",
		tests:  []string{"./api"},
		run:    "^TestRetries",
	},
	{
		name:   "feed-of-a-revoked-key",
		breaks: "A key that is revoked while it waits for news still gets them (CONTRACT D19).",
		file:   "internal/book/history.go",
		old:    "		if g, err = b.again(ctx, g, access.Read); err != nil {\n",
		new:    "		if _, err = b.again(ctx, g, access.Read); err != nil && false {\n",
		tests:  []string{"./internal/book"},
		run:    "^TestFeedOfARevokedKey$",
	},
	{
		name:   "pages-without-bound",
		breaks: "A page of large contacts holds them all in memory, and a few requests exhaust it.",
		file:   "internal/store/sqlite/list.go",
		old:    "p.weight >= store.MaxPageBytes {",
		new:    "p.weight < 0 {",
		tests:  []string{"./internal/book"},
		run:    "^TestLargePages$",
	},
	{
		name:   "postgres-lost-commit",
		breaks: "A commit whose answer is lost is answered as not done, and the client does it again (CONTRACT D21).",
		file:   "internal/store/postgres/errors.go",
		old:    "	return because(\"commit\", err)\n",
		new:    "	return explain(\"commit\", err)\n",
		tests:  []string{"./internal/store/postgres"},
		run:    "^TestLostCommit$",
	},
	{
		name:   "postgres-no-lock",
		breaks: "Two servers write to a Space at once, and nobody can wait for the end of a transaction.",
		file:   "internal/store/postgres/statements.go",
		old:    "FROM spaces WHERE space_id = $1 FOR UPDATE`",
		new:    "FROM spaces WHERE space_id = $1`",
		tests:  []string{"./internal/store/postgres"},
		run:    "^TestSavedWaits$",
	},
	{
		name:   "postgres-limits-apart",
		breaks: "Servers that count at once overwrite each other's counts: more is admitted than the limit (CONTRACT D18).",
		file:   "internal/store/postgres/statements.go",
		old:    "SELECT start, used FROM limit_windows WHERE space_id = $1 AND bucket = $2 FOR UPDATE`",
		new:    "SELECT start, used FROM limit_windows WHERE space_id = $1 AND bucket = $2`",
		tests:  []string{"./internal/store/postgres"},
		run:    "TestServersShareLimits",
	},
	{
		name:   "postgres-old-region",
		breaks: "A batch that waited while the region changed saves match keys by the old one.",
		file:   "internal/store/postgres/statements.go",
		old:    "ISOLATION LEVEL READ COMMITTED",
		new:    "ISOLATION LEVEL REPEATABLE READ",
		tests:  []string{"./internal/store/postgres"},
		run:    "^TestRegionAfterTheWait$",
	},
	{
		name:   "postgres-asynchronous",
		breaks: "A write is answered and lost in a crash, where the database's default is not to wait for the disk (CONTRACT D21).",
		file:   "internal/store/postgres/statements.go",
		old:    "ELSE 'on' END",
		new:    "ELSE current_setting('synchronous_commit') END",
		tests:  []string{"./internal/store/postgres"},
		run:    "^TestTransactionSettings$",
	},
	{
		name:   "postgres-stale-save",
		breaks: "A row that somebody else has changed is overwritten.",
		file:   "internal/store/postgres/statements.go",
		old:    " AND c.version = n.loaded`",
		new:    "`",
		tests:  []string{"./internal/store/postgres"},
		run:    "^TestBackend$/conflict",
	},
	{
		name:   "postgres-pages-without-bound",
		breaks: "A page of large contacts holds them all in memory, and a few requests exhaust it.",
		file:   "internal/store/postgres/statements.go",
		old:    "WHERE before < $2`",
		new:    "WHERE before < $2 * 100`",
		tests:  []string{"./internal/store/postgres"},
		run:    "^TestBackend$/^a_list_ends",
	},
	{
		name:   "filter-comes-to-nothing",
		breaks: "A filter that was sent and read lists everybody (CONTRACT D17).",
		file:   "internal/httpapi/list.go",
		old:    "		*into(q) = text\n",
		new:    "		*into(q), _ = \"\", text\n",
		tests:  []string{"./internal/httpapi"},
		run:    "^TestFiltersNeverComeToNothing$",
	},
	{
		name:   "stale-tells-the-version",
		breaks: "A key that may only write learns the version of a contact from a refusal (CONTRACT D19).",
		file:   "internal/book/match.go",
		old:    "reads := g.Key.Scopes.Has(access.Read)",
		new:    "reads := g.Key.Scopes.Has(access.Write)",
		tests:  []string{"./internal/httpapi"},
		run:    "^TestRefusalsToldToWhoMayOnlyWrite$",
	},
	{
		name:   "pause-ends-comparing",
		breaks: "A phone with something to dial after a pause is found in the one spelling alone (CONTRACT D10).",
		file:   "internal/contact/matchkey.go",
		old:    `bytes.IndexAny(dialled, ",;")`,
		new:    `bytes.IndexAny(dialled, "")`,
		tests:  []string{"./internal/contact"},
		run:    "^TestNumbersThatAreTheSame$",
	},
	{
		name:   "page-looks-on",
		breaks: "A list of which few are found looks at every change of its Space, while others wait (FAULT A1).",
		file:   "internal/store/sqlite/list.go",
		old:    "if w.Looked == store.MaxLookedAt {",
		new:    "if w.Looked < 0 {",
		tests:  []string{"./internal/store/sqlite"},
		run:    "^TestBackend$/^a_walk_ends_after",
	},
	{
		name:   "no-turns",
		breaks: "The slow reads of one Space take every reader (FAULT A1).",
		file:   "internal/store/turns.go",
		old:    "if of.now < s.most {",
		new:    "if of.now < 1<<30 {",
		tests:  []string{"./internal/store"},
		run:    "^TestTurn",
	},
	{
		name:   "read-goes-on",
		breaks: "A read goes on when its client has gone away or its time is over (FAULT A1).",
		file:   "internal/store/sqlite/read.go",
		old:    "c.SetInterrupt(ctx.Done())",
		new:    "c.SetInterrupt(nil)",
		tests:  []string{"./internal/store/sqlite"},
		run:    "^TestReadsAreInterrupted$",
	},
	{
		name:   "gap-loses-a-row",
		breaks: "The way back from an empty page skips a contact (FAULT C6).",
		file:   "internal/store/list.go",
		old:    "l.After = max(l.After, mark-1)",
		new:    "l.After = max(l.After, mark)",
		tests:  []string{"./internal/book"},
		run:    "^Test(EmptyPagesLeadOn|WalkForthAndBack)$",
	},
	{
		name:   "place-before-the-body",
		breaks: "Who sends bodies slowly takes the places of requests that are worked on.",
		file:   "internal/httpapi/serve.go",
		old:    "	if rt.scope != \"\" && rt.method == http.MethodGet { //",
		new:    "	if rt.scope != \"\" { //",
		tests:  []string{"./internal/httpapi"},
		run:    "^TestSlowBodies$",
	},
	{
		name:   "one-space-takes-all",
		breaks: "One Space takes every place and all memory, and the others are refused.",
		file:   "internal/access/shares.go",
		old:    "s.used+n > s.whole || s.by[space]+n > s.each",
		new:    "s.used+n > s.whole",
		tests:  []string{"./internal/access", "./internal/httpapi"},
		run:    "^Test(Shares|SlowBodies)$",
	},
	{
		name:   "octets-not-given-back",
		breaks: "What bodies and answers held is never given back: after a while everything is 503.",
		file:   "internal/httpapi/under_way.go",
		old:    "		a.held.Give(r.grant.Space.ID, r.taken.bytes)\n",
		new:    "",
		tests:  []string{"./internal/httpapi"},
		run:    "^Test(SlowBodies|AnswersThatNobodyReads)$",
	},
	{
		name:   "revoked-key-writes",
		breaks: "A key that is revoked while its body arrives still writes (CONTRACT D19).",
		file:   "internal/book/book.go",
		old:    "	if _, err := b.again(ctx, g, access.Write); err != nil {\n",
		new:    "	if _, err := b.again(ctx, g, access.Write); err != nil && false {\n",
		tests:  []string{"./internal/book", "./internal/httpapi"},
		run:    "^Test(WritesAskForTheKeyAgain|KeyIsLostWhileTheBodyArrives)$",
	},
	{
		name:   "unread-left",
		breaks: "Clients that send all before they read get a broken pipe in the place of an answer.",
		file:   "internal/httpapi/unread.go",
		old:    "	_, _ = io.CopyN(io.Discard, &r.body, lingerBytes)\n",
		new:    "	_, _ = io.CopyN(io.Discard, &r.body, 1)\n",
		tests:  []string{"./internal/server"},
		run:    "^TestEarlyAnswersAreSeen$",
	},
	{
		name:   "foreign-log-taken",
		breaks: "A restored file is opened with the log of the one that it replaces, and mixed up with it.",
		file:   "internal/store/sqlite/judge.go",
		old:    "	case l.commits > 0 && !m.owns(l):\n",
		new:    "	case l.commits > 0 && !m.owns(l) && false:\n",
		tests:  []string{"./internal/store/sqlite"},
		run:    "^TestFilesThatDoNotBelongTogether$",
	},
	{
		name:   "lost-log-unnoticed",
		breaks: "A log that was deleted after a kill is not missed: acknowledged writes are gone, and their ids are given again.",
		file:   "internal/store/sqlite/judge.go",
		old:    "	case l.commits == 0 && !m.whole && !isNext:\n",
		new:    "	case l.commits == 0 && !m.whole && !isNext && false:\n",
		tests:  []string{"./internal/store/sqlite"},
		run:    "^TestFilesThatDoNotBelongTogether$",
	},
	{
		name:   "restored-ids-again",
		breaks: "After a restore contacts get ids that others had.",
		file:   "internal/store/sqlite/statements.go",
		old:    "SET next_id = 0, block_end = 0, next_seq",
		new:    "SET next_seq",
		tests:  []string{"./internal/store/sqlite"},
		run:    "^TestNumbersAfterARestore$",
	},
	{
		name:   "mark-before-the-copy",
		breaks: "A kill while a database is opened locks the operator out of a good file.",
		file:   "internal/store/sqlite/trust.go",
		old:    "m.whole, m.any, m.stamp, m.next, m.schema, m.log = true, false, f.stamp, next, 0, l.salt",
		new:    "m.whole, m.any, m.stamp, m.next, m.schema, m.log = true, false, f.stamp, 0, 0, l.salt",
		tests:  []string{"./internal/store/sqlite"},
		run:    "^TestKilledWhileOpeningAndClosing$",
	},
}
