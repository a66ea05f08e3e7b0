// @ts-check
// One field that leads to every page and act. It keeps nothing of what is typed.

import { from, make, nameOf } from "./page.js";
import { actOf } from "./rows.js";
import { go } from "./swap.js";

/** @typedef {{name: string, keys: string, act: () => void}} Entry */

/** @type {Entry[]} */
let entries = [];
let at = 0;

const field = /** @type {HTMLInputElement} */ (make("input", {
  type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-autocomplete": "list",
  "aria-label": "Jump to", placeholder: "A page, an act, an email, a phone or an id", autocomplete: "off", spellcheck: "false",
}));
const list = make("ul", { id: "palette-list", role: "listbox", "aria-label": "Places and acts" });
const dialog = /** @type {HTMLDialogElement} */ (make("dialog", { id: "palette", class: "palette", "aria-label": "Jump to" }, field, list));

/** Opens it with all that the page offers. */
export function openPalette() {
  if (dialog.open || document.querySelector("dialog[open]")) return;
  if (!dialog.isConnected) document.body.append(dialog);
  field.value = "";
  fill();
  dialog.showModal();
  field.focus();
}

/** Letters without case and accents, as people look for them.
 * @param {string} text */
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Whether a text names a contact: an email, a phone or an id.
 * @param {string} text */
const namesContact = (text) => /^\S+@\S+$/.test(text) || /^#?\d+$/.test(text) || /^\+?[\d ()./-]{5,}$/.test(text);

/** @param {string} typed @returns {Entry[]} */
function find(typed) {
  const words = plain(typed).split(/\s+/).filter(Boolean);
  const found = offered().filter((e) => words.every((w) => plain(e.name).includes(w)));
  if (namesContact(typed)) {
    found.unshift({ name: `Look up ${typed}`, keys: "", act: () => go("/ui/contacts?q=" + encodeURIComponent(typed)) });
  }
  return found;
}

/** The pages of the navigation, then the acts of this page, each name once.
 * @returns {Entry[]} */
function offered() {
  const links = [...document.querySelectorAll("nav.nav a[href][data-key]")];
  const acts = [...new Set([...document.querySelectorAll("[data-act]")].map((e) => e.getAttribute("data-act") ?? ""))]
    .filter((name) => !["cancel", "clear"].includes(name)).map(actOf);
  const seen = new Set();
  /** @type {Entry[]} */
  const all = [];
  for (const element of [...links, ...acts]) {
    const name = element ? nameOf(element) : "";
    if (!(element instanceof HTMLElement) || !name || seen.has(name)) continue;
    seen.add(name);
    const key = element.dataset.key;
    all.push({ name, keys: key ? "g " + key : "", act: () => element.click() });
  }
  return all;
}

function fill() {
  entries = find(field.value.trim());
  list.replaceChildren(...entries.map((e, i) =>
    make("li", { role: "option", id: `palette-${i}` }, make("bdi", {}, e.name), ...(e.keys ? [make("kbd", {}, e.keys)] : []))));
  if (entries.length === 0) list.append(make("li", { role: "option", "aria-disabled": "true", class: "hint" }, "Nothing here is called so."));
  mark(0);
}

/** @param {number} i */
function mark(i) {
  at = entries.length === 0 ? 0 : (i + entries.length) % entries.length;
  [...list.children].forEach((li, n) => li.setAttribute("aria-selected", String(entries.length > 0 && n === at)));
  if (entries.length === 0) return field.removeAttribute("aria-activedescendant");
  field.setAttribute("aria-activedescendant", `palette-${at}`);
  list.children[at].scrollIntoView({ block: "nearest" });
}

/** @param {number} i */
function choose(i) {
  const entry = entries[i];
  if (!entry) return;
  dialog.close();
  entry.act();
}

field.addEventListener("input", fill);
field.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const steps = /** @type {Record<string, number>} */ ({ ArrowDown: at + 1, ArrowUp: at - 1 });
  if (event.key in steps) mark(steps[event.key]);
  else if (event.key === "Enter") choose(at);
  else return;
  event.preventDefault();
});
list.addEventListener("click", (event) => choose([...list.children].findIndex((li) => li.contains(from(event)))));
dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
dialog.addEventListener("close", () => { field.value = ""; list.replaceChildren(); });
