package ui_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// axe is what looks for what keeps people out of pages.
const axe = "axe-core@4.14.1"

// findings runs axe, and names what it finds that is grave.
const findings = `axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.filter(v => ["serious", "critical"].includes(v.impact))
	.map(v => v.id + " (" + v.help + "): " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + " " + (n.any[0]?.message ?? "")).join("; ")).join("\n"))`

// No screen has anything that axe calls serious or critical, light or dark. In a long run
// alone: it fetches axe, from the registry of npm.
func testAxe(t *testing.T, r *reading) {
	if os.Getenv("CARNET_TEST_LONG") != "1" {
		t.Log("axe is fetched and run in a long run alone")
		return
	}
	dir := t.TempDir()
	install := exec.CommandContext(t.Context(), "npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--prefix", dir, axe)
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("the long run needs npm: %v\n%s", err, out)
	}
	script, err := os.ReadFile(filepath.Join(dir, "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, address := range r.w.screens(t) {
		for _, width := range windows {
			r.show(t, width, "light")
			r.open(t, address)
			r.do(t, chromedp.Evaluate[chromedp.Void](string(script)+"; undefined"))
			for _, scheme := range []string{"light", "dark"} {
				r.scheme(t, scheme)
				found, err := chromedp.Run(r, chromedp.Evaluate[string](findings, chromedp.EvalAwaitPromise))
				if err != nil {
					t.Fatalf("%s: %v", address, err)
				}
				if found != "" && !told[found] {
					told[found] = true
					t.Errorf("%s", fmt.Sprintln(address, width, scheme)+found)
				}
				r.calm(t, "status of 404")
			}
		}
	}
	r.show(t, 1440, "light")
}
