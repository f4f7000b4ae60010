// The explainer's editor: counts the sentence's width and warns before typed text is lost.
// Everything else on the page works without this file.

const form = document.querySelector("[data-editor]");

// A Han character is two wide, a Latin letter one: as the server counts.
const WIDE = /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;

function width(text) {
  let sum = 0;
  for (const character of text) sum += WIDE.test(character) ? 2 : 1;
  return sum;
}

function addCounter(field) {
  const limit = Number(field.dataset.widthLimit);
  const counter = document.createElement("p");
  counter.className = "counter field__help";
  counter.setAttribute("aria-hidden", "true");
  const show = () => {
    const now = width(field.value.trim());
    counter.textContent = `${now} / ${limit}`;
    counter.classList.toggle("field__help", now <= limit);
    counter.classList.toggle("field__error", now > limit);
  };
  field.after(counter);
  field.addEventListener("input", show);
  show();
}

if (form) {
  form.querySelectorAll("[data-width-limit]").forEach(addCounter);

  let isTyped = Boolean(document.querySelector(".message--error"));
  form.addEventListener("input", () => { isTyped = true; });
  form.addEventListener("submit", () => { isTyped = false; });
  window.addEventListener("beforeunload", (event) => {
    if (isTyped) event.preventDefault();
  });

  // After "add another source" the cursor goes to the first field of the new row.
  document.body.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.elt?.id !== "sources" && event.detail.target?.id !== "sources") return;
    const rows = document.querySelectorAll("#sources .source-row");
    rows[rows.length - 1]?.querySelector("input:not([type=hidden])")?.focus();
  });
}
