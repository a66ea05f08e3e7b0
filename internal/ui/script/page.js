// @ts-check
// What every other module stands on: reading a page of the server's, telling
// modules that a part was shown, and saying what happened.

/** @typedef {{createHTML(text: string): string}} Policy */

/** The browser's typed API is younger than some browsers; without it text is text.
 * @type {Policy} */
const policy = /** @type {any} */ (window).trustedTypes?.createPolicy("carnet", { createHTML: (/** @type {string} */ s) => s })
  ?? { createHTML: (s) => s };

/** Makes a document of an answer. It is the only place where text becomes
 * markup, and its scripts never run: whoever calls it has seen that the answer
 * came from this origin.
 * @param {string} text */
export const readPage = (text) => new DOMParser().parseFromString(policy.createHTML(text), "text/html");

/** @typedef {(part: HTMLElement | Document) => void} Shown */

/** @type {Shown[]} */
const waiting = [];

/** Has f called for the page as it is, and for each part that is shown later.
 * @param {Shown} f */
export function whenShown(f) {
  waiting.push(f);
  f(document);
}

/** Shows what does nothing without scripts, and is hidden until they run.
 * @param {ParentNode} part */
export const reveal = (part) => part.querySelectorAll(":is([data-palette], [data-help], [data-copy-text])[hidden]")
  .forEach((e) => e.removeAttribute("hidden"));

/** Tells all modules that a part of the page is new.
 * @param {HTMLElement} part */
export const shown = (part) => waiting.forEach((f) => f(part));

/** Tells readers who do not see the screen. What is said twice is said anew.
 * @param {string} text */
export function say(text) {
  const live = document.getElementById("live");
  if (!live) return;
  live.textContent = "";
  requestAnimationFrame(() => { live.textContent = text; });
}

/** What an element is called: its label, or its text without hints of keys.
 * @param {Element} element */
export function nameOf(element) {
  const label = element.getAttribute("aria-label");
  if (label) return label;
  const copy = /** @type {Element} */ (element.cloneNode(true));
  copy.querySelectorAll("kbd, svg, [aria-hidden=true]").forEach((e) => e.remove());
  return (copy.textContent ?? "").replace(/\s+/g, " ").trim();
}

/** Makes an element of a name, attributes and what is in it; text stays text.
 * @param {string} name @param {Record<string, string>} [attributes] @param {...(Node | string)} inside
 * @returns {HTMLElement} */
export function make(name, attributes = {}, ...inside) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...inside);
  return element;
}

/** The element that an event began at.
 * @param {Event} event */
export const from = (event) => event.target instanceof Element ? event.target : document.documentElement;

/** The form of an edit with text that nobody wants to lose.
 * @returns {HTMLFormElement | undefined} */
export const unsaved = () => [...document.querySelectorAll("form")].find((f) => f.matches(".edit") && touched(f));

/** Whether a form differs from how it was shown.
 * @param {HTMLFormElement} form */
export const touched = (form) => [...form.elements].some((e) => {
  if (e instanceof HTMLTextAreaElement) return e.value !== e.defaultValue;
  if (e instanceof HTMLSelectElement) return e.selectedIndex !== Math.max(0, [...e.options].findIndex((o) => o.defaultSelected));
  if (!(e instanceof HTMLInputElement) || e.type === "hidden") return false;
  return e.type === "checkbox" || e.type === "radio" ? e.checked !== e.defaultChecked : e.value !== e.defaultValue;
});
