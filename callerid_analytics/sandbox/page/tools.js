// Small helpers: asking the sandbox, making elements, writing moments.
// Names and numbers are whatever somebody sent: they reach the page as text only, never as HTML.

const PATIENCE = 5000; // ms until a sandbox that says nothing counts as stopped

export const byId = (id) => document.getElementById(id);

/** What the sandbox refused, in its own words. */
export class Refusal extends Error {}

/** Nobody answered, or not to the end. */
export class Silence extends Error {}

/** Ask the control API. */
export async function ask(path, options = {}) {
  const { answer, body } = await exchange(path, options);
  if (!answer.ok) throw new Refusal(body.error ?? `The sandbox answered ${answer.status} to ${path}`);
  return body;
}

async function exchange(path, options) {
  try {
    const answer = await fetch(path, { ...options, cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    return { answer, body: await answer.json() };
  } catch {
    throw new Silence("The sandbox does not answer");
  }
}

export const tell = (path, form = {}) => ask(path, { method: "POST", body: new URLSearchParams(form) });

/** Write text, leaving an element alone that says it already, so that selections survive the polling. */
export function write(element, text) {
  const wanted = String(text ?? "");
  if (element.textContent !== wanted) element.textContent = wanted;
}

/** Make an element; children are elements or text. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/**
 * Show one child per item, in order. An item that was there keeps its element, and with it the keyboard focus
 * and what is unfolded.
 */
export function show(list, items, { key, create, update }) {
  const former = new Map([...list.children].map((child) => [child.dataset.key, child]));
  const seen = new Map();
  items.forEach((item, index) => {
    const name = key(item);
    const repeated = seen.get(name) ?? 0;
    seen.set(name, repeated + 1);
    const id = `${name} ${repeated}`;
    const child = former.get(id) ?? create(item);
    former.delete(id);
    child.dataset.key = id;
    update(child, item);
    if (list.children[index] !== child) list.insertBefore(child, list.children[index] ?? null);
  });
  former.forEach((child) => child.remove());
}

/** Read a moment: RFC 2822 text, or seconds since 1970. */
const moment = (value) => new Date(typeof value === "number" ? value * 1000 : value);

const inWords = (options) => {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options });
  return (value) => (value == null || Number.isNaN(moment(value).getTime()) ? "–" : format.format(moment(value)));
};

/** Moments are in UTC, as in the API. */
export const day = inWords({ day: "numeric", month: "short", year: "numeric" });
export const time = inWords({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
export const full = inWords({
  weekday: "short", day: "numeric", month: "short", year: "numeric",
  hour: "2-digit", minute: "2-digit", second: "2-digit",
});
