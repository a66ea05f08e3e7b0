package twins

import (
	"fmt"
	"testing"

	"github.com/carnet-project/carnet/internal/pgtest"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/postgres"
	"github.com/carnet-project/carnet/internal/store/storetest"
)

// Clients whose requests go to any of several servers see one truth: the model's.
// About 3,000 random writes, and 100,000 in a long run.
func TestRandomWritesOverServers(t *testing.T) {
	t.Parallel()
	empty := pgtest.NewTemplate(t, postgres.Migrate)
	for servers, writes := range map[int]int{2: 1200, 4: 1800} {
		if long {
			writes = 5000 // of which a long run makes ten times as many
		}
		t.Run(fmt.Sprint(servers, " servers"), func(t *testing.T) {
			dsn := empty.Database(t)
			var backends []store.Backend
			for range servers {
				backends = append(backends, onPostgres(t, dsn))
			}
			storetest.RandomWritesOver(t, backends, 48, writes)
		})
	}
}
