package postgres

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/carnet-project/carnet/internal/checks/pgtest"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest"
)

// The tables of Spaces, which a distributed database spreads by space_id.
var spread = []string{"spaces", "space_settings", "contacts", "aliases", "changes", "retries", "match_keys", "search_marks", "search_keys", "searched", "limit_windows", "distinct_pairs", "key_usage", "plans", "plan_rows", "plan_contacts", "files", "file_chunks", "erased_keys"}

const partitions = 4

var tableStatement = regexp.MustCompile(`(?s)CREATE TABLE (\w+) \(\n(.*?)\n\)( WITH \([^)]*\))?;`)

// partitioned makes of the schema one whose tables of Spaces are parted by
// space_id. It stands in for Citus, which no package registry has: it refuses
// the same keys, and its plans tell which parts a statement touches.
func partitioned(t *testing.T) string {
	t.Helper()
	text := schema(t)
	list := []string{"DROP TABLE " + strings.Join(spread, ", ")}
	done := map[string]bool{}
	for _, m := range tableStatement.FindAllStringSubmatch(text, -1) {
		if name := m[1]; slices.Contains(spread, name) {
			done[name] = true
			list = append(list, fmt.Sprintf("CREATE TABLE %s (\n%s\n) PARTITION BY HASH (space_id)", name, m[2]))
			for i := range partitions {
				list = append(list, fmt.Sprintf("CREATE TABLE %[1]s_p%[2]d PARTITION OF %[1]s FOR VALUES WITH (MODULUS %[3]d, REMAINDER %[2]d)", name, i, partitions))
			}
		}
	}
	if len(done) != len(spread) {
		t.Fatalf("the migrations make %v of %v: this test cannot read them any more", slices.Sorted(maps.Keys(done)), spread)
	}
	list = append(list, regexp.MustCompile(`ALTER TABLE (`+strings.Join(spread, "|")+`) [^;]*`).FindAllString(text, -1)...)
	list = append(list, regexp.MustCompile(`(?s)CREATE (UNIQUE )?INDEX \w+ ON (`+strings.Join(spread, "|")+`) [^;]*`).FindAllString(text, -1)...)
	return strings.Join(list, ";\n")
}

// schema gives the text of all migrations without their comments.
func schema(t *testing.T) string {
	t.Helper()
	var text strings.Builder
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		file, err := migrations.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(regexp.MustCompile(`(?m) *--.*$`).ReplaceAll(file, nil))
	}
	return renamed(text.String())
}

var (
	renaming = regexp.MustCompile(`ALTER TABLE \w+ RENAME (?:TO|COLUMN (\w+) TO|CONSTRAINT (\w+) TO) (\w+);`)
	ofTable  = regexp.MustCompile(`ALTER TABLE (\w+) RENAME TO \w+;`)
	dropping = regexp.MustCompile(`DROP INDEX (\w+);`)
)

// renamed gives a schema of which each thing has the name from its beginning that it has at
// the end, and no index that goes again.
func renamed(text string) string {
	for m := renaming.FindStringSubmatch(text); m != nil; m = renaming.FindStringSubmatch(text) {
		was := m[1] + m[2]
		if table := ofTable.FindStringSubmatch(m[0]); table != nil {
			was = table[1]
		}
		text = strings.Replace(text, m[0], "", 1)
		text = regexp.MustCompile(`\b`+was+`\b`).ReplaceAllString(text, m[3])
	}
	for _, m := range dropping.FindAllStringSubmatch(text, -1) {
		text = strings.Replace(text, m[0], "", 1)
		text = regexp.MustCompile(`CREATE (UNIQUE )?INDEX `+m[1]+` [^;]*;`).ReplaceAllString(text, "")
	}
	return text
}

