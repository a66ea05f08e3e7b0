// @ts-check
// Times and numbers in the reader's language, and times in the zone of the
// Space's page. The server writes them plainly, so nothing is missing without.

import { whenShown } from "./page.js";

const languages = [...navigator.languages];
const minute = 60e3, hour = 60 * minute, day = 24 * hour;

/** @param {Intl.DateTimeFormatOptions} options @param {string | undefined} zone */
function format(options, zone) {
  try {
    return new Intl.DateTimeFormat(languages, { ...options, timeZone: zone });
  } catch {
    return new Intl.DateTimeFormat(languages, options); // a zone that this browser does not know
  }
}

/** The number of a day, so that two can be compared as people do.
 * @param {Date} at @param {string | undefined} zone */
function dayOf(at, zone) {
  const parts = Object.fromEntries(format({ year: "numeric", month: "numeric", day: "numeric", calendar: "gregory", numberingSystem: "latn" }, zone)
    .formatToParts(at).map((p) => [p.type, Number(p.value)]));
  return Date.UTC(parts.year, parts.month - 1, parts.day) / day;
}

/** How long ago it was, when that says more than a date.
 * @param {Date} at @param {Date} now @param {string | undefined} zone @param {boolean} narrow
 * @returns {string | undefined} */
function ago(at, now, zone, narrow) {
  const gone = now.getTime() - at.getTime(), size = Math.abs(gone);
  if (size >= 7 * day) return undefined;
  const words = new Intl.RelativeTimeFormat(languages, { numeric: "auto", style: narrow ? "narrow" : "long" });
  if (size < minute) return words.format(0, "second");
  if (size < hour) return words.format(-Math.trunc(gone / minute), "minute");
  if (size < day) return words.format(-Math.trunc(gone / hour), "hour");
  return words.format(dayOf(at, zone) - dayOf(now, zone), "day");
}

/** @param {HTMLTimeElement} time @param {Date} now */
function showTime(time, now) {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.getTime())) return;
  // A day without a time is the same day in every zone.
  const isDay = !time.dateTime.includes("T");
  const zone = isDay ? "UTC" : document.documentElement.dataset.zone || undefined;
  const kind = time.dataset.f;
  const narrow = time.closest("td, .src") !== null;
  /** @type {Intl.DateTimeFormatOptions} */
  const date = { day: "numeric", month: "short" };
  if (format({ year: "numeric" }, zone).format(at) !== format({ year: "numeric" }, zone).format(now)) date.year = "numeric";
  if (kind === "moment" && !isDay) Object.assign(date, { hour: "2-digit", minute: "2-digit" });
  time.textContent = (kind === "ago" && !isDay && ago(at, now, zone, narrow)) || format(date, zone).format(at);
  time.title = format(isDay ? { dateStyle: "full" } : { dateStyle: "full", timeStyle: "long" }, zone).format(at);
}

/** A decimal of any length keeps each of its digits.
 * @param {HTMLDataElement} data */
function showNumber(data) {
  const digits = /^-?\d+(?:\.(\d{1,100}))?$/.exec(data.value);
  if (!digits) return;
  const places = digits[1]?.length ?? 0;
  const number = new Intl.NumberFormat(languages, { minimumFractionDigits: places, maximumFractionDigits: places });
  data.textContent = number.format(/** @type {any} */ (data.value)); // text, as a number would round it
  data.title = data.value;
}

whenShown((part) => {
  const now = new Date();
  part.querySelectorAll("time[data-f]").forEach((t) => t instanceof HTMLTimeElement && showTime(t, now));
  part.querySelectorAll("data.n").forEach((d) => d instanceof HTMLDataElement && showNumber(d));
});

setInterval(() => {
  if (document.hidden) return;
  const now = new Date();
  document.querySelectorAll('time[data-f="ago"]').forEach((t) => t instanceof HTMLTimeElement && showTime(t, now));
}, minute);
