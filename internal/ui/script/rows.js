// @ts-check
// The row that the keyboard is at, in a table or a feed, and what it offers.

import { whenShown } from "./page.js";

const offered = ":not(:disabled, [hidden], [aria-disabled=true])";

/** The row that the keyboard was at, so that it is there again when it is shown
 * anew. */
let place = { path: "", id: "" };

/** @returns {HTMLElement | null} */
export const rowAt = () => document.querySelector("[data-rows] [data-row].at");

/** Moves by so many rows, and begins at the first.
 * @param {number} by */
export function move(by) {
  const at = rowAt();
  const rows = [...(at?.closest("[data-rows]") ?? document.querySelector("[data-rows]:has([data-row])"))?.querySelectorAll("[data-row]") ?? []];
  const to = at ? rows[rows.indexOf(at) + by] : rows[0];
  if (to instanceof HTMLElement) mark(to);
  return rows.length > 0;
}

/** @param {HTMLElement} row */
function mark(row) {
  const at = rowAt();
  at?.classList.remove("at");
  at?.removeAttribute("aria-current");
  row.classList.add("at");
  row.setAttribute("aria-current", "true");
  row.scrollIntoView({ block: "nearest" });
  place = { path: location.pathname, id: row.id };
}

/** Finds an act: that of the row where the keyboard is, else the page's. An act
 * of another row is never meant.
 * @param {string} name
 * @returns {HTMLElement | null} */
export function actOf(name) {
  const row = rowAt(), selector = `[data-act=${name}]${offered}`;
  const all = [...document.querySelectorAll(selector)].filter((e) => e instanceof HTMLElement);
  return row?.querySelector(selector) ?? all.find((e) => !e.closest("[data-row]")) ?? (row ? null : all[0]) ?? null;
}

/** Presses what is there to press.
 * @param {HTMLElement | null | undefined} element */
export function press(element) {
  element?.click();
  return !!element;
}

/** Opens a row: the page of what it is about, or the row itself.
 * @param {HTMLElement | null} row */
export const openRow = (row) => press(row?.querySelector("a[data-open]") ?? row?.querySelector(":scope > summary"));

whenShown((part) => {
  const row = document.getElementById(place.id);
  // Another page may have a row of the same name; a part of this one has the very row.
  const isSame = place.path === location.pathname || part instanceof HTMLElement && part.id !== "main";
  if (isSame && !rowAt() && row?.matches("[data-rows] [data-row]")) mark(row);
});
