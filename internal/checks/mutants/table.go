package main

import "slices"

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

// table is all of them.
var table = slices.Concat(ofRules, ofStore, ofPostgres, ofScreens)

// ofRules are faults above the store, and in the rules.
var ofRules = []mutant{
	{
		name:   "put-merges",
		breaks: "A PUT adds to a collection, where it must replace it (CONTRACT S1).",
		file:   "internal/contact/put.go",
		old:    "after.Values[col] = replaced(c.Values[col], list.Texts, own)",
		new:    "after.Values[col] = append(c.Values[col][:len(c.Values[col]):len(c.Values[col])], replaced(nil, list.Texts, own)...)",
		tests:  []string{"./internal/contact"},
		run:    "^TestPut",
	},
	{
		name:   "ref-dropped",
		breaks: "The id by which a caller named a contact is not kept: an unmerge cannot tell whose change it was.",
		file:   "internal/contact/history.go",
		old:    "	if step.Ref != after.ID {\n",
		new:    "	if step.Ref != after.ID && false {\n",
		tests:  []string{"./internal/store/sqlite"},
		run:    "^TestBackend$/random_writes_of_one_client",
	},
	{
		name:   "source-newest",
		breaks: "Of a value that several contacts had it is told who brought it last, not who brought it first (CONTRACT D25).",
		file:   "internal/contact/source.go",
		old:    "	return slices.MinFunc(v.Origins, older)\n",
		new:    "	return slices.MaxFunc(v.Origins, older)\n",
		tests:  []string{"./internal/contact"},
		run:    "^TestOldest",
	},
	{
		name:   "limit-forgets-refused",
		breaks: "Requests that are refused cost nothing: a key without a scope can ask without end (CONTRACT D1).",
		file:   "internal/book/enter.go",
		old: `	v, err := b.count(ctx, g.Space, bucket)
	if err != nil {
		return v, err
	}
`,
		new: `	if err := g.Allow(scopes[0]); err != nil {
		return access.Verdict{}, err
	}
	v, err := b.count(ctx, g.Space, bucket)
	if err != nil {
		return v, err
	}
`,
		tests: []string{"./internal/book"},
		run:   "^TestRefusedRequestsCount$",
	},
	{
		name:   "session-goes-on",
		breaks: "Who signs out is still signed in on that server, for half a second.",
		file:   "internal/book/enter.go",
		old:    "if changed(&e) {",
		new:    "if changed(&e) && false {",
		tests:  []string{"./internal/book"},
		run:    "^TestSessionsEnd$",
	},
	{
		name:   "session-outlives-its-key",
		breaks: "Who signed in with a key that is revoked goes on (CONTRACT D19).",
		file:   "internal/book/session.go",
		old:    "	if err := b.inUse(e.grant, now, fresh); err != nil {\n",
		new:    "	if err := b.inUse(e.grant, now, fresh); err != nil && false {\n",
		tests:  []string{"./internal/book"},
		run:    "^TestSessionsEnd$",
	},
	{
		name:   "admin-of-all-spaces",
		breaks: "A key that manages its Space ends the keys of others.",
		file:   "internal/book/admin.go",
		old:    "	if err == nil && k.Space != g.Space.ID {\n",
		new:    "	if err == nil && k.Space != g.Space.ID && false {\n",
		tests:  []string{"./internal/book"},
		run:    "^TestAdminSeesItsOwnSpaceAlone$",
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
		name:   "alias-not-followed-by-history",
		breaks: "The history of a merged id is not that of its survivor: one route forgets aliases.",
		file:   "internal/book/history.go",
		old:    "	if h.Own {\n",
		new:    "	if h.Own || true {\n",
		tests:  []string{"./internal/httpapi"},
		run:    "^TestAliasesOnEveryRoute$",
	},
	{
		name:   "unmerge-by-origins-alone",
		breaks: "An unmerge does not look at what was written by the ids of the one that goes: it stays, and what that took away is gone (CONTRACT D30).",
		file:   "internal/contact/split.go",
		old:    "		s.follow(&s.past.Writes[i])\n",
		new:    "		_ = i\n",
		tests:  []string{"./internal/contact"},
		run:    "^TestUnmerge",
	},
	{
		name:   "unmerge-drops-later-edits",
		breaks: "The contact that is split off comes back as it was merged: what was written by its ids since is lost (CONTRACT D30).",
		file:   "internal/contact/split_off.go",
		old:    "			c = s.replay(&edits, &c, ByText)\n",
		new:    "",
		tests:  []string{"./internal/contact"},
		run:    "^TestUnmerge",
	},
	{
		name:   "unmerge-gives-away-a-third",
		breaks: "What was taken of a contact that was split off before comes to the survivor: one person's email at another (CONTRACT D30).",
		file:   "internal/contact/split.go",
		old:    "return !s.partOf(k, s.past.Whose.of(o))",
		new:    "return false && !s.partOf(k, s.past.Whose.of(o))",
		tests:  []string{"./internal/contact"},
		run:    "^TestUnmerge",
	},
	{
		name:   "undo-restores-the-old",
		breaks: "An undo puts the contact back as it was: what others wrote since is gone (CONTRACT D28).",
		file:   "internal/contact/undo.go",
		old:    "	after, conflicts := Rebase(&back, c, ByOrigin)\n",
		new:    "	after, conflicts := back.Forward(*c), []Conflict(nil)\n",
		tests:  []string{"./internal/contact"},
		run:    "^TestUndoKeepsLaterWrites$",
	},
	{
		name:   "comes-back-to-whom",
		breaks: "What the undo of a merge gives back is told of a contact that it does not come back to (CONTRACT D30).",
		file:   "internal/contact/unmerge.go",
		old:    "	f.left = append(s.passed(f.left), s.left...)\n",
		new:    "	f.left = append(f.left, s.left...)\n",
		tests:  []string{"./internal/contact"},
		run:    "^TestRemains$",
	},
	{
		name:   "hidden-not-shown",
		breaks: "What a merge hides is counted as taken away, and shown to nobody (CONTRACT D24).",
		file:   "internal/contact/removals.go",
		old:    "		if c.Parent == survivor && state != nil && state.After == Merged {\n",
		new:    "		if c.Parent == 0 && state != nil && state.After == Merged {\n",
		tests:  []string{"./internal/contact"},
		run:    "^TestRemovalsAreShown$",
	},
	{
		name:   "changes-to-writers",
		breaks: "A refusal shows a key that may not read what is stored (CONTRACT D19).",
		file:   "internal/httpapi/evidence.go",
		old:    "	if !ok || !r.reads() {\n",
		new:    "	if !ok {\n",
		tests:  []string{"./internal/httpapi"},
		run:    "^TestRefusalsToldToWhoMayOnlyWrite$",
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
		name:   "filter-comes-to-nothing",
		breaks: "A filter that was sent and read lists everybody (CONTRACT D17).",
		file:   "internal/httpapi/list.go",
		old:    "		*into(q), v.text = text, text\n",
		new:    "		*into(q), v.text = \"\", text\n",
		tests:  []string{"./internal/httpapi"},
		run:    "^TestFiltersNeverComeToNothing$",
	},
	{
		name:   "stale-tells-the-version",
		breaks: "A key that may only write learns the version of a contact from a refusal (CONTRACT D19).",
		file:   "internal/book/book.go",
		old:    "Reads: g.Key.Scopes.Has(access.Read),",
		new:    "Reads: g.Key.Scopes.Has(access.Write),",
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
		old:    "		now, err := b.again(ctx, g, access.Write)\n		if err != nil {\n",
		new:    "		now, err := b.again(ctx, g, access.Write)\n		if err != nil && false {\n",
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
		name:   "hash-in-the-log",
		breaks: "The log of keys holds their hashes, for whoever reads it (CONTRACT D19).",
		file:   "internal/access/entry.go",
		old:    `{"name", k.Name}, {"scopes"`,
		new:    `{"name", k.Name}, {"hash", strconv.Quote(string(k.Hash[:]))}, {"scopes"`,
		tests:  []string{"./internal/access"},
		run:    "^TestKeyEntries$",
	},
}
