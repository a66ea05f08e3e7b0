package httpapi

import "net/http"

// RoutePatterns gives the rows of the table: "PUT /public-api/v1/contacts/{id}".
func RoutePatterns() (list []string) {
	for _, rt := range routes {
		list = append(list, rt.method+" "+rt.pattern)
	}
	return list
}

// Used tells what requests have taken of an API: places, bodies on their way,
// octets, and answers whose bodies are thrown away.
func Used(h http.Handler) [4]int64 {
	s := h.(*api).shares
	return [4]int64{s.places.Used(), s.arriving.Used(), s.held.Used(), s.lingers.Used()}
}
