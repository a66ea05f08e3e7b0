package main

import (
	"fmt"
)

// withdrawnRecord says what became of an export.
type withdrawnRecord struct {
	ExportID string `json:"export_id"`
	Status   string `json:"status"`
}

// withdraw lets go of an export. It asks for nothing more, so a key that may only write will do.
func (c *exportCommand) withdraw(in *surroundings) error {
	client, err := c.connect(in)
	if err != nil {
		return err
	}
	if err := client.WithdrawExport(in.ctx, c.Withdraw); err != nil {
		return c.refusal(err)
	}
	in.did("Export %s is withdrawn: its file is gone.", cell(c.Withdraw))
	switch record := (withdrawnRecord{c.Withdraw, "withdrawn"}); {
	case c.json():
		return printJSON(in.stdout, record)
	case c.csv():
		return printCSV(in.stdout, []withdrawnRecord{record})
	}
	_, err = fmt.Fprintln(in.stdout, in.done)
	return err
}
