// @ts-check
// Choosing rows: the bar tells how many there are, and offers what can be done
// with so many.

import { from, whenShown } from "./page.js";

/** @param {ParentNode} form @returns {HTMLInputElement[]} */
const boxes = (form) => [...form.querySelectorAll("input[type=checkbox][name=id]")].filter((b) => b instanceof HTMLInputElement);

/** @param {HTMLFormElement} form */
function count(form) {
  const all = boxes(form), chosen = all.filter((b) => b.checked).length;
  const bar = form.querySelector("[data-selected]") ?? document.querySelector("[data-selected]");
  if (bar instanceof HTMLElement) {
    bar.hidden = chosen === 0;
    bar.querySelectorAll("[data-count]").forEach((e) => { e.textContent = String(chosen); });
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (bar.querySelectorAll("button[data-min], button[data-max]"))) {
      button.disabled = chosen < Number(button.dataset.min ?? 1) || chosen > Number(button.dataset.max ?? Infinity);
    }
  }
  const head = form.querySelector("[data-all], thead input[type=checkbox]");
  if (head instanceof HTMLInputElement) {
    head.checked = chosen > 0 && chosen === all.length;
    head.indeterminate = chosen > 0 && chosen < all.length;
  }
}

/** Chooses none, and tells whether any was chosen.
 * @returns {boolean} */
export function clearSelection() {
  let any = false;
  for (const form of document.querySelectorAll("form[data-select]")) {
    for (const box of boxes(form)) {
      any ||= box.checked;
      box.checked = false;
    }
    if (form instanceof HTMLFormElement) count(form);
  }
  return any;
}

/** The row that was pressed last, where a range begins.
 * @type {HTMLInputElement | undefined} */
let last;

document.addEventListener("click", (event) => {
  const at = from(event), form = at.closest("form[data-select]");
  if (at.closest("[data-act=clear]")) {
    event.preventDefault();
    clearSelection();
    return;
  }
  if (!(form instanceof HTMLFormElement) || !(at instanceof HTMLInputElement) || at.type !== "checkbox") return;
  const all = boxes(form);
  if (at.matches("[data-all], thead input")) {
    for (const box of all) box.checked = at.checked;
  } else if (event.shiftKey && last && all.includes(last)) {
    const [a, b] = [all.indexOf(last), all.indexOf(at)].sort((x, y) => x - y);
    for (const box of all.slice(a, b + 1)) box.checked = at.checked;
  }
  if (at.name === "id") last = at;
  count(form);
});

const countAll = () => document.querySelectorAll("form[data-select]").forEach((f) => f instanceof HTMLFormElement && count(f));
whenShown(countAll);
addEventListener("pageshow", countAll); // the browser remembers what was chosen