// elsewhere lists the statements that touch no part of one Space, or all of
// them, with the reason.
var elsewhere = map[string]string{
	"settings":             "it touches no table",
	"selectServer":         "it touches no table",
	"selectProcess":        "it touches no table",
	"selectClock":          "it touches no table",
	"commitLater":          "it touches no table",
	"takeIDs":              "id_blocks has a row for each kind of id, in one place",
	"selectSecret":         "installation has one row, in one place",
	"selectVersion":        "the table of migrations is in one place",
	"lockIDs":              "id_blocks is in one place",
	"insertEntry":          "registry_log is in one place, as id_blocks is",
	"selectSpaceEntries":   "registry_log is in one place",
	"selectEntriesOfSpace": "registry_log is in one place",
	"selectKeyEntries":     "registry_log is in one place",
	"selectEntriesOfKey":   "registry_log is in one place",
	"selectFirstSpace":     "it asks every node, where a server starts that found no Space",
	"insertAPIKey":         "api_keys is on every node: a key is found by its hash, before its Space is known",
	"lockAPIKey":           "api_keys is on every node",
	"updateAPIKey":         "api_keys is on every node",
	"selectAPIKeys":        "api_keys is on every node",
	"selectGrant":          "the Space is found by the key: it asks every node, and its answer is believed for half a second",
	"selectAPIKey":         "api_keys is on every node",
	"selectAPIKeysOf":      "api_keys is on every node",
	"selectSession":        "the Space is found by the session, as by a key: its answer is believed for half a second",
	"selectLink":           "sessions is in one place",
	"takeLink":             "sessions is in one place",
	"insertSession":        "sessions is in one place: a token is found by its hash, before its Space is known",
	"deleteSession":        "sessions is in one place",
	"deleteSessions":       "sessions is in one place",
	"sweepSessions":        "sessions is in one place",
	"trimSessions":         "sessions is in one place",
	"insertErasure":        "erasures is in one place, as jobs is: a server looks for those of all Spaces",
	"selectErasure":        "erasures is in one place",
	"selectErasures":       "erasures is in one place",
	"selectOpenErasures":   "erasures is in one place",
	"scrubErasures":        "erasures is in one place",
	"insertJob":            "jobs is in one place, as id_blocks is: a server looks for those of all Spaces",
	"selectJob":            "jobs is in one place",
	"lockJob":              "jobs is in one place",
	"updateJob":            "jobs is in one place",
	"selectJobsOf":         "jobs is in one place",
	"selectDueJobs":        "jobs is in one place",
	"selectLastAt":         "it asks every node, once at the start",
	"selectEndedPlans":     "it asks every node, now and then",
	"selectEndedFiles":     "it asks every node, now and then",
	"selectUsed":           "it asks every node, once in a check",
	"selectNextSpace":      "it asks every node, once a Space in a check",
	"beginStill":           "it touches no table",
	"selectUnfolded":       "it asks every node, once at the start",
	"selectUsages":         "it lists the Spaces of every node, for the operator alone",
	"selectSpaces":         "it lists the Spaces of every node, for the operator alone",
}

// The suite runs on parted tables, and then each statement that it sent is
// explained: it must touch the part of one Space and no other. The brief suite sends all
// of them, which is seen below; what else there is of it is of the long run.
func TestSpread(t *testing.T) {
	parted := partitioned(t)
	empty := pgtest.NewTemplate(t, func(ctx context.Context, dsn string) error {
		if err := Migrate(ctx, dsn); err != nil {
			return err
		}
		conn, err := pgx.Connect(ctx, dsn)
		if err != nil {
			return err
		}
		defer conn.Close(ctx)
		_, err = conn.Exec(ctx, parted) // several statements at once
		return err
	})
	var sent tracer
	t.Run("suite", func(t *testing.T) {
		run := storetest.RunBrief
		if os.Getenv("CARNET_TEST_LONG") == "1" {
			run = storetest.Run
		}
		run(t, func(t *testing.T) store.Backend {
			b, err := Open(bg, Options{DSN: empty.Database(t), tracer: &sent})
			if err != nil {
				t.Fatal(err)
			}
			return b
		})
	})
	b := opened(t, Options{DSN: empty.Database(t)})
	all := statements(t)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		times := sent.sent[all[name]]
		if len(times) == 0 && name != "insertSecret" { // which is of the migration
			t.Errorf("%s is never sent by the suite", name)
		}
		if !hasPlan(all[name]) {
			continue
		}
		never := len(times) > 0 && elsewhere[name] == ""
		for _, args := range times {
			plan := explained(t, b, name, all[name], args)
			switch n := len(parts(plan)); {
			case n == 1, insertsIntoOne(all[name], plan):
				never = false
				if elsewhere[name] != "" {
					t.Errorf("%s touches one part: take it off the list", name)
				}
			case n > 1 && elsewhere[name] == "":
				t.Errorf("%s touches the parts %v: %s", name, parts(plan), plan)
			}
		}
		if never { // none at all is what bounds give that nothing can lie between
			t.Errorf("%s touches no part", name)
		}
	}
	for text := range sent.sent {
		for _, fault := range refusedBySpread(text) {
			t.Errorf("%s: %s", fault, text)
		}
	}
}

var partName = regexp.MustCompile(`_p(\d+)$`)

