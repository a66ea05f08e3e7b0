package main

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/carnet-project/carnet/api"
)

type contactPatch struct {
	ID int64 `arg:"" help:"The contact."`
	conditions
	contactParts
	removals
	writing
}

// contactParts are the flags that change a part of a contact.
type contactParts struct {
	Data            string   `tried:"json,body" placeholder:"JSON" help:"All of it as JSON, as the API takes it, or - to read that from standard input. Instead of the flags below."`
	AddEmail        []string `tried:"email,add" sep:"none" placeholder:"EMAIL" help:"Add an email behind those that are there. Give it several times for several."`
	RemoveEmail     []string `tried:"remove" sep:"none" placeholder:"EMAIL" help:"Take an email away."`
	PrimaryEmail    string   `tried:"primary" placeholder:"EMAIL" help:"Make an email the first; it is added where it is missing."`
	AddPhone        []string `tried:"phone,add-tel" sep:"none" placeholder:"PHONE" help:"Likewise for phone numbers, which are found however they are written."`
	RemovePhone     []string `sep:"none" placeholder:"PHONE" help:"Take a phone number away."`
	PrimaryPhone    string   `placeholder:"PHONE" help:"Make a phone number the first."`
	AddName         []string `tried:"name" sep:"none" placeholder:"NAME" help:"Likewise for names."`
	RemoveName      []string `sep:"none" placeholder:"NAME" help:"Take a name away."`
	PrimaryName     string   `placeholder:"NAME" help:"Make a name the first."`
	AddLocation     []string `tried:"location,address" sep:"none" placeholder:"LOCATION" help:"Likewise for locations."`
	RemoveLocation  []string `sep:"none" placeholder:"LOCATION" help:"Take a location away."`
	PrimaryLocation string   `placeholder:"LOCATION" help:"Make a location the first."`
	Set             []string `tried:"field,custom-field" sep:"none" placeholder:"3=TEXT" help:"What a custom field holds, by its number or key: text, a number, or a date as in 2026-01-31. Those that are not named stay."`
	Clear           []string `tried:"unset,empty" sep:"none" placeholder:"4" help:"Empty a custom field, by its number or key."`
}

// Help says how it differs from put.
func (c *contactPatch) Help() string {
	return `What is not named stays, in each list too: values are taken away first, then added, then one becomes the first. A value that is there already, or gone already, is no mistake.`
}

// Validate refuses what is neither JSON nor flags, or both.
func (p *contactParts) Validate() error {
	amendment, err := p.amendment()
	switch flags := !empty(&amendment); {
	case err != nil:
		return err
	case p.Data == "" && !flags:
		return errors.New("say what to change: --add-email, --remove-email, --primary-email, likewise for phone, name and location, --set, --clear, or --data")
	case p.Data != "" && flags:
		return errors.New("give --data or the other flags, not both")
	}
	return nil
}

// body gives what is sent.
func (p *contactParts) body() (json.Marshaler, error) {
	if p.Data != "" {
		return given(p.Data)
	}
	return p.amendment()
}

func (p *contactParts) amendment() (api.Amendment, error) {
	fields, err := p.fields()
	return api.Amendment{
		Emails:    part(p.AddEmail, p.RemoveEmail, p.PrimaryEmail),
		Phones:    part(p.AddPhone, p.RemovePhone, p.PrimaryPhone),
		Names:     part(p.AddName, p.RemoveName, p.PrimaryName),
		Locations: part(p.AddLocation, p.RemoveLocation, p.PrimaryLocation),

		CustomFields: fields,
	}, err
}

func empty(a *api.Amendment) bool {
	return a.Emails == nil && a.Phones == nil && a.Names == nil && a.Locations == nil && a.CustomFields == nil
}

// part gives what flags change of a collection, nil for nothing.
func part(add, remove []string, primary string) *api.ListAmendment {
	if add == nil && remove == nil && primary == "" {
		return nil
	}
	return &api.ListAmendment{Add: add, Remove: remove, Primary: primary}
}

func (p *contactParts) fields() (api.CustomFields, error) {
	if p.Set == nil && p.Clear == nil {
		return nil, nil
	}
	fields := api.CustomFields{}
	for _, set := range p.Set {
		name, text, ok := strings.Cut(set, "=")
		if name = fieldKey(name); !ok || name == "" || text == "" {
			return nil, errors.New("write each field as --set KEY=VALUE, as in --set 16=500; --clear 16 empties it")
		}
		if _, twice := fields[name]; twice {
			return nil, errors.New("give each field once: it holds one value")
		}
		fields[name] = text
	}
	for _, name := range p.Clear {
		if _, twice := fields[fieldKey(name)]; twice {
			return nil, errors.New("give each field once: it is set or cleared")
		}
		fields[fieldKey(name)] = nil
	}
	return fields, nil
}

// Run shows each list that it names, as it is stored, and what it took away.
func (c *contactPatch) Run(in *surroundings, server *contactCommand) error {
	return server.write(in, &c.writing, &writer{id: c.ID, would: "change", did: "Contact %d was changed",
		do: func(client *api.Client, options []api.WriteOption) (api.Result, error) {
			body, err := c.body()
			if err != nil {
				return api.Result{}, err
			}
			options = append(append(options, c.conditions.options()...), c.removals.options()...)
			return client.Patch(in.ctx, c.ID, body, append(options, api.ReturnChanges())...)
		}})
}
