// The phone: shows the chosen call, and sends what the person does with it.

import { byId, make, tell, write } from "./tools.js";

const KEYS = [
  ["1", ""], ["2", "ABC"], ["3", "DEF"], ["4", "GHI"], ["5", "JKL"], ["6", "MNO"],
  ["7", "PQRS"], ["8", "TUV"], ["9", "WXYZ"], ["0", "+"],
];
const TALKING = new Set(["answered", "extension", "asking"]);
const COMING = new Set(["created", "queued"]);
const MAY = {
  answer: (state) => state === "ringing",
  hangup: (state) => state === "ringing" || TALKING.has(state),
  busy: (state) => state === "ringing",
  "no-answer": (state) => state === "ringing",
  fail: (state) => state === "ringing" || state === "queued",
};
const TITLES = {
  created: "Waiting", queued: "Placing the call", ringing: "Incoming call", answered: "Connected",
  extension: "Connected", asking: "Type the code", verified: "Verified", "wrong-code": "Wrong code",
  "hung-up": "Hung up", busy: "Busy", "no-answer": "Not answered", failed: "The call failed",
};

export const isComing = (call) => COMING.has(call.state);
export const isLive = (call) => isComing(call) || call.state === "ringing" || TALKING.has(call.state);

let call = null;
let typed = "";
let message = "";
let sending = false;
let afterwards = () => {};
let lastAct = Promise.resolve();

/** Make the keypad and listen; `refresh` is called after everything the person did. */
export function start(refresh) {
  afterwards = refresh;
  byId("keypad").append(...KEYS.map(digitKey), deleteKey());
  for (const button of document.querySelectorAll("[data-act]")) {
    button.addEventListener("click", () => act(button.dataset.act));
  }
  document.addEventListener("keydown", onKey);
  draw();
}

/** Show a call, or none. */
export function showCall(next) {
  const isAnother = next?.sid !== call?.sid;
  const hasEnded = call && next && isLive(call) && !isLive(next);
  if (isAnother || hasEnded) {
    typed = "";
    message = "";
  }
  call = next;
  draw();
}

function digitKey([digit, letters]) {
  const key = make("button", { type: "button", "data-digit": digit, "aria-label": digit },
    make("b", {}, digit), make("small", { "aria-hidden": "true" }, letters));
  key.addEventListener("click", () => press(digit));
  return key;
}

function deleteKey() {
  const key = make("button", { type: "button", id: "rub", "aria-label": "Delete the last digit" }, make("b", {}, "⌫"));
  key.addEventListener("click", rub);
  return key;
}

/** The whole page is the phone's keyboard, apart from dialogs and keys that mean something where they are pressed. */
function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (/^[0-9]$/.test(event.key)) press(event.key);
  else if (event.key === "Backspace") rub();
  else if (event.key === "Escape") act("hangup");
  else if (event.key === "Enter" && !event.target.closest("button, summary, a")) act("answer");
  else return;
  event.preventDefault();
}

/** Type a digit; a ringing phone is picked up by it, and the last one sends them all. */
function press(digit) {
  if (!call || sending || typed.length === call.code.length) return;
  if (call.state === "ringing" && typed === "") act("answer");
  else if (call.state !== "ringing" && !TALKING.has(call.state)) return;
  typed += digit;
  message = "";
  if (typed.length === call.code.length) act("answer", { Digits: typed });
  draw();
}

function rub() {
  if (!sending) typed = typed.slice(0, -1);
  draw();
}

const may = (verb, form) => (form.Digits ? isLive(call) : MAY[verb](call.state));

/** Do one thing after the other: digits may be typed before the sandbox knows that the phone was picked up. */
function act(verb, form = {}) {
  if (!call || !may(verb, form)) return;
  const { sid } = call;
  sending = Boolean(form.Digits);
  lastAct = lastAct.then(async () => {
    if (call?.sid !== sid || !may(verb, form)) { // the act before this one was enough
      if (form.Digits) forget(sid, "");
      return;
    }
    try {
      settle(sid, await tell(`/sandbox/calls/${encodeURIComponent(sid)}/${verb}`, form), form);
    } catch (error) {
      forget(sid, error.message);
    }
    await afterwards();
  });
}

function settle(sid, after, form) {
  if (call?.sid !== sid) return;
  call = after;
  if (form.Digits) forget(sid, isLive(after) ? `Wrong code, ${attempts(after)}` : "");
  draw();
}

/** Forget what was typed, and say why. */
function forget(sid, reason) {
  sending = false;
  if (call?.sid !== sid) return;
  typed = "";
  message = reason;
  if (reason) write(byId("news"), reason);
  draw();
}

const attempts = ({ attempts_left: left }) => (left === 1 ? "one attempt left" : `${left} attempts left`);

function hint() {
  if (!call) return "A verification call will ring here.";
  if (message) return message;
  const wait = Math.ceil(call.rings_in ?? 0);
  const hints = {
    created: wait > 0 ? `It rings in ${wait} s` : "It rings in a moment",
    queued: "It rings in a moment",
    ringing: "Somebody asks to show this number",
    answered: "One moment",
    extension: `Dialling extension ${call.extension}`,
    verified: "This number is a caller ID now",
    "wrong-code": "The number is not verified",
    "hung-up": "The number is not verified",
    busy: "The line was busy",
    "no-answer": "Nobody picked up",
    failed: "The call did not get through",
  };
  return hints[call.state] ?? `The voice asks for ${call.code.length} digits`;
}

function mood() {
  if (!call) return "idle";
  if (TALKING.has(call.state)) return message ? "wrong" : "talking";
  if (isLive(call)) return call.state === "ringing" ? "ringing" : "waiting";
  return call.state === "verified" ? "good" : "bad";
}

function draw() {
  const state = call?.state;
  byId("phone").dataset.mood = mood();
  write(byId("owner"), call?.to);
  write(byId("title"), call ? TITLES[state] ?? state : "No call");
  write(byId("from"), call && `from ${call.from}`);
  write(byId("name"), call?.friendly_name);
  write(byId("hint"), hint());
  write(byId("told"), call?.code ?? "––––––");
  drawSlots(call?.code.length ?? 6);
  const canType = Boolean(call) && !sending && (state === "ringing" || TALKING.has(state));
  for (const key of byId("keypad").children) key.disabled = !canType;
  for (const button of document.querySelectorAll("[data-act]")) {
    button.disabled = !call || !MAY[button.dataset.act](state);
  }
}

function drawSlots(length) {
  const slots = byId("slots");
  while (slots.children.length < length) slots.append(make("span"));
  while (slots.children.length > length) slots.lastChild.remove();
  [...slots.children].forEach((slot, index) => {
    write(slot, typed[index]);
    slot.classList.toggle("next", index === typed.length && TALKING.has(call?.state));
  });
  slots.setAttribute("aria-label", typed ? `Typed: ${[...typed].join(" ")}` : "Nothing typed yet");
}
