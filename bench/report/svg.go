package report

import (
	"encoding/xml"
	"fmt"
	"math"
	"strings"

	"github.com/carnet-project/carnet/bench/result"
)

// The plots bring their own ground and both sets of colours, so that they can
// be read wherever they are shown.
const style = `<style>
.ground{fill:#ffffff;stroke:#d5dae1}
text{fill:#1f2933;font:13px system-ui,sans-serif}
.title{font-weight:600;font-size:15px}
.faint{fill:#5b6673}
.axis{stroke:#aab3be}
.grid{stroke:#e6e9ee}
.ours{fill:#2563c9}
.bound{fill:#a9b3bf}
.other{fill:#c7803c}
.whisker{stroke:#1f2933;stroke-width:1.5;fill:none}
.put{stroke:#2563c9;fill:none;stroke-width:2.5}
.get{stroke:#0e8a6d;fill:none;stroke-width:2.5}
.put-dot{fill:#2563c9}
.get-dot{fill:#0e8a6d}
@media (prefers-color-scheme:dark){
.ground{fill:#161b22;stroke:#3a424d}
text{fill:#e4e8ed}
.faint{fill:#a3adb9}
.axis{stroke:#5a6572}
.grid{stroke:#2a313a}
.ours{fill:#6ea3ff}
.bound{fill:#5d6875}
.other{fill:#d9975a}
.whisker{stroke:#f2f4f7}
.put{stroke:#6ea3ff}
.get{stroke:#3fc7a3}
.put-dot{fill:#6ea3ff}
.get-dot{fill:#3fc7a3}
}
</style>
`

// drawing collects the elements of a plot.
type drawing struct {
	b             strings.Builder
	width, height float64
}

func draw(width, height float64, title, subtitle string) *drawing {
	d := &drawing{width: width, height: height}
	fmt.Fprintf(&d.b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" width="%g" height="%g" role="img" aria-label="%s">`+"\n",
		width, height, width, height, escape(title))
	d.b.WriteString(style)
	fmt.Fprintf(&d.b, `<rect class="ground" x="0.5" y="0.5" width="%g" height="%g" rx="8"/>`+"\n", width-1, height-1)
	d.text(20, 28, "title", "start", title)
	d.text(20, 47, "faint", "start", subtitle)
	return d
}

func (d *drawing) String() string { return d.b.String() + "</svg>\n" }

func (d *drawing) text(x, y float64, class, anchor, text string) {
	fmt.Fprintf(&d.b, `<text x="%.1f" y="%.1f" class="%s" text-anchor="%s">%s</text>`+"\n", x, y, class, anchor, escape(text))
}

func (d *drawing) line(class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(&d.b, `<line class="%s" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>`+"\n", class, x1, y1, x2, y2)
}

func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder takes everything
	return b.String()
}

// bar is a row of a bar chart.
type bar struct {
	label, class string
	stat         result.Stat
}

// bars draws rows with the range of their rounds.
func bars(title, subtitle string, rows []bar) string {
	const left, right, top, step = 210, 90, 66, 34
	d := draw(760, float64(top+step*len(rows)+22), title, subtitle)
	most := 0.0
	for _, r := range rows {
		most = max(most, r.stat.Max)
	}
	scale := (d.width - left - right) / max(most, 1)
	for i, r := range rows {
		y := float64(top + step*i)
		d.text(left-12, y+18, "", "end", r.label)
		fmt.Fprintf(&d.b, `<rect class="%s" x="%d" y="%.1f" width="%.1f" height="22" rx="3"/>`+"\n", r.class, left, y+3, r.stat.Median*scale)
		low, high := left+r.stat.Min*scale, left+r.stat.Max*scale
		d.line("whisker", low, y+14, high, y+14)
		d.line("whisker", low, y+9, low, y+19)
		d.line("whisker", high, y+9, high, y+19)
		d.text(high+10, y+19, "", "start", thousands(r.stat.Median))
	}
	d.line("axis", left, top, left, float64(top+step*len(rows)))
	return d.String()
}

// series is a line of a line chart, with a figure for each place.
type series struct {
	label, class string
	below        bool // its figures stand below it, out of the way of the other's
	stats        []result.Stat
}

// lines draws series over places that are equally far apart.
func lines(title, subtitle string, places []string, all []series) string {
	const left, right, top, bottom = 70, 70, 70, 44
	d := draw(760, 340, title, subtitle)
	most := 0.0
	for _, s := range all {
		for _, v := range s.stats {
			most = max(most, v.Max)
		}
	}
	step := gridStep(most)
	ceiling := step * math.Ceil(max(most, 1)/step)
	y := func(v float64) float64 { return d.height - bottom - v/ceiling*(d.height-top-bottom) }
	x := func(i int) float64 {
		return left + 40 + float64(i)*(d.width-left-right-80)/float64(max(len(places)-1, 1))
	}
	for v := 0.0; v <= ceiling; v += step {
		d.line("grid", left, y(v), d.width-right, y(v))
		d.text(left-10, y(v)+4, "faint", "end", thousands(v))
	}
	for i, p := range places {
		d.text(x(i), d.height-bottom+22, "", "middle", p)
	}
	for _, s := range all {
		var points []string
		for i, v := range s.stats {
			points = append(points, fmt.Sprintf("%.1f,%.1f", x(i), y(v.Median)))
		}
		fmt.Fprintf(&d.b, `<polyline class="%s" points="%s"/>`+"\n", s.class, strings.Join(points, " "))
		for i, v := range s.stats {
			d.line("whisker", x(i), y(v.Min), x(i), y(v.Max))
			d.line("whisker", x(i)-5, y(v.Min), x(i)+5, y(v.Min))
			d.line("whisker", x(i)-5, y(v.Max), x(i)+5, y(v.Max))
			fmt.Fprintf(&d.b, `<circle class="%s-dot" cx="%.1f" cy="%.1f" r="4.5"/>`+"\n", s.class, x(i), y(v.Median))
			place := y(v.Max) - 9
			if s.below {
				place = y(v.Min) + 20
			}
			d.text(x(i), place, "", "middle", thousands(v.Median))
		}
		if n := len(s.stats); n > 0 {
			place := y(s.stats[n-1].Median) - 1
			if s.below {
				place += 13
			}
			d.text(x(n-1)+16, place, "", "start", s.label)
		}
	}
	d.line("axis", left, y(0), d.width-right, y(0))
	return d.String()
}

// gridStep gives a round distance of grid lines, of which there are about five.
func gridStep(most float64) float64 {
	rough := max(most, 1) / 5
	size := math.Pow(10, math.Floor(math.Log10(rough)))
	for _, m := range []float64{1, 2, 5} {
		if rough <= m*size {
			return m * size
		}
	}
	return 10 * size
}

// thousands writes a whole number: "12,345".
func thousands(f float64) string {
	text := fmt.Sprintf("%.0f", f)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
