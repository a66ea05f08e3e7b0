package main

type spaceList struct {
	format
}

// Run lists them by id, with how full they are.
func (c *spaceList) Run(in *surroundings) error {
	db, err := in.open()
	if err != nil {
		return err
	}
	defer db.Close()
	spaces, err := db.Book.Spaces(in.ctx)
	if err != nil {
		return err
	}
	usages, err := db.Book.Usages(in.ctx)
	if err != nil {
		return err
	}
	list := make([]spaceRecord, len(spaces))
	for i, s := range spaces {
		list[i] = recordSpace(s, usages[s.ID])
	}
	return show(in, c.format, list, spaceHead, list...)
}
