/* The theme without a reload. The form works by itself: the server keeps the choice in the same cookie. */
const YEAR = 31536000;
const root = document.documentElement;
root.classList.add("has-js");

function keep(theme) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  const age = theme === "system" ? 0 : YEAR;
  document.cookie = `theme=${theme}; Path=/; Max-Age=${age}; SameSite=Lax${secure}`;
}

function show(theme) {
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  for (const option of document.querySelectorAll("[data-theme-switch] [aria-pressed]")) {
    option.setAttribute("aria-pressed", String(option.value === theme));
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-theme-switch]");
  const theme = event.submitter?.value;
  if (!form || !["light", "dark", "system"].includes(theme)) return;
  event.preventDefault();
  keep(theme);
  show(theme);
  // The button that was pressed gives way to its counterpart: the focus goes with it.
  if (event.submitter.offsetParent) return;
  [...form.querySelectorAll("button")].find((button) => button.offsetParent)?.focus();
});
