package endurance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

var binary string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		if os.Getenv(inNamespace) != "" {
			return m.Run() // the parent has built the binary
		}
		if binary = os.Getenv("CARNET_TEST_BINARY"); binary != "" {
			return m.Run() // so has ./test
		}
		dir, err := os.MkdirTemp("", "carnet-endurance")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		binary = filepath.Join(dir, "carnet")
		build := exec.Command("go", "build", "-o", binary, "../../../cmd/carnet")
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "building carnet: %v\n%s", err, out)
			return 1
		}
		return m.Run()
	}())
}

// carnet runs a command of the binary to its end.
func carnet(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command(binary, args...).CombinedOutput(); err != nil {
		t.Fatalf("carnet %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// makeKey makes a key for the first Space.
func makeKey(t *testing.T, db string) string {
	t.Helper()
	return makeKeyFor(t, db, "1")
}

// makeKeyFor makes a key for a Space.
func makeKeyFor(t *testing.T, db, space string, args ...string) string {
	t.Helper()
	out, err := exec.Command(binary, append([]string{"key", "create", "--db", db, "--space", space, "-o", "json"}, args...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	var made struct{ Key string }
	if err := json.Unmarshal(out, &made); err != nil {
		t.Fatal(err)
	}
	return made.Key
}

// server is a running `carnet serve`.
type server struct {
	cmd    *exec.Cmd
	url    string
	log    *bytes.Buffer // standard error; read it after the end only
	client *http.Client
	key    string
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

func start(t *testing.T, db, key string, flags ...string) *server {
	t.Helper()
	s := &server{
		cmd:    exec.Command(binary, append([]string{"serve", "--db", db, "--listen", "127.0.0.1:0"}, flags...)...),
		log:    &bytes.Buffer{},
		client: &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}},
		key:    key,
	}
	s.cmd.Stderr = s.log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.cmd.Process.Kill(); s.cmd.Wait() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if s.url = address.FindString(lines.Text()); s.url != "" {
			go io.Copy(io.Discard, out)
			return s
		}
	}
	s.cmd.Wait()
	t.Fatalf("the server did not start: %s", s.log)
	return nil
}

// kill ends the server as a power cut ends a process: nothing of it runs on.
func (s *server) kill(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	s.cmd.Wait()
	s.client.CloseIdleConnections()
}

// stop asks the server to end and wants it to do so well.
func (s *server) stop(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Fatalf("the server ended with %v: %s", err, s.log)
	}
}

// answer is what came back of a request.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// code gives the code of an error.
func (a answer) code() string {
	var e struct{ Code string }
	json.Unmarshal(a.body, &e)
	return e.Code
}

// do sends a request, with further headers as name and value. An error says that
// nothing came back: the request may have been done or not.
func (s *server) do(method, path, body string, headers ...string) (answer, error) {
	req, err := http.NewRequest(method, s.url+"/public-api/v1"+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Authorization", "Bearer "+s.key)
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := s.client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, res.Header, text}, err
}

// person is the part of a contact that these tests write.
type person struct {
	ID     int64    `json:"id"`
	Emails []string `json:"emails"`
	Names  []string `json:"names"`
}

func (s *server) get(t *testing.T, id int64) (person, http.Header) {
	t.Helper()
	a, err := s.do("GET", fmt.Sprintf("/contacts/%d", id), "")
	if err != nil || a.status != http.StatusOK {
		t.Fatalf("GET %d: %v, status %d, code %s", id, err, a.status, a.code())
	}
	var p person
	if err := json.Unmarshal(a.body, &p); err != nil {
		t.Fatal(err)
	}
	return p, a.header
}

// newDatabase makes a database with a Space without limits, and a key.
func newDatabase(t *testing.T, dir string) (db, key string) {
	t.Helper()
	db = filepath.Join(dir, "carnet.db")
	carnet(t, "space", "create", "test", "--db", db)
	carnet(t, "space", "set", "1", "--db", db, "--limit", "update=0", "--limit", "create=0", "--limit", "get=0")
	return db, makeKey(t, db)
}

// both is a text that a writer puts into two fields at once: an update that was
// half done would show two different ones.
func both(text string) string {
	return fmt.Sprintf(`{"emails":["%s@example.com"],"names":["%s"]}`, text, text)
}

// in runs f n times at once and waits.
func in(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}
