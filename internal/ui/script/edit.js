// @ts-check
// A form in the place of a value: it shows what would change while it is typed,
// and asks before what was typed is lost.

import { difference } from "./differ.js";
import { from, make, touched, unsaved, whenShown } from "./page.js";

/** @typedef {HTMLInputElement | HTMLTextAreaElement} Field */

/** What each place of a form's diff said when it was shown.
 * @type {WeakMap<Element, string>} */
const stored = new WeakMap();

/** The field that a line of the diff is about: the named one, or the first.
 * @param {HTMLFormElement} form @param {string} name
 * @returns {Field | undefined} */
function fieldOf(form, name) {
  for (const e of form.elements) {
    const isText = e instanceof HTMLTextAreaElement || e instanceof HTMLInputElement && !["hidden", "checkbox", "radio", "submit"].includes(e.type);
    if (isText && (name === "" || e.name === name)) return e;
  }
}

/** @param {HTMLFormElement} form */
function showDifference(form) {
  let differs = touched(form);
  const olds = /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll(".diff [data-was]"));
  for (const old of olds) {
    const name = old.dataset.was ?? "";
    const fresh = [...form.querySelectorAll(".diff [data-now]")].find((e) => e.getAttribute("data-now") === name);
    const field = fieldOf(form, name);
    if (!fresh || !field) continue;
    const was = stored.get(old) ?? old.textContent ?? "";
    stored.set(old, was);
    const d = difference(was, field.value);
    put(old, d.before, "del", d.was, d.after);
    put(fresh, d.before, "ins", d.now, d.after);
    differs ||= was !== field.value;
  }
  const save = saveOf(form);
  if (save && olds.length > 0) save.disabled = !differs;
}

/** @param {Element} place @param {string} before @param {string} mark @param {string} middle @param {string} after */
const put = (place, before, mark, middle, after) => place.replaceChildren(before, ...(middle ? [make(mark, {}, middle)] : []), after);

/** @param {HTMLFormElement} form @returns {HTMLButtonElement | null} */
const saveOf = (form) => form.querySelector("button.go");

/** Puts the caret behind the last sign. Fields of some kinds know no caret, but
 * set it there when they are filled.
 * @param {Field} field */
function caretAtEnd(field) {
  field.focus();
  const end = field.value.length;
  if (field.selectionStart !== null) return field.setSelectionRange(end, end);
  const value = field.value;
  field.value = "";
  field.value = value;
}

/** @param {Event} event @returns {HTMLFormElement | null} */
const formOf = (event) => from(event).closest("form.edit");

// Who types into a choice chooses it.
document.addEventListener("input", (event) => {
  const typed = event.target;
  if (!(typed instanceof HTMLTextAreaElement)) return;
  const choice = typed.closest("label.opt")?.querySelector("input[type=radio]");
  if (choice instanceof HTMLInputElement) choice.checked = true;
});

document.addEventListener("input", (event) => {
  const form = formOf(event);
  if (form) showDifference(form);
});

document.addEventListener("keydown", (event) => {
  const form = formOf(event);
  if (!form || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  const save = saveOf(form);
  if (!save?.disabled) form.requestSubmit(save);
});

/** What the browser is sending, or the reader gave up: that is not lost. The
 * window hears of it last, when it is known who does it.
 * @type {HTMLFormElement | null} */
let leaving = null;
addEventListener("submit", (event) => { leaving = event.defaultPrevented ? null : formOf(event); });
addEventListener("click", (event) => { leaving = from(event).closest("[data-act=cancel]") ? formOf(event) : null; });

addEventListener("beforeunload", (event) => {
  const form = unsaved();
  if (form && form !== leaving) event.preventDefault();
});

whenShown((part) => {
  part.querySelectorAll("form.edit").forEach((f) => f instanceof HTMLFormElement && showDifference(f));
  const first = part.querySelector("form.edit [autofocus]");
  if (first instanceof HTMLInputElement || first instanceof HTMLTextAreaElement) caretAtEnd(first);
});
