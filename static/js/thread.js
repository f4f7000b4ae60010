// The thread page, live: changes of posts appear in place, new posts wait behind "N new posts" so that the page never
// moves under a reader, and the composer counts and answers without a reload. Everything works without this file.

import { connect } from "./live.js";

const talk = document.querySelector("[data-live]");
const posts = document.getElementById("posts");
const announce = document.getElementById("announce");
const button = talk.querySelector(".new-posts");
const connection = talk.querySelector(".connection");
const waiting = new Map(); // post id -> { path, element }

const parse = (html) => {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.querySelector(".post");
};

const shown = (id) => document.getElementById(`post-${id}`);

// ---- posts --------------------------------------------------------------------------------------------------

function place(element) {
  const path = element.dataset.path;
  const after = [...posts.children].find((other) => other.dataset.path > path);
  posts.insertBefore(element, after ?? null);
  document.getElementById("talk-empty")?.remove();
}

// A fragment is the same for every reader: what is this reader's own moves over from the post that it replaces.
function adopt(fresh, old) {
  const pressed = old.querySelector("[aria-pressed]")?.getAttribute("aria-pressed");
  if (pressed) fresh.querySelector("[aria-pressed]")?.setAttribute("aria-pressed", pressed);
  const mine = old.querySelector(".post__mine");
  const place = fresh.querySelector(".post__mine");
  if (mine && place && !place.children.length) place.replaceChildren(...mine.childNodes);
  const focused = old.contains(document.activeElement);
  old.replaceWith(fresh);
  if (focused) fresh.focus({ preventScroll: true });
}

// Removing what stands above the reader would move the page; the browser's scroll anchoring is not everywhere.
function keepingPlace(change) {
  const anchor = [...posts.children].find((post) => post.getBoundingClientRect().bottom > 0);
  const before = anchor?.getBoundingClientRect().top;
  change();
  if (anchor?.isConnected) {
    const moved = anchor.getBoundingClientRect().top - before;
    if (moved) window.scrollBy({ top: moved, behavior: "instant" });
  }
}

function receivePost({ id, html, path }) {
  const old = shown(id);
  if (html === null) {
    waiting.delete(id);
    if (old && !old.querySelector(".post__mine")?.children.length) keepingPlace(() => old.remove());
  } else if (old) {
    keepingPlace(() => adopt(parse(html), old));
  } else if (belongsHere(path)) {
    waiting.set(id, parse(html));
  }
  showWaiting();
}

// A page shows a stretch of a long thread; what belongs to another stretch is read there.
function belongsHere(path) {
  const last = posts.lastElementChild?.dataset.path ?? "";
  return talk.dataset.last === "true" || path < last;
}

function showWaiting() {
  const count = waiting.size;
  button.hidden = count === 0;
  if (!count) return;
  const words = count === 1 ? button.dataset.one : button.dataset.many.replace("COUNT", String(count));
  if (button.textContent !== words) {
    button.textContent = words;
    announce.textContent = words;
  }
}

button.addEventListener("click", () => {
  const arrived = [...waiting.values()];
  waiting.clear();
  for (const element of arrived) {
    element.classList.add("post--new", "post--arrived");
    place(element);
  }
  showWaiting();
  announce.textContent = "";
  arrived[0]?.focus({ preventScroll: true });
  arrived[0]?.scrollIntoView({ block: "nearest" });
});

// ---- the composer -------------------------------------------------------------------------------------------

function takeOwnPost(root) {
  const template = root.querySelector("template[data-posted]");
  if (!template) return;
  const fresh = template.content.querySelector(".post");
  template.remove();
  waiting.delete(Number(fresh.dataset.id));
  showWaiting();
  const old = shown(fresh.dataset.id);
  if (old) old.replaceWith(fresh);
  else place(fresh);
  fresh.classList.add("post--arrived");
  fresh.focus({ preventScroll: true });
  fresh.scrollIntoView({ block: "nearest" });
}

