package main

type keyLog struct {
	ID    *int64 `arg:"" optional:"" listed:"carnet key list" help:"The key, as key list shows it. Default: all."`
	Limit *int   `placeholder:"N" help:"Stop after so many, and say so on standard error where there are more. Default: all."`
	format
}

// Validate refuses a log of nothing.
func (c *keyLog) Validate() error { return checkLog(c.ID, c.Limit) }

// Run shows what was done to keys, newest first.
func (c *keyLog) Run(in *surroundings) error {
	db, err := in.open()
	if err != nil {
		return err
	}
	defer db.Close()
	return showLog(in, c.format, c.Limit, keyLogHead, db.Book.KeyLog(in.ctx, idOf(c.ID)))
}
