// @ts-check
// Putting parts of one page into another, and the focus where it was.

import { reveal } from "./page.js";

/** Whether an answer is a page of this kind and build: only then can its parts
 * take the place of parts here. The page to sign in has no navigation, and a
 * newer server has other scripts.
 * @param {Document} page */
export function fitFrame(page) {
  const frame = (/** @type {Document} */ d) =>
    [!!d.getElementById("main"), !!d.querySelector("nav.nav"), d.querySelector("script[type=module]")?.getAttribute("src")].join();
  return !!page.getElementById("main") && frame(page) === frame(document);
}

/** Puts the parts of a page in place, the whole of it when none is named or one
 * is missing, and gives those that are new. Where nobody asked for it, the focus
 * goes nowhere that it was not.
 * @param {Document} page @param {string[]} names @param {boolean} [quiet]
 * @returns {HTMLElement[]} */
export function putParts(page, names, quiet) {
  const before = document.activeElement;
  const isPart = names.length > 0 && names.every((n) => page.getElementById(n) && document.getElementById(n));
  reveal(page); // as it is here, so that what is the same is found to be so
  const places = isPart ? names.map((n) => "#" + CSS.escape(n)) : ["#main", ".bar"];
  const put = places.map((p) => replace(page, p)).filter((p) => p !== undefined);
  document.title = page.title;
  tellPlaces(page);
  if (!isPart || page.querySelector("#toast > *")) replace(page, "#toast");
  if (!isPart) {
    markNavigation(page);
    for (const name of ["lang", "dir", "data-zone"]) {
      const value = page.documentElement.getAttribute(name);
      if (value !== null) document.documentElement.setAttribute(name, value);
    }
  }
  if (!quiet || before?.id) focusIn(put, before, isPart);
  return put;
}

/** @param {Document} page @param {string} place @returns {HTMLElement | undefined} */
function replace(page, place) {
  const here = document.querySelector(place), there = page.querySelector(place);
  // A bar that is the same stays, with what was typed there.
  if (!here || !(there instanceof HTMLElement) || place === ".bar" && here.isEqualNode(there)) return undefined;
  const part = document.adoptNode(there);
  here.replaceWith(part);
  return part;
}

/** Sliders stay where they are while they are drawn, and are told in words where
 * that is.
 * @param {Document} page */
function tellPlaces(page) {
  for (const slider of document.querySelectorAll("input[type=range][id]")) {
    const words = page.getElementById(slider.id)?.getAttribute("aria-valuetext");
    if (words) slider.setAttribute("aria-valuetext", words);
  }
}

/** @param {Document} page */
function markNavigation(page) {
  const there = new Map([...page.querySelectorAll("nav.nav a")].map((a) => [a.getAttribute("href"), a.getAttribute("aria-current")]));
  for (const link of document.querySelectorAll("nav.nav a")) {
    const current = there.get(link.getAttribute("href"));
    if (current) link.setAttribute("aria-current", current);
    else link.removeAttribute("aria-current");
  }
}

/** Gives the focus to what had it, what asks for it, the menu of a row that is new,
 * or what is new.
 * @param {HTMLElement[]} put @param {Element | null} before @param {boolean} isPart */
function focusIn(put, before, isPart) {
  const stayed = before && before !== document.body && before.isConnected;
  if (stayed && (isPart || before.id)) return;
  const again = before?.id ? document.getElementById(before.id) : null;
  const to = again ?? put.map((p) => p.querySelector("[autofocus]")).find(Boolean)
    ?? (isPart ? put[0]?.querySelector(":scope > .menu > summary") : null) ?? put[0];
  if (!(to instanceof HTMLElement)) return;
  if (to === put[0]) to.tabIndex = -1;
  to.focus({ preventScroll: !isPart }); // a part that is out of sight comes into it
}
