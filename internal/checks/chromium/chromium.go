// Package chromium gives tests a browser to look at pages with. It is for tests alone, and
// knows nothing of what it is shown.
package chromium

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Host is what the browser knows every server of this machine by. To localhost pages
// behave better than to the hosts that people use: it has a clipboard.
const Host = "carnet.example.com"

// Origin is where the browser finds the server of an address.
func Origin(t testing.TB, server net.Addr) string {
	t.Helper()
	_, port, err := net.SplitHostPort(server.String())
	if err != nil {
		t.Fatal(err)
	}
	return "http://" + Host + ":" + port
}

// Tab is a browser with one page open, and what it noticed. It is the context that its
// commands run in.
type Tab struct {
	context.Context

	mu       sync.Mutex
	asked    []string // URLs
	troubles []string // of the console, and of the policy
	unloaded []string // why something did not load
}

// Start starts a headless Chromium that finds every host but Host unreachable, and
// that ends with the test, or after so long a time. A machine without Chromium fails: what
// was not seen is not known to work.
func Start(t testing.TB, most time.Duration) *Tab {
	t.Helper()
	if os.Getenv("CARNET_TEST_QUICK") == "1" {
		t.Skip("it needs Chromium, and ./test quick does without")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("this test needs Chromium: install what Debian calls chromium, so that it is in the PATH")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("host-resolver-rules", "MAP "+Host+" 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))
	for _, name := range []string{"no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
		"disable-component-update", "disable-sync", "disable-dev-shm-usage"} {
		options = append(options, chromedp.Flag(name, true))
	}
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	b := &Tab{}
	first, closeTab := chromedp.NewContext(allocator, chromedp.WithListener(b.notice))
	t.Cleanup(closeTab)
	if err := chromedp.Do(first); err != nil { // the browser lives as long as the context of its start
		t.Fatal(err)
	}
	limited, cancel := context.WithTimeout(first, most)
	t.Cleanup(cancel)
	b.begin(t, limited)
	return b
}

// Another opens a tab for somebody else, who shares no cookies with the first.
func (b *Tab) Another(t testing.TB) *Tab {
	t.Helper()
	other := &Tab{}
	ctx, stop := chromedp.NewContext(b.Context, chromedp.WithNewBrowserContext(), chromedp.WithListener(other.notice))
	t.Cleanup(stop)
	other.begin(t, ctx)
	return other
}

// begin has the browser tell what it asks for.
func (b *Tab) begin(t testing.TB, ctx context.Context) {
	t.Helper()
	b.Context = ctx
	if _, err := chromedp.Call(b, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
}

func (b *Tab) notice(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.asked = append(b.asked, e.Request.URL)
	case *network.EventLoadingFailed:
		b.unloaded = append(b.unloaded, e.ErrorText)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			b.troubles = append(b.troubles, e.Entry.Text)
		}
	case *runtime.EventExceptionThrown:
		text := "exception: " + e.ExceptionDetails.Text
		if what := e.ExceptionDetails.Exception; what != nil {
			text += " " + what.Description
		}
		b.troubles = append(b.troubles, text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			b.troubles = append(b.troubles, fmt.Sprintf("console: %s %s", e.Type, e.Args[0].Value))
		}
	}
}

// Asked gives all URLs that were asked for.
func (b *Tab) Asked() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.asked)
}

// Troubles gives what the console said since it was asked last.
func (b *Tab) Troubles() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := b.troubles
	b.troubles = nil
	return list
}

// Unloaded gives why things did not load. Leaving a page stops what still loads, too.
func (b *Tab) Unloaded() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.unloaded)
}
