package contact

import "github.com/carnet-project/carnet/internal/fault"

// Needs names an id to give.
func (c *Create) Needs() Needs { return Needs{NewIDs: 1} }

// Size gives about how many bytes the patch carries.
func (c *Create) Size() int { return c.Patch.Size() }

// Decide makes a new contact. It is refused without an email, a phone or a name,
// and where a list is over MaxValues.
func (c *Create) Decide(v *View) (Decision, error) {
	p := &c.Patch
	if len(p.Values[Emails].Texts)+len(p.Values[Phones].Texts)+len(p.Values[Names].Texts) == 0 {
		return Decision{}, fault.At("emails", fault.CodeContactEmpty, "Send at least one email, phone or name.")
	}
	none := Contact{ID: v.NewID(0), Created: v.At}
	made, err := patched(&none, p, v.Op)
	if err != nil {
		return Decision{}, err
	}
	return Decision{Subject: none.ID, Steps: []Step{{After: made, Action: ActionCreate}}}, nil
}
