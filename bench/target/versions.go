package target

import (
	"context"
	"os/exec"
	"strings"

	"github.com/go-json-experiment/json"
)

// ModuleVersion gives the version of a module that another one is built with.
func ModuleVersion(ctx context.Context, dir, module string) (string, error) {
	cmd := exec.Command("go", "list", "-m", "-f", "{{.Version}}", module)
	cmd.Dir = dir
	out, err := output(ctx, cmd)
	return strings.TrimSpace(out), err
}

// Versions tells what is measured: Carnet's commit, with a + where files differ
// from it, and the versions of what it is built with.
func (e *Env) Versions(ctx context.Context) (map[string]string, error) {
	out, err := output(ctx, exec.Command(e.bin("carnet"), "version", "-o", "json"))
	if err != nil {
		return nil, err
	}
	versions := map[string]string{}
	if err := json.Unmarshal([]byte(out), &versions); err != nil {
		return nil, err
	}
	commit, err := output(ctx, exec.Command("git", "-C", e.Module, "describe", "--always", "--abbrev=10", "--exclude=*", "--dirty=+"))
	if err != nil {
		return nil, err
	}
	versions["carnet"] = strings.TrimSpace(commit)
	for name, module := range map[string]string{"modernc.org/sqlite": "..", "github.com/pocketbase/pocketbase": "pocketbase"} {
		if versions[name], err = ModuleVersion(ctx, e.Module+"/"+module, name); err != nil {
			return nil, err
		}
	}
	return versions, nil
}
