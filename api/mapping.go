package api

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// KeptMapping is a mapping that is kept under a name. In a list it is without what it does: Mapping and what
// stands behind it.
type KeptMapping struct {
	Name    string        `json:"name"`
	KeptAt  time.Time     `json:"kept_at"`
	KeptBy  PlanActor     `json:"kept_by"`
	Columns []string      `json:"columns,omitzero"` // of the file that it was made of
	Mapping []MappingStep `json:"mapping,omitzero"`
	Match   []MatchBy     `json:"match,omitzero"`
}

const mappingsPath = "/mappings"

func mappingPath(name string) string { return mappingsPath + "/" + url.PathEscape(name) }

// KeepMapping keeps how a file is read under a name, in place of what is kept there: its mapping, and by what rows
// are matched. A later file of the same columns takes the newest by itself. The error has CodePlanBuilding
// where it is not known yet how the file is read. Of the options WithActor and WithReason are heeded.
func (c *Client) KeepMapping(ctx context.Context, importID, name string, options ...WriteOption) error {
	body, err := encode(struct {
		KeepAs string `json:"keep_as"`
	}{name})
	if err != nil {
		return err
	}
	r := &request{method: http.MethodPatch, path: importPath(importID), header: http.Header{}, body: body}
	if err := r.with(append(options, NoIdempotencyKey())); err != nil {
		return err
	}
	_, err = c.do(ctx, r, &ImportBegun{})
	return err
}

// Mappings reads one page of the mappings that the Space keeps. Its pages lead forward only.
func (c *Client) Mappings(ctx context.Context, p Paging) (Page[KeptMapping], error) {
	var page Page[KeptMapping]
	_, err := c.do(ctx, &request{method: http.MethodGet, path: mappingsPath, query: p.values()}, &page)
	return page, err
}

// AllMappings gives the mappings that the Space keeps from the page of p on. An error is the last thing that it
// gives.
func (c *Client) AllMappings(ctx context.Context, p Paging) iter.Seq2[KeptMapping, error] {
	return pages(p.Cursor, func(cursor string) (Page[KeptMapping], error) {
		p.Cursor = cursor
		return c.Mappings(ctx, p)
	})
}

// Mapping tells what a mapping does. The error has CodeMappingNotFound where the Space keeps none of this name.
func (c *Client) Mapping(ctx context.Context, name string) (m KeptMapping, err error) {
	_, err = c.do(ctx, &request{method: http.MethodGet, path: mappingPath(name)}, &m)
	return m, err
}

// DeleteMapping lets go of a mapping. Imports that took it stay as they are.
func (c *Client) DeleteMapping(ctx context.Context, name string) error {
	_, err := c.do(ctx, &request{method: http.MethodDelete, path: mappingPath(name)}, &struct{}{})
	return err
}
