package wire

import (
	"strings"
	"unicode"
)

// maxShown is how many code points of a name that a caller made up an answer
// repeats.
const maxShown = 64

// ShowName gives an unknown name as an answer may repeat it: short, on one
// line, and without what hides or turns text.
func ShowName(name string) string {
	var b strings.Builder
	n := 0
	for _, r := range name {
		if !unicode.IsPrint(r) {
			continue
		}
		if n++; n > maxShown {
			b.WriteString("…")
			break
		}
		b.WriteRune(r)
	}
	return b.String()
}

// DidYouMean makes a sentence of what Nearest found.
func DidYouMean(name string) string {
	if name == "" {
		return ""
	}
	return " Did you mean " + name + "?"
}

// Nearest gives the known name that an unknown one was likely meant to be, ""
// where none comes close. Names that differ only in case come closest, in any
// spelling that folds to the same (the Kelvin sign, the long s).
func Nearest(name string, known []string) string {
	if len(name) > 2*maxShown {
		return ""
	}
	best, closest := "", 3
	for _, k := range known {
		if strings.EqualFold(name, k) {
			return k
		}
		if d := editDistance(strings.ToLower(name), k); d < closest && 2*d < len(k) {
			best, closest = k, d
		}
	}
	return best
}

// editDistance counts the octets to insert, delete, replace or swap with their
// neighbour to turn a into b.
func editDistance(a, b string) int {
	row, above, above2 := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		row, above, above2 = above2, row, above
		row[0] = i + 1
		for j := range len(b) {
			cost := above[j]
			if a[i] != b[j] {
				cost = 1 + min(above[j], above[j+1], row[j])
				if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
					cost = min(cost, 1+above2[j-1])
				}
			}
			row[j+1] = cost
		}
	}
	return row[len(b)]
}
