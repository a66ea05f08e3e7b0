package main

type keyList struct {
	format
}

// Run lists them by id, revoked ones included.
func (c *keyList) Run(in *surroundings) error {
	db, err := in.open()
	if err != nil {
		return err
	}
	defer db.Close()
	keys, err := db.Book.APIKeys(in.ctx)
	if err != nil {
		return err
	}
	list := make([]keyRecord, len(keys))
	for i, k := range keys {
		list[i] = recordKey(k)
	}
	return showKeys(in, c.format, list, list...)
}
