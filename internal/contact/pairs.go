package contact

// Pair names two contacts of which somebody said that they are different people
// (CONTRACT D30). It holds for those that the two ids lead to. A is the smaller.
type Pair struct{ A, B ID }

// PairOf makes a pair of two ids, in whichever order.
func PairOf(a, b ID) Pair { return Pair{min(a, b), max(a, b)} }

// PairEdit sets a pair, or forgets it.
type PairEdit struct {
	Pair
	Gone bool
}

// maxPairs is how many pairs one write remembers: of more ids than that, those of
// the contacts themselves come first.
const maxPairs = 10_000

// pairsBetween gives a pair for each id of one contact and each of another, whose
// own ids come first.
func pairsBetween(these, those []ID) []PairEdit {
	var out []PairEdit
	for _, a := range these {
		for _, b := range those {
			if len(out) == maxPairs {
				return out
			}
			out = append(out, PairEdit{Pair: PairOf(a, b)})
		}
	}
	return out
}

// Distinct says that two contacts are different people, or, with Forget, that
// nobody said so (CONTRACT D30). It changes neither of them.
type Distinct struct {
	Ref, Other ID
	Forget     bool
}

// Needs names both contacts, and their pairs.
func (d *Distinct) Needs() Needs {
	both := []ID{d.Ref, d.Other}
	return Needs{Refs: both, Trees: both, Pairs: both}
}

// Size is nothing.
func (d *Distinct) Size() int { return 0 }

// Decide pairs two contacts with all their ids, or takes what pairs them apart. It
// is refused where both are one.
func (d *Distinct) Decide(v *View) (Decision, error) {
	a, ok := v.Contact(d.Ref)
	if !ok {
		return Decision{}, NotFound()
	}
	b, ok := v.Contact(d.Other)
	if !ok {
		return Decision{}, NotFound()
	}
	if a.ID == b.ID {
		return Decision{}, refuseSame("other")
	}
	if d.Forget {
		return Decision{Subject: a.ID, Pairs: v.pairsOf(d.Ref, d.Other)}, nil
	}
	return Decision{Subject: a.ID, Pairs: pairsBetween(v.ids(d.Ref, a.ID), v.ids(d.Other, b.ID))}, nil
}

// ids gives the ids that lead to a contact, its own first.
func (v *View) ids(ref, own ID) []ID {
	ids := []ID{own}
	for _, n := range v.Tree(ref) {
		ids = append(ids, n.ID)
	}
	return ids
}

// pairsOf gives what makes any two of the contacts of these refs distinct, to be
// forgotten: none where nobody said so. It looks at each id and at each pair once, however
// many contacts there are.
func (v *View) pairsOf(refs ...ID) []PairEdit {
	leads := map[ID]ID{}
	for _, ref := range refs {
		c, ok := v.Found(ref)
		if !ok {
			continue
		}
		for _, id := range v.ids(ref, c.ID) {
			leads[id] = c.ID
		}
	}
	var out []PairEdit
	told := map[Pair]bool{}
	for _, ref := range refs {
		for _, p := range v.Paired(ref) {
			if a, b := leads[p.A], leads[p.B]; a != 0 && b != 0 && a != b && !told[p] {
				told[p] = true
				out = append(out, PairEdit{p, true})
			}
		}
	}
	return out
}
