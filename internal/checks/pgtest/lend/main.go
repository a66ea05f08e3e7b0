// Command lend starts a PostgreSQL server for the tests of several packages. It
// prints the DSN, which goes into CARNET_TEST_POSTGRES, and ends, with its server,
// when its standard input does: so nothing stays, however the tests end.
package main

import (
	"log"
	"os"

	"github.com/carnet-project/carnet/internal/checks/pgtest"
)

func main() {
	log.SetFlags(0)
	if err := pgtest.Lend(os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
}
