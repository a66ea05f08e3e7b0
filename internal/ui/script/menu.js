// @ts-check
// Menus are <details class="menu">: one is open at a time, and Esc or a click
// elsewhere closes it.

import { from } from "./page.js";

/** Closes the open menus but one, and gives the last that it closed.
 * @param {Element | null} [but]
 * @returns {HTMLDetailsElement | undefined} */
export function closeMenus(but) {
  let closed;
  for (const menu of /** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll("details.menu[open]"))) {
    if (menu === but || but && menu.contains(but)) continue;
    menu.open = false;
    closed = menu;
  }
  return closed;
}

document.addEventListener("click", (event) => { closeMenus(from(event).closest("details.menu")); });
document.addEventListener("toggle", (event) => {
  const menu = from(event);
  if (menu instanceof HTMLDetailsElement && menu.matches(".menu[open]")) closeMenus(menu);
}, true);
