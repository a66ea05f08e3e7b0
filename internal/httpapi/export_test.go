package httpapi

// RoutePatterns gives the rows of the table: "PUT /public-api/v1/contacts/{id}".
func RoutePatterns() (list []string) {
	for _, rt := range routes {
		list = append(list, rt.method+" "+rt.pattern)
	}
	return list
}
