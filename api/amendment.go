package api

import (
	"cmp"
	"unicode/utf8"
)

// Amendment is what Patch changes: of each list a part, and single custom fields.
// What it does not name stays as it is.
//
//	api.Amendment{Emails: &api.ListAmendment{Add: []string{"ada@example.com"}}} // one email more
//	api.Amendment{CustomFields: api.CustomFields{"profile_field_1": nil}}       // this one field cleared
type Amendment struct {
	Emails       *ListAmendment `json:"emails,omitzero"`
	Phones       *ListAmendment `json:"phones,omitzero"`
	Names        *ListAmendment `json:"names,omitzero"`
	Locations    *ListAmendment `json:"locations,omitzero"`
	CustomFields CustomFields   `json:"custom_fields,omitzero"` // the fields to set; nil clears one
}

// ListAmendment changes a part of a list: Remove first, then Add, then Primary.
// What is there already, or gone already, is no mistake.
type ListAmendment struct {
	Remove  []string `json:"remove,omitzero"`
	Add     []string `json:"add,omitzero"`     // at the end
	Primary string   `json:"primary,omitzero"` // moves to the front, and is added where it is missing
}

// MarshalJSON writes only what the amendment names.
func (a Amendment) MarshalJSON() ([]byte, error) {
	for _, l := range []struct {
		name string
		list *ListAmendment
	}{{"emails", a.Emails}, {"phones", a.Phones}, {"names", a.Names}, {"locations", a.Locations}} {
		if l.list == nil {
			continue
		}
		if err := cmp.Or(checkTexts(l.name+".remove", &l.list.Remove), checkTexts(l.name+".add", &l.list.Add)); err != nil {
			return nil, err
		}
		if !utf8.ValidString(l.list.Primary) {
			return nil, notUTF8(l.name + ".primary")
		}
	}
	type members Amendment
	return encode(members(a))
}
