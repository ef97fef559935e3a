// The page: asks the sandbox once a second how things are, and shows it.

import * as lists from "./lists.js";
import * as phone from "./phone.js";
import { Silence, ask, byId, full, tell, write } from "./tools.js";

const PERIOD = 1000; // ms between two looks
const LINGER = 4000; // ms for which the outcome of a call stays in view while another phone rings

const FEEDS = ["state", "calls?limit=50", "caller-ids?limit=50", "callbacks?limit=50", "requests?limit=50"];

let timer;
let looking = null;
let changes = 0; // how often the person did something: a look that began before shows what is no longer so
let calls = [];
let chosen = null; // the SID of the call on the phone
let byHand = false; // whether the person chose it
let leaveAt = null; // when a call that is over gives way to one that rings; Infinity: the person looks at it
let ringing = new Set();
const problems = {};

/** Look now, and once a second from then on while somebody can see the page. */
function refresh() {
  clearTimeout(timer);
  looking ??= look(changes).finally(() => {
    looking = null;
    if (!document.hidden) timer = setTimeout(refresh, PERIOD);
  });
  return looking;
}

async function refreshAfterChange() {
  changes += 1;
  await looking;
  await refresh();
}

async function look(changesBefore) {
  const answers = await Promise.allSettled(FEEDS.map((feed) => ask(`/sandbox/${feed}`)));
  const errors = answers.map(({ reason }) => reason).filter(Boolean);
  const stopped = errors.some((error) => error instanceof Silence);
  byId("stopped").hidden = !stopped;
  document.body.classList.toggle("stopped", stopped);
  if (stopped || changes !== changesBefore) return;
  complain("reading", errors[0]);
  const [state, callList, callerIds, callbacks, requests] = answers.map(({ value }) => value);
  if (state) showState(state);
  if (callList) showCalls(callList.calls);
  if (callerIds) lists.showCallerIds(callerIds.caller_ids, callerIds.count);
  if (callbacks) lists.showCallbacks(callbacks.callbacks);
  if (requests) lists.showRequests(requests.requests);
}

/** Show what went wrong last, in changing something or else in reading; no error takes it back. */
function complain(where, error) {
  problems[where] = error?.message;
  const problem = problems.changing ?? problems.reading;
  write(byId("problem"), problem);
  byId("problem").hidden = !problem;
}

// The header

function showState({ url, clock, answer }) {
  write(byId("url"), url);
  write(byId("now"), full(clock.now));
  write(byId("pace"), `UTC · ${pace(clock.speed)}`);
  byId("advance").hidden = clock.speed !== 0;
  byId("behaviour").hidden = !answer || answer === "manual";
  write(byId("behaviour"), `Answers by itself: ${answer}`);
  teach(url);
}

function pace(speed) {
  if (speed === 0) return "moved by hand";
  return speed === 1 ? "real time" : `${speed} times as fast`;
}

function teach(url) {
  write(byId("curl"), [
    `curl "${url}/2010-04-01/Accounts/$TWILIO_ACCOUNT_SID/OutgoingCallerIds.json" \\`,
    '  -u "$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN" \\',
    '  --data-urlencode "PhoneNumber=+14155550100" -d "FriendlyName=Front desk"',
  ].join("\n"));
  write(byId("python"), [
    "import callerid_analytics as ca",
    'ca.connect().request_validation("+14155550100", friendly_name="Front desk").validation_code',
  ].join("\n"));
}

// The calls, and the one on the phone

function showCalls(next) {
  if ((next.length === 0) !== (calls.length === 0)) byId("lesson").open = next.length === 0;
  calls = next;
  const nowRinging = calls.filter(({ state }) => state === "ringing");
  const started = nowRinging.filter(({ sid }) => !ringing.has(sid));
  ringing = new Set(nowRinging.map(({ sid }) => sid));
  chosen = pick(started.length > 0)?.sid ?? null;
  document.title = ringing.size ? `☎ ${ringing.size === 1 ? "Ringing" : `${ringing.size} ringing`} – Sandbox` : "Sandbox";
  if (started.length) announce(started);
  draw();
}

/** Say which call belongs on the phone: one that rings, but what the person is busy with stays. */
function pick(somethingStarted) {
  const current = calls.find(({ sid }) => sid === chosen);
  const next = calls.findLast(({ state }) => state === "ringing") ?? calls.findLast(phone.isLive);
  if (!current) return next;
  if (phone.isLive(current)) {
    leaveAt = null;
    return byHand || !phone.isComing(current) ? current : next;
  }
  byHand = false;
  leaveAt ??= performance.now() + LINGER;
  const mayLeave = performance.now() >= leaveAt || (leaveAt === Infinity && somethingStarted);
  return mayLeave ? (next ?? current) : current;
}

function choose(sid) {
  chosen = sid;
  byHand = true;
  leaveAt = calls.some((call) => call.sid === sid && !phone.isLive(call)) ? Infinity : null;
  draw();
  byId("phone").focus();
}

function draw() {
  phone.showCall(calls.find(({ sid }) => sid === chosen) ?? null);
  lists.showCalls(calls, chosen, choose);
}

function announce(started) {
  write(byId("news"), started.length === 1 ? `${started[0].to} is ringing` : `${started.length} phones are ringing`);
}

// What else the person can do

async function change(path, form) {
  try {
    await tell(path, form);
    complain("changing", null);
  } catch (error) {
    complain("changing", error);
  }
  await refreshAfterChange();
}

async function copy(button) {
  const source = byId(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent);
    write(button, "Copied");
    setTimeout(() => write(button, "Copy"), 2000);
  } catch {
    getSelection().selectAllChildren(source); // the browser keeps the clipboard from us: Ctrl-C does it
  }
}

function listen() {
  const on = (element, handler) => element.addEventListener("click", handler);
  for (const button of document.querySelectorAll("[data-seconds]")) {
    on(button, () => change("/sandbox/clock/advance", { Seconds: button.dataset.seconds }));
  }
  for (const button of document.querySelectorAll("[data-copy]")) on(button, () => copy(button));
  const dialog = byId("confirm");
  on(byId("reset"), () => dialog.showModal());
  on(byId("keep"), () => dialog.close());
  on(byId("do-reset"), () => {
    dialog.close();
    change("/sandbox/reset");
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : refresh()));
}

phone.start(refreshAfterChange);
listen();
refresh();
