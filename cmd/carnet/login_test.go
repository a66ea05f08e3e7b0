package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// At a terminal the key is asked for, and stands nowhere on it; who stops there leaves a
// terminal that shows what is typed again.
func TestLoginAsksForTheKey(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Log("it makes its terminals on Linux alone")
		return
	}
	key := "carnet_" + strings.Repeat("a", 49)
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Header.Get("Authorization"))
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"data": []}`)
	}))
	defer server.Close()

	for _, stopped := range []bool{false, true} {
		config := t.TempDir()
		end, tty, err := openTerminal(80)
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("carnet", "login", "--url", server.URL)
		cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+config, "CARNET_KEY=")
		cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		screen := readUntil(t, end, "(it is not shown): ")
		if stopped {
			err = cmd.Process.Signal(syscall.SIGTERM)
		} else {
			_, err = io.WriteString(end, key+"\n")
		}
		if err != nil {
			t.Fatal(err)
		}
		failed := cmd.Wait()
		if !echoes(t, tty) {
			t.Errorf("stopped %t: the terminal does not show what is typed any more", stopped)
		}
		tty.Close()
		rest, _ := io.ReadAll(end) // it ends with an error, as nobody has the terminal
		end.Close()
		screen += string(rest)
		if strings.Contains(screen, "aaaa") {
			t.Errorf("the key stands on the terminal: %q", screen)
		}
		kept, err := os.ReadFile(config + "/carnet/profiles/default.json")
		if stopped && (failed == nil || err == nil) || !stopped && (failed != nil || !strings.Contains(string(kept), key)) {
			t.Errorf("stopped %t: it ended with %v, kept %q: %q", stopped, failed, kept, screen)
		}
	}
	if len(asked) != 1 || asked[0] != "Bearer "+key {
		t.Errorf("the server was asked %d times, once is right", len(asked))
	}
}

// readUntil reads what comes to a terminal until it ends so.
func readUntil(t *testing.T, from io.Reader, last string) string {
	var all strings.Builder
	for part := make([]byte, 256); !strings.HasSuffix(all.String(), last); {
		n, err := from.Read(part)
		if err != nil {
			t.Fatalf("%v, after %q", err, all.String())
		}
		all.Write(part[:n])
	}
	return all.String()
}
