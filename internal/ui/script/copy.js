// @ts-check
// Copying: the request that a form would make, as curl, or a text of the page.
// Where the browser keeps the clipboard to itself, the server shows the text.

import { from, say } from "./page.js";
import { whatIsSent } from "./send.js";

/** @param {HTMLElement} button */
function showCopied(button) {
  say("Copied");
  const words = [...button.childNodes].filter((n) => n instanceof Text && n.data.trim() !== "").at(-1);
  if (!(words instanceof Text) || button.dataset.copied !== undefined) return;
  const before = words.data;
  button.style.minInlineSize = button.offsetWidth + "px"; // nothing beside it moves
  button.dataset.copied = "";
  words.data = "Copied";
  setTimeout(() => {
    words.data = before;
    button.style.minInlineSize = "";
    delete button.dataset.copied;
  }, 1500);
}

/** The text that a form answers with instead of a page.
 * @param {HTMLFormElement | HTMLAnchorElement} act @param {HTMLElement} button */
async function textOf(act, button) {
  const { url, method, body } = whatIsSent(act, button === act ? null : button);
  const answer = await fetch(url, { method, body, headers: { Accept: "text/plain" } });
  const isText = (answer.headers.get("Content-Type") ?? "").startsWith("text/plain");
  if (!answer.ok || !isText || new URL(answer.url).origin !== location.origin) throw new Error("no text to copy");
  return answer.text();
}

/** @param {HTMLElement} button @param {HTMLFormElement | HTMLAnchorElement} act */
async function copyRequest(button, act) {
  try {
    // The text as a promise: the press counts as the reader's wish even when the answer is slow.
    const text = textOf(act, button).then((t) => new Blob([t], { type: "text/plain" }));
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": text })]);
    showCopied(button);
  } catch {
    if (act instanceof HTMLAnchorElement) location.assign(act.href);
    else act.requestSubmit(button);
  }
}

/** @param {HTMLElement} button */
async function copyText(button) {
  const source = document.getElementById(button.dataset.copyText ?? "");
  if (!source) return;
  try {
    await navigator.clipboard.writeText(source.textContent ?? "");
    showCopied(button);
  } catch {
    getSelection()?.selectAllChildren(source); // so that the reader's own copying takes it
    say("The text is selected: copy it with the browser.");
  }
}

document.addEventListener("click", (event) => {
  const at = from(event);
  const text = at.closest("[data-copy-text]"), request = at.closest("[data-copy]");
  if (text instanceof HTMLElement) {
    event.preventDefault();
    copyText(text);
    return;
  }
  if (!(request instanceof HTMLElement) || !navigator.clipboard) return;
  const act = request instanceof HTMLButtonElement ? request.form : request;
  if (!(act instanceof HTMLFormElement || act instanceof HTMLAnchorElement)) return;
  event.preventDefault();
  copyRequest(request, act);
});
