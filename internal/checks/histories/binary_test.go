package histories

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
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
)

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "carnet-histories")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		built = filepath.Join(dir, "carnet")
		return m.Run()
	}())
}

var built string

// binary gives the built server: the one that ./test has built, or its own.
var binary = sync.OnceValues(func() (string, error) {
	if given := os.Getenv("CARNET_TEST_BINARY"); given != "" {
		return given, nil
	}
	if out, err := exec.Command("go", "build", "-o", built, "../../../cmd/carnet").CombinedOutput(); err != nil {
		return "", fmt.Errorf("building carnet: %w\n%s", err, out)
	}
	return built, nil
})

// process is a server that may be killed, on a database with a Space for each
// group.
type process struct {
	db      string
	tenants []tenant
	cmd     *exec.Cmd
	log     *bytes.Buffer // standard error; read it after the end only
	url     string
	client  *http.Client
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// start starts it, and again after it was killed.
func (p *process) start(t *testing.T) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd, p.log = exec.Command(path, "serve", "--db", p.db, "--listen", "127.0.0.1:0"), &bytes.Buffer{}
	p.cmd.Stderr = p.log
	p.client = &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	cmd := p.cmd
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if p.url = address.FindString(lines.Text()); p.url != "" {
			go io.Copy(io.Discard, out)
			return
		}
	}
	p.cmd.Wait()
	t.Fatalf("the server did not start: %s", p.log)
}

// kill ends it as a power cut ends a process: nothing of it runs on.
func (p *process) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.cmd.Wait()
	p.client.CloseIdleConnections()
}

// do sends a request. What came back is held against what say makes of an outcome.
func (p *process) do(_ int, c *call) (*answer, error) {
	tenant := p.tenants[c.group]
	method, path, body := request(tenant.grant.Space.ID, c)
	req, err := http.NewRequest(method, p.url+"/public-api/v1"+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+tenant.secret)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("X-Reason", fmt.Sprint(c.n))
	if c.match != 0 {
		req.Header.Set("If-Match", fmt.Sprintf("%q", fmt.Sprint(c.match)))
	}
	if c.base != 0 {
		req.Header.Set("X-Base-Version", fmt.Sprint(c.base))
	}
	res, err := p.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	return read(res, text)
}

// request gives how a call is sent.
func request(space contact.SpaceID, c *call) (method, path, body string) {
	one := fmt.Sprintf("/contacts/%d", c.ref)
	switch c.kind {
	case create:
		return "POST", "/contacts", text(lists(&c.patch))
	case get:
		return "GET", one, ""
	case put:
		return "PUT", one, text(lists(&c.patch))
	case patch:
		return "PATCH", one, text(amends(&c.amend))
	case merge:
		body := object{"merged_ids": c.others, "confirm_distinct": c.anyway}
		if len(c.others) == 1 {
			body = object{"merged_id": c.others[0], "confirm_distinct": c.anyway}
		}
		return "POST", one + "/merge", text(body)
	case unmerge:
		return "POST", one + "/unmerge", text(object{"merged_id": c.others[0]})
	case distinct:
		method := "PUT"
		if c.anyway {
			method = "DELETE"
		}
		return method, fmt.Sprintf("%s/distinct/%d", one, c.others[0]), ""
	case feed:
		return "GET", fmt.Sprintf("/changes?after=%d&per_page=5000", c.op), ""
	case undo:
		path := fmt.Sprintf("%s/changes/%s/undo", one, contact.ChangeID{Space: space, Op: c.op})
		if c.anyway {
			path += "?resolve=theirs"
		}
		return "POST", path, ""
	case remove:
		return "DELETE", one, ""
	}
	panic("no request for a " + c.kind)
}

// object is a JSON object.
type object map[string]any

func text(v any) string {
	out, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(out)
}

// lists gives a patch as it is sent.
func lists(p *contact.Patch) object {
	out := object{}
	for _, col := range contact.Collections {
		if l := p.Values[col]; l.Sent {
			out[col.String()] = append([]string{}, l.Texts...)
		}
	}
	named(out, &p.Fields)
	return out
}

func amends(a *contact.Amendment) object {
	out := object{}
	for _, col := range contact.Collections {
		l := &a.Values[col]
		if !l.Sent() {
			continue
		}
		parts := object{}
		if l.Remove != nil {
			parts["remove"] = l.Remove
		}
		if l.Add != nil {
			parts["add"] = l.Add
		}
		if l.Primary != "" {
			parts["primary"] = l.Primary
		}
		out[col.String()] = parts
	}
	named(out, &a.Fields)
	return out
}

// named adds the slots that a write names.
func named(to object, f *contact.FieldsPatch) {
	if !f.Sent {
		return
	}
	slots := object{}
	for i, is := range f.Named {
		if is {
			slots[contact.SlotAt(i).String()] = content(f.Texts[i])
		}
	}
	to["custom_fields"] = slots
}

// content gives what a text slot holds.
func content(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// read makes an answer of what came back. A request id is another each time.
func read(res *http.Response, body []byte) (*answer, error) {
	a := &answer{}
	var o object
	if len(body) > 0 {
		if err := json.Unmarshal(body, &o); err != nil {
			return nil, fmt.Errorf("status %d with a body that is no JSON: %w", res.StatusCode, err)
		}
	}
	if o["request_id"] != nil {
		delete(o, "request_id")
		a.refused, _ = o["code"].(string)
		a.nothing = res.StatusCode == http.StatusServiceUnavailable
	}
	if id, ok := o["id"].(float64); ok && a.refused == "" {
		a.id = contact.ID(id)
	}
	tag, change := res.Header.Get("ETag"), res.Header.Get("X-Change-Id")
	fmt.Sscanf(tag, `"%d"`, &a.version)
	if id, ok := contact.ParseChangeID(change); ok {
		a.op = id.Op
	}
	if data, ok := o["data"].([]any); ok {
		a.told, o = reasons(data), page(data)
	}
	a.text = line(res.StatusCode, tag, change, o)
	return a, nil
}

// reasons gives of a page of the feed which call made which write: each bears its
// number as its reason.
func reasons(data []any) map[int]contact.Seq {
	out := map[int]contact.Seq{}
	for _, one := range data {
		change := one.(map[string]any)
		id, _ := change["id"].(string)
		reason, _ := change["reason"].(string)
		if n, err := strconv.Atoi(reason); err == nil {
			made, _ := contact.ParseChangeID(id)
			out[n] = made.Op
		}
	}
	return out
}

// page gives of a page of the feed what is held against the rules.
func page(data []any) object {
	var changes []object
	for _, one := range data {
		kept := object{}
		for _, name := range changeMembers {
			kept[name] = one.(map[string]any)[name]
		}
		changes = append(changes, kept)
	}
	return object{"data": changes}
}

func line(status int, tag, change string, body object) string {
	if body == nil {
		body = object{}
	}
	return fmt.Sprintf("%d, ETag %s, change %s: %s", status, tag, change, text(body))
}
