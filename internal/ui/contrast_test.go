package ui_test

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// pairs are the colours that stand on each other, and the contrast that they need by
// WCAG 2: 4.5 where it is text, 3 where it is an edge or a drawing. Lines and rules
// are ornament: nothing is told by them alone.
var pairs = []struct {
	front, on string // tokens, without their dashes
	least     float64
}{
	{"ink ink-2 ink-3", "paper desk sunken", 4.5},
	{"ink ink-2", "added-bg removed-bg conflict-bg", 4.5}, // the lines of a diff, and whose they are
	{"ink", "added-mark removed-mark", 4.5},               // what differs within a line
	{"on-ink", "ink ink-2", 4.5},                          // the one button of a view, also under the pointer
	{"added removed conflict", "paper desk sunken", 4.5},  // counts, also of a chosen row
	{"added", "added-bg", 4.5},
	{"removed", "removed-bg", 4.5},
	{"conflict", "conflict-bg", 4.5},
	{"h1", "h1-bg", 4.5},
	{"h2", "h2-bg", 4.5},
	{"h3", "h3-bg", 4.5},
	{"h4", "h4-bg", 4.5},
	{"h5", "h5-bg", 4.5},
	{"edge", "paper desk", 3},
	{"h1 h2 h3 h4 h5", "desk paper", 3}, // the stops of a contact through time
	{"ink-3 conflict", "sunken", 3},     // what is left of a limit
}

// Everything can be read, in light and in dark.
func TestContrast(t *testing.T) {
	colours := readColours(t)
	used := map[string]bool{"line": true, "rule": true}
	for _, p := range pairs {
		for front := range strings.FieldsSeq(p.front) {
			for on := range strings.FieldsSeq(p.on) {
				used[front], used[on] = true, true
				for i, theme := range []string{"light", "dark"} {
					if got := contrast(colours[front][i], colours[on][i]); got < p.least {
						t.Errorf("%s: --%s on --%s has a contrast of %.2f and needs %.1f", theme, front, on, got, p.least)
					}
				}
			}
		}
	}
	for name := range colours {
		if !used[name] {
			t.Errorf("no pair tells where --%s stands", name)
		}
	}
}

// The measure is that of WCAG 2: pairs whose contrast is known have it.
func TestContrastIsMeasured(t *testing.T) {
	for _, c := range []struct {
		front, on string
		want      float64
	}{
		{"#000000", "#ffffff", 21},
		{"#ffffff", "#000000", 21},
		{"#777777", "#777777", 1},
		{"#767676", "#ffffff", 4.54}, // the lightest grey that may be text on white
		{"#ff0000", "#ffffff", 4},
	} {
		if got := contrast(c.front, c.on); math.Abs(got-c.want) > 0.005 {
			t.Errorf("%s on %s: %.3f, want %.2f", c.front, c.on, got, c.want)
		}
	}
}

// readColours gives the light and the dark value of each colour token.
func readColours(t *testing.T) map[string][2]string {
	t.Helper()
	token := regexp.MustCompile(`--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);`)
	colours := map[string][2]string{}
	for _, m := range token.FindAllStringSubmatch(readStyle(t, "tokens.css"), -1) {
		colours[m[1]] = [2]string{m[2], m[3]}
	}
	if len(colours) < 20 {
		t.Fatalf("tokens.css names only %d colours that this test can read", len(colours))
	}
	return colours
}

// contrast is the ratio of two colours' luminances, as WCAG 2 defines it.
func contrast(a, b string) float64 {
	light, dark := luminance(a), luminance(b)
	if light < dark {
		light, dark = dark, light
	}
	return (light + 0.05) / (dark + 0.05)
}

func luminance(colour string) float64 {
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			return math.NaN()
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
