package api

// Conflict is a place where a write and what happened since want different things.
// Each side is, of a list, a []string with all of it; of a custom field, what
// CustomFields holds; of Field "id", a json.Number or nil.
type Conflict struct {
	ContactID int64  `json:"contact_id"`
	Field     string `json:"field"`  // "emails", "custom_fields.profile_field_3", "id"
	Base      any    `json:"base"`   // what the write was made from, or what the change to undo left
	Yours     any    `json:"yours"`  // what the write makes of that
	Theirs    any    `json:"theirs"` // what is there now, and stays
}

// UnmarshalJSON keeps numbers exact, and makes lists of texts.
func (c *Conflict) UnmarshalJSON(text []byte) error {
	type members Conflict
	if err := decode(text, (*members)(c)); err != nil {
		return err
	}
	for _, side := range []*any{&c.Base, &c.Yours, &c.Theirs} {
		*side = textsOf(*side)
	}
	return nil
}

// textsOf gives a list as one of texts where all of it are, and anything else as it
// is.
func textsOf(side any) any {
	list, ok := side.([]any)
	if !ok {
		return side
	}
	texts := make([]string, len(list))
	for i := range list {
		if texts[i], ok = list[i].(string); !ok {
			return side
		}
	}
	return texts
}
