package transfer

import (
	"slices"

	"github.com/carnet-project/carnet/internal/contact"
)

// Amendment gives what a row makes of a contact that is there, by the rules of its steps: what is to be
// added is named whole, though some of it may be there already. A slot holds one text, so by
// Add, which takes nothing away, it is set where it is empty, as by Fill.
func (r *Row) Amendment(c *contact.Contact, region string) (a contact.Amendment) {
	for _, col := range contact.Collections {
		said := &r.Values[col]
		switch {
		case said.Rule == "":
		case said.Rule == Replace, said.Rule == Mirror:
			a.Values[col] = replacing(col, c.Values[col], said.Texts, region)
		case said.Rule == Add || len(c.Values[col]) == 0:
			a.Values[col] = contact.ListAmendment{Named: true, Add: said.Texts}
		}
	}
	for i := range r.Fields {
		said := &r.Fields[i]
		text := ""
		if len(said.Texts) > 0 {
			text = said.Texts[0]
		}
		if said.Rule == Replace || said.Rule == Mirror || said.Rule != "" && c.Fields[i].Text == "" {
			a.Fields.Sent, a.Fields.Named[i], a.Fields.Texts[i] = true, true, text
		}
	}
	return a
}

// replacing gives what makes a list of another, in its order and as it is spelled. Where only
// some of it has to go or to come, it names no more than that.
func replacing(col contact.Collection, old []contact.Value, texts []string, region string) contact.ListAmendment {
	l := contact.ListAmendment{Named: true}
	var had []string
	for _, v := range old {
		had = append(had, v.Text)
		if !slices.Contains(texts, v.Text) {
			l.Remove = append(l.Remove, v.Text)
		}
	}
	kept := slices.DeleteFunc(slices.Clone(had), func(text string) bool { return !slices.Contains(texts, text) })
	if len(kept) > len(texts) || !slices.Equal(kept, texts[:len(kept)]) || comparesLike(col, l.Remove, kept, region) {
		l.Remove, kept = had, nil
	}
	l.Add = texts[len(kept):]
	return l
}

// comparesLike tells whether a text that goes would take one with it that stays.
func comparesLike(col contact.Collection, gone, kept []string, region string) bool {
	return slices.ContainsFunc(gone, func(a string) bool {
		return slices.ContainsFunc(kept, func(b string) bool { return contact.MatchText(col, a, region) == contact.MatchText(col, b, region) })
	})
}
