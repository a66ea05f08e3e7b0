// @ts-check
// A form with a file tells how much of it is sent, and a file that is too large is
// refused before. Without scripts the browser sends it, and the server refuses it.

import { from, say, whenShown } from "./page.js";
import { whatIsSent } from "./send.js";
import { show } from "./swap.js";
import { tell } from "./toast.js";

/** What is on its way: a form, and its request.
 * @type {{form: HTMLFormElement, request: XMLHttpRequest} | undefined} */
let underWay;

/** Says how much is sent, in the unit that all of it is told in.
 * @param {number} sent @param {number} all */
function howMuch(sent, all) {
  const [unit, name] = all < 1 << 20 ? [1 << 10, "KiB"] : [1 << 20, "MiB"];
  const text = (/** @type {number} */ bytes) => (bytes / unit).toLocaleString([...navigator.languages], { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  return text(sent) + " of " + text(all) + " " + name + " are sent";
}

/** Shows how far it is: a share, or undefined where that is not known.
 * @param {HTMLFormElement} form @param {string} text @param {number} [share] */
function tellOf(form, text, share) {
  const place = form.querySelector(".sending");
  const bar = place?.querySelector("progress"), words = place?.querySelector("small");
  if (!(place instanceof HTMLElement) || !bar || !words) return;
  place.hidden = text === "";
  words.textContent = text;
  if (share === undefined) bar.removeAttribute("value");
  else bar.value = share;
}

const looked = "All of it is sent, and is being looked at";

/** @param {HTMLFormElement} form @param {boolean} still */
function hold(form, still) {
  for (const button of form.querySelectorAll("button")) button.disabled = still;
}

/** @param {HTMLFormElement} form @param {HTMLElement | null} submitter */
function send(form, submitter) {
  const sent = whatIsSent(form, submitter), request = new XMLHttpRequest();
  underWay = { form, request };
  hold(form, true);
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) tellOf(form, howMuch(event.loaded, event.total), event.loaded / event.total);
  });
  request.upload.addEventListener("load", () => {
    tellOf(form, looked);
    say(looked);
  });
  request.addEventListener("loadend", () => {
    underWay = undefined;
    hold(form, false);
    tellOf(form, "");
  });
  request.addEventListener("load", () => show({
    url: request.responseURL, redirected: request.responseURL !== sent.url.href, type: request.getResponseHeader("Content-Type") ?? "",
  }, request.responseText, sent, { parts: [], address: "push" }));
  request.addEventListener("error", () => tell("The file did not arrive whole, and nothing of it was taken. Send it again."));
  request.open(sent.method, sent.url);
  request.setRequestHeader("Accept", "text/html");
  request.send(/** @type {FormData} */ (sent.body));
}

document.addEventListener("submit", (event) => {
  const form = from(event);
  if (!(form instanceof HTMLFormElement) || !form.hasAttribute("data-upload") || event.defaultPrevented) return;
  event.preventDefault();
  if (!underWay) send(form, event.submitter);
});

// Who goes elsewhere meanwhile sends it no further, as without scripts.
whenShown(() => { if (underWay && !underWay.form.isConnected) underWay.request.abort(); });

document.addEventListener("change", (event) => {
  const field = from(event);
  const most = field.closest("form[data-upload]")?.getAttribute("data-upload");
  if (!(field instanceof HTMLInputElement) || !field.files || !most) return;
  const wrong = [...field.files].some((file) => file.size > Number(most)) ? field.dataset.tooLarge ?? "" : "";
  field.setCustomValidity(wrong);
  if (wrong) field.reportValidity();
});
