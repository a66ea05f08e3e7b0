package httpapi_test

import (
	"bufio"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	pathmatch "github.com/pb33f/libopenapi-validator/paths"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
)

// answered are the operations and statuses that conversations had:
// "GET /public-api/v1/contacts/{id} 200".
var answered = map[string]bool{}

// refusedByDocument are codes that say that a request does not look as it must:
// the document has to refuse such a request too, or it says too little.
var refusedByDocument = []string{"field_missing", "null_not_allowed", "unknown_field", "unknown_parameter"}

// checkDocument compares an exchange with what openapi.yaml says about it.
func (c *conversation) checkDocument(wire string, res *http.Response, body string) {
	d, err := described()
	if err != nil {
		c.t.Fatal(err)
	}
	code := errorOf(body).code
	if code == "route_not_found" || code == "method_not_allowed" {
		return // the document lists what there is
	}
	request, err := http.ReadRequest(bufio.NewReader(strings.NewReader(wire)))
	if err != nil || slices.Contains(pages, request.URL.Path) {
		return // what is no HTTP was refused before any route
	}
	if request.Method == http.MethodHead {
		request.Method = http.MethodGet
	}
	item, problems, path := pathmatch.FindPath(request, d.Document, nil)
	if item == nil {
		// What no id can look like leads nowhere in the document.
		if code != "invalid_id" {
			c.errorf("the document does not know %s %s: %v", request.Method, request.URL.Path, problems)
		}
		return
	}
	answered[request.Method+" "+path+" "+strconv.Itoa(res.StatusCode)] = true
	c.checkRequest(request, res, code, body)
	c.checkHeaders(item, request.Method, res)
	if strings.HasPrefix(wire, http.MethodHead) {
		return // its answer has no body to look at
	}
	res.Body = io.NopCloser(strings.NewReader(body))
	if _, problems := d.ValidateHttpResponse(request, res); problems != nil {
		for _, p := range problems {
			c.errorf("the answer is not as in the document: %v\n%s", p, body)
		}
	}
}

var refusedOperation = regexp.MustCompile(`"status":422,.*?"code":"([a-z_]+)"`)

// checkRequest makes sure that the document takes what the server took, and
// not what it refused because of its form.
func (c *conversation) checkRequest(request *http.Request, res *http.Response, code, body string) {
	taken := res.StatusCode < 400 || res.StatusCode == 404 || res.StatusCode == 409 || res.StatusCode == 412
	if m := refusedOperation.FindStringSubmatch(body); taken && m != nil { // of a batch that was taken
		taken, code = false, m[1]
	}
	if !taken && !slices.Contains(refusedByDocument, code) {
		return
	}
	d, _ := described()
	ok, problems := d.ValidateHttpRequestSync(request)
	switch {
	case taken && !ok:
		for _, p := range problems {
			c.errorf("the server took what the document refuses: %v", p)
		}
	case !taken && ok:
		c.errorf("the document takes what the server refused as %s", code)
	}
}

// everywhere are headers of every answer, which are the protocol's.
var everywhere = []string{"Cache-Control", "Connection", "Content-Encoding", "Content-Length", "Content-Security-Policy", "Content-Type", "Date",
	"Referrer-Policy", "Vary", "X-Content-Type-Options"}

// checkHeaders makes sure that no answer has a header that the document does
// not promise. The validator looks for those that are missing.
func (c *conversation) checkHeaders(item *v3.PathItem, method string, res *http.Response) {
	promised := item.GetOperations().GetOrZero(strings.ToLower(method)).Responses.Codes.GetOrZero(strconv.Itoa(res.StatusCode))
	if promised == nil {
		return // the validator tells
	}
	for name := range res.Header {
		known := slices.Contains(everywhere, name)
		for header := range promised.Headers.KeysFromOldest() {
			known = known || strings.EqualFold(header, name)
		}
		if !known {
			c.errorf("the document does not promise %s with %d", name, res.StatusCode)
		}
	}
}

// statusesOfTests are those that conversations do not have, with the reason.
var statusesOfTests = map[string]string{
	"500": "only a fault of ours brings it about: TestStoreFails, TestOutcomeUnknown",
	"POST /public-api/v1/contacts/{id}/unmerge 409":             "it takes thousands of changes: TestHistoryTooLong",
	"POST /public-api/v1/contacts 409":                          "it takes two at once: TestSameNameStillRuns",
	"POST /public-api/v1/plans 409":                             "likewise",
	"POST /public-api/v1/contacts/exports 409":                  "likewise",
	"POST /public-api/v1/imports 409":                           "likewise",
	"GET /public-api/v1/contacts/exports/{export}/download 200": "TestExportIsTheList: it is no JSON",
	"GET /public-api/v1/contacts/exports/{export}/download 404": "TestExportIsTheList: a link of an export that is gone",
	"PUT /public-api/v1/contacts/{id}/distinct/{other} 409":     "likewise",
	"DELETE /public-api/v1/contacts/{id}/distinct/{other} 409":  "likewise",
	"503": "only a fault or a rush brings it about: TestStoreFails, TestOverloaded, TestTimeout",
}

// checkDocumentCovered makes sure that the document promises nothing that no
// conversation shows.
func checkDocumentCovered(t *testing.T) {
	t.Helper()
	for _, o := range readDocument(t).operations() {
		for status := range o.responses {
			reason := statusesOfTests[status] + statusesOfTests[o.String()+" "+status]
			if seen := answered[o.String()+" "+status]; seen == (reason != "") {
				t.Errorf("%s %s: in a conversation: %v, elsewhere: %q; want one of them", o, status, seen, reason)
			}
		}
	}
}
