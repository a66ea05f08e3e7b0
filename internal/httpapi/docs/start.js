"use strict";
// The page shows the document that this server serves, and sends what people
// try out to this server alone. A key that is typed in stays in the page's
// memory: it is gone when the page is closed.
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#operations",
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: false,
  validatorUrl: null, // by default the document is sent to a service for a badge
});
