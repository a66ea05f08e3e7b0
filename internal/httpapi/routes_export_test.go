package httpapi

import "slices"

// RouteRow is a row of the table, as tests outside the package see it.
type RouteRow struct {
	Method, Path, Scope, Bucket string
	Params                      []string // names, sorted
}

// RouteRows gives the table of routes.
func RouteRows() (list []RouteRow) {
	for _, rt := range routes {
		row := RouteRow{Method: rt.method, Path: rt.pattern, Scope: string(rt.scope), Bucket: string(rt.bucket)}
		for _, p := range rt.params {
			row.Params = append(row.Params, p.name)
		}
		slices.Sort(row.Params)
		list = append(list, row)
	}
	return list
}
