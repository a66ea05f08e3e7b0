// @ts-check
// What is typed into the field that finds contacts is looked for where the list is
// shown, without a press: once typing pauses, and in place of what was looked for before.

import { from, unsaved } from "./page.js";
import { whatIsSent } from "./send.js";
import { swap } from "./swap.js";

const pause = 200; // milliseconds

/** @type {ReturnType<typeof setTimeout> | undefined} */
let waiting;

/** Whether it may be an id. That leads away from the list, so who means it presses Enter.
 * @param {string} text */
const mayBeID = (text) => /^\s*#?\d*\s*$/.test(text) && text.trim() !== "";

document.addEventListener("input", (event) => {
  const field = from(event);
  if (!(field instanceof HTMLInputElement) || !field.hasAttribute("data-typed")) return;
  clearTimeout(waiting);
  const form = field.form;
  if (!form || location.pathname !== new URL(form.action).pathname || unsaved()) return;
  waiting = setTimeout(() => {
    if (field.isConnected && !mayBeID(field.value)) swap(whatIsSent(form), { parts: ["main"], address: "replace", quiet: true });
  }, pause);
});

// A press does the same at once.
document.addEventListener("submit", () => clearTimeout(waiting));
