// @ts-check
// What a form or a link would send, so that it can be sent by fetch instead.

/** @typedef {HTMLFormElement | HTMLAnchorElement} Act */
/** @typedef {HTMLElement | null | undefined} Submitter */
/** @typedef {{url: URL, method: string, body?: BodyInit}} Sent */

/** What the browser itself would send.
 * @param {Act} act @param {Submitter} [submitter]
 * @returns {Sent} */
export function whatIsSent(act, submitter) {
  if (act instanceof HTMLAnchorElement) return { url: new URL(act.href), method: "GET" };
  // Attributes, as a field named "action" hides the property.
  const told = (/** @type {string} */ name) => submitter?.getAttribute("form" + name) ?? act.getAttribute(name) ?? "";
  const url = new URL(told("action") || location.href, location.href);
  const fields = new FormData(act, submitter);
  if (told("method").toLowerCase() !== "post") {
    url.search = String(asText(fields));
    return { url, method: "GET" };
  }
  return { url, method: "POST", body: told("enctype") === "multipart/form-data" ? fields : asText(fields) };
}

/** Fields as the address and the body of a form have them.
 * @param {FormData} fields */
function asText(fields) {
  const text = new URLSearchParams();
  for (const [name, value] of fields) {
    // A form sends lines with both signs of an end.
    text.append(name, typeof value === "string" ? value.replace(/\r?\n|\r/g, "\r\n") : value.name);
  }
  return text;
}

/** Whether the browser should do it alone: another window, origin or protocol,
 * a download, a place on this very page.
 * @param {Act} act @param {Submitter} [submitter] */
export function isPlain(act, submitter) {
  const target = submitter?.getAttribute("formtarget") ?? act.getAttribute("target");
  if (target && target !== "_self" || act.hasAttribute("download")) return true;
  if (act instanceof HTMLFormElement) {
    if ((submitter?.getAttribute("formmethod") ?? act.getAttribute("method"))?.toLowerCase() === "dialog") return true;
    return whatIsSent(act, submitter).url.origin !== location.origin;
  }
  const url = new URL(act.href);
  return url.origin !== location.origin || url.hash !== "" && pathOf(url) === pathOf(location);
}

/** The part of an address that the server sees.
 * @param {URL | Location} url */
export const pathOf = (url) => url.pathname + url.search;
