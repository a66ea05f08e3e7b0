package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/carnet-project/carnet/api"
)

// contactValues are the flags that say what a contact is to hold.
type contactValues struct {
	Data     string   `tried:"json,body" placeholder:"JSON" help:"All of it as JSON, as the API takes it, or - to read that from standard input. Instead of the flags below."`
	Email    []string `blank:"clears" sep:"none" placeholder:"EMAIL" help:"An email. Give it several times for several; the first is the primary one."`
	Phone    []string `tried:"tel,telephone,mobile" blank:"clears" sep:"none" placeholder:"PHONE" help:"A phone number, likewise."`
	Name     []string `blank:"clears" sep:"none" placeholder:"NAME" help:"A name, likewise."`
	Location []string `tried:"address,city,place" blank:"clears" sep:"none" placeholder:"LOCATION" help:"A location, likewise."`
	Field    []string `tried:"custom-field,set" blank:"clears" sep:"none" placeholder:"profile_field_1=TEXT" help:"What a custom field holds: text, a number, or a date as in 2026-01-31."`
}

// Validate refuses what is neither JSON nor flags, or both.
func (v *contactValues) Validate() error {
	flags := len(v.Email)+len(v.Phone)+len(v.Name)+len(v.Location)+len(v.Field) > 0
	switch {
	case v.Data == "" && !flags:
		return errors.New("say what to write: --email, --phone, --name, --location, --field, or --data")
	case v.Data != "" && flags:
		return errors.New("give --data or the other flags, not both")
	}
	_, err := v.fields()
	return err
}

// patch makes the body. JSON is sent as it stands, so that the server can
// refuse what is misspelt in it.
func (v *contactValues) patch() (json.Marshaler, error) {
	if v.Data == "" {
		fields, err := v.fields()
		return api.Patch{
			Emails: list(v.Email), Phones: list(v.Phone), Names: list(v.Name), Locations: list(v.Location), CustomFields: fields,
		}, err
	}
	return given(v.Data)
}

// given gives what --data says: JSON, or - where standard input has it.
func given(data string) (json.RawMessage, error) {
	if data != "-" {
		return json.RawMessage(data), nil
	}
	return io.ReadAll(os.Stdin)
}

// list gives what a flag says of a collection: nil where it was left out. An
// empty value alone clears the collection.
func list(given []string) *[]string {
	switch {
	case given == nil:
		return nil
	case clears(given):
		return api.Values()
	}
	return api.Values(given...)
}

// clears tells an empty value alone.
func clears(given []string) bool { return len(given) == 1 && given[0] == "" }

func (v *contactValues) fields() (*api.CustomFields, error) {
	if v.Field == nil {
		return nil, nil
	}
	fields := api.CustomFields{}
	if clears(v.Field) {
		return &fields, nil
	}
	for _, given := range v.Field {
		name, text, ok := strings.Cut(given, "=")
		name = fieldKey(name)
		_, twice := fields[name]
		switch {
		case !ok || name == "":
			return nil, errors.New("write each field as --field KEY=VALUE, as in --field profile_field_16=500; nothing behind the = empties it")
		case twice:
			return nil, errors.New("give each --field once: a custom field holds one value")
		}
		fields[name] = text
	}
	return &fields, nil
}

// fieldKey gives the key of a custom field, which may be named by its number.
func fieldKey(name string) string {
	if n, err := strconv.Atoi(name); err == nil && strconv.Itoa(n) == name {
		return "profile_field_" + name
	}
	return name
}

// attribution are the flags of every write that history shows.
type attribution struct {
	Actor  string `placeholder:"NAME" help:"Who is behind the key, for the history; at most 100 characters."`
	Reason string `placeholder:"TEXT" help:"Why, for the history; at most 500 characters."`
}

func (a *attribution) options() (o []api.WriteOption) {
	if a.Actor != "" {
		o = append(o, api.WithActor(a.Actor))
	}
	if a.Reason != "" {
		o = append(o, api.WithReason(a.Reason))
	}
	return o
}
