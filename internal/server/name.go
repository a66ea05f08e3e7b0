package server

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/carnet-project/carnet/internal/fault"
)

// A database is named by the path of a file, or by how to reach it on a
// PostgreSQL server: an address or settings between spaces. What looks like an
// address of any kind is never taken for a file: a file of that name would be
// made and printed, and it may hold a password.

var (
	scheme    = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]*):`)
	ofServer  = regexp.MustCompile(`(?i)(^|\s)(host|hostaddr|port|user|password|passfile|dbname|service|servicefile|sslmode|application_name|target_session_attrs|connect_timeout|options|pool_[a-z_]+)\s*=`)
	aside     = regexp.MustCompile(`(?i)-(wal|shm|lock|journal)$`)
	settings  = regexp.MustCompile(`^[^./\\][^?]*\?[A-Za-z_]+=`)
	namesUser = regexp.MustCompile(`^[^/\\]*:[^/\\]*@|^[^/\\]+@[^/\\]+/`)
)

// CheckDatabase refuses a name that is neither a path nor leads to a PostgreSQL
// server, with an Invalid error that does not repeat it.
func CheckDatabase(name string) error {
	kind := ""
	if m := scheme.FindStringSubmatch(name); m != nil {
		kind = strings.ToLower(m[1])
	}
	switch {
	case onPostgres(name):
		return nil
	case strings.TrimSpace(name) == "":
		return badName("The name of the database is empty. Name a file, or leave --db and CARNET_DB out for carnet.db.")
	case kind == "postgres" || kind == "postgresql":
		return badName("The address of the database lacks its slashes. Write it as in postgres://user@host/name.")
	case kind == "sqlite" || kind == "sqlite3" || kind == "file":
		return badName("A SQLite file is named by its path alone. Write it as in --db carnet.db or --db /var/lib/carnet/carnet.db.")
	case name == ":memory:":
		return badName("A database in memory would be gone with the program. Name a file; `carnet demo` has one that is thrown away.")
	case name == "-" || strings.HasPrefix(name, "--"):
		return badName("The database is a file with a name: it is not read from standard input. Name a file, or, for one whose name begins so, begin with ./ or /.")
	case aside.MatchString(name):
		return badName("This is the name of a file that lies beside a database and belongs to it. Name the database itself, without the ending -wal, -shm, -lock or -journal.")
	case kind != "" && strings.Contains(name, "://"):
		return badName("Carnet has its data in a SQLite file or on PostgreSQL, and in no other database. Name a file, or an address as in postgres://user@host/name.")
	case settings.MatchString(name):
		return badName("A SQLite file is named by its path alone, without settings behind a question mark. For a file with one in its name, begin with ./ or /.")
	case namesUser.MatchString(name):
		return badName("The address of the database lacks its beginning. Write it as in postgres://user@host/name, or, for a file with @ in its name, begin with ./ or /.")
	}
	return nil
}

func badName(message string) error {
	return fault.New(fault.Invalid, fault.CodeDatabaseNameMalformed, message)
}

// onPostgres tells the name of a PostgreSQL database, in either form, from a
// path.
func onPostgres(name string) bool {
	lower := strings.ToLower(name)
	return strings.HasPrefix(lower, "postgres://") || strings.HasPrefix(lower, "postgresql://") ||
		!strings.Contains(name, "://") && ofServer.MatchString(name)
}

// dsn gives what the driver reads: it knows the scheme in small letters alone.
func dsn(name string) string {
	if m := scheme.FindString(name); m != "" {
		return strings.ToLower(m) + name[len(m):]
	}
	return name
}

// DatabaseName gives what may be shown of a database's name: of an address
// neither user, password nor settings.
func DatabaseName(name string) string {
	if !onPostgres(name) {
		return name
	}
	if !strings.Contains(name, "://") {
		return "a PostgreSQL database"
	}
	u, err := url.Parse(name)
	// Where an @ is left over, a part of what stands before it may have been
	// taken for the host.
	if err != nil || u.User == nil && strings.Contains(name, "@") || strings.Contains(u.Host+u.Path, "@") {
		return "a PostgreSQL database"
	}
	return "postgres://" + u.Host + u.Path
}
