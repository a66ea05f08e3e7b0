package contact

import (
	"fmt"
	"slices"

	"github.com/carnet-project/carnet/internal/fault"
)

// Merge joins merged into survivor (CONTRACT D23). The survivor keeps its own
// values first and in order, takes those that it lacks as MatchKey compares
// them, keeps its custom fields and fills its empty ones. Where both held a
// value, it has the origins of both from then on. The merged contact's row is
// left as it is, frozen: that and the origins are what an unmerge needs.
//
// Both must be live and different. It is refused where a collection would pass
// MaxMerged, or the contact MaxSize.
func Merge(survivor, merged *Contact, region string, st Stamp) (Delta, error) {
	var d Delta
	after := *survivor
	for _, col := range Collections {
		after.Values[col] = union(col, survivor.Values[col], merged.Values[col], region)
		if len(after.Values[col]) > MaxMerged {
			return d, fault.At("merged_id", "too_many_items",
				fmt.Sprintf("Together these contacts have more than %d %s. Remove some first.", MaxMerged, col))
		}
	}
	for i, theirs := range merged.Fields {
		switch own := survivor.Fields[i]; {
		case own.Text == "":
			after.Fields[i] = theirs
		case own.Text == theirs.Text:
			after.Fields[i].Origins = joined(own.Origins, theirs.Origins)
		}
	}
	if err := checkSize(&after, "merged_id"); err != nil {
		return d, err
	}
	frozen := *merged
	frozen.State, frozen.Parent, frozen.Canonical = Merged, survivor.ID, survivor.ID
	version := max(survivor.Version, merged.Version) + 1
	ch := enter(survivor, &after, Diff(survivor, &after), version, ActionMerge, st, 0)
	ch.Edits.Absorbed = merged.ID
	d.add(after, ch)
	d.add(frozen, enter(merged, &frozen, Diff(merged, &frozen), version, ActionMerge, st, 1))
	d.Redirects = []Redirect{{From: merged.ID, To: survivor.ID}}
	return d, nil
}

// union gives own and then those of theirs that it lacks.
func union(col Collection, own, theirs []Value, region string) []Value {
	if len(theirs) == 0 {
		return own
	}
	out := slices.Clone(own)
	at := make(map[string]int, len(own)+len(theirs))
	for i, v := range own {
		if key := MatchKey(col, v.Text, region); !has(at, key) {
			at[key] = i
		}
	}
	for _, v := range theirs {
		key := MatchKey(col, v.Text, region)
		if i, ok := at[key]; ok {
			out[i].Origins = joined(out[i].Origins, v.Origins)
			continue
		}
		at[key] = len(out)
		out = append(out, v)
	}
	return out
}

func has(m map[string]int, key string) bool {
	_, ok := m[key]
	return ok
}

// joined gives the origins of both, each once, without touching either.
func joined(a, b []Origin) []Origin {
	out := slices.Clone(a)
	for _, o := range b {
		if !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	return out
}
