package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/carnet-project/carnet/api"
)

type contactMerge struct {
	Survivor        int64    `arg:"" help:"The contact that stays. It keeps its own values first."`
	Merged          []int64  `arg:"" help:"The contact that becomes a part of it, or several. Their ids lead to the survivor from then on."`
	Prefer          []string `tried:"keep,take,field" sep:"none" placeholder:"3=ID" help:"Of whom a custom field is, by its number or key, where several have it: the survivor unless this says otherwise."`
	ConfirmDistinct bool     `tried:"force,distinct,yes" help:"Merge also who was said to be somebody else, as after unmerge. That is forgotten."`
	removals
	writing
}

// Validate refuses what names no field or no contact.
func (c *contactMerge) Validate() error {
	_, err := c.prefer()
	return err
}

func (c *contactMerge) prefer() (map[string]int64, error) {
	if c.Prefer == nil {
		return nil, nil
	}
	of := map[string]int64{}
	for _, given := range c.Prefer {
		name, text, ok := strings.Cut(given, "=")
		id, err := strconv.ParseInt(text, 10, 64)
		if name = fieldKey(name); !ok || name == "" || err != nil {
			return nil, errors.New("write --prefer as a custom field and a contact, as in --prefer 3=7")
		}
		if _, twice := of[name]; twice {
			return nil, errors.New("give each field once: it is of one contact")
		}
		of[name] = id
	}
	return of, nil
}

// Run shows the survivor.
func (c *contactMerge) Run(in *surroundings, server *contactCommand) error {
	whom, become := "contacts "+inWords(c.Merged), "Contacts "+inWords(c.Merged)+" became parts"
	if len(c.Merged) == 1 {
		whom, become = fmt.Sprintf("contact %d", c.Merged[0]), fmt.Sprintf("Contact %d became part", c.Merged[0])
	}
	return server.write(in, &c.writing, &writer{id: c.Survivor, would: "merge " + whom + " into", did: become + " of contact %d", whole: true,
		back: func(r *api.Result) string {
			if len(c.Merged) == 1 {
				return in.contact("unmerge", strconv.FormatInt(r.Contact.ID, 10), strconv.FormatInt(c.Merged[0], 10))
			}
			return in.contact("undo", strconv.FormatInt(r.Contact.ID, 10), r.ChangeID)
		},
		do: func(client *api.Client, options []api.WriteOption) (api.Result, error) {
			options = append(append(options, c.removals.options()...), api.ReturnChanges())
			if len(c.Merged) == 1 && c.Prefer == nil && !c.ConfirmDistinct {
				return client.Merge(in.ctx, c.Survivor, c.Merged[0], options...)
			}
			prefer, err := c.prefer()
			if err != nil {
				return api.Result{}, err
			}
			return client.MergeAll(in.ctx, c.Survivor, api.Merging{Merged: c.Merged, Prefer: prefer, ConfirmDistinct: c.ConfirmDistinct}, options...)
		}})
}

// inWords gives ids as a sentence has them: "2, 3 and 4".
func inWords(ids []int64) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = strconv.FormatInt(id, 10)
	}
	return listed(texts)
}

// listed joins what a sentence lists.
func listed(parts []string) string {
	if last := len(parts) - 1; last > 0 {
		return strings.Join(parts[:last], ", ") + " and " + parts[last]
	}
	return strings.Join(parts, "")
}
