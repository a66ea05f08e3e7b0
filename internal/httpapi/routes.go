package httpapi

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/fault"
)

// route is one thing that can be asked for. A noun that is added is one file
// with its handlers, and its rows here.
type route struct {
	method  string       // GET serves HEAD as well
	pattern string       // of http.ServeMux; "{id}" is a contact's id, checked before handle
	scope   access.Scope // "" for none: no key, no limit
	bucket  access.Bucket
	params  []param // the query parameters that it takes
	handle  func(a *api, w http.ResponseWriter, r *request) error
}

const base = "/public-api/v1"

var routes = []route{
	{"PUT", base + "/contacts/{id}", access.Write, access.Update, writeParams, (*api).putContact},
	{"GET", base + "/contacts/{id}", access.Read, access.Get, getParams, (*api).getContact},
	{"PATCH", base + "/contacts/{id}", access.Write, access.Update, writeParams, (*api).patchContact},
	{"DELETE", base + "/contacts/{id}", access.Write, access.Update, writeParams, (*api).deleteContact},
	{"POST", base + "/contacts", access.Write, access.Create, writeParams, (*api).createContact},
	{"GET", base + "/contacts", access.Read, access.List, listParams, (*api).listContacts},
	{"GET", base + "/contacts/count", access.Read, access.List, narrowingParams, (*api).countContacts},
	{"POST", base + "/contacts/batch", access.Write, access.Batch, batchParams, (*api).batch},
	{"POST", base + "/contacts/{id}/merge", access.Write, access.Update, writeParams, (*api).mergeContact},
	{"POST", base + "/contacts/{id}/unmerge", access.Write, access.Update, unmergeParams, (*api).unmergeContact},
	{"PUT", base + "/contacts/{id}/distinct/{other}", access.Write, access.Update, nil, (*api).setDistinct},
	{"DELETE", base + "/contacts/{id}/distinct/{other}", access.Write, access.Update, nil, (*api).forgetDistinct},
	{"POST", base + "/contacts/{id}/erase", access.Erase, access.Update, eraseParams, (*api).eraseContact},
	{"GET", base + "/contacts/{id}/changes", access.Read, access.List, changesParams, (*api).listChanges},
	{"GET", base + "/contacts/{id}/diff", access.Read, access.Get, diffParams, (*api).diffContact},
	{"GET", base + "/contacts/{id}/export", access.Read, access.Get, personParams, (*api).exportPerson},
	{"POST", base + "/contacts/{id}/changes/{change_id}/undo", access.Write, access.Update, undoParams, (*api).undoChange},
	{"POST", exportsBase, access.Read, access.Batch, nil, (*api).makeExport},
	{"GET", exportsBase + "/{export}", access.Read, access.Get, nil, (*api).getExport},
	{"DELETE", exportsBase + "/{export}", access.Write, access.Update, nil, (*api).withdrawExport},
	{"GET", exportsBase + "/{export}/download", "", "", linkParams, (*api).downloadExport},
	{"GET", base + "/changes", access.Read, access.List, feedParams, (*api).feed},
	{"POST", base + "/plans", access.Plan, access.Batch, nil, (*api).propose},
	{"GET", base + "/plans", access.Read, access.List, plansParams, (*api).listPlans},
	{"GET", base + "/plans/{plan}", access.SeePlan, access.Get, nil, (*api).getPlan},
	{"GET", base + "/plans/{plan}/rows", access.Read, access.List, planRowsParams, (*api).listPlanRows},
	{"POST", base + "/plans/{plan}/apply", access.ApplyPlan, access.Batch, nil, (*api).applyPlan},
	{"DELETE", base + "/plans/{plan}", access.Plan, access.Update, nil, (*api).discardPlan},
	{"POST", importsBase, access.Plan, access.Batch, makeImportParams, (*api).makeImport},
	{"GET", importsBase, access.Read, access.List, importsParams, (*api).listImports},
	{"GET", importsBase + "/{import}", access.SeePlan, access.Get, nil, (*api).getImport},
	{"PATCH", importsBase + "/{import}", access.Plan, access.Batch, nil, (*api).correctImport},
	{"DELETE", importsBase + "/{import}", access.Plan, access.Update, nil, (*api).discardImport},
	{"GET", mappingsBase, access.Read, access.List, importsParams, (*api).listMappings},
	{"GET", mappingsBase + "/{mapping}", access.Read, access.Get, nil, (*api).getMapping},
	{"DELETE", mappingsBase + "/{mapping}", access.Plan, access.Update, nil, (*api).deleteMapping},
	{"GET", base + "/jobs", access.Read, access.List, jobsParams, (*api).listJobs},
	{"GET", base + "/jobs/{job}", access.Read, access.Get, nil, (*api).getJob},
	{"DELETE", base + "/jobs/{job}", access.Write, access.Update, nil, (*api).cancelJob},
	{"GET", "/healthz", "", "", nil, (*api).health},
	{"GET", "/readyz", "", "", nil, (*api).ready},
	{"GET", "/openapi.yaml", "", "", nil, (*api).openAPIYAML},
	{"GET", "/openapi.json", "", "", nil, (*api).openAPIJSON},
	{"GET", "/llms.txt", "", "", nil, llmsAsset.answer},
	{"GET", "/docs", "", "", nil, docsPage.answer},
	{"GET", "/docs/{asset}", "", "", nil, (*api).docsAsset},
}

