/* Beside each date its distance from now ("3 days ago"), in the page's language, kept true while the page is open. */
const UNITS = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60]];
const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });

function distance(moment) {
  const seconds = (moment - Date.now()) / 1000;
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return words.format(Math.trunc(seconds / length), unit);
  }
  return words.format(0, "second");
}

function write(time) {
  const moment = Date.parse(time.dateTime);
  if (Number.isNaN(moment)) return;
  let beside = time.querySelector(".moment__relative");
  if (!beside) {
    beside = document.createElement("span");
    beside.className = "moment__relative";
    time.append(" ", beside);
  }
  const text = distance(moment);
  if (beside.textContent !== text) beside.textContent = text;
}

function writeAll(scope) {
  if (scope.matches?.("time[data-relative]")) write(scope);
  scope.querySelectorAll?.("time[data-relative]").forEach(write);
}

writeAll(document);
setInterval(() => writeAll(document), 30000);
new MutationObserver((changes) => {
  for (const change of changes) change.addedNodes.forEach(writeAll);
}).observe(document.body, { childList: true, subtree: true });
