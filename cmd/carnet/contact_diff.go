package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/carnet-project/carnet/api"
)

type contactDiff struct {
	ID   int64 `arg:"" help:"The contact. The id of one that was merged leads to what it led to with each version."`
	From int64 `arg:"" help:"A version, as get and log show it."`
	To   int64 `arg:"" help:"Another one. Where it is the older, this is what would lead back."`
	format
}

// Run shows what leads from one version to the other.
func (c *contactDiff) Run(in *surroundings, server *contactCommand) error {
	client, err := server.connect(in)
	if err != nil {
		return err
	}
	diff, err := client.Diff(in.ctx, c.ID, c.From, c.To)
	e, answered := errors.AsType[*api.Error](err)
	switch {
	case answered && e.Code == api.CodeVersionNotFound:
		named := strconv.FormatInt(c.ID, 10)
		return fmt.Errorf("contact %s was never at one of these versions, by this id: `%s` shows those that it had", named, in.contact("log", named))
	case err != nil:
		return server.explain(err)
	case c.json():
		return printJSON(in.stdout, diff)
	case c.csv():
		return printCSV(in.stdout, []api.Diff{diff})
	}
	return showDiff(in.stdout, c.ID, &diff)
}

func showDiff(to screen, id int64, diff *api.Diff) error {
	var b strings.Builder
	b.WriteString(boldStyle.Render(fmt.Sprintf("contact %d, from version %d to version %d", id, diff.From, diff.To)) + "\n")
	head := b.Len()
	writeEdits(&b, &diff.Changes)
	if b.Len() == head {
		b.WriteString("  nothing differs\n")
	}
	_, err := lipgloss.Fprint(to.Writer, b.String())
	return err
}
