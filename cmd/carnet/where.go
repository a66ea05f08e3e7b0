package main

import (
	"errors"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/api"
)

// conditionsOf reads the conditions of --where; nil for none.
func conditionsOf(texts []string) (list []api.Condition, err error) {
	for _, text := range texts {
		condition, err := api.ParseCondition(text)
		if err != nil {
			return nil, errors.New("--where: " + err.Error())
		}
		list = append(list, condition)
	}
	return list, nil
}

// each is what a plan does to every contact that conditions find.
type each struct {
	Method string         `json:"method"`
	Body   jsontext.Value `json:"body"`
}

// each reads the one operation of a file, which names no contact.
func (f *batchFile) each() (e each, err error) {
	if n := len(f.operations); n != 1 || f.atomic {
		return e, errors.New("with --where the file is one operation, which is done to each contact that is found, such as " + eachForm + ": " + f.name + " is not that")
	}
	list, err := f.read([2]int{0, 1})
	if err != nil {
		return e, err
	}
	if json.Unmarshal(list[0].(api.BatchRaw), &e, json.RejectUnknownMembers(true)) != nil {
		return e, errors.New("with --where an operation has method and body and nothing else, as in " + eachForm + ": its id is that of each contact that is found")
	}
	return e, nil
}

const eachForm = `{"method": "PATCH", "body": {"custom_fields": {"profile_field_2": "to call"}}}`

// propose has a plan made about whoever the conditions find.
func (e *each) propose(in *surroundings, client *api.Client, where []api.Condition, o []api.WriteOption) (api.Plan, error) {
	if e.Body == nil {
		return client.ProposeWhere(in.ctx, where, e.Method, nil, o...)
	}
	return client.ProposeWhere(in.ctx, where, e.Method, e.Body, o...)
}