// parts gives the numbers of the parts that a plan touches. Those of one number
// lie together.
func parts(plan *node) []string {
	found := map[string]bool{}
	plan.walk(func(n *node) {
		if m := partName.FindStringSubmatch(n.Relation); m != nil {
			found[m[1]] = true
		}
	})
	return slices.Sorted(maps.Keys(found))
}

// insertsIntoOne tells of an INSERT, whose plan does not name the part, whether
// all its rows have $1 as their Space.
func insertsIntoOne(text string, plan *node) bool {
	return len(parts(plan)) == 0 && regexp.MustCompile(`^INSERT INTO (`+strings.Join(spread, "|")+`) \(space_id,\s[^)]*\)\s+(SELECT \$1::bigint,|VALUES \(\$1,)`).MatchString(text)
}

// refusals are what a distributed database refuses, or does otherwise.
var refusals = []struct{ pattern, why string }{
	{`\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|random|gen_random_uuid|nextval|currval|uuid_generate_v4)\s*\(|\bcurrent_(timestamp|date|time)\b`,
		"a volatile function differs on every node: pass times and random values as arguments"},
	{`\bpg_(try_)?advisory|\bLISTEN\b|\bNOTIFY\b|pg_notify`, "advisory locks and notifications are those of one node"},
	{`\bLOCK TABLE\b|\bTRIGGER\b|\bDEFERRABLE\b|\bEXCLUDE\b|\bGENERATED\b|\bMERGE INTO\b|\bDOMAIN\b|\bcitext\b`, "it is refused"},
	{`\b(big|small)?serial\b|\bSEQUENCE\b|\bIDENTITY\b`, "sequences of a node can pass 2^53: take ids from id_blocks"},
	{`ON CONFLICT\s*(\([^)]*\(|ON CONSTRAINT)`, "a conflict is on plain columns; names of constraints differ by node"},
	{`\b(jsonb?|timestamptz?|integer|int|smallint|real|double precision|varchar)\b`, "a type that does not give back what it was given, or is too small"},
}

func refusedBySpread(text string) (faults []string) {
	if text == selectClock {
		return nil // it writes nothing: where limits are counted, it is the one clock
	}
	for _, r := range refusals {
		if regexp.MustCompile(`(?i)` + r.pattern).MatchString(text) {
			faults = append(faults, r.why)
		}
	}
	touches := regexp.MustCompile(`\b(FROM|UPDATE|INTO|JOIN) (` + strings.Join(spread, "|") + `)\b`).MatchString(text)
	if touches && strings.Contains(text, "FOR UPDATE") && !strings.Contains(text, "space_id = $1") {
		faults = append(faults, "rows are locked within one Space")
	}
	return faults
}

// The schema keeps to what can be spread.
func TestSchemaCanBeSpread(t *testing.T) {
	text := schema(t)
	for _, fault := range refusedBySpread(text) {
		t.Errorf("the migrations: %s", fault)
	}
	for _, m := range tableStatement.FindAllStringSubmatch(text, -1) {
		for line := range strings.Lines(m[2]) {
			if strings.Contains(line, " text ") && !strings.Contains(line, `COLLATE "C"`) {
				t.Errorf("%s: %s: text is compared by its bytes", m[1], strings.TrimSpace(line))
			}
			if key := regexp.MustCompile(`(PRIMARY KEY|UNIQUE) \(`).FindStringIndex(line); key != nil && slices.Contains(spread, m[1]) && !strings.HasPrefix(line[key[1]:], "space_id") {
				t.Errorf("%s: %s: a key begins with the Space", m[1], strings.TrimSpace(line))
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	for _, text := range []string{
		"UPDATE contacts SET created_at = now() WHERE space_id = $1", "SELECT random()", "SELECT pg_advisory_lock(1)", "LOCK TABLE contacts",
		"CREATE TABLE a (id bigserial)", "CREATE TABLE a (id bigint GENERATED ALWAYS AS IDENTITY)", "INSERT INTO a VALUES (1) ON CONFLICT (lower(b)) DO NOTHING",
		"SELECT 1 FROM spaces FOR UPDATE", "CREATE TABLE a (b jsonb)", "CREATE TABLE a (b integer)", "SELECT current_timestamp", "NOTIFY a",
	} {
		if len(refusedBySpread(text)) == 0 {
			t.Errorf("nothing is said against %s", text)
		}
	}
	for name, text := range statements(t) {
		for _, fault := range refusedBySpread(text) {
			t.Errorf("%s: %s", name, fault)
		}
	}
}
