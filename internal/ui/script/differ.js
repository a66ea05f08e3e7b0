// @ts-check
// Where two texts differ, in signs as people see them.

const signs = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** @typedef {{before: string, was: string, now: string, after: string}} Difference */

/** How many signs of what is alike are shown beside what differs. */
const near = 200;

/** @param {string[]} alike */
const endOf = (alike) => (alike.length > near ? "…" : "") + alike.slice(-near).join("");

/** @param {string[]} alike */
const beginningOf = (alike) => alike.slice(0, near).join("") + (alike.length > near ? "…" : "");

/** What two texts share at their beginning and their end, and what is between.
 * @param {string} was @param {string} now
 * @returns {Difference} */
export function difference(was, now) {
  const a = [...signs.segment(was)].map((s) => s.segment), b = [...signs.segment(now)].map((s) => s.segment);
  const short = Math.min(a.length, b.length);
  let start = 0;
  while (start < short && a[start] === b[start]) start++;
  let end = 0;
  while (end < short - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return {
    before: endOf(a.slice(0, start)),
    was: a.slice(start, a.length - end).join(""),
    now: b.slice(start, b.length - end).join(""),
    after: beginningOf(a.slice(a.length - end)),
  };
}
