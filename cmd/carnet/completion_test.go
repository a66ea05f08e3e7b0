package main

import (
	"bytes"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// FAULT E2: what may stand in place of the last word.
func TestCandidates(t *testing.T) {
	app := parserOf(new(cli), new(surroundings)).Model
	for line, want := range map[string]string{
		"sp":                                 "space",
		"contact ":                           "list get create put patch delete erase restore undo merge unmerge distinct diff export log",
		"contact c":                          "create",
		"contact list --l":                   "--limit --log-format",
		"contact list --limit 5 --em":        "--email",
		"contact list -o ":                   "table json csv",
		"contact list -o j":                  "json",
		"contact list --output=c":            "--output=csv",
		"contact list --output = c":          "csv",
		"contact list --url ":                "",
		"--db x key r":                       "rotate revoke",
		"key rotate --o":                     "--overlap --output",
		"space set 1 --subscription i":       "inactive",
		"bench --mix p":                      "put",
		"completion ":                        "bash zsh fish",
		"help key cr":                        "create",
		"--verbose help contact m":           "merge",
		"batch ":                             ":files",
		"batch --k":                          "--key",
		"plan ":                              "propose list show apply undo discard",
		"plan propose ":                      ":files",
		"import ":                            "list discard :files",
		"import --del":                       "--delimiter",
		"import x --del":                     "--delimiter",
		"import --match email x --app":       "--apply",
		"import discard --":                  "--url --profile --output --help --log-format --verbose --version",
		"plan propose x --w":                 "--where",
		"plan show x --outcome ":             "create update delete merge unmerge same changed_since conflict refused",
		"plan show x --result=c":             "--result=changed_since --result=conflict",
		"serve --db ":                        ":files",
		"serve --d":                          "--db",
		"copy --":                            "--from --to --output --help --log-format --verbose --version",
		"copy --from ":                       ":files",
		"copy --from x --to ":                ":files",
		"contact list --d":                   "--deleted",
		"key create --scopes ":               "contacts:read contacts:write contacts:plan contacts:erase admin",
		"key create --scopes cont":           "contacts:read contacts:write contacts:plan contacts:erase",
		"key create --scopes=a":              "--scopes=admin",
		"key create --scopes contacts:r":     "contacts:read",
		"key create --scopes contacts : r":   "read", // as bash takes it apart
		"key create --scopes contacts :":     ":read :write :plan :erase",
		"key create --scopes contacts:read,": "contacts:read,contacts:write contacts:read,contacts:plan contacts:read,contacts:erase contacts:read,admin",
		"key create --scopes contacts : read,contacts : w": "write",
		"contact list --limit ":                            "",
		"space set 1 --limit ":                             "",
		"nonsense ":                                        "serve migrate backup restore copy check demo space key field contact find batch plan job import mapping export find-copies bench login logout profile version completion help",
		"contact get 1 --labels --version":                 "--version",
		"space set 1 --qu":                                 "--quota --quota-minute",
		"space create x --quota ":                          "",
	} {
		var out bytes.Buffer
		complete(&out, app, strings.Split(line, " "))
		got := regexp.MustCompile(`(?m)\t.*$`).ReplaceAllString(out.String(), "")
		if got := strings.Join(strings.Fields(got), " "); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}

// FAULT E2: the script for bash works there, as bash calls it.
func TestBashCompletes(t *testing.T) {
	for words, want := range map[string]string{
		"carnet contact li":                       "list",
		"carnet key ro":                           "rotate",
		"carnet space list -o ":                   "table json csv",
		"carnet serve --lis":                      "--listen",
		"carnet contact list --x":                 "",
		"carnet key create --scopes ad":           "admin",
		"carnet key create --scopes contacts : r": "read",
		"carnet contact list --limit ":            "",
	} {
		list := "'" + strings.ReplaceAll(words, " ", "' '") + "'"
		script := `source <(carnet completion bash); COMP_WORDS=(` + list + `); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _carnet; echo "${COMPREPLY[@]}"; complete -p carnet`
		out, err := exec.Command("bash", "-c", script).CombinedOutput()
		if want += "\ncomplete -F _carnet carnet\n"; err != nil || string(out) != want {
			t.Errorf("%q: %v, %q, want %q", words, err, out, want)
		}
	}
}

// The other shells' scripts ask the same, and say where they go.
func TestCompletionScripts(t *testing.T) {
	for shell, parts := range map[string][]string{
		"bash": {"source <(carnet completion bash)", "complete -F _carnet carnet", "__complete", ":files"},
		"zsh":  {"#compdef carnet", "source <(carnet completion zsh)", "compdef _carnet carnet", "__complete", ":files", "_files"},
		"fish": {"carnet completion fish > ~/.config/fish/completions/carnet.fish", "complete -c carnet -f -a", "__complete", ":files"},
	} {
		var out, err bytes.Buffer
		if code := run(t.Context(), []string{"completion", shell}, &out, &err); code != 0 {
			t.Errorf("%s: %d, %s", shell, code, &err)
		}
		for _, part := range parts {
			if !strings.Contains(out.String(), part) {
				t.Errorf("%s lacks %q", shell, part)
			}
		}
	}
}