// noRoute answers every path that is not in the table.
var noRoute = route{handle: func(*api, http.ResponseWriter, *request) error {
	return fault.New(fault.NotFound, fault.CodeRouteNotFound, "There is nothing at this address. Compare it with the documentation, at /docs on this server.")
}}

// newMux makes the mux of those patterns of the table. It never answers by itself: every path
// takes any method, and everything else leads to noRoute.
func (a *api) newMux(has func(pattern string) bool) *http.ServeMux {
	mux := http.NewServeMux()
	methods := map[string]map[string]*route{}
	for i := range routes {
		rt := &routes[i]
		if methods[rt.pattern] == nil {
			methods[rt.pattern] = map[string]*route{}
		}
		methods[rt.pattern][rt.method] = rt
		if rt.method == "GET" {
			methods[rt.pattern]["HEAD"] = rt
		}
	}
	// A pattern takes every method: so one that is a special case of another may stand
	// beside that, whatever methods they have.
	for pattern, of := range methods {
		if !has(pattern) {
			continue
		}
		mux.HandleFunc(pattern, a.handler(of, otherMethod(pattern, slices.Collect(maps.Keys(of)))))
	}
	mux.HandleFunc("/", a.handler(nil, &noRoute))
	return mux
}

// handler serves the route of a request's method, or the one for all others.
func (a *api) handler(of map[string]*route, other *route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		rt := of[r.Method]
		if rt == nil {
			rt = other
		}
		a.serve(rt, w, r)
	}
}

// instead says what does what a method would be expected to do.
var instead = map[string]string{
	"POST " + base + "/contacts/{id}": " PUT and PATCH change a contact, and POST to /contacts makes one.",
	"PUT " + base + "/contacts":       " POST makes a contact, and PUT to /contacts/ and its id changes it.",
	"PATCH " + base + "/contacts":     " PATCH to /contacts/ and its id changes a contact.",
	"DELETE " + base + "/contacts":    " DELETE to /contacts/ and its id deletes one contact.",
}

// otherMethod answers the methods that a path does not have.
func otherMethod(pattern string, methods []string) *route {
	slices.Sort(methods)
	allow := strings.Join(methods, ", ")
	return &route{pattern: pattern, handle: func(_ *api, w http.ResponseWriter, r *request) error {
		w.Header().Set("Allow", allow)
		return fault.New(fault.Method, fault.CodeMethodNotAllowed, "This address does not take this method. It takes "+allow+"."+instead[r.Method+" "+pattern])
	}}
}
