// The review queue, live and by keyboard. The list never moves under a facilitator: rows change in place, what is
// done is marked, what is new waits behind "N new cases". Everything works without this file.

import { connect } from "./live.js";

const queue = document.querySelector("[data-queue]");
const detail = document.getElementById("case");
const button = queue.querySelector("[data-new]");
const announce = queue.querySelector("[data-announce]");
const connection = queue.querySelector(".connection");

const list = () => document.getElementById("queue-list");
const rows = (of = list()) => [...of.querySelectorAll("[data-case]")];
const links = () => [...list().querySelectorAll(".queue__link")];
const shownCase = () => detail.querySelector(".case");

// ---- live ---------------------------------------------------------------------------------------------------

let fresh = null; // the list as it is on the server, when it has cases that are not shown yet
let timer = 0;

async function look() {
  const address = new URL(queue.dataset.listUrl, location.href);
  address.searchParams.set("case", shownCase()?.dataset.case ?? "");
  const answer = await fetch(address, { headers: { "HX-Request": "true" } });
  if (!answer.ok) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = page.getElementById("queue-list");
  compare(now);
  return now;
}

function compare(now) {
  const known = new Map(rows().map((row) => [row.dataset.case, row]));
  let count = 0;
  for (const row of rows(now)) {
    const old = known.get(row.dataset.case);
    if (old) updateRow(old, row);
    else count += 1;
    known.delete(row.dataset.case);
  }
  known.forEach(markDone);
  queue.querySelector("[data-total]").textContent = now.dataset.totalWords;
  offer(now, count);
  warnOfChange(now);
}

function updateRow(old, row) {
  old.dataset.version = row.dataset.version;
  const [link, next] = [old.querySelector(".queue__link"), row.querySelector(".queue__link")];
  link.replaceChildren(...document.importNode(next, true).childNodes);
  old.classList.remove("queue__item--done");
}

function markDone(row) {
  row.classList.add("queue__item--done");
  const state = row.querySelector(".state");
  state.className = "state state--closed";
  state.textContent = list().dataset.goneWord;
}

function offer(now, count) {
  fresh = count ? now : null;
  const words = count === 1 ? button.dataset.one : button.dataset.many.replace("COUNT", String(count));
  if (count && button.textContent !== words) announce.textContent = words;
  button.textContent = words;
  button.hidden = count === 0;
}

function takeIn() {
  if (!fresh) return;
  const focused = document.activeElement?.closest("[data-case]")?.dataset.case;
  const now = document.adoptNode(fresh);
  list().replaceWith(now);
  window.htmx?.process(now);
  markCurrent();
  fresh = null;
  button.hidden = true;
  const again = rows().find((row) => row.dataset.case === focused);
  (again ?? rows()[0])?.querySelector("a").focus();
}

// What is being looked at is never taken away; it says that it is no longer what it was.
function warnOfChange(now) {
  const article = shownCase();
  if (!article) return;
  const row = rows(now).find((other) => other.dataset.case === article.dataset.case);
  const changed = row ? row.dataset.version !== article.dataset.version : wasListed(article);
  article.querySelector("[data-changed]").hidden = !changed;
}

const wasListed = (article) => rows().some((row) => row.dataset.case === article.dataset.case);

function lookSoon() {
  clearTimeout(timer);
  timer = setTimeout(look, 250);
}

const states = new Map();

function showState(stream, state) {
  states.set(stream, state);
  const worst = ["offline", "reconnecting", "live"].find((one) => [...states.values()].includes(one));
  connection.dataset.state = worst;
  connection.textContent = connection.dataset[`${worst}Word`];
}

const numbers = (of) => new Map(of.dataset.streams.trim().split(/\s+/).map((entry) => entry.split(":")));

for (const [stream, since] of numbers(list())) {
  const live = connect({
    stream,
    since: Number(since),
    language: queue.dataset.language,
    onEvent: lookSoon,
    onReset: async () => {
      const now = await look();
      if (now) live.resume(Number(numbers(now).get(stream)));
    },
    onState: (state) => showState(stream, state),
  });
}

button.addEventListener("click", takeIn);

// ---- the case beside the list -------------------------------------------------------------------------------

function markCurrent(current = shownCase()?.dataset.case) {
  for (const row of rows()) {
    const link = row.querySelector(".queue__link");
    if (row.dataset.case === current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

// The list answers at once, so that J J goes two cases down however long the first one takes.
document.body.addEventListener("htmx:beforeRequest", (event) => {
  const row = event.detail.elt.closest("[data-case]");
  if (row) markCurrent(row.dataset.case);
});

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== detail) return;
  markCurrent();
  detail.scrollTop = 0;
  announce.textContent = shownCase()?.querySelector("h2")?.textContent.trim() ?? "";
});

document.addEventListener("click", (event) => {
  const opening = event.target.closest?.("[data-opening]");
  if (!opening) return;
  const reason = detail.querySelector("textarea[name=reason]");
  const before = reason.value && !/\s$/.test(reason.value) ? `${reason.value}\n` : reason.value;
  reason.value = before + opening.dataset.opening;
  reason.focus();
  reason.setSelectionRange(reason.value.length, reason.value.length);
});

detail.querySelector("[data-focus], [aria-invalid=true]")?.focus();

// ---- keys ---------------------------------------------------------------------------------------------------

const KEPT = "queue-keys";
const keysSwitch = queue.querySelector("[data-keys-switch]");
keysSwitch.checked = localStorage.getItem(KEPT) !== "off";
keysSwitch.addEventListener("change", () => localStorage.setItem(KEPT, keysSwitch.checked ? "on" : "off"));

function step(by) {
  const all = links();
  if (!all.length) return;
  const at = all.findIndex((link) => link.hasAttribute("aria-current"));
  const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  if (!next.hasAttribute("aria-current")) next.click();
}

const choose = (number) => detail.querySelectorAll(".case__decide input[type=radio]")[number - 1]?.click();

function unmask() {
  const mask = detail.querySelector("[data-mask]");
  if (mask) mask.open = !mask.open;
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  c: () => detail.querySelector("[data-claim]")?.click(),
  m: unmask,
  n: takeIn,
  r: () => detail.querySelector("textarea[name=reason]")?.focus(),
  1: () => choose(1),
  2: () => choose(2),
  3: () => choose(3),
};

const isTyping = (element) => element.matches("textarea, select, input:not([type=radio], [type=checkbox])");

document.addEventListener("keydown", (event) => {
  const within = event.target.closest?.(".case__decide");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && within) {
    within.requestSubmit();
    return;
  }
  if (!keysSwitch.checked || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const act = KEYS[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});
