// @ts-check
// Forms and links with data-swap are sent by fetch, and the answer, a whole
// page, takes the place of what is shown. Without this module they do the same,
// and the browser shows the page.

import { from, readPage, say, shown, unsaved } from "./page.js";
import { fitFrame, putParts } from "./put.js";
import { isPlain, pathOf, whatIsSent } from "./send.js";
import { tell, toastText, withoutDone } from "./toast.js";

/** How an answer is shown: in which elements (all of the page when none is
 * named), what becomes of the address, and whether nobody asked for it.
 * @typedef {{parts: string[], address: "push" | "replace" | "none", scroll?: number, quiet?: boolean}} How */

/** What is on its way. A write is waited for; a read gives way to a newer one.
 * @type {{sent: import("./send.js").Sent, stop: AbortController} | undefined} */
let underWay;

/** Whether nothing is on its way. */
export const isIdle = () => underWay === undefined;

history.replaceState(history.state, "", withoutDone(location.href));

/** The address whose page is shown: a change of the hash alone is no other page. */
let shownAt = pathOf(location);

/** @param {Element} act @returns {How} */
export const howOf = (act) => ({
  parts: (act.getAttribute("data-region") ?? "").split(" ").filter(Boolean),
  address: act.getAttribute("data-swap") === "stay" ? "replace" : "push",
});

/** Sends, and shows what comes back.
 * @param {import("./send.js").Sent} sent @param {How} how */
export async function swap(sent, how) {
  if (underWay?.sent.method === "POST") return; // pressed twice, sent once
  underWay?.stop.abort();
  const mine = underWay = { sent, stop: new AbortController() };
  if (!how.quiet) document.getElementById("main")?.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(sent.url, {
      method: sent.method, body: sent.body, headers: { Accept: "text/html" }, signal: mine.stop.signal,
    });
    const text = await answer.text();
    const type = answer.headers.get("Content-Type") ?? "";
    if (underWay === mine) show({ url: answer.url, redirected: answer.redirected, type }, text, sent, how);
  } catch {
    if (underWay === mine && !how.quiet) {
      tell(sent.method === "POST"
        ? "No answer came. It may be done or not: look before you try again."
        : "No answer came. What you see is from before: try again in a moment.");
    }
  } finally {
    if (underWay === mine) {
      underWay = undefined;
      document.getElementById("main")?.removeAttribute("aria-busy");
    }
  }
}

/** Shows what came back.
 * @param {{url: string, redirected: boolean, type: string}} answer @param {string} text
 * @param {import("./send.js").Sent} sent @param {How} how */
export function show(answer, text, sent, how) {
  const url = withoutDone(answer.url);
  if (!url.hash) url.hash = sent.url.hash;
  // A page that answers a form has no address of its own: loading it again
  // would ask for what a form alone may ask.
  const hasAddress = sent.method === "GET" || answer.redirected;
  const isPage = url.origin === location.origin && answer.type.startsWith("text/html");
  const page = isPage ? readPage(text) : undefined;
  if (!page || !fitFrame(page)) {
    if (hasAddress) location.assign(answer.url);
    else location.reload(); // what was asked is done or refused: asking again could do it twice
    return;
  }
  const samePath = !hasAddress || url.pathname === location.pathname;
  if (hasAddress && how.address !== "none") {
    const push = how.address === "push" && url.href !== location.href;
    history[push ? "pushState" : "replaceState"](null, "", url);
  }
  if (hasAddress) shownAt = pathOf(location);
  const y = how.scroll ?? (samePath ? scrollY : 0);
  putParts(page, how.parts, how.quiet).forEach(shown);
  if (how.scroll === undefined && url.hash) document.getElementById(decodeURIComponent(url.hash.slice(1)))?.scrollIntoView();
  else if (how.parts.length === 0) scrollTo(0, y);
  keepScroll();
  const said = page.querySelector("#toast") ? "" : toastText(); // what was taken from the answer is new
  if (how.parts.length === 0 || said) say(said || (document.querySelector("#main h1")?.textContent ?? document.title).trim());
}

/** Goes to a page as a link would.
 * @param {string} address */
export const go = (address) => {
  const url = new URL(address, location.href);
  if (unsaved()) location.assign(url);
  else swap({ url, method: "GET" }, { parts: [], address: "push" });
};

/** Whether an act would lose text that is not saved. The browser does it then,
 * because it asks first.
 * @param {Element} act */
const losesText = (act) => { const form = unsaved(); return !!form && !form.contains(act); };

document.addEventListener("click", (event) => {
  const link = from(event).closest("a[data-swap]");
  if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || isPlain(link) || losesText(link)) return;
  event.preventDefault();
  swap(whatIsSent(link), howOf(link));
});

document.addEventListener("submit", (event) => {
  const form = from(event);
  if (!(form instanceof HTMLFormElement) || !form.hasAttribute("data-swap") || event.defaultPrevented) return;
  if (isPlain(form, event.submitter) || losesText(form)) return;
  event.preventDefault();
  swap(whatIsSent(form, event.submitter), howOf(form));
});

// What is chosen in a form that follows is shown without a press.
document.addEventListener("change", (event) => {
  const form = from(event).closest("form[data-follow]");
  if (form instanceof HTMLFormElement) form.requestSubmit();
});

/** Keeps where a page was scrolled to with its place in the history. */
function keepScroll() { history.replaceState({ y: scrollY }, ""); }
document.addEventListener("scrollend", keepScroll);

addEventListener("popstate", (event) => {
  if (pathOf(location) === shownAt) return;
  if (unsaved()) return location.reload();
  swap({ url: new URL(location.href), method: "GET" }, { parts: [], address: "none", scroll: event.state?.y ?? 0 });
});
