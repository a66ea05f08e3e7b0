// @ts-check
// The slider of time: while it is drawn, one request at a time, and the newest
// place wins.

import { from, unsaved } from "./page.js";
import { whatIsSent } from "./send.js";
import { howOf, swap } from "./swap.js";

/** @type {HTMLFormElement | undefined} */
let next;
let busy = false;

/** @param {HTMLFormElement} form */
async function follow(form) {
  next = form;
  if (busy) return;
  busy = true;
  while (next) {
    const now = next;
    next = undefined;
    await swap(whatIsSent(now), { ...howOf(now), address: "replace" });
  }
  busy = false;
}

/** @param {Event} event @returns {HTMLFormElement | undefined} */
function sliderOf(event) {
  const at = from(event);
  const form = at instanceof HTMLInputElement && at.type === "range" ? at.form : null;
  return form?.hasAttribute("data-swap") ? form : undefined;
}

document.addEventListener("input", (event) => {
  const form = sliderOf(event);
  if (form && !unsaved()) follow(form);
});

// With text that is not saved the browser goes there, because it asks first.
document.addEventListener("change", (event) => {
  const form = sliderOf(event);
  if (form && unsaved()) form.submit();
});
