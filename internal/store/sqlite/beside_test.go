package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/sqlite"
)

var bg = context.Background()

// childPath names the database that this program, started again by a test, is
// to write to.
const childPath = "CARNET_TEST_CHILD"

const childWrites = 40

func TestMain(m *testing.M) {
	path := os.Getenv(childPath)
	if path == "" {
		os.Exit(m.Run())
	}
	if err := child(path); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// child writes as the command line would, and prints each request once it is
// answered.
func child(path string) error {
	s, err := openStore(path, false)
	if err != nil {
		return err
	}
	for i := range childWrites {
		request := fmt.Sprint("child-", i)
		if err := create(s, request); err != nil {
			return err
		}
		fmt.Println(request)
	}
	return s.Close()
}

func openStore(path string, serve bool) (*store.Store, error) {
	quiet := slog.New(slog.DiscardHandler)
	b, err := sqlite.Open(bg, sqlite.Options{Path: path, Serve: serve, Log: quiet})
	if err != nil {
		return nil, err
	}
	return store.New(b, store.Options{Log: quiet}), nil
}

// create makes a contact in the first Space.
func create(s *store.Store, request string) error {
	p := contact.Patch{}
	p.Values[contact.Names] = contact.List{Sent: true, Texts: []string{request}}
	_, err := s.Do(bg, store.Write{Space: 1, By: contact.Attribution{RequestID: request}, Verbs: []contact.Verb{&contact.Create{Patch: p}}})
	return err
}

// A server, the command line in the same process, and the command line in
// another one write to one file at once: nothing that was answered is lost,
// nothing is there twice, and nobody sees anything half done.
func TestWritersBesideEachOther(t *testing.T) {
	path := filepath.Join(t.TempDir(), "carnet.db")
	var stores []*store.Store
	for _, serve := range []bool{true, false} {
		s, err := openStore(path, serve)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}()
		stores = append(stores, s)
	}
	if _, err := stores[1].CreateSpace(bg, access.Act{Who: "test"}, access.Space{Name: "Example Ltd", TimeZone: "UTC", Subscription: access.Active}); err != nil {
		t.Fatal(err)
	}

	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), childPath+"="+path)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}

	answered := map[string]int{}
	var mu sync.Mutex
	note := func(request string) { mu.Lock(); answered[request]++; mu.Unlock() }
	var wg sync.WaitGroup
	for i, s := range stores {
		for j := range 2 {
			wg.Go(func() {
				for n := range 30 {
					request := fmt.Sprintf("store-%d-%d-%d", i, j, n)
					if err := create(s, request); err != nil {
						t.Error(err)
						return
					}
					note(request)
				}
			})
		}
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		note(lines.Text())
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the other process: %v: %s", err, stderr.String())
	}
	wg.Wait()

	want := 2*2*30 + childWrites
	if len(answered) != want {
		t.Errorf("%d writes were answered, want %d", len(answered), want)
	}
	ids := map[contact.ID]bool{}
	for seq := contact.Seq(1); seq <= contact.Seq(want); seq++ {
		ch, ok, err := stores[0].Change(bg, 1, seq)
		if err != nil || !ok {
			t.Fatalf("change %d: %v, %v", seq, ok, err)
		}
		if answered[ch.RequestID]--; answered[ch.RequestID] != 0 || ids[ch.Contact] {
			t.Errorf("change %d, of contact %d by %s, is there twice or was never answered", seq, ch.Contact, ch.RequestID)
		}
		ids[ch.Contact] = true
		if c, ok, err := stores[1].Get(bg, 1, ch.Contact); err != nil || !ok || c.Values[contact.Names][0].Text != ch.RequestID {
			t.Errorf("contact %d: %v, %v, %+v", ch.Contact, ok, err, c)
		}
	}
	if _, ok, err := stores[0].Change(bg, 1, contact.Seq(want+1)); ok || err != nil {
		t.Errorf("more changes than were answered, or %v", err)
	}
}
