package demo

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// today is when the story is told: a fixed day, so that the same seed keeps
// giving the same people.
var today = time.Date(2026, time.June, 30, 0, 0, 0, 0, time.UTC)

// firms are the made-up companies; colleagues share one. The first word is
// also the name of their mail domain.
var firms = strings.Split("Quillfeather Press|Brindlewick Logistics|Tarnmoor Labs|Oxbow & Thistle|Pebblegate Foods|"+
	"Larkhollow Textiles|Umberfield Instruments|Saltmarrow Energy|Copperwren Travel|Dray & Fennimore|"+
	"Hazelnook Bakery|Ivorybrook Robotics|Juniperus Optics|Kestrelby Freight|Lanternfold Books|"+
	"Mossgrave Timber|Nettlewharf Shipping|Owlstone & Daughters|Plumbago Design|Quernstead Mills|"+
	"Rookery Bay Studio|Snowdrift Bicycles|Thimblerow Tailors|Velvetmoth Films|Willowpike Outdoor|"+
	"Yarrowgate Clinics|Zephyrine Sails|Ambergleam Lighting|Bellweather Farms|Cinderquay Ceramics", "|")

var titles = strings.Split("Account manager|Accountant|Art director|Buyer|CEO|CFO|Customer success lead|Data analyst|"+
	"Editor|Event planner|Founder|Head of marketing|Head of sales|HR partner|IT administrator|Lawyer|"+
	"Office manager|Operations manager|Photographer|Product manager|Project manager|Researcher|"+
	"Software engineer|Support agent|Teacher|Translator|UX designer|Warehouse lead", "|")

var notes = strings.Split("Met at the spring fair 🌷|Prefers email to phone.|Call after 3 pm, never on Fridays.|"+
	"Wants the CSV export.\nSend the sample file ✅|Asked for an offer for 25 seats.\nFollow up in September.|"+
	"Moved to a new team in May.|Allergic to nuts – mind this when booking lunch 🥜|Speaks four languages 🗣️|"+
	"Invoice goes to the head office.\n\nReference: purchase order 4711|Birthday card sent 🎂|"+
	"Ask {given} about the pilot project.|{given} introduced us to two other customers 🙏|"+
	"Trial ends soon.\n- show the new reports\n- offer the yearly plan\n- thank {given} for the feedback|"+
	"Out of office in August ☀️|Has two accounts, keep this one.|Very happy with support ⭐⭐⭐⭐⭐|"+
	"Do not call: writes back within the hour.|Gave a talk at our user day 🎤\nSlides: still to come", "|")

// addStory gives somebody a job, a plan and what follows from it, and answers
// the mail domain of the firm, "" for none.
func (m *maker) addStory(p *person, given spelling, lives *culture) (firm string) {
	if m.chance(65) {
		name := pick(m, firms...)
		first, _, _ := strings.Cut(name, " ")
		firm = strings.ToLower(first)
		if lives.firm != "" && m.chance(60) {
			name += " " + lives.firm
		}
		p.set(company, name)
		if len(lives.teams) > 0 && m.chance(40) {
			p.set(jobTitle, pick(m, lives.teams...))
		} else {
			p.set(jobTitle, pick(m, titles...))
		}
	}
	if m.chance(78) {
		m.addPlan(p)
	}
	if m.chance(18) {
		p.set(note, strings.ReplaceAll(pick(m, notes...), "{given}", given.native))
	}
	if m.chance(25) {
		// From 30 on, so that nobody was a customer as a child.
		p.set(birthday, today.AddDate(-30, 0, -m.IntN(45*365)).Format(time.DateOnly))
	}
	return firm
}

// addPlan makes a customer: what they paid so far is about seats times price
// times months.
func (m *maker) addPlan(p *person) {
	days := m.between(3, 10*365)
	name, size, price := "Free", m.between(1, 3), 0
	switch kind := m.IntN(20); {
	case kind < 2:
		name, size, price = "Enterprise", m.between(50, 900), 1175
	case kind < 9:
		name, size, price = "Team", m.between(2, 45), 890
	}
	cents := size * price * (days / 30)
	if price > 0 || m.chance(10) {
		cents += m.IntN(30000) // extras
	}
	p.set(plan, name)
	p.set(seats, strconv.Itoa(size))
	p.set(lifetimeValue, decimal(cents))
	p.set(customerSince, today.AddDate(0, 0, -days).Format(time.DateOnly))
}

// decimal writes hundredths in plain notation without trailing zeros, as
// numbers are stored (CONTRACT D13).
func decimal(hundredths int) string {
	s := fmt.Sprintf("%d.%02d", hundredths/100, hundredths%100)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
