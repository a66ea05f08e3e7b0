// @ts-check
// The toast says what is so now, and stays until it is closed or something else
// is done.

import { from, make, say } from "./page.js";

/** What the toast says, without what can be pressed in it; "" when there is none. */
export const toastText = () => document.querySelector("#toast .float > span")?.textContent?.trim() ?? "";

/** Says something that the server could not.
 * @param {string} text */
export function tell(text) {
  const close = make("button", { class: "btn icon", type: "button", "data-close": "", "aria-label": "Close" }, "×");
  document.getElementById("toast")?.replaceChildren(make("div", { class: "float" }, make("span", {}, text), close));
  say(text);
}

/** An address without what its toast is about: who loads the page again, or is
 * handed the address, has not just done it.
 * @param {string} address */
export function withoutDone(address) {
  const url = new URL(address);
  if (url.searchParams.has("done")) url.searchParams.delete("done");
  return url;
}

document.addEventListener("click", (event) => {
  if (!from(event).closest("#toast [data-close]")) return;
  event.preventDefault();
  document.getElementById("toast")?.replaceChildren();
  const main = document.getElementById("main");
  if (main) main.tabIndex = -1;
  main?.focus({ preventScroll: true }); // what had the focus is gone
});
