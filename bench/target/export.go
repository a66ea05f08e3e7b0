package target

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// Export has all contacts of the first Space written to a file and fetches it: one export
// at a time, as a job.
const Export Op = "export"

// exportTime is how long an export may take, and exportLook how often it is looked at.
const (
	exportTime = 30 * time.Minute
	exportLook = 20 * time.Millisecond
)

// Export makes an export, and gives how many contacts were in the file that it fetched.
func (t *Target) Export(ctx context.Context) (contacts int, err error) {
	ctx, cancel := context.WithTimeout(ctx, exportTime)
	defer cancel()
	const path = base + "exports"
	body, err := t.call(ctx, "POST", path, `{"format":"ndjson"}`, http.StatusAccepted)
	if err != nil {
		return 0, err
	}
	var made struct {
		ID string `json:"export_id"`
	}
	if err := json.Unmarshal(body, &made); err != nil || made.ID == "" {
		return 0, errors.New("an export was not answered with its id")
	}
	for {
		var e struct {
			Status   string `json:"status"`
			Contacts int    `json:"contacts"`
			URL      string `json:"download_url"`
		}
		if body, err = t.call(ctx, "GET", path+"/"+made.ID, "", http.StatusOK); err != nil {
			return 0, err
		}
		if err := json.Unmarshal(body, &e); err != nil {
			return 0, err
		}
		switch e.Status {
		case "completed":
			return e.Contacts, t.fetch(ctx, e.URL)
		case "queued", "processing":
			time.Sleep(exportLook)
		default:
			return 0, fmt.Errorf("an export has %s", e.Status)
		}
	}
}

// fetch reads a file to its end.
func (t *Target) fetch(ctx context.Context, link string) error {
	req, err := http.NewRequestWithContext(ctx, "GET", link, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	n, err := io.Copy(io.Discard, res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK || n == 0 {
		return fmt.Errorf("a file of %d octets came with %d", n, res.StatusCode)
	}
	return nil
}

// call asks for one thing with the key of the first Space.
func (t *Target) call(ctx context.Context, method, path, body string, want int) ([]byte, error) {
	kind := ""
	if body != "" {
		kind = "application/json"
	}
	return t.callWith(ctx, method, path, kind, strings.NewReader(body), want)
}

// callWith does so with a body of another kind, of any length.
func (t *Target) callWith(ctx context.Context, method, path, kind string, body io.Reader, want int) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+t.Addr()+path, body)
	if err != nil {
		return nil, err
	}
	if len(t.auth) > 0 {
		_, key, _ := strings.Cut(strings.TrimSpace(t.auth[0]), ": ")
		req.Header.Set("Authorization", key)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return nil, err
	}
	if res.StatusCode != want {
		return nil, fmt.Errorf("%s %s was answered with %d instead of %d", method, path, res.StatusCode, want)
	}
	return answer, nil
}
