// The lists beside the phone: calls, caller IDs, callbacks, requests.

import { byId, day, full, make, show, time, write } from "./tools.js";

const STATES = {
  created: "waiting", queued: "queued", ringing: "ringing", answered: "answered", extension: "extension",
  asking: "asks for the code", verified: "verified", "wrong-code": "wrong code", "hung-up": "hung up",
  busy: "busy", "no-answer": "no answer", failed: "failed",
};
const TONES = { ringing: "loud", answered: "loud", extension: "loud", asking: "loud", verified: "good", created: "calm", queued: "calm" };

const part = (row, name) => row.querySelector(`[data-part="${name}"]`);
const slot = (element, name, className = "") => make(element, { "data-part": name, class: className });

function fill(row, texts) {
  for (const [name, text] of Object.entries(texts)) {
    const element = part(row, name);
    write(element, text);
    element.hidden = text == null || text === "";
  }
}

function stamp(row, at, format) {
  const element = part(row, "at");
  write(element, format(at));
  element.title = `${full(at)} UTC`;
}

function tone(row, name) {
  part(row, "state").dataset.tone = name;
}

/** Show the calls; `choose` is called with the SID of one that the person picks. */
export function showCalls(calls, chosen, choose) {
  const list = byId("calls");
  write(byId("calls-count"), calls.length || "");
  list.hidden = calls.length === 0;
  show(list, calls, {
    key: (call) => call.sid,
    create: (call) => {
      const row = make("button", { type: "button", class: "row call" },
        slot("span", "state", "tag"), slot("bdi", "to", "strong tabular"), slot("bdi", "name", "wide"),
        slot("span", "note", "quiet"), slot("span", "code", "digits"), slot("time", "at", "quiet tabular"));
      row.addEventListener("click", () => choose(call.sid));
      return make("li", {}, row);
    },
    update: (row, call) => {
      fill(row, { state: STATES[call.state] ?? call.state, to: call.to, name: call.friendly_name, note: note(call), code: call.code });
      part(row, "code").title = "The code that the caller was told";
      stamp(row, call.date_created, time);
      tone(row, TONES[call.state] ?? "bad");
      row.firstChild.setAttribute("aria-current", String(call.sid === chosen));
    },
  });
}

function note(call) {
  if (call.rings_in > 0) return `rings in ${Math.ceil(call.rings_in)} s`;
  if (call.extension) return `extension ${call.extension}${call.extension_dialled ? " dialled" : ""}`;
  return "";
}

export function showCallerIds(rows, total) {
  count("caller-ids", rows, total);
  show(byId("caller-ids"), rows, {
    key: (row) => row.sid,
    create: () => make("li", { class: "row" },
      slot("bdi", "name", "strong wide"), slot("time", "at", "quiet tabular"), slot("bdi", "number", "tabular wide"),
      slot("code", "sid", "quiet")),
    update: (row, item) => {
      fill(row, { name: item.friendly_name, number: item.phone_number, sid: item.sid });
      stamp(row, item.date_created, day);
    },
  });
}

export function showCallbacks(rows) {
  count("callbacks", rows, rows.length);
  show(byId("callbacks"), rows, {
    key: (row) => `${row.at} ${row.call_sid}`,
    create: () => make("li", { class: "row" },
      slot("span", "state", "tag"), slot("span", "outcome", "strong"), slot("time", "at", "quiet tabular"),
      slot("bdi", "target", "wide mono"), slot("span", "error", "wide"), folded("What was sent")),
    update: (row, item) => {
      fill(row, {
        state: item.status ?? (item.error ? "error" : "…"),
        outcome: item.parameters?.VerificationStatus,
        target: `${item.method} ${item.url}`,
        error: [item.error, item.attempts > 1 ? `${item.attempts} attempts` : ""].filter(Boolean).join(" · "),
      });
      stamp(row, item.at, time);
      tone(row, item.status >= 200 && item.status < 300 ? "good" : "bad");
      pairs(row, item.parameters);
    },
  });
}

export function showRequests(rows) {
  count("requests", rows, rows.length);
  show(byId("requests"), rows, {
    key: (row) => row.request_id ?? `${row.at} ${row.method} ${row.path}`,
    create: () => make("li", { class: "row request" },
      slot("span", "state", "tag"), slot("span", "method", "strong mono"), slot("bdi", "path", "wide mono"),
      slot("span", "took", "quiet tabular"), slot("time", "at", "quiet tabular"), folded("More")),
    update: (row, item) => {
      fill(row, {
        state: item.status ?? "cut", method: item.method, path: item.path + query(item.query),
        took: item.milliseconds == null ? "" : `${item.milliseconds.toFixed(1)} ms`,
      });
      stamp(row, item.at, time);
      tone(row, item.status && item.status < 400 ? "good" : "bad");
      pairs(row, {
        ...item.form, "User name": item.username, "User agent": item.user_agent, "Request ID": item.request_id,
      });
    },
  });
}

function query(values) {
  const text = Object.entries(values).map(([name, value]) => `${name}=${value}`).join("&");
  return text && `?${text}`;
}

/** Count what there is, and say so when there is nothing. */
function count(name, rows, total) {
  const list = byId(name);
  write(byId(`${name}-count`), total ? total.toLocaleString("en-GB") : "");
  list.hidden = rows.length === 0;
  list.previousElementSibling.hidden = rows.length > 0;
}

const folded = (title) => make("details", { class: "wide" }, make("summary", {}, title), make("dl"));

function pairs(row, values) {
  const known = Object.entries(values ?? {}).filter(([, text]) => text != null && text !== "");
  const details = row.querySelector("details");
  details.hidden = known.length === 0;
  show(details.lastChild, known, {
    key: ([name]) => name,
    create: () => make("div", {}, make("dt", {}, make("bdi")), make("dd", {}, make("bdi"))),
    update: (line, [name, text]) => {
      write(line.firstChild.firstChild, name);
      write(line.lastChild.firstChild, text);
    },
  });
}
