// @ts-check
// A page on which something is under way is looked at again, by itself, until that
// has come to its end. Without scripts the browser loads it anew.

import { whenShown } from "./page.js";
import { isIdle, swap } from "./swap.js";

/** The time between two looks. A page that nobody sees waits. */
const pause = 2000;

let waiting = 0;

/** @returns {HTMLElement | null} */
const followed = () => document.querySelector("#follow[data-again]");

async function look() {
  if (!followed()) return;
  if (document.hidden || !isIdle()) return wait();
  const at = location.href;
  await swap({ url: new URL(at), method: "GET" }, { parts: ["follow"], address: "none", quiet: true });
  if (followed() || location.href !== at || !document.getElementById("follow")) wait();
  else swap({ url: new URL(at), method: "GET" }, { parts: [], address: "none", scroll: scrollY }); // all of the page is another now
}

function wait() {
  clearTimeout(waiting);
  if (followed()) waiting = setTimeout(look, pause);
}

whenShown(wait);
