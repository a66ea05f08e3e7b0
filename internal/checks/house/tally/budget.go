package main

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
)

// budget is how many seconds each package may take, on two cores.
type budget map[string]float64

// readBudget reads lines of a package, its seconds and its lane, which is for
// others. A line that begins with # is a comment; "" is no file.
func readBudget(file string) (budget, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	b := budget{}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if len(fields) != 3 {
			return nil, fmt.Errorf("%s: %q is not a package, its seconds and its lane", file, line)
		}
		if b[fields[0]], err = strconv.ParseFloat(fields[1], 64); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	return b, nil
}

// table puts what packages took beside their budgets, those first that took
// longest. It is for people to read: another machine, or a busy one, fails nobody.
func (b budget) table(seconds map[string]float64) string {
	if b == nil {
		return ""
	}
	names := slices.Collect(maps.Keys(seconds))
	slices.SortFunc(names, func(x, y string) int {
		return cmp.Or(cmp.Compare(seconds[y], seconds[x]), cmp.Compare(x, y))
	})
	text := fmt.Sprintf("%-28s %8s %8s\n", "package", "seconds", "budget")
	var sum, allowed float64
	for _, name := range names {
		most, known := b[name]
		sum, allowed = sum+seconds[name], allowed+most
		note := ""
		switch {
		case !known:
			note = "  has no budget"
		case seconds[name] > most:
			note = fmt.Sprintf("  %.0f s over", seconds[name]-most)
		}
		text += fmt.Sprintf("%-28s %8.1f %8.0f%s\n", name, seconds[name], most, note)
	}
	text += fmt.Sprintf("%-28s %8.1f %8.0f\n", "together", sum, allowed)
	return text + "Who adds seconds takes as many away, or says in internal/checks/house/tally/budget.txt why they are worth it.\n"
}
