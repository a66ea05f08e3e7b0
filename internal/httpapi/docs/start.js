"use strict";

// The page shows the document that this server serves, and sends what people
// try out to this server alone. A key that is typed in stays in the page's
// memory: it is gone when the page is closed.

// texts makes React elements of the little Markdown that the document has:
// paragraphs, **bold** and `code`. Nothing on this page is ever parsed as
// HTML, and the page's policy has the browser refuse it.
function texts(React, source) {
  const inline = (text) =>
    text.split(/(\*\*[^*]+\*\*|`[^`]+`)/).map((part, i) => {
      if (part.startsWith("**")) return React.createElement("strong", { key: i }, part.slice(2, -2));
      if (part.startsWith("`")) return React.createElement("code", { key: i }, part.slice(1, -1));
      return part;
    });
  return source.trim().split(/\n\s*\n/).map((paragraph, i) => React.createElement("p", { key: i }, inline(paragraph)));
}

const carnet = (system) => {
  const { React } = system;
  const Markdown = () => ({ source, className }) =>
    React.createElement("div", { className: "markdown " + (className || "") }, source ? texts(React, source) : null);
  // An error is one line, until somebody wants to see it.
  const response = (Original) => (props) => {
    const [open, setOpen] = React.useState(String(props.code) < "400");
    if (open) return React.createElement(Original, props);
    return React.createElement(
      "tr",
      { className: "response folded", "data-code": props.code },
      React.createElement("td", { className: "response-col_status" }, props.code),
      React.createElement(
        "td",
        { className: "response-col_description", colSpan: 2 },
        ...texts(React, props.response.get("description") || ""),
        React.createElement("button", { type: "button", className: "unfold", onClick: () => setOpen(true) }, "Show"),
      ),
    );
  };
  return {
    wrapComponents: { Markdown, response },
    statePlugins: {
      spec: {
        wrapActions: {
          // The document may name the address that others use; what is tried
          // here goes to where the page came from.
          updateJsonSpec: (original) => (spec) => original({ ...spec, servers: [{ url: "/" }] }),
        },
      },
    },
  };
};

SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#operations",
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: -1,
  persistAuthorization: false,
  validatorUrl: null, // by default the document is sent to a service for a badge
  plugins: [carnet],
});
