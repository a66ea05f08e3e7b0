package postgres

// Every statement that runs while serving, in one place. Tests explain each of
// them on plenty of rows and fail where one reads more than it must, or touches
// more than the one partition of its Space.
//
// What belongs to a Space is asked for with its space_id, which is always $1.
// No statement that writes asks the database for a time or a random value: both
// come in as arguments, so that every node and every repetition sees the same.
const (
	// Another transaction's work shows once it is committed, statement by
	// statement, whatever the database's default is.
	begin    = `BEGIN ISOLATION LEVEL READ COMMITTED`
	commit   = `COMMIT`
	rollback = `ROLLBACK`

	// A default of off would lose acknowledged writes in a crash; a stricter
	// one than on is left alone. The others free a Space from a transaction
	// that waits for it too long, or whose server hangs. SET LOCAL, in this
	// form, is what a pooler in transaction mode lets through.
	settings = `SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, true),
		set_config('lock_timeout', '` + lockTimeout + `', true), set_config('idle_in_transaction_session_timeout', '` + idleTimeout + `', true)`

	// The settings of a Space are read by a statement of their own, after the
	// one that waited for its row: in a join they would be as they were before
	// the wait.
	lockSpace   = `SELECT next_id, block_end, next_seq, last_at, bytes, minute_at, minute_bytes FROM spaces WHERE space_id = $1 FOR UPDATE`
	selectTerms = `SELECT region, quota_bytes, quota_minute, rekeying, rekey_from, rekey_at, erased_secret FROM space_settings WHERE space_id = $1`
	updateSpace = `UPDATE spaces SET next_id = $2, block_end = $3, next_seq = $4, last_at = $5, bytes = $6, minute_at = $7, minute_bytes = $8 WHERE space_id = $1`
	lockIDs     = `SELECT next FROM id_blocks WHERE kind = $1 FOR UPDATE`
	takeIDs     = `UPDATE id_blocks SET next = next + $2 WHERE kind = $1 RETURNING next - $2`

	contactColumns = `id, version, state, parent_id, created_at, head_seq, depth, checksum, doc, origins`
	selectRow      = `SELECT ` + contactColumns + ` FROM contacts WHERE space_id = $1 AND id = $2`
	selectRows     = `SELECT ` + contactColumns + ` FROM contacts WHERE space_id = $1 AND id = ANY ($2::bigint[])`
	selectContact  = `SELECT ` + contactColumns + ` FROM contacts
		WHERE space_id = $1 AND id = coalesce((SELECT canonical_id FROM aliases WHERE space_id = $1 AND id = $2), $2)`
	selectRefs = `SELECT c.*, r.ref FROM unnest($2::bigint[]) AS r (ref) CROSS JOIN LATERAL (SELECT ` + contactColumns + ` FROM contacts
		WHERE space_id = $1 AND id = coalesce((SELECT canonical_id FROM aliases WHERE space_id = $1 AND id = r.ref), r.ref) OFFSET 0) c`
	insertContacts = `INSERT INTO contacts (space_id, ` + contactColumns + `)
		SELECT $1::bigint, n.* FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
			$8::bigint[], $9::bigint[], $10::text[], $11::text[]) AS n`
	updateContacts = `UPDATE contacts c SET version = n.version, state = n.state, parent_id = n.parent_id,
			head_seq = n.head_seq, depth = n.depth, checksum = n.checksum, doc = n.doc, origins = n.origins
		FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
			$8::bigint[], $9::bigint[], $10::text[], $11::text[], $12::bigint[])
			AS n (` + contactColumns + `, loaded)
		WHERE c.space_id = $1 AND c.id = n.id AND c.created_at = n.created_at AND c.version = n.loaded`

	moveAliases   = `UPDATE aliases SET canonical_id = $3 WHERE space_id = $1 AND canonical_id = $2`
	placeAliases  = `UPDATE aliases SET canonical_id = $3 WHERE space_id = $1 AND id = ANY ($2)`
	deleteAlias   = `DELETE FROM aliases WHERE space_id = $1 AND id = $2`
	insertAlias   = `INSERT INTO aliases (space_id, id, canonical_id) VALUES ($1, $2, $3)`
	upsertAlias   = `INSERT INTO aliases (space_id, id, canonical_id) VALUES ($1, $2, $3) ON CONFLICT (space_id, id) DO UPDATE SET canonical_id = EXCLUDED.canonical_id`
	selectAliases = `SELECT id FROM aliases WHERE space_id = $1 AND canonical_id = $2`
	// A root comes once more, alone, where nothing leads to it.
	selectTrees = `SELECT r.root, coalesce(n.id, 0), coalesce(n.parent_id, 0), coalesce(n.version, 0) FROM (
			SELECT DISTINCT coalesce((SELECT canonical_id FROM aliases WHERE space_id = $1 AND id = w.ref), w.ref) AS root FROM unnest($2::bigint[]) AS w (ref)) r
		LEFT JOIN LATERAL (SELECT a.id, c.parent_id, c.version FROM aliases a
			CROSS JOIN LATERAL (SELECT parent_id, version FROM contacts WHERE space_id = $1 AND id = a.id OFFSET 0) c
			WHERE a.space_id = $1 AND a.canonical_id = r.root OFFSET 0) n ON true ORDER BY r.root`

	// A page ends with the row with which its rows weigh store.MaxPageBytes. The
	// server counts, from the lengths alone, so that what is over is neither
	// read from its storage nor sent. It counts in the order of the subquery.
	contactWeight = `octet_length(doc) + octet_length(origins) AS weight`
	pageOfRows    = `SELECT ` + contactColumns + ` FROM (SELECT *, sum(weight) OVER (ROWS UNBOUNDED PRECEDING) - weight AS before FROM (`
	upToWeight    = `) AS page) AS weighed WHERE before < $2`

	selectContacts = `SELECT ` + contactColumns + `, ref FROM (SELECT *, sum(weight) OVER (ROWS UNBOUNDED PRECEDING) - weight AS before FROM (
		SELECT c.*, r.ref FROM unnest($3::bigint[]) AS r (ref) CROSS JOIN LATERAL (SELECT ` + contactColumns + `, ` + contactWeight + ` FROM contacts
			WHERE space_id = $1 AND id = coalesce((SELECT canonical_id FROM aliases WHERE space_id = $1 AND id = r.ref), r.ref) OFFSET 0) c` + upToWeight

	rowsOfState       = pageOfRows + `SELECT ` + contactColumns + `, ` + contactWeight + ` FROM contacts WHERE space_id = $1 AND id > $3 AND id < $4 AND state = `
	idsDown           = ` ORDER BY id DESC LIMIT $5` + upToWeight
	idsUp             = ` ORDER BY id LIMIT $5` + upToWeight
	listNewest        = rowsOfState + `0` + idsDown
	listOldest        = rowsOfState + `0` + idsUp
	listDeletedNewest = rowsOfState + `2` + idsDown
	listDeletedOldest = rowsOfState + `2` + idsUp

	// A walk along rows that are not all of its list looks at store.MaxLookedAt of
	// them and no more. With the last of these comes its mark, as stopped, even
	// where it is not of the list: then without a contact.
	pageOfWalk = `SELECT coalesce(id, 0), coalesce(version, 0), coalesce(state, 0), coalesce(parent_id, 0),
			coalesce(created_at, 0), coalesce(head_seq, 0), coalesce(depth, 0), coalesce(checksum, 0), coalesce(doc, ''), coalesce(origins, ''), stopped
		FROM (SELECT *, coalesce(sum(weight) OVER (ROWS UNBOUNDED PRECEDING), 0) - coalesce(weight, 0) AS before FROM (
		SELECT c.*, CASE WHEN k.place = 10000 THEN k.mark ELSE 0 END AS stopped FROM (`
	mostLookedAt = ` LIMIT 10000) k LEFT JOIN LATERAL (SELECT ` + contactColumns + `, ` + contactWeight + ` FROM contacts WHERE space_id = $1`
	// The subquery is kept apart (OFFSET 0), so that there is one way to go: along
	// what is looked at in its order, to each contact by its id.
	ofTheList = ` OFFSET 0) c ON true WHERE c.id IS NOT NULL OR k.place = 10000 ORDER BY k.mark`
	downwards = ` DESC`
	upToLimit = ` LIMIT $5` + upToWeight

	keyed = ` FROM match_keys WHERE space_id = $1 AND kind = $6 AND key = $7 AND id > $3 AND id < $4`
	other = ` AND id = k.mark AND state = 0
		AND ($8::bigint IS NULL OR EXISTS (SELECT FROM match_keys o WHERE o.space_id = $1 AND o.kind = $8 AND o.key = $9 AND o.id = k.mark))`
	keyedNewest = pageOfWalk + `SELECT id AS mark, row_number() OVER (ORDER BY id DESC) AS place` + keyed + ` ORDER BY id DESC` + mostLookedAt + other + ofTheList + downwards + upToLimit
	keyedOldest = pageOfWalk + `SELECT id AS mark, row_number() OVER (ORDER BY id) AS place` + keyed + ` ORDER BY id` + mostLookedAt + other + ofTheList + upToLimit

	// A contact stands at its newest change alone, so it comes once.
	updated  = ` FROM changes WHERE space_id = $1 AND seq > $3 AND seq < $4`
	narrowed = ` AND id = k.contact_id AND head_seq = k.mark AND state = 0 AND k.contact_id >= $6 AND k.contact_id < $7
		AND ($8::bigint IS NULL OR EXISTS (SELECT FROM match_keys o WHERE o.space_id = $1 AND o.kind = $8 AND o.key = $9 AND o.id = k.contact_id))
		AND ($10::bigint IS NULL OR EXISTS (SELECT FROM match_keys o WHERE o.space_id = $1 AND o.kind = $10 AND o.key = $11 AND o.id = k.contact_id))`
	updatedNewest = pageOfWalk + `SELECT seq AS mark, contact_id, row_number() OVER (ORDER BY seq DESC) AS place` + updated + ` ORDER BY seq DESC` + mostLookedAt + narrowed + ofTheList + downwards + upToLimit
	updatedOldest = pageOfWalk + `SELECT seq AS mark, contact_id, row_number() OVER (ORDER BY seq) AS place` + updated + ` ORDER BY seq` + mostLookedAt + narrowed + ofTheList + upToLimit

	selectCreatedFrom = `SELECT id, created_at FROM contacts WHERE space_id = $1 AND state = 0 AND id >= $2 ORDER BY id LIMIT 1`

	selectRetries = `SELECT key, fingerprint, request_id, at, checksum, answer FROM retries WHERE space_id = $1 AND key = ANY ($2::text[])`
	selectExpired = `SELECT key, octet_length(key) + octet_length(fingerprint) + octet_length(request_id) + octet_length(answer) FROM retries WHERE space_id = $1 AND at <= $2 ORDER BY at LIMIT $3`
	deleteRetries = `DELETE FROM retries WHERE space_id = $1 AND key = ANY ($2::text[])`
	selectRetryOf = `SELECT request_id FROM retries WHERE space_id = $1 AND key = $2`
	selectSpent   = `SELECT key_id, since, removals, writes FROM key_usage WHERE space_id = $1 AND key_id = ANY ($2::bigint[])`
	upsertSpent   = `INSERT INTO key_usage (space_id, key_id, since, removals, writes)
		SELECT $1::bigint, n.* FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) AS n
		ON CONFLICT (space_id, key_id) DO UPDATE SET since = EXCLUDED.since, removals = EXCLUDED.removals, writes = EXCLUDED.writes`

	// The contact that a ref leads to has the pairs of its own id and of each that
	// leads to it, on either side. Beside a pair stands what its other id leads to.
	selectPairs = `SELECT p.a, p.b, coalesce((SELECT canonical_id FROM aliases WHERE space_id = $1 AND id = p.other), p.other) FROM (
			SELECT coalesce((SELECT canonical_id FROM aliases WHERE space_id = $1 AND id = w.ref), w.ref) AS root FROM unnest($2::bigint[]) AS w (ref) OFFSET 0) r
		CROSS JOIN LATERAL (SELECT r.root AS id UNION ALL SELECT id FROM aliases WHERE space_id = $1 AND canonical_id = r.root) i
		CROSS JOIN LATERAL (SELECT a, b, b AS other FROM distinct_pairs WHERE space_id = $1 AND a = i.id
			UNION ALL SELECT a, b, a FROM distinct_pairs WHERE space_id = $1 AND b = i.id) p LIMIT $3`
	insertPairs = `INSERT INTO distinct_pairs (space_id, a, b) SELECT $1::bigint, n.* FROM unnest($2::bigint[], $3::bigint[]) AS n
		ON CONFLICT (space_id, a, b) DO NOTHING`
	deletePairs = `DELETE FROM distinct_pairs p USING unnest($2::bigint[], $3::bigint[]) AS n (a, b) WHERE p.space_id = $1 AND p.a = n.a AND p.b = n.b`

	insertRetries = `INSERT INTO retries (space_id, key, fingerprint, request_id, at, checksum, answer)
		SELECT $1::bigint, n.* FROM unnest($2::text[], $3::bytea[], $4::text[], $5::bigint[], $6::bigint[], $7::text[]) AS n`

	changeColumns = `seq, op_seq, contact_id, ref, version, prev_seq, at, action, actor, reason, request_id, batch_id, undoes, checksum, edits, snapshot`
	changeWeight  = `octet_length(actor) + octet_length(reason) + octet_length(edits) + coalesce(octet_length(snapshot), 0)`
	selectChange  = `SELECT ` + changeColumns + ` FROM changes WHERE space_id = $1 AND seq = $2`
	// Each number is one look-up; what is over a page's weight is not read.
	selectChanges = `SELECT ` + changeColumns + ` FROM (SELECT *, sum(weight) OVER (ROWS UNBOUNDED PRECEDING) - weight AS before FROM (
		SELECT ` + changeColumns + `, ` + changeWeight + ` AS weight FROM changes WHERE space_id = $1 AND seq = ANY ($3::bigint[])` + upToWeight
	selectRequest = `SELECT request_id FROM changes WHERE space_id = $1 AND seq = $2`
	insertChanges = `INSERT INTO changes (space_id, ` + changeColumns + `)
		SELECT $1::bigint, n.* FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
			$9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::bigint[], $15::bigint[], $16::text[], $17::text[]) AS n`
	feed = `SELECT ` + changeColumns + `, true, 0::bigint FROM (SELECT *, sum(weight) OVER (ROWS UNBOUNDED PRECEDING) - weight AS before FROM (
		SELECT ` + changeColumns + `, ` + changeWeight + ` AS weight FROM changes WHERE space_id = $1 AND seq > $3 AND seq < $4 ORDER BY seq`
	feedOldest = feed + ` LIMIT $5` + upToWeight
	feedNewest = feed + ` DESC LIMIT $5` + upToWeight
	// A sift brings the last change that it looks at as well, which need not fit. Of
	// those that do not it reads nothing that is long.
	sift = `SELECT ` + changeColumns + `, fits, place FROM (SELECT *, sum(weight) OVER (ROWS UNBOUNDED PRECEDING) - weight AS before FROM (
		SELECT ` + changeColumns + `, fits, place, CASE WHEN fits THEN weight ELSE 0 END AS weight FROM (
			SELECT ` + changeColumns + `, ` + changeWeight + ` AS weight,
				($6::bigint = 0 OR contact_id = $6) AND ($7::text = '' OR action = $7) AND ($8::text = '' OR batch_id = $8) AND starts_with(actor, $9) AS fits, `
	siftOldest = sift + `row_number() OVER (ORDER BY seq) AS place, lead(seq) OVER (ORDER BY seq) AS next
			FROM changes WHERE space_id = $1 AND seq > $3 AND seq < $4 ORDER BY seq LIMIT 10000) k
		WHERE fits OR next IS NULL OR place = 10000 ORDER BY seq LIMIT $5` + upToWeight
	siftNewest = sift + `row_number() OVER (ORDER BY seq DESC) AS place, lead(seq) OVER (ORDER BY seq DESC) AS next
			FROM changes WHERE space_id = $1 AND seq > $3 AND seq < $4 ORDER BY seq DESC LIMIT 10000) k
		WHERE fits OR next IS NULL OR place = 10000 ORDER BY seq DESC LIMIT $5` + upToWeight
	selectChain = `WITH RECURSIVE chain AS (
			SELECT ` + changeColumns + `, (` + changeWeight + `)::bigint AS total, 1::bigint AS place FROM changes WHERE space_id = $1 AND seq = $3
			UNION ALL
			SELECT h.*, c.place + 1 FROM chain c CROSS JOIN LATERAL (
				SELECT ` + changeColumns + `, c.total + ` + changeWeight + ` FROM changes WHERE space_id = $1 AND seq = c.prev_seq OFFSET 0) h
			WHERE c.place < $4 AND c.total < $2
		) SELECT ` + changeColumns + ` FROM chain ORDER BY place`
	selectThrough = `SELECT seq FROM changes WHERE space_id = $1 AND ref = ANY ($2::bigint[]) AND ref <> 0 AND seq > $3 LIMIT $4`
	// What undoes a write, what undoes that, and so on.
	selectUndone = `WITH RECURSIVE chain (op, by) AS (
			SELECT undoes, op_seq FROM changes WHERE space_id = $1 AND undoes = ANY ($2::bigint[]) AND undoes <> 0
			UNION
			SELECT h.undoes, h.op_seq FROM chain c CROSS JOIN LATERAL (
				SELECT undoes, op_seq FROM changes WHERE space_id = $1 AND undoes = c.by AND undoes <> 0 OFFSET 0) h
		) SELECT op, by FROM chain`
	selectTrail = `WITH RECURSIVE trail AS (
			SELECT seq, version, at, ` + changeWeight + ` AS weight, prev_seq, 1::bigint AS place FROM changes WHERE space_id = $1 AND seq = $2
			UNION ALL
			SELECT h.*, t.place + 1 FROM trail t CROSS JOIN LATERAL (
				SELECT seq, version, at, ` + changeWeight + `, prev_seq FROM changes WHERE space_id = $1 AND seq = t.prev_seq OFFSET 0) h
			WHERE t.place < $3
		) SELECT seq, version, at, weight FROM trail ORDER BY place`
	selectSnapshots = `SELECT seq, version, at, ` + changeWeight + ` FROM changes
		WHERE space_id = $1 AND contact_id = $2 AND version >= $3 AND snapshot IS NOT NULL ORDER BY version LIMIT $4`
	selectLastSeq = `SELECT next_seq - 1 FROM spaces WHERE space_id = $1`

	insertKeys = `INSERT INTO match_keys (space_id, kind, key, id) SELECT $1::bigint, n.* FROM unnest($2::bigint[], $3::text[], $4::bigint[]) AS n`
	deleteKeys = `DELETE FROM match_keys m USING unnest($2::bigint[], $3::text[], $4::bigint[]) AS n (kind, key, id)
		WHERE m.space_id = $1 AND m.kind = n.kind AND m.key = n.key AND m.id = n.id`

	// What searches find by: see store.Searches. Of each range the index gives the ids behind
	// its keys, one more than may be looked at.
	selectSearchMark = `SELECT seq, region, turn, slots FROM search_marks WHERE space_id = $1`
	selectTouched    = `SELECT seq, contact_id FROM changes WHERE space_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`
	inRanges         = `SELECT k.id FROM unnest($2::bigint[], $3::text[], $4::text[]) AS r (kind, low, high) CROSS JOIN LATERAL (SELECT id FROM `
	ofRange          = ` WHERE space_id = $1 AND kind = r.kind AND key >= r.low AND key < r.high LIMIT 10001) k LIMIT 10001`
	selectInSearch   = inRanges + `search_keys` + ofRange
	selectInKeys     = inRanges + `match_keys` + ofRange
	selectSearched   = `SELECT id, keys FROM searched WHERE space_id = $1 AND id = ANY ($2::bigint[])`
	insertSearchMark = `INSERT INTO search_marks (space_id, seq, region, slots, turn) VALUES ($1, $2, $3, $4, 1) ON CONFLICT (space_id) DO NOTHING`
	updateSearchMark = `UPDATE search_marks SET seq = $2, region = $3, slots = $4, turn = turn + 1 WHERE space_id = $1 AND turn = $5`
	insertSearchKeys = `INSERT INTO search_keys (space_id, kind, key, id)
		SELECT $1::bigint, n.* FROM unnest($2::bigint[], $3::text[], $4::bigint[]) AS n ON CONFLICT (space_id, kind, key, id) DO NOTHING`
	deleteSearchKeys = `DELETE FROM search_keys k USING unnest($2::bigint[], $3::text[], $4::bigint[]) AS n (kind, key, id)
		WHERE k.space_id = $1 AND k.kind = n.kind AND k.key = n.key AND k.id = n.id`
	upsertSearched = `INSERT INTO searched (space_id, id, keys) SELECT $1::bigint, n.* FROM unnest($2::bigint[], $3::text[]) AS n
		ON CONFLICT (space_id, id) DO UPDATE SET keys = EXCLUDED.keys`
	deleteSearched = `DELETE FROM searched WHERE space_id = $1 AND id = ANY ($2::bigint[])`
	selectUnfolded = `SELECT space_id FROM spaces s WHERE space_id > $1 AND next_seq - 1 > coalesce((SELECT seq FROM search_marks m WHERE m.space_id = s.space_id), 0)
		ORDER BY space_id LIMIT $2`

	settingsColumns = `space_id, name, timezone, region, subscription, limits, labels, created_at, quota_bytes, quota_minute, rekeying, rekey_from, rekey_at, bin_days, erased_secret, filterable`
	insertSpace     = `INSERT INTO spaces (space_id, next_id, block_end, next_seq, last_at, bytes, minute_at, minute_bytes) VALUES ($1, 0, 0, 1, 0, 0, 0, 0)`
	insertSettings  = `INSERT INTO space_settings (` + settingsColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`
	selectUsages    = `SELECT space_id, bytes, minute_at, minute_bytes FROM spaces`
	selectSettings  = `SELECT ` + settingsColumns + ` FROM space_settings WHERE space_id = $1`
	selectSpaceNow  = `SELECT t.space_id, t.name, t.timezone, t.region, t.subscription, t.limits, t.labels, t.created_at, t.quota_bytes, t.quota_minute, t.rekeying, t.rekey_from, t.rekey_at, t.bin_days, t.erased_secret, t.filterable,
		s.bytes, s.minute_at, s.minute_bytes FROM space_settings t JOIN spaces s ON s.space_id = $1 WHERE t.space_id = $1`
	selectFirstSpace = `SELECT ` + settingsColumns + ` FROM space_settings WHERE space_id > 0 ORDER BY space_id LIMIT 1`
	selectSpaces     = `SELECT ` + settingsColumns + ` FROM space_settings ORDER BY space_id`
	updateSettings   = `UPDATE space_settings SET name = $2, timezone = $3, region = $4, subscription = $5, limits = $6, labels = $7, quota_bytes = $8, quota_minute = $9,
		rekeying = $10, rekey_from = $11, rekey_at = $12, bin_days = $13, erased_secret = $14, filterable = $15 WHERE space_id = $1`

	apiKeyColumns = `key_id, space_id, name, hash, scopes, created_at, expires_at, revoked_at, last_used_at, max_removals, daily_removals, daily_writes`
	insertAPIKey  = `INSERT INTO api_keys (` + apiKeyColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`
	selectAPIKey  = `SELECT ` + apiKeyColumns + ` FROM api_keys WHERE key_id = $1`
	lockAPIKey    = `SELECT ` + apiKeyColumns + ` FROM api_keys WHERE key_id = $1 FOR UPDATE`
	selectAPIKeys = `SELECT ` + apiKeyColumns + ` FROM api_keys ORDER BY key_id`
	// Bounded and from the end, along an index.
	selectAPIKeysOf = `SELECT ` + apiKeyColumns + ` FROM api_keys WHERE space_id = $1 ORDER BY key_id DESC LIMIT $2`
	updateAPIKey    = `UPDATE api_keys SET name = $2, scopes = $3, expires_at = $4, revoked_at = $5, last_used_at = $6,
		max_removals = $7, daily_removals = $8, daily_writes = $9 WHERE key_id = $1`
	grantColumns = `k.key_id, k.space_id, k.name, k.hash, k.scopes, k.created_at, k.expires_at, k.revoked_at, k.last_used_at,
			k.max_removals, k.daily_removals, k.daily_writes,
			s.space_id, s.name, s.timezone, s.region, s.subscription, s.limits, s.labels, s.created_at, s.quota_bytes, s.quota_minute, s.rekeying, s.rekey_from, s.rekey_at, s.bin_days, s.erased_secret, s.filterable`
	selectGrant = `SELECT ` + grantColumns + ` FROM api_keys k JOIN space_settings s ON s.space_id = k.space_id WHERE k.hash = $1`

	jobColumns = `space_id, kind, state, key_id, about, cursor, done, total, created_at, completed_at, due_at, message`
	// The checksum is that which was read, or that which comes: the statement may run again.
	rewriteChanges = `UPDATE changes c SET actor = n.actor, reason = n.reason, checksum = n.checksum, edits = n.edits, snapshot = n.snapshot
		FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[])
			AS n (seq, was, checksum, actor, reason, edits, snapshot)
		WHERE c.space_id = $1 AND c.seq = n.seq AND c.checksum IN (n.was, n.checksum)`

	erasureColumns     = `space_id, contact_id, at, op_seq, job_id, scrubbed_at`
	insertErasure      = `INSERT INTO erasures (` + erasureColumns + `) VALUES ($1, $2, $3, $4, $5, 0)`
	selectErasure      = `SELECT ` + erasureColumns + ` FROM erasures WHERE space_id = $1 AND contact_id = $2`
	selectErasures     = `SELECT ` + erasureColumns + ` FROM erasures WHERE job_id > $1 ORDER BY job_id LIMIT $2`
	selectOpenErasures = `SELECT ` + erasureColumns + ` FROM erasures WHERE scrubbed_at = 0 AND job_id > $1 ORDER BY job_id LIMIT $2`
	scrubErasures      = `UPDATE erasures SET scrubbed_at = $2 WHERE job_id = ANY($1::bigint[]) AND scrubbed_at = 0`

	// Of what is there already the later day stays.
	insertErasedKeys = `INSERT INTO erased_keys (space_id, hash, day)
		SELECT $1::bigint, n.hash, max(n.day) FROM unnest($2::bytea[], $3::bigint[]) AS n (hash, day) GROUP BY n.hash
		ON CONFLICT (space_id, hash) DO UPDATE SET day = greatest(erased_keys.day, excluded.day)`
	selectErasedKeys = `SELECT coalesce(max(day), 0) FROM erased_keys WHERE space_id = $1 AND hash = ANY ($2::bytea[])`
	deleteErasedKeys = `DELETE FROM erased_keys WHERE space_id = $1`

	insertJob = `WITH taken AS (UPDATE id_blocks SET next = next + 1 WHERE kind = 'job' RETURNING next - 1 AS job_id)
		INSERT INTO jobs (job_id, ` + jobColumns + `)
		SELECT job_id, $1::bigint, $2::text, $3::text, $4::bigint, $5::text, $6::text, $7::bigint, $8::bigint, $9::bigint, $10::bigint, $11::bigint, $12::text FROM taken
		RETURNING job_id`
	selectJob     = `SELECT job_id, ` + jobColumns + ` FROM jobs WHERE space_id = $1 AND job_id = $2`
	lockJob       = selectJob + ` FOR UPDATE`
	selectJobsOf  = `SELECT job_id, ` + jobColumns + ` FROM jobs WHERE space_id = $1 AND job_id < $2 ORDER BY job_id DESC LIMIT $3`
	selectDueJobs = `SELECT job_id, ` + jobColumns + ` FROM jobs WHERE completed_at = 0 AND due_at <= $1 ORDER BY due_at, job_id LIMIT $2`
	updateJob     = `UPDATE jobs SET state = $3, cursor = $4, done = $5, total = $6, completed_at = $7, due_at = $8, message = $9
		WHERE space_id = $1 AND job_id = $2`

	planColumns = `space_id, plan_id, state, created_at, ends_at, weight, checksum, doc`
	selectPlan  = `SELECT ` + planColumns + ` FROM plans WHERE space_id = $1 AND plan_id = ANY ($2::text[])`
	selectPlans = `SELECT ` + planColumns + ` FROM (SELECT *, sum(octets) OVER (ROWS UNBOUNDED PRECEDING) - octets AS before FROM (
		SELECT ` + planColumns + `, octet_length(doc) AS octets FROM plans WHERE space_id = $1 AND (created_at, plan_id) < ($3, $4)
			ORDER BY created_at DESC, plan_id DESC LIMIT $5` + upToWeight
	selectEndedPlans = `SELECT space_id, plan_id FROM plans WHERE ends_at <> 0 AND ends_at <= $1 ORDER BY ends_at LIMIT $2`
	insertPlan       = `INSERT INTO plans (` + planColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	updatePlan       = `UPDATE plans SET state = $3, created_at = $4, ends_at = $5, weight = $6, checksum = $7, doc = $8 WHERE space_id = $1 AND plan_id = $2`
	deletePlan       = `DELETE FROM plans WHERE space_id = $1 AND plan_id = $2`

	fileColumns = `space_id, file_id, kind, state, created_at, ends_at, weight, checksum, doc`
	selectFile  = `SELECT ` + fileColumns + ` FROM files WHERE space_id = $1 AND file_id = ANY ($2::text[])`
	selectFiles = `SELECT ` + fileColumns + ` FROM (SELECT *, sum(octets) OVER (ROWS UNBOUNDED PRECEDING) - octets AS before FROM (
		SELECT ` + fileColumns + `, octet_length(doc) AS octets FROM files WHERE space_id = $1 AND kind = $5 AND created_at < $3
			ORDER BY created_at DESC LIMIT $4` + upToWeight
	selectEndedFiles = `SELECT space_id, file_id FROM files WHERE ends_at <> 0 AND ends_at <= $1 ORDER BY ends_at LIMIT $2`
	insertFile       = `INSERT INTO files (` + fileColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	updateFile       = `UPDATE files SET kind = $3, state = $4, created_at = $5, ends_at = $6, weight = $7, checksum = $8, doc = $9 WHERE space_id = $1 AND file_id = $2`
	deleteFile       = `DELETE FROM files WHERE space_id = $1 AND file_id = $2`
	selectFileChunk  = `SELECT checksum, data FROM file_chunks WHERE space_id = $1 AND file_id = $2 AND n = $3`
	insertFileChunk  = `INSERT INTO file_chunks (space_id, file_id, n, checksum, data) VALUES ($1, $2, $3, $4, $5)`
	deleteFileChunks = `DELETE FROM file_chunks WHERE space_id = $1 AND file_id = $2 AND n <= $3`

	planRowColumns = `n, outcome, result, checksum, operation, decided, done`
	planRowWeight  = `octet_length(operation) + coalesce(octet_length(decided), 0) + coalesce(octet_length(done), 0) AS weight`
	planRowsAfter  = `SELECT ` + planRowColumns + ` FROM (SELECT *, sum(weight) OVER (ROWS UNBOUNDED PRECEDING) - weight AS before FROM (
		SELECT ` + planRowColumns + `, ` + planRowWeight + ` FROM plan_rows WHERE space_id = $1 AND plan_id = $3 AND n > $4`
	planRowsUp              = ` ORDER BY n LIMIT $5` + upToWeight
	selectPlanRows          = planRowsAfter + planRowsUp
	selectPlanRowsOfOutcome = planRowsAfter + ` AND outcome = $6` + planRowsUp
	// The index has rows that have a result, and no others.
	selectPlanRowsOfResult = planRowsAfter + ` AND result = $6 AND result <> '' AND ($7::text = '' OR outcome = $7)` + planRowsUp
	// Of each contact the first numbers, of all these the first, and then each row by its
	// number.
	selectPlanRowsOfContacts = `SELECT ` + planRowColumns + `, contacts FROM (SELECT *, sum(weight) OVER (ROWS UNBOUNDED PRECEDING) - weight AS before FROM (
		SELECT r.* FROM (SELECT DISTINCT p.n FROM unnest($4::bigint[]) AS w (contact_id) CROSS JOIN LATERAL (
				SELECT n FROM plan_contacts WHERE space_id = $1 AND plan_id = $3 AND contact_id = w.contact_id AND n < $5 ORDER BY n LIMIT $6) p
			ORDER BY p.n LIMIT $6) k
		CROSS JOIN LATERAL (SELECT ` + planRowColumns + `, ` + planRowWeight + `,
				ARRAY(SELECT contact_id FROM plan_contacts WHERE space_id = $1 AND plan_id = $3 AND n = k.n) AS contacts
			FROM plan_rows WHERE space_id = $1 AND plan_id = $3 AND n = k.n OFFSET 0) r
		ORDER BY k.n` + upToWeight
	upsertPlanRows = `INSERT INTO plan_rows (space_id, plan_id, ` + planRowColumns + `)
		SELECT $1::bigint, $2::text, v.* FROM unnest($3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[], $9::text[]) AS v
		ON CONFLICT (space_id, plan_id, n) DO UPDATE SET outcome = EXCLUDED.outcome, result = EXCLUDED.result, checksum = EXCLUDED.checksum,
			operation = EXCLUDED.operation, decided = EXCLUDED.decided, done = EXCLUDED.done`
	deletePlanRows     = `DELETE FROM plan_rows WHERE space_id = $1 AND plan_id = $2 AND n <= $3`
	insertPlanContacts = `INSERT INTO plan_contacts (space_id, plan_id, contact_id, n)
		SELECT $1::bigint, $2::text, v.* FROM unnest($3::bigint[], $4::bigint[]) AS v ON CONFLICT (space_id, plan_id, contact_id, n) DO NOTHING`
	deletePlanContacts    = `DELETE FROM plan_contacts WHERE space_id = $1 AND plan_id = $2 AND n <= $3`
	deletePlanRowContacts = `DELETE FROM plan_contacts WHERE space_id = $1 AND plan_id = $2 AND n = ANY ($3::bigint[])`

	// A token is found by its hash before its Space is known, as a key is.
	sessionColumns = `hash, key_id, space_id, name, created_at, expires_at`
	insertSession  = `INSERT INTO sessions (` + sessionColumns + `, link) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	selectSession  = `SELECT n.hash, n.key_id, n.space_id, n.name, n.created_at, n.expires_at, ` + grantColumns + `
		FROM sessions n JOIN api_keys k ON k.key_id = n.key_id JOIN space_settings s ON s.space_id = k.space_id WHERE n.hash = $1 AND n.link = 0`
	selectLink     = `SELECT key_id FROM sessions WHERE hash = $1 AND link = 1 AND expires_at > $2`
	takeLink       = `DELETE FROM sessions WHERE hash = $1 AND link = 1 AND expires_at > $2 RETURNING key_id, space_id, name`
	deleteSession  = `DELETE FROM sessions WHERE hash = $1 AND link = 0`
	deleteSessions = `DELETE FROM sessions WHERE key_id = $1`
	// What another transaction deletes just now is left to that.
	sweepSessions = `DELETE FROM sessions WHERE hash = ANY (ARRAY(
		SELECT hash FROM sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED))`
	// Of a key the newest stay.
	trimSessions = `DELETE FROM sessions WHERE hash = ANY (ARRAY(
		SELECT hash FROM sessions WHERE key_id = $1 AND link = $2 ORDER BY created_at DESC, hash DESC OFFSET $3))`

	// What only a check reads: see store.Inventory.
	beginStill     = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`
	selectCounters = `SELECT s.next_id, s.block_end, s.next_seq, s.last_at, s.bytes, s.minute_at, s.minute_bytes, t.region, t.quota_bytes, t.quota_minute, t.rekeying, t.rekey_from, t.rekey_at, t.erased_secret
		FROM spaces s JOIN space_settings t ON t.space_id = $1 WHERE s.space_id = $1`
	selectUsed = `SELECT kind, next, CASE kind WHEN 'contact' THEN (SELECT coalesce(max(block_end), 1) - 1 FROM spaces) WHEN 'space' THEN (SELECT coalesce(max(space_id), 0) FROM spaces)
		WHEN 'key' THEN (SELECT coalesce(max(key_id), 0) FROM api_keys) WHEN 'entry' THEN (SELECT coalesce(max(entry_id), 0) FROM registry_log)
		WHEN 'job' THEN (SELECT coalesce(max(job_id), 0) FROM jobs) ELSE 0 END FROM id_blocks`
	selectNextSpace = `SELECT space_id FROM spaces WHERE space_id > $1 ORDER BY space_id LIMIT 1`
	storedContacts  = `SELECT ` + contactColumns + `, leads FROM (SELECT *, sum(weight) OVER (ROWS UNBOUNDED PRECEDING) - weight AS before FROM (
		SELECT ` + contactColumns + `, ` + contactWeight + `, coalesce((SELECT canonical_id FROM aliases a WHERE a.space_id = $1 AND a.id = contacts.id), 0) AS leads
			FROM contacts WHERE space_id = $1 AND id > $3 ORDER BY id LIMIT $4` + upToWeight
	storedChanges = `SELECT ` + changeColumns + `, head FROM (SELECT *, sum(weight) OVER (ROWS UNBOUNDED PRECEDING) - weight AS before FROM (
		SELECT ` + changeColumns + `, ` + changeWeight + ` AS weight, coalesce((SELECT head_seq FROM contacts WHERE space_id = $1 AND id = contact_id), 0) AS head
			FROM changes WHERE space_id = $1 AND seq > $3 ORDER BY seq LIMIT $4` + upToWeight
	storedAliases = `SELECT id, canonical_id, (SELECT true FROM contacts c WHERE c.space_id = $1 AND c.id = aliases.id) IS NOT NULL
		FROM aliases WHERE space_id = $1 AND id > $2 ORDER BY id LIMIT $3`
	storedKeys        = `SELECT kind, key, id FROM match_keys WHERE space_id = $1 AND (kind, key, id) > ($2::bigint, $3::text, $4::bigint) ORDER BY kind, key, id LIMIT $5`
	storedSearchKeys  = `SELECT kind, key, id FROM search_keys WHERE space_id = $1 AND (kind, key, id) > ($2::bigint, $3::text, $4::bigint) ORDER BY kind, key, id LIMIT $5`
	selectMissingKeys = `SELECT n.kind, n.key, n.id FROM unnest($2::bigint[], $3::text[], $4::bigint[]) AS n (kind, key, id) LEFT JOIN LATERAL (
		SELECT true AS there FROM match_keys WHERE space_id = $1 AND kind = n.kind AND key = n.key AND id = n.id OFFSET 0) m ON true WHERE m.there IS NULL`
	selectMissingSearchKeys = `SELECT n.kind, n.key, n.id FROM unnest($2::bigint[], $3::text[], $4::bigint[]) AS n (kind, key, id) LEFT JOIN LATERAL (
		SELECT true AS there FROM search_keys WHERE space_id = $1 AND kind = n.kind AND key = n.key AND id = n.id OFFSET 0) m ON true WHERE m.there IS NULL`
	storedPairs = `SELECT a, b, (SELECT true FROM contacts WHERE space_id = $1 AND id = a) IS NOT NULL, (SELECT true FROM contacts WHERE space_id = $1 AND id = b) IS NOT NULL
		FROM distinct_pairs WHERE space_id = $1 AND (a, b) > ($2::bigint, $3::bigint) ORDER BY a, b LIMIT $4`
	storedRetries = `SELECT key, fingerprint, request_id, at, checksum, answer FROM (SELECT *, sum(weight) OVER (ROWS UNBOUNDED PRECEDING) - weight AS before FROM (
		SELECT key, fingerprint, request_id, at, checksum, answer, octet_length(fingerprint) + octet_length(answer) AS weight
			FROM retries WHERE space_id = $1 AND key > $3 ORDER BY key LIMIT $4` + upToWeight
	storedPlan = `SELECT coalesce(least((SELECT plan_id FROM plans WHERE space_id = $1 AND plan_id > $2 ORDER BY plan_id LIMIT 1),
		(SELECT plan_id FROM plan_rows WHERE space_id = $1 AND plan_id > $2 ORDER BY plan_id LIMIT 1),
		(SELECT plan_id FROM plan_contacts WHERE space_id = $1 AND plan_id > $2 ORDER BY plan_id LIMIT 1)), '')`
	storedPlanContacts = `SELECT n, contact_id FROM plan_contacts WHERE space_id = $1 AND plan_id = $2 AND n > $3 AND n <= $4 ORDER BY n LIMIT $5`
	storedFile         = `SELECT coalesce(least((SELECT file_id FROM files WHERE space_id = $1 AND file_id > $2 ORDER BY file_id LIMIT 1),
		(SELECT file_id FROM file_chunks WHERE space_id = $1 AND file_id > $2 ORDER BY file_id LIMIT 1)), '')`
	weighSpace = `SELECT (SELECT coalesce(sum(octet_length(doc) + octet_length(origins)), 0) FROM contacts WHERE space_id = $1)::bigint
		+ (SELECT coalesce(sum($2 + ` + changeWeight + `), 0) FROM changes WHERE space_id = $1)::bigint
		+ (SELECT coalesce(sum($2 + octet_length(key) + octet_length(fingerprint) + octet_length(request_id) + octet_length(answer)), 0) FROM retries WHERE space_id = $1)::bigint
		+ (SELECT coalesce(sum(weight), 0) FROM plans WHERE space_id = $1)::bigint
		+ (SELECT coalesce(sum(weight), 0) FROM files WHERE space_id = $1)::bigint`

	entryColumns = `entry_id, space_id, key_id, key_name, at, who, action, edits`
	insertEntry  = `WITH taken AS (UPDATE id_blocks SET next = next + 1 WHERE kind = 'entry' RETURNING next - 1 AS entry_id)
		INSERT INTO registry_log (` + entryColumns + `)
		SELECT entry_id, $1::bigint, $2::bigint, $3::text, $4::bigint, $5::text, $6::text, $7::text FROM taken`
	pageOfEntries = `SELECT ` + entryColumns + ` FROM (SELECT *, sum(weight) OVER (ROWS UNBOUNDED PRECEDING) - weight AS before FROM (
		SELECT ` + entryColumns + `, octet_length(edits) AS weight FROM registry_log WHERE `
	newestEntries        = ` AND entry_id < $1 ORDER BY entry_id DESC LIMIT $3` + upToWeight
	selectSpaceEntries   = pageOfEntries + `key_id = 0` + newestEntries
	selectEntriesOfSpace = pageOfEntries + `key_id = 0 AND space_id = $4` + newestEntries
	selectKeyEntries     = pageOfEntries + `key_id > 0` + newestEntries
	selectEntriesOfKey   = pageOfEntries + `key_id = $4` + newestEntries

	// Of all statements this one alone asks for a time, the one clock that all
	// servers of the database share, and writes nothing.
	selectClock  = `SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint`
	commitLater  = `SELECT set_config('synchronous_commit', 'off', true)`
	insertWindow = `INSERT INTO limit_windows (space_id, bucket, start, used) VALUES ($1, $2, 0, 0) ON CONFLICT (space_id, bucket) DO NOTHING`
	lockWindow   = `SELECT start, used FROM limit_windows WHERE space_id = $1 AND bucket = $2 FOR UPDATE`
	updateWindow = `UPDATE limit_windows SET start = $3, used = $4 WHERE space_id = $1 AND bucket = $2`

	selectLastAt  = `SELECT coalesce(max(last_at), 0) FROM spaces`
	selectSecret  = `SELECT secret FROM installation WHERE only_row = 1`
	insertSecret  = `INSERT INTO installation (only_row, secret) VALUES (1, $1) ON CONFLICT (only_row) DO NOTHING`
	selectServer  = `SELECT current_setting('server_version_num')::bigint, current_setting('server_encoding')`
	selectProcess = `SELECT pg_backend_pid()`
	selectVersion = `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`
)
