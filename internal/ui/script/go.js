// @ts-check
// A link that signs in once is a form, so that a program that merely looks at
// the address does not use it up. Who opens it in a browser need not press it.

const form = document.querySelector("form[data-go]");
const send = () => { if (form instanceof HTMLFormElement) form.requestSubmit(); };

// A browser may make a page before anybody has asked for it.
if (/** @type {any} */ (document).prerendering) document.addEventListener("prerenderingchange", send, { once: true });
else send();
