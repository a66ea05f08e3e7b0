package main

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
)

// chainStyle brings both sets of colours, so that the picture can be read wherever it
// is shown.
const chainStyle = `<style>
.ground{fill:#ffffff;stroke:#d5dae1}
text{fill:#1f2933;font:13px system-ui,sans-serif}
.title{font-weight:600;font-size:15px}
.head{font-weight:600}
.code{font:12px ui-monospace,monospace}
.faint{fill:#5b6673;font-size:12px}
.rule{stroke:#e6e9ee}
.lane{stroke-width:2;fill:none}
.away{stroke-dasharray:2 5}
.chip{stroke-width:1.5}
.gone{stroke-dasharray:3 3;fill:none}
.struck{fill:#5b6673;text-decoration:line-through}
.back{stroke-width:3}
.move{fill:none;stroke-width:1.5;opacity:.55}
.a{stroke:#2563c9;fill:#e5eefc}
.b{stroke:#0b7f64;fill:#e0f5ee}
.c{stroke:#b5651d;fill:#fcefe0}
.dot.a,.head.a{fill:#2563c9;stroke:none}
.dot.b,.head.b{fill:#0b7f64;stroke:none}
.dot.c,.head.c{fill:#a35713;stroke:none}
.move,.lane,.gone{fill:none}
@media (prefers-color-scheme:dark){
.ground{fill:#161b22;stroke:#3a424d}
text{fill:#e4e8ed}
.faint,.struck{fill:#a3adb9}
.rule{stroke:#2a313a}
.a{stroke:#6ea3ff;fill:#1b2b47}
.b{stroke:#3fc7a3;fill:#12352c}
.c{stroke:#e0a266;fill:#3d2a17}
.dot.a,.head.a{fill:#6ea3ff}
.dot.b,.head.b{fill:#3fc7a3}
.dot.c,.head.c{fill:#e0a266}
.move,.lane,.gone{fill:none}
}
</style>
`

const (
	chainWidth = 860.0
	laneLeft   = 216.0 // of the first lane
	laneWidth  = 214.0
	laneInner  = 192.0 // for chips
	chipHeight = 22.0
	chipGap    = 7.0
	rowTop     = 92.0
	rowGap     = 26.0
)

// spot is where a value was seen last.
type spot struct {
	lane    int
	x, y, w float64
	gone    bool
}

// sketch is a picture under way: what lies below, and what is drawn over it.
type sketch struct {
	*chain
	below, above strings.Builder
	y            float64
	last         map[string]spot
	root         map[int64]int64
	since        []float64 // where the lane's line begins that is not drawn yet
}

// draw gives the picture of a chain: a lane for each contact, from top to bottom what
// happened, and each value in the colour of the id that brought it.
func (c *chain) draw() string {
	s := &sketch{chain: c, y: rowTop, last: map[string]spot{}, root: map[int64]int64{}, since: make([]float64, len(c.ids))}
	for i, id := range c.ids {
		s.root[id], s.since[i] = id, rowTop-22
		s.text(s.left(i), rowTop-30, "head "+hue(i), fmt.Sprintf("%d  %s", id, c.names[id]))
	}
	for i := range c.steps {
		s.step(&c.steps[i])
	}
	for i := range c.ids {
		s.lane(i, s.y-rowGap)
	}
	s.text(20, s.y+4, "faint", "A value has the colour of the id that brought it. Struck out: taken away by another's write. Thick: it came back. A dot: written by that id.")
	height := s.y + 24
	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" width="%g" height="%g" role="img" aria-labelledby="title desc">`+"\n", chainWidth, height, chainWidth, height)
	fmt.Fprintf(&out, "<title id=\"title\">%s</title>\n<desc id=\"desc\">%s</desc>\n", chainTitle, escaped(c.inWords()))
	out.WriteString(chainStyle)
	fmt.Fprintf(&out, `<rect class="ground" x="0.5" y="0.5" width="%g" height="%g" rx="8"/>`+"\n", chainWidth-1, height-1)
	fmt.Fprintf(&out, `<text x="20" y="30" class="title">%s</text>`+"\n", chainTitle)
	return out.String() + s.below.String() + s.above.String() + "</svg>\n"
}

const chainTitle = "Three contacts are merged, written to by every id, and parted"

// inWords tells what the picture shows to who cannot see it.
func (c *chain) inWords() string {
	var out []string
	for _, h := range c.steps {
		line := h.says + ", " + h.also + ":"
		for _, id := range c.ids {
			if h.shows[id] != nil {
				line += fmt.Sprintf(" contact %d has %s;", id, strings.Join(h.shows[id].all(), ", "))
			}
		}
		out = append(out, strings.TrimSuffix(line, ";")+".")
	}
	return strings.Join(out, " ")
}

func hue(lane int) string { return string(rune('a' + lane)) }

func (s *sketch) left(lane int) float64 { return laneLeft + laneWidth*float64(lane) }

func (s *sketch) laneOf(id int64) int { return slices.Index(s.ids, id) }

