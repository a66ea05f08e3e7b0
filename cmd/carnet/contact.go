package main

// contactCommand does not open the database: it is a client like any other.
type contactCommand struct {
	remote

	List     contactList     `cmd:"" help:"List contacts, newest first."`
	Get      contactGet      `cmd:"" help:"Show a contact, as it is or as it was."`
	Create   contactCreate   `cmd:"" help:"Make a contact. It needs an email, a phone number or a name."`
	Put      contactPut      `cmd:"" help:"Change a contact. What is given replaces the whole list; what is not given stays."`
	Patch    contactPatch    `cmd:"" help:"Change a part of a contact: add, take away, make the first."`
	Delete   contactDelete   `cmd:"" help:"Delete a contact. It can be brought back."`
	Erase    contactErase    `cmd:"" help:"Erase a contact for good, with its history."`
	Restore  contactRestore  `cmd:"" help:"Bring back a contact that was deleted."`
	Undo     contactUndo     `cmd:"" help:"Take back what a change did."`
	Merge    contactMerge    `cmd:"" help:"Merge a contact into another one, or several."`
	Unmerge  contactUnmerge  `cmd:"" help:"Part what was merged, at any later time."`
	Distinct contactDistinct `cmd:"" help:"Remember that two contacts are different people."`
	Diff     contactDiff     `cmd:"" help:"Show what differs between two versions of a contact."`
	Export   contactExport   `cmd:"" help:"Write all that is known of one person, history included."`
	Log      contactLog      `cmd:"" aliases:"changes" help:"Show the history of a contact, or follow that of the whole Space."`
}
