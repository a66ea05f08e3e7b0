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

// editDistance counts the octets to insert, delete or replace to turn a into b.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
