package sqlite

// Every statement that runs while serving, in one place: a test explains each
// read and fails where one would scan a table.
const (
	begin    = "BEGIN IMMEDIATE"
	reading  = "BEGIN"
	commit   = "COMMIT"
	rollback = "ROLLBACK"

	contactColumns = `id, version, state, parent_id, created_at, head_seq, depth, checksum, doc, origins`
	selectRow      = `SELECT ` + contactColumns + ` FROM contacts WHERE id = ?1 AND space_id = ?2`
	selectContact  = `SELECT ` + contactColumns + ` FROM contacts
		WHERE id = coalesce((SELECT canonical_id FROM aliases WHERE space_id = ?2 AND id = ?1), ?1) AND space_id = ?2`
	selectContacts = `SELECT ` + contactColumns + `, n.ref FROM (SELECT value AS ref FROM json_each(?1)) AS n CROSS JOIN contacts
		WHERE id = coalesce((SELECT canonical_id FROM aliases a WHERE a.space_id = ?2 AND a.id = n.ref), n.ref) AND space_id = ?2`
	insertContact = `INSERT INTO contacts (` + contactColumns + `, space_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)`
	// An index is written to whenever a column that it names is set, even to what
	// it was: so most updates leave the state alone.
	updateContact = `UPDATE contacts SET version = ?2, head_seq = ?3, depth = ?4, checksum = ?5, doc = ?6, origins = ?7
		WHERE id = ?1 AND space_id = ?8 AND version = ?9`
	moveContact = `UPDATE contacts SET version = ?2, head_seq = ?3, depth = ?4, checksum = ?5, doc = ?6, origins = ?7,
		state = ?10, parent_id = ?11 WHERE id = ?1 AND space_id = ?8 AND version = ?9`

	moveAliases = `UPDATE aliases SET canonical_id = ?3 WHERE space_id = ?1 AND canonical_id = ?2`
	insertAlias = `INSERT INTO aliases (space_id, id, canonical_id) VALUES (?1, ?2, ?3)`
	moveAlias   = `UPDATE aliases SET canonical_id = ?3 WHERE space_id = ?1 AND id = ?2`
	deleteAlias = `DELETE FROM aliases WHERE space_id = ?1 AND id = ?2`
	upsertAlias = `INSERT INTO aliases (space_id, id, canonical_id) VALUES (?1, ?2, ?3)
		ON CONFLICT (space_id, id) DO UPDATE SET canonical_id = excluded.canonical_id`
	selectAlias = `SELECT canonical_id FROM aliases WHERE space_id = ?1 AND id = ?2`
	// The index has the ids behind what they lead to, in their order.
	selectAliases = `SELECT id FROM aliases WHERE space_id = ?1 AND canonical_id = ?2 ORDER BY id`
	selectTree    = `SELECT a.id, c.parent_id, c.version FROM aliases a JOIN contacts c ON c.id = a.id AND c.space_id = ?1
		WHERE a.space_id = ?1 AND a.canonical_id = ?2`

	// Bounds that are always there keep these one plan each: 0 and the greatest
	// integer stand for none.
	listNewest        = listed + `0` + between + ` ORDER BY id DESC`
	listOldest        = listed + `0` + between + ` ORDER BY id`
	listDeletedNewest = listed + `2` + between + ` ORDER BY id DESC`
	listDeletedOldest = listed + `2` + between + ` ORDER BY id`
	// Walks give a row for each that they look at, so that who asks can count
	// them: beside the contact, or NULLs where it is not of the list, the mark.
	listed       = `SELECT ` + contactColumns + `, id FROM contacts WHERE space_id = ?1 AND state = `
	between      = ` AND id > ?2 AND id < ?3`
	found        = `SELECT c.id, c.version, c.state, c.parent_id, c.created_at, c.head_seq, c.depth, c.checksum, c.doc, c.origins`
	contactWidth = 10 // columns
	keyed        = found + `, k.id FROM match_keys k LEFT JOIN contacts c ON c.id = k.id AND c.space_id = ?1 AND c.state = 0
		AND (?6 IS NULL OR EXISTS (SELECT 1 FROM match_keys WHERE space_id = ?1 AND kind = ?6 AND key = ?7 AND id = k.id))
		WHERE k.space_id = ?1 AND k.kind = ?4 AND k.key = ?5 AND k.id > ?2 AND k.id < ?3`
	keyedNewest = keyed + ` ORDER BY k.id DESC`
	keyedOldest = keyed + ` ORDER BY k.id`
	// A contact stands at its newest change alone, so it comes once.
	updated = found + `, h.change_key & 1099511627775
		FROM changes h LEFT JOIN contacts c ON c.id = h.contact_id AND c.space_id = ?1 AND c.state = 0
		AND c.head_seq = (h.change_key & 1099511627775) AND c.id >= ?8 AND c.id < ?9
		AND (?4 IS NULL OR EXISTS (SELECT 1 FROM match_keys WHERE space_id = ?1 AND kind = ?4 AND key = ?5 AND id = c.id))
		AND (?6 IS NULL OR EXISTS (SELECT 1 FROM match_keys WHERE space_id = ?1 AND kind = ?6 AND key = ?7 AND id = c.id))
		WHERE h.change_key > ?2 AND h.change_key < ?3`
	updatedNewest     = updated + ` ORDER BY h.change_key DESC`
	updatedOldest     = updated + ` ORDER BY h.change_key`
	selectCreatedFrom = `SELECT id, created_at FROM contacts WHERE space_id = ?1 AND state = 0 AND id >= ?2 ORDER BY id LIMIT 1`

	selectSpace = `SELECT s.next_id, s.block_end, s.next_seq, s.last_at, s.bytes, s.minute_at, s.minute_bytes, t.region, t.quota_bytes, t.quota_minute, t.rekeying, t.rekey_from, t.rekey_at, t.erased_secret
		FROM spaces s JOIN space_settings t ON t.space_id = s.space_id WHERE s.space_id = ?1`
	updateSpace = `UPDATE spaces SET next_id = ?2, block_end = ?3, next_seq = ?4, last_at = ?5, bytes = ?6, minute_at = ?7, minute_bytes = ?8 WHERE space_id = ?1`
	// After a restore: see skip. Every Space takes a new block of ids. The last number
	// that was given of what sqlite_sequence counts is there once one was given. Those
	// of Spaces SQLite does not count: see insertSpace.
	skipIDs     = `UPDATE id_blocks SET next = next + ?1 WHERE only_row = 1`
	skipBlocks  = `UPDATE spaces SET next_id = 0, block_end = 0, next_seq = next_seq + ?1`
	beginCount  = `INSERT INTO sqlite_sequence (name, seq) SELECT ?1, 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?1)`
	skipNumbers = `UPDATE sqlite_sequence SET seq = seq + ?2 WHERE name = ?1`
	skipSpaces  = `UPDATE sqlite_sequence SET seq = max(seq, (SELECT coalesce(max(space_id), 0) FROM spaces WHERE space_id > 0)) + ?1 WHERE name = 'spaces'`
	takeIDs     = `UPDATE id_blocks SET next = next + ?1 WHERE only_row = 1 RETURNING next - ?1`

	selectRetry = `SELECT key, fingerprint, request_id, at, checksum, answer FROM retries WHERE space_id = ?1 AND key = ?2`
	selectSpent = `SELECT since, removals, writes FROM key_usage WHERE space_id = ?1 AND key_id = ?2`
	upsertSpent = `INSERT INTO key_usage (space_id, key_id, since, removals, writes) VALUES (?1, ?2, ?3, ?4, ?5)
		ON CONFLICT (space_id, key_id) DO UPDATE SET since = excluded.since, removals = excluded.removals, writes = excluded.writes`

	// The contact that ?2 leads to has the pairs of its own id and of each that
	// leads to it, on either side. Beside a pair stands what its other id leads to.
	rootOfRef   = `coalesce((SELECT canonical_id FROM aliases WHERE space_id = ?1 AND id = ?2), ?2)`
	pairOfA     = `SELECT p.a, p.b, coalesce((SELECT canonical_id FROM aliases WHERE space_id = ?1 AND id = p.b), p.b) FROM `
	pairOfB     = `SELECT p.a, p.b, coalesce((SELECT canonical_id FROM aliases WHERE space_id = ?1 AND id = p.a), p.a) FROM `
	alias       = `aliases l CROSS JOIN distinct_pairs p ON p.space_id = ?1 AND p.`
	selectPairs = pairOfA + `distinct_pairs p WHERE p.space_id = ?1 AND p.a = ` + rootOfRef + ` UNION ALL ` +
		pairOfB + `distinct_pairs p WHERE p.space_id = ?1 AND p.b = ` + rootOfRef + ` UNION ALL ` +
		pairOfA + alias + `a = l.id WHERE l.space_id = ?1 AND l.canonical_id = ` + rootOfRef + ` UNION ALL ` +
		pairOfB + alias + `b = l.id WHERE l.space_id = ?1 AND l.canonical_id = ` + rootOfRef + ` LIMIT ?3`
	insertPair = `INSERT INTO distinct_pairs (space_id, a, b) VALUES (?1, ?2, ?3) ON CONFLICT (space_id, a, b) DO NOTHING`
	deletePair = `DELETE FROM distinct_pairs WHERE space_id = ?1 AND a = ?2 AND b = ?3`

	// Of a Space that are of ?2 or older, the oldest first. What they weigh is read without
	// what they hold.
	selectExpired = `SELECT key, octet_length(key) + octet_length(fingerprint) + octet_length(request_id) + octet_length(answer) FROM retries WHERE space_id = ?1 AND at <= ?2 ORDER BY at LIMIT ?3`
	deleteRetry   = `DELETE FROM retries WHERE space_id = ?1 AND key = ?2`
	insertRetry   = `INSERT INTO retries (space_id, key, fingerprint, request_id, at, checksum, answer) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`

	changeColumns = `change_key, op_seq, contact_id, ref, version, prev_seq, at, action, actor, reason, request_id, batch_id, undoes,
		checksum, edits, snapshot`
	selectChange = `SELECT ` + changeColumns + ` FROM changes WHERE change_key = ?1`
	// The list of numbers comes first: each is one look-up.
	selectChanges = `SELECT ` + changeColumns + ` FROM json_each(?1) AS n CROSS JOIN changes WHERE change_key = n.value`
	// What a change weighs is known without reading it.
	stepColumns     = `version, at, octet_length(actor) + octet_length(reason) + octet_length(edits) + coalesce(octet_length(snapshot), 0)`
	selectStep      = `SELECT ` + stepColumns + `, prev_seq FROM changes WHERE change_key = ?1`
	selectSnapshots = `SELECT ` + stepColumns + `, change_key & 1099511627775 FROM changes
		WHERE contact_id = ?1 AND version >= ?2 AND snapshot IS NOT NULL AND change_key > ?3 AND change_key <= ?4 ORDER BY version LIMIT ?5`
	selectThrough = `SELECT change_key & 1099511627775 FROM changes WHERE ref = ?1 AND ref <> 0 AND change_key > ?2 AND change_key <= ?3 LIMIT ?4`
	// What undoes a write, what undoes that, and so on.
	selectUndone = `WITH RECURSIVE chain (op, by) AS (
			SELECT undoes, op_seq FROM changes WHERE undoes = ?1 AND undoes <> 0 AND change_key > ?2 AND change_key <= ?3
			UNION
			SELECT h.undoes, h.op_seq FROM chain JOIN changes h ON h.undoes = chain.by AND h.undoes <> 0 AND h.change_key > ?2 AND h.change_key <= ?3
		) SELECT op, by FROM chain`
	feed       = `SELECT ` + changeColumns + `, change_key & 1099511627775 FROM changes WHERE change_key > ?1 AND change_key < ?2`
	feedOldest = feed + ` ORDER BY change_key`
	feedNewest = feed + ` ORDER BY change_key DESC`
	// As a walk: what is not of the filter is not read.
	sift = `SELECT c.change_key, c.op_seq, c.contact_id, c.ref, c.version, c.prev_seq, c.at, c.action, c.actor, c.reason, c.request_id,
			c.batch_id, c.undoes, c.checksum, c.edits, c.snapshot, h.change_key & 1099511627775
		FROM changes h LEFT JOIN changes c ON c.change_key = CASE WHEN (?3 = 0 OR h.contact_id = ?3) AND (?4 = '' OR h.action = ?4)
			AND (?5 = '' OR h.batch_id = ?5) AND (?6 = '' OR substr(h.actor, 1, length(?6)) = ?6) THEN h.change_key END
		WHERE h.change_key > ?1 AND h.change_key < ?2`
	siftOldest    = sift + ` ORDER BY h.change_key`
	siftNewest    = sift + ` ORDER BY h.change_key DESC`
	changeWidth   = 16 // columns
	selectLastSeq = `SELECT next_seq - 1 FROM spaces WHERE space_id = ?1`
	selectLastAt  = `SELECT last_at FROM spaces`
	selectSecret  = `SELECT secret FROM installation WHERE only_row = 1`
	insertChange  = `INSERT INTO changes (` + changeColumns + `) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)`

	insertKey = `INSERT INTO match_keys (space_id, kind, key, id) VALUES (?1, ?2, ?3, ?4)`
	deleteKey = `DELETE FROM match_keys WHERE space_id = ?1 AND kind = ?2 AND key = ?3 AND id = ?4`

	// What searches find by: see store.Searches. Of ranges each is a look-up of its own.
	selectSearchMark = `SELECT seq, region, turn, slots FROM search_marks WHERE space_id = ?1`
	selectTouched    = `SELECT change_key & 1099511627775, contact_id FROM changes WHERE change_key > ?1 AND change_key < ?2 ORDER BY change_key LIMIT ?3`
	selectInSearch   = `SELECT id FROM search_keys WHERE space_id = ?1 AND kind = ?2 AND key >= ?3 AND key < ?4 LIMIT ?5`
	selectInKeys     = `SELECT id FROM match_keys WHERE space_id = ?1 AND kind = ?2 AND key >= ?3 AND key < ?4 LIMIT ?5`
	selectSearched   = `SELECT s.id, s.keys FROM json_each(?2) AS n CROSS JOIN searched s WHERE s.space_id = ?1 AND s.id = n.value`
	insertSearchMark = `INSERT INTO search_marks (space_id, seq, region, slots, turn) VALUES (?1, ?2, ?3, ?4, 1) ON CONFLICT (space_id) DO NOTHING`
	updateSearchMark = `UPDATE search_marks SET seq = ?2, region = ?3, slots = ?4, turn = turn + 1 WHERE space_id = ?1 AND turn = ?5`
	insertSearchKey  = `INSERT INTO search_keys (space_id, kind, key, id) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (space_id, kind, key, id) DO NOTHING`
	deleteSearchKey  = `DELETE FROM search_keys WHERE space_id = ?1 AND kind = ?2 AND key = ?3 AND id = ?4`
	upsertSearched   = `INSERT INTO searched (space_id, id, keys) VALUES (?1, ?2, ?3) ON CONFLICT (space_id, id) DO UPDATE SET keys = excluded.keys`
	deleteSearched   = `DELETE FROM searched WHERE space_id = ?1 AND id = ?2`
	selectUnfolded   = `SELECT space_id FROM spaces s WHERE space_id > ?1 AND next_seq - 1 > coalesce((SELECT seq FROM search_marks m WHERE m.space_id = s.space_id), 0)
		ORDER BY space_id LIMIT ?2`

	settingsColumns = `space_id, name, timezone, region, subscription, limits, labels, created_at, quota_bytes, quota_minute, rekeying, rekey_from, rekey_at, bin_days, erased_secret, filterable`
	insertSpace     = `INSERT INTO spaces (space_id, next_id, block_end, next_seq, last_at, bytes, minute_at, minute_bytes)
		SELECT 1 + max(coalesce((SELECT max(space_id) FROM spaces), 0), coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'spaces'), 0)), 0, 0, 1, 0, 0, 0, 0
		RETURNING space_id`
	insertSettings   = `INSERT INTO space_settings (` + settingsColumns + `) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)`
	selectUsages     = `SELECT space_id, bytes, minute_at, minute_bytes FROM spaces`
	selectSettings   = `SELECT ` + settingsColumns + ` FROM space_settings WHERE space_id = ?1`
	selectUsage      = `SELECT bytes, minute_at, minute_bytes FROM spaces WHERE space_id = ?1`
	selectFirstSpace = `SELECT ` + settingsColumns + ` FROM space_settings WHERE space_id > 0 ORDER BY space_id LIMIT 1`
	selectSpaces     = `SELECT ` + settingsColumns + ` FROM space_settings ORDER BY space_id`
	updateSettings   = `UPDATE space_settings SET name = ?2, timezone = ?3, region = ?4, subscription = ?5, limits = ?6, labels = ?7, quota_bytes = ?8, quota_minute = ?9,
		rekeying = ?10, rekey_from = ?11, rekey_at = ?12, bin_days = ?13, erased_secret = ?14, filterable = ?15 WHERE space_id = ?1`

	apiKeyColumns = `key_id, space_id, name, hash, scopes, created_at, expires_at, revoked_at, last_used_at, max_removals, daily_removals, daily_writes`
	insertAPIKey  = `INSERT INTO api_keys (space_id, name, hash, scopes, created_at, expires_at, revoked_at, last_used_at, max_removals, daily_removals, daily_writes)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) RETURNING key_id`
	selectAPIKey  = `SELECT ` + apiKeyColumns + ` FROM api_keys WHERE key_id = ?1`
	selectByHash  = `SELECT ` + apiKeyColumns + ` FROM api_keys WHERE hash = ?1`
	selectAPIKeys = `SELECT ` + apiKeyColumns + ` FROM api_keys ORDER BY key_id`
	// Bounded and from the end, along an index.
	selectAPIKeysOf = `SELECT ` + apiKeyColumns + ` FROM api_keys WHERE space_id = ?1 ORDER BY key_id DESC LIMIT ?2`
	updateAPIKey    = `UPDATE api_keys SET name = ?2, scopes = ?3, expires_at = ?4, revoked_at = ?5, last_used_at = ?6,
		max_removals = ?7, daily_removals = ?8, daily_writes = ?9 WHERE key_id = ?1`

	jobColumns = `space_id, kind, state, key_id, about, cursor, done, total, created_at, completed_at, due_at, message`
	// The checksum is that which was read, or that which comes: the statement may run again.
	rewriteChange = `UPDATE changes SET actor = ?3, reason = ?4, checksum = ?5, edits = ?6, snapshot = ?7
		WHERE change_key = ?1 AND checksum IN (?2, ?5)`

	erasureColumns     = `space_id, contact_id, at, op_seq, job_id, scrubbed_at`
	insertErasure      = `INSERT INTO erasures (` + erasureColumns + `) VALUES (?1, ?2, ?3, ?4, ?5, 0)`
	selectErasure      = `SELECT ` + erasureColumns + ` FROM erasures WHERE space_id = ?1 AND contact_id = ?2`
	selectErasures     = `SELECT ` + erasureColumns + ` FROM erasures WHERE job_id > ?1 ORDER BY job_id LIMIT ?2`
	selectOpenErasures = `SELECT ` + erasureColumns + ` FROM erasures WHERE scrubbed_at = 0 AND job_id > ?1 ORDER BY job_id LIMIT ?2`
	scrubErasure       = `UPDATE erasures SET scrubbed_at = ?2 WHERE job_id = ?1 AND scrubbed_at = 0`

	// Of what is there already the later day stays.
	insertErasedKey = `INSERT INTO erased_keys (space_id, hash, day) VALUES (?1, ?2, ?3)
		ON CONFLICT (space_id, hash) DO UPDATE SET day = max(day, excluded.day)`
	selectErasedKeys = `SELECT coalesce(max(e.day), 0) FROM json_each(?2) AS n CROSS JOIN erased_keys e WHERE e.space_id = ?1 AND e.hash = unhex(n.value)`
	deleteErasedKeys = `DELETE FROM erased_keys WHERE space_id = ?1`

	insertJob     = `INSERT INTO jobs (` + jobColumns + `) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) RETURNING job_id`
	selectJob     = `SELECT job_id, ` + jobColumns + ` FROM jobs WHERE space_id = ?1 AND job_id = ?2`
	selectJobsOf  = `SELECT job_id, ` + jobColumns + ` FROM jobs WHERE space_id = ?1 AND job_id < ?2 ORDER BY job_id DESC LIMIT ?3`
	selectDueJobs = `SELECT job_id, ` + jobColumns + ` FROM jobs WHERE completed_at = 0 AND due_at <= ?1 ORDER BY due_at, job_id LIMIT ?2`
	updateJob     = `UPDATE jobs SET state = ?3, cursor = ?4, done = ?5, total = ?6, completed_at = ?7, due_at = ?8, message = ?9
		WHERE space_id = ?1 AND job_id = ?2`

	planColumns = `space_id, plan_id, state, created_at, ends_at, weight, checksum, doc`
	selectPlan  = `SELECT ` + planColumns + ` FROM plans WHERE space_id = ?1 AND plan_id = ?2`
	selectPlans = `SELECT ` + planColumns + ` FROM plans WHERE space_id = ?1 AND (created_at, plan_id) < (?2, ?3)
		ORDER BY created_at DESC, plan_id DESC LIMIT ?4`
	selectEndedPlans = `SELECT space_id, plan_id FROM plans WHERE ends_at <> 0 AND ends_at <= ?1 ORDER BY ends_at LIMIT ?2`
	insertPlan       = `INSERT INTO plans (` + planColumns + `) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`
	updatePlan       = `UPDATE plans SET state = ?3, created_at = ?4, ends_at = ?5, weight = ?6, checksum = ?7, doc = ?8 WHERE space_id = ?1 AND plan_id = ?2`
	deletePlan       = `DELETE FROM plans WHERE space_id = ?1 AND plan_id = ?2`

	fileColumns      = `space_id, file_id, kind, state, created_at, ends_at, weight, checksum, doc`
	selectFile       = `SELECT ` + fileColumns + ` FROM files WHERE space_id = ?1 AND file_id = ?2`
	selectFiles      = `SELECT ` + fileColumns + ` FROM files WHERE space_id = ?1 AND kind = ?2 AND created_at < ?3 ORDER BY created_at DESC LIMIT ?4`
	selectEndedFiles = `SELECT space_id, file_id FROM files WHERE ends_at <> 0 AND ends_at <= ?1 ORDER BY ends_at LIMIT ?2`
	insertFile       = `INSERT INTO files (` + fileColumns + `) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)`
	updateFile       = `UPDATE files SET kind = ?3, state = ?4, created_at = ?5, ends_at = ?6, weight = ?7, checksum = ?8, doc = ?9 WHERE space_id = ?1 AND file_id = ?2`
	deleteFile       = `DELETE FROM files WHERE space_id = ?1 AND file_id = ?2`
	selectFileChunk  = `SELECT checksum, data FROM file_chunks WHERE space_id = ?1 AND file_id = ?2 AND n = ?3`
	insertFileChunk  = `INSERT INTO file_chunks (space_id, file_id, n, checksum, data) VALUES (?1, ?2, ?3, ?4, ?5)`
	deleteFileChunks = `DELETE FROM file_chunks WHERE space_id = ?1 AND file_id = ?2 AND n <= ?3`

	planRowColumns          = `n, outcome, result, checksum, operation, decided, done`
	planRowWidth            = 7 // columns
	planRowsAfter           = `SELECT ` + planRowColumns + ` FROM plan_rows WHERE space_id = ?1 AND plan_id = ?2 AND n > ?3`
	selectPlanRows          = planRowsAfter + ` ORDER BY n LIMIT ?4`
	selectPlanRowsOfOutcome = planRowsAfter + ` AND outcome = ?5 ORDER BY n LIMIT ?4`
	// The index has rows that have a result, and no others.
	selectPlanRowsOfResult = planRowsAfter + ` AND result = ?5 AND result <> '' AND (?6 = '' OR outcome = ?6) ORDER BY n LIMIT ?4`
	// The numbers are found by the contacts, in the list of which each is one look-up, and
	// then the rows by their numbers.
	selectPlanRowsOfContacts = `SELECT ` + planRowColumns + `,
			(SELECT json_group_array(c.contact_id) FROM plan_contacts c WHERE c.space_id = ?1 AND c.plan_id = ?2 AND c.n = r.n)
		FROM plan_rows r WHERE r.space_id = ?1 AND r.plan_id = ?2 AND r.n IN (
			SELECT p.n FROM json_each(?3) AS w CROSS JOIN plan_contacts p
			WHERE p.space_id = ?1 AND p.plan_id = ?2 AND p.contact_id = w.value AND p.n < ?4)
		ORDER BY r.n LIMIT ?5`
	upsertPlanRow = `INSERT INTO plan_rows (space_id, plan_id, ` + planRowColumns + `) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
		ON CONFLICT (space_id, plan_id, n) DO UPDATE SET outcome = excluded.outcome, result = excluded.result, checksum = excluded.checksum,
			operation = excluded.operation, decided = excluded.decided, done = excluded.done`
	deletePlanRows        = `DELETE FROM plan_rows WHERE space_id = ?1 AND plan_id = ?2 AND n <= ?3`
	insertPlanContact     = `INSERT INTO plan_contacts (space_id, plan_id, contact_id, n) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (space_id, plan_id, contact_id, n) DO NOTHING`
	deletePlanContacts    = `DELETE FROM plan_contacts WHERE space_id = ?1 AND plan_id = ?2 AND n <= ?3`
	deletePlanRowContacts = `DELETE FROM plan_contacts WHERE space_id = ?1 AND plan_id = ?2 AND n IN (SELECT value FROM json_each(?3))`

	sessionColumns = `hash, key_id, space_id, name, created_at, expires_at`
	insertSession  = `INSERT INTO sessions (` + sessionColumns + `, link) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`
	selectSession  = `SELECT ` + sessionColumns + ` FROM sessions WHERE hash = ?1 AND link = ?2`
	deleteSession  = `DELETE FROM sessions WHERE hash = ?1 AND link = ?2`
	deleteSessions = `DELETE FROM sessions WHERE key_id = ?1`
	sweepSessions  = `DELETE FROM sessions WHERE hash IN (SELECT hash FROM sessions WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)`
	// Of a key the newest stay.
	trimSessions = `DELETE FROM sessions WHERE hash IN
		(SELECT hash FROM sessions WHERE key_id = ?1 AND link = ?2 ORDER BY created_at DESC, hash DESC LIMIT -1 OFFSET ?3)`

	// What only a check reads: see store.Inventory.
	beginStill     = "BEGIN"
	selectTables   = `SELECT name FROM sqlite_schema WHERE type = 'table'`
	selectUsed     = `SELECT next, (SELECT coalesce(max(id), 0) FROM contacts), (SELECT coalesce(max(block_end), 1) - 1 FROM spaces) FROM id_blocks WHERE only_row = 1`
	storedContacts = `SELECT ` + contactColumns + `, space_id, coalesce((SELECT canonical_id FROM aliases a WHERE a.space_id = contacts.space_id AND a.id = contacts.id), 0)
		FROM contacts WHERE id > ?1 ORDER BY id LIMIT ?2`
	storedChanges = `SELECT ` + changeColumns + `, coalesce((SELECT head_seq FROM contacts WHERE id = contact_id AND space_id = ?3), 0)
		FROM changes WHERE change_key > ?1 AND change_key < ?2 ORDER BY change_key LIMIT ?4`
	storedAliases = `SELECT id, canonical_id, EXISTS (SELECT 1 FROM contacts c WHERE c.id = aliases.id AND c.space_id = ?1)
		FROM aliases WHERE space_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3`
	storedKeys       = `SELECT kind, key, id FROM match_keys WHERE space_id = ?1 AND (kind, key, id) > (?2, ?3, ?4) ORDER BY kind, key, id LIMIT ?5`
	selectKey        = `SELECT 1 FROM match_keys WHERE space_id = ?1 AND kind = ?2 AND key = ?3 AND id = ?4`
	storedSearchKeys = `SELECT kind, key, id FROM search_keys WHERE space_id = ?1 AND (kind, key, id) > (?2, ?3, ?4) ORDER BY kind, key, id LIMIT ?5`
	selectSearchKey  = `SELECT 1 FROM search_keys WHERE space_id = ?1 AND kind = ?2 AND key = ?3 AND id = ?4`
	storedPairs      = `SELECT a, b, EXISTS (SELECT 1 FROM contacts WHERE id = a AND space_id = ?1), EXISTS (SELECT 1 FROM contacts WHERE id = b AND space_id = ?1)
		FROM distinct_pairs WHERE space_id = ?1 AND (a, b) > (?2, ?3) ORDER BY a, b LIMIT ?4`
	storedRetries = `SELECT key, fingerprint, request_id, at, checksum, answer FROM retries WHERE space_id = ?1 AND key > ?2 ORDER BY key LIMIT ?3`
	storedPlan    = `SELECT (SELECT plan_id FROM plans WHERE space_id = ?1 AND plan_id > ?2 ORDER BY plan_id LIMIT 1),
		(SELECT plan_id FROM plan_rows WHERE space_id = ?1 AND plan_id > ?2 ORDER BY plan_id LIMIT 1),
		(SELECT plan_id FROM plan_contacts WHERE space_id = ?1 AND plan_id > ?2 ORDER BY plan_id LIMIT 1)`
	storedPlanContacts = `SELECT n, contact_id FROM plan_contacts WHERE space_id = ?1 AND plan_id = ?2 AND n > ?3 AND n <= ?4 ORDER BY n LIMIT ?5`
	storedFile         = `SELECT (SELECT file_id FROM files WHERE space_id = ?1 AND file_id > ?2 ORDER BY file_id LIMIT 1),
		(SELECT file_id FROM file_chunks WHERE space_id = ?1 AND file_id > ?2 ORDER BY file_id LIMIT 1)`
	weighSpace = `SELECT (SELECT coalesce(sum(octet_length(doc) + octet_length(origins)), 0) FROM contacts WHERE space_id = ?1)
		+ (SELECT coalesce(sum(?4 + octet_length(actor) + octet_length(reason) + octet_length(edits) + coalesce(octet_length(snapshot), 0)), 0)
			FROM changes WHERE change_key > ?2 AND change_key < ?3)
		+ (SELECT coalesce(sum(?4 + octet_length(key) + octet_length(fingerprint) + octet_length(request_id) + octet_length(answer)), 0) FROM retries WHERE space_id = ?1)
		+ (SELECT coalesce(sum(weight), 0) FROM plans WHERE space_id = ?1)
		+ (SELECT coalesce(sum(weight), 0) FROM files WHERE space_id = ?1)`

	entryColumns         = `entry_id, space_id, key_id, key_name, at, who, action, edits`
	insertEntry          = `INSERT INTO registry_log (space_id, key_id, key_name, at, who, action, edits) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`
	newestEntries        = ` AND entry_id < ?1 ORDER BY entry_id DESC LIMIT ?2`
	selectSpaceEntries   = `SELECT ` + entryColumns + ` FROM registry_log WHERE key_id = 0` + newestEntries
	selectEntriesOfSpace = `SELECT ` + entryColumns + ` FROM registry_log WHERE key_id = 0 AND space_id = ?3` + newestEntries
	selectKeyEntries     = `SELECT ` + entryColumns + ` FROM registry_log WHERE key_id > 0` + newestEntries
	selectEntriesOfKey   = `SELECT ` + entryColumns + ` FROM registry_log WHERE key_id = ?3` + newestEntries

	// Of a copy: see describe.
	selectCopySchema = `SELECT version_id FROM goose_db_version WHERE is_applied = 1`
	selectCopySecret = `SELECT length(secret) FROM installation WHERE only_row = 1`
)
