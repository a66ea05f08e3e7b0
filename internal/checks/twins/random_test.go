package twins

import (
	"fmt"
	"testing"

	"github.com/carnet-project/carnet/internal/checks/pgtest"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/postgres"
	"github.com/carnet-project/carnet/internal/store/storetest/model"
)

// Clients whose requests go to any of several servers see one truth: the model's.
// About 1,500 random writes, and 100,000 in a long run.
func TestRandomWritesOverServers(t *testing.T) {
	t.Parallel()
	empty := pgtest.NewTemplate(t, postgres.Migrate)
	for servers, writes := range map[int]int{2: 600, 4: 900} {
		if long {
			writes = 2500 // of which a long run makes twenty times as many
		}
		t.Run(fmt.Sprint(servers, " servers"), func(t *testing.T) {
			dsn := empty.Database(t)
			var backends []store.Backend
			for range servers {
				backends = append(backends, onPostgres(t, dsn))
			}
			model.RandomWritesOver(t, backends, 48, writes)
		})
	}
}
