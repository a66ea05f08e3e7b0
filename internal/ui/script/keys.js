// @ts-check
// One table of keys. What the help shows is made of it, so it cannot be wrong.

import { closeMenus } from "./menu.js";
import { from, make, nameOf } from "./page.js";
import { openPalette } from "./palette.js";
import { actOf, move, openRow, press, rowAt } from "./rows.js";
import { clearSelection } from "./select.js";

/** What a key does; it tells whether there was anything to do.
 * @typedef {{keys: string[], says: string, act: () => boolean}} Key */

/** @param {string} key @returns {HTMLElement | null} */
const link = (key) => document.querySelector(`nav a[data-key=${key}]`);

/** @param {string} key @returns {Key} */
const goes = (key) => ({ keys: ["g", key], get says() { const to = link(key); return to ? nameOf(to) : ""; }, act: () => press(link(key)) });

/** @param {string} key @param {string} says @param {string} act @returns {Key} */
const does = (key, says, act) => ({ keys: [key], says, act: () => press(actOf(act)) });

const open = () => openRow(rowAt());

/** @type {Key[]} */
export const table = [
  ..."capbkfsy".split("").map(goes),
  { keys: ["/"], says: "Find a contact", act: () => focus("look") },
  { keys: ["?"], says: "All keys", act: openHelp },
  { keys: ["j"], says: "Next row", act: () => move(1) },
  { keys: ["k"], says: "Row before", act: () => move(-1) },
  { keys: ["x"], says: "Select the row", act: () => press(rowAt()?.querySelector("input[type=checkbox]")) },
  { keys: ["o"], says: "Open the row", act: open },
  { keys: ["Enter"], says: "Open the row", act: open },
  does("e", "Edit", "edit"),
  does("m", "Merge", "merge"),
  does("n", "New", "new"),
  does("u", "Take back: what undoing would do", "undo"),
  does("s", "Show all sources", "sources"),
  { keys: ["h"], says: "History", act: () => focus("history") },
  { keys: ["Escape"], says: "Close, cancel, select nothing", act: escape },
];

/** @param {string} id */
function focus(id) {
  const to = document.getElementById(id);
  if (!to) return false;
  to.focus();
  if (document.activeElement !== to) {
    to.tabIndex = -1; // a part of the page, which takes no focus by itself
    to.focus();
  }
  if (to instanceof HTMLInputElement) to.select();
  return true;
}

/** Takes back one thing at a time, the innermost first. */
function escape() {
  const menu = closeMenus();
  if (menu) {
    menu.querySelector("summary")?.focus();
    return true;
  }
  const at = document.activeElement;
  if (isTyping(at)) {
    const cancel = at?.closest("form")?.querySelector("[data-act=cancel]");
    if (cancel instanceof HTMLElement) return press(cancel);
    if (at instanceof HTMLElement) at.blur();
    return true;
  }
  return press(actOf("cancel")) || clearSelection();
}

function openHelp() {
  document.getElementById("help")?.remove();
  const list = make("dl");
  for (const key of [...table, { keys: ["Ctrl", "K"], says: "Jump to" }]) {
    if (!key.says) continue;
    const keys = key.keys.flatMap((k) => [make("kbd", {}, k === "Escape" ? "Esc" : k), " "]);
    list.append(make("div", {}, make("dt", {}, ...keys), make("dd", {}, key.says)));
  }
  const help = make("dialog", { id: "help", class: "help", "aria-labelledby": "help-title" },
    make("h2", { id: "help-title" }, "Keys"), list,
    make("form", { method: "dialog" }, make("button", { class: "btn" }, "Close")));
  document.body.append(help);
  if (help instanceof HTMLDialogElement) help.showModal();
  return true;
}

/** Whether keys are text here.
 * @param {Element | null} at */
function isTyping(at) {
  if (at instanceof HTMLInputElement) return !["checkbox", "radio", "range", "button", "submit", "reset"].includes(at.type);
  return at instanceof HTMLTextAreaElement || at instanceof HTMLSelectElement || at instanceof HTMLElement && at.isContentEditable;
}

/** The key as the table names it, also where the keyboard writes other letters.
 * @param {KeyboardEvent} event */
function keyOf(event) {
  if (event.key.length > 1) return event.key;
  const letter = /[^ -~]/.test(event.key) && event.code.startsWith("Key") ? event.code.slice(3) : event.key;
  return event.shiftKey ? letter : letter.toLowerCase();
}

/** When "g", the first key of two, was pressed: the second has two seconds. */
let first = -Infinity;

document.addEventListener("keydown", (event) => {
  const at = from(event);
  if (event.defaultPrevented || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && keyOf(event).toLowerCase() === "k") {
    event.preventDefault();
    openPalette();
    return;
  }
  const key = keyOf(event);
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey && key.length > 1 || document.querySelector("dialog[open]")) return;
  if (isTyping(at) && key !== "Escape" || event.repeat && key !== "j" && key !== "k") return;
  if (key === "Enter" && at.closest("a, button, summary, input")) return;
  const pressed = event.timeStamp - first < 2000 ? "g " + key : key;
  first = key === "g" ? event.timeStamp : -Infinity;
  if (table.find((k) => k.keys.join(" ") === pressed)?.act()) event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (from(event).closest("[data-help]")) openHelp();
  if (from(event).closest("[data-palette]")) openPalette();
});
