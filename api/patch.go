package api

// Patch is what a write sets. What is nil is left out, and stays as it is.
// What is not nil is the whole new content: values that it does not list are
// removed, and so is the content of custom fields that it does not name.
//
//	api.Patch{Emails: api.Values("ada@example.com")}       // this one email, all else stays
//	api.Patch{Phones: api.Values()}                        // no phones any more
//	api.Patch{CustomFields: &api.CustomFields{}}           // all 30 custom fields empty
//
// The first value of a list is the primary one.
type Patch struct {
	Emails       *[]string     `json:"emails,omitzero"`
	Phones       *[]string     `json:"phones,omitzero"`
	Names        *[]string     `json:"names,omitzero"`
	Locations    *[]string     `json:"locations,omitzero"`
	CustomFields *CustomFields `json:"custom_fields,omitzero"`
}

// Values makes a list for a Patch. Without any it clears the collection:
// Values(list...) does so also where list turns out to be nil.
func Values(texts ...string) *[]string {
	if texts == nil {
		texts = []string{}
	}
	return &texts
}

// MarshalJSON writes only what the patch sets. A list that is nil behind its
// pointer is written as [], because null means nothing to the server.
func (p Patch) MarshalJSON() ([]byte, error) {
	type members Patch
	m := members(p)
	for _, l := range []struct {
		name string
		list **[]string
	}{{"emails", &m.Emails}, {"phones", &m.Phones}, {"names", &m.Names}, {"locations", &m.Locations}} {
		if err := checkTexts(l.name, *l.list); err != nil {
			return nil, err
		}
		if *l.list != nil {
			*l.list = Values(**l.list...)
		}
	}
	return encode(m)
}