function count(output) {
  const field = document.getElementById(output.dataset.counts);
  const limit = Number(output.dataset.limit);
  const format = new Intl.NumberFormat(document.documentElement.lang);
  const update = () => {
    const length = [...field.value.trim()].length;
    output.textContent = `${format.format(length)} / ${format.format(limit)}`;
    output.classList.toggle("composer__count--over", length > limit);
  };
  field.addEventListener("input", update);
  update();
}

function prepareComposer(root) {
  root.querySelectorAll("[data-counts]").forEach(count);
  takeOwnPost(root);
  root.querySelector("[data-focus]")?.focus();
  root.querySelector("[aria-invalid=true]")?.focus();
}

// Replying without a reload keeps what is typed: the page of the reply is asked for its composer alone.
document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-reply]");
  const composer = document.getElementById("composer");
  if (!link || !composer?.matches("form") || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const typed = composer.querySelector("textarea").value;
  const address = new URL(composer.action);
  address.hash = "";
  if (link.dataset.reply) address.searchParams.set("reply", link.dataset.reply);
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("composer");
  if (!answer.ok || !fresh?.matches("form")) {
    window.location.assign(link.href);
    return;
  }
  composer.replaceWith(document.adoptNode(fresh));
  window.htmx?.process(fresh);
  const field = fresh.querySelector("textarea");
  field.value = typed || field.value;
  prepareComposer(fresh);
  field.focus();
});

// ---- endorsing ----------------------------------------------------------------------------------------------

document.addEventListener("click", async (event) => {
  const press = event.target.closest?.("[data-endorse]");
  if (!press) return;
  event.preventDefault();
  const form = document.getElementById("acts");
  const answer = await fetch(press.formAction, {
    method: "POST",
    body: new FormData(form),
    headers: { "HX-Request": "true" },
  });
  const elsewhere = answer.headers.get("HX-Redirect");
  if (elsewhere) window.location.assign(elsewhere);
  else if (answer.status === 200) adoptAnswer(parse(await answer.text()), press.closest(".post"));
  else announce.textContent = (await answer.text()).replace(/<[^>]*>/g, " ").trim();
});

function adoptAnswer(fresh, old) {
  const focused = old.contains(document.activeElement);
  old.replaceWith(fresh);
  if (focused) fresh.querySelector("[data-endorse]")?.focus({ preventScroll: true });
}

function receiveEndorsements({ id, count: total }) {
  const post = shown(id) ?? waiting.get(id);
  const output = post?.querySelector(".post__count");
  if (output) output.textContent = total ? String(total) : "";
}

// ---- live ---------------------------------------------------------------------------------------------------

connect({
  stream: talk.dataset.live,
  since: Number(talk.dataset.since),
  language: talk.dataset.language,
  onEvent(event) {
    if (event.kind === "post") receivePost(event);
    else if (event.kind === "endorsements") receiveEndorsements(event);
    else if (event.kind === "background") showBackground(event.html);
  },
  onReset() {
    button.hidden = false;
    button.textContent = button.dataset.reload;
    button.addEventListener("click", () => window.location.reload(), { once: true });
  },
  onState(state) {
    connection.dataset.state = state;
    connection.textContent = connection.dataset[`${state}Word`];
  },
});

// What the reader has unfolded stays unfolded.
function showBackground(html) {
  const region = document.getElementById("background");
  const open = [...region.querySelectorAll("details")].map((layer) => layer.open);
  keepingPlace(() => {
    region.innerHTML = html;
    region.querySelectorAll("details").forEach((layer, index) => (layer.open = open[index] ?? false));
  });
}

document.body.addEventListener("htmx:afterSwap", () => {
  const composer = document.getElementById("composer");
  if (composer) prepareComposer(composer);
});
document.body.addEventListener("htmx:beforeSwap", (event) => {
  // Refusals carry the composer with everything typed; they are shown, not dropped.
  if ([403, 409, 422, 429].includes(event.detail.xhr.status) && event.detail.serverResponse.includes('id="composer"')) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});
const composer = document.getElementById("composer");
if (composer?.matches("form")) prepareComposer(composer);