// step draws one request, and moves on below it.
func (s *sketch) step(h *happened) {
	fmt.Fprintf(&s.below, `<line class="rule" x1="20" y1="%.1f" x2="%.1f" y2="%.1f"/>`+"\n", s.y-rowGap/2, chainWidth-20, s.y-rowGap/2)
	s.text(20, s.y+15, "code", h.says)
	s.text(20, s.y+33, "faint", h.also)
	bottom := s.y + 2*chipHeight
	seen := map[string]spot{}
	for lane, id := range s.ids {
		if h.shows[id] != nil {
			s.root[id] = id
			bottom = max(bottom, s.chips(lane, h, seen))
		}
	}
	for id, to := range h.leads {
		s.root[id] = to
	}
	s.aliases(h)
	for text, at := range seen {
		s.last[text] = at
	}
	s.y = bottom + rowGap
}

// chips draws what a contact has, its names and below them its locations, and gives
// where that ends.
func (s *sketch) chips(lane int, h *happened, seen map[string]spot) float64 {
	id := s.ids[lane]
	at := spot{lane: lane, y: s.y}
	for _, list := range [][]string{h.shows[id][0], slices.Concat(h.shows[id][1], h.gone[id])} {
		at.x = s.left(lane)
		for _, text := range list {
			at.w, at.gone = 18+7.2*float64(len([]rune(text))), slices.Contains(h.gone[id], text)
			if at.x > s.left(lane) && at.x+at.w > s.left(lane)+laneInner {
				at.x, at.y = s.left(lane), at.y+chipHeight+chipGap
			}
			s.chip(h, text, at)
			seen[text] = at
			at.x += at.w + chipGap
		}
		at.y += chipHeight + chipGap
	}
	return at.y - chipGap
}

func (s *sketch) chip(h *happened, text string, at spot) {
	before, known := s.last[text]
	s.move(h, text, at, before, known)
	class, words := "chip "+hue(s.laneOf(h.whose[text])), ""
	if at.gone {
		class, words = class+" gone", "struck"
	} else if before.gone {
		class += " back"
	}
	fmt.Fprintf(&s.above, `<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%g" rx="11"/>`+"\n", class, at.x, at.y, at.w, chipHeight)
	s.centred(at.x+at.w/2, at.y+15.5, words, text)
}

// move draws where a value comes from: another contact, or the id that it was written by.
func (s *sketch) move(h *happened, text string, to, from spot, known bool) {
	color := hue(s.laneOf(h.whose[text]))
	switch {
	case known && from.lane != to.lane:
		x1, y1, x2, y2 := from.x+from.w/2, from.y+chipHeight, to.x+to.w/2, to.y
		half := (y2 - y1) / 2
		fmt.Fprintf(&s.below, `<path class="move %s" d="M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f"/>`+"\n", color, x1, y1, x1, y1+half, x2, y2-half, x2, y2)
	case !known && h.by != 0 && s.laneOf(h.by) != to.lane:
		x, y := s.left(s.laneOf(h.by))-10, to.y+chipHeight/2
		fmt.Fprintf(&s.below, `<path class="move %s" d="M%.1f %.1fH%.1f"/>`+"\n", color, x, y, to.x+to.w)
		fmt.Fprintf(&s.above, `<circle class="dot %s" cx="%.1f" cy="%.1f" r="4.5"/>`+"\n", color, x, y)
	}
}

// aliases says where ids lead from now on that are no contact's own, and changes the
// lines of lanes that become one, or cease to be one.
func (s *sketch) aliases(h *happened) {
	for lane, id := range s.ids {
		_, merged := h.leads[id]
		if merged || h.shows[id] != nil && s.since[lane] < 0 {
			s.lane(lane, s.y)
			s.since[lane] = s.y
			if merged {
				s.since[lane] = -s.y
			}
		}
		if to := s.leads(id); to != id && (merged || len(h.leads) > 0 || h.by == 0) {
			s.text(s.left(lane), s.y+15, "faint", fmt.Sprintf("leads to %d", to))
		}
	}
}

func (s *sketch) leads(id int64) int64 {
	for s.root[id] != id {
		id = s.root[id]
	}
	return id
}

// lane draws a lane's line down to a place: dotted while its id is no contact.
func (s *sketch) lane(lane int, to float64) {
	from, class := s.since[lane], "lane "+hue(lane)
	if from < 0 {
		from, class = -from, class+" away"
	}
	x := s.left(lane) - 10
	fmt.Fprintf(&s.below, `<line class="%s" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>`+"\n", class, x, from, x, to)
}

func (s *sketch) text(x, y float64, class, text string) {
	fmt.Fprintf(&s.above, `<text x="%.1f" y="%.1f" class="%s">%s</text>`+"\n", x, y, class, escaped(text))
}

func (s *sketch) centred(x, y float64, class, text string) {
	fmt.Fprintf(&s.above, `<text x="%.1f" y="%.1f" class="%s" text-anchor="middle">%s</text>`+"\n", x, y, class, escaped(text))
}

func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder takes everything
	return b.String()
}
