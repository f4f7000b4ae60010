/**
 * Follows a stream of numbered events: each is handed over exactly once and in order, however often the connection
 * breaks. A page names the last number it already shows, and gets what came after.
 *
 * Import `connect` from this module (spelt out here, the import would be taken for one when files get their hashes):
 *
 *   const live = connect({
 *     stream: "thread-12",        // the stream's key
 *     since: 7,                   // the last number that the page shows
 *     language: "en",             // the page's own unless given
 *     onEvent(event) {},          // { number, kind, id, ... } as the stream's kind renders it
 *     onReset() {},               // too much was missed: the page has to be loaded again
 *     onState(state) {},          // "live", "reconnecting" or "offline", when it changes
 *   });
 *   live.last;                    // the number up to which everything has been handed over
 *   live.resume(9);               // goes on from there, after onReset, when the page has been brought up to date
 *   live.close();                 // for good
 *
 * `live` is said when nothing is missing, `offline` when the browser has no network, when several attempts in a row
 * have failed (they go on), or when the server will not serve this reader (they end).
 */

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
const OPENING_MS = 10_000; // an attempt that takes longer has failed
const PING_EVERY_MS = 30_000; // a dead connection is not noticed by a browser that only listens
const ANSWER_MS = 8_000;
const ATTEMPTS_UNTIL_OFFLINE = 4;

const MALFORMED = 4400;
const REFUSED = 4403;
const RELOAD = 4410;
const TOO_MANY = 4429;
const FINAL = new Set([MALFORMED, REFUSED, RELOAD]);

export function connect({ stream, since = 0, language, onEvent, onReset = () => {}, onState = () => {} }) {
  const ending = new AbortController();
  let last = since;
  let state = "";
  let socket = null;
  let failures = 0; // attempts in a row that never became live
  let asked = null; // the number from which missing events have been asked for
  let ended = false;
  const timers = { retry: 0, opening: 0, ping: 0, answer: 0 };

  // ---- telling the page ---------------------------------------------------------------------------------------

  function become(next) {
    if (next === state) return;
    state = next;
    onState(next);
  }

  function handOver(event) {
    last = event.number;
    asked = null;
    try {
      onEvent(event);
    } catch (error) {
      reportError(error); // one event that the page cannot show must not cost it the next
    }
  }

  // ---- what the server says -----------------------------------------------------------------------------------

  function hear(message) {
    clearTimeout(timers.answer);
    if (message.reset) {
      end();
      become("offline");
      onReset();
    } else if (message.events) {
      message.events.forEach(take);
    } else if ((message.live ?? message.pong) > last) {
      askAgain();
    } else {
      settle();
    }
  }

  function take(event) {
    if (event.number === last + 1) handOver(event);
    else if (event.number > last + 1) askAgain();
  }

  // Asks once for what is missing; if the answer does not help, a new connection will.
  function askAgain() {
    if (asked === last) return again();
    asked = last;
    say({ since: last });
  }

  function settle() {
    failures = 0;
    become("live");
    schedulePing();
  }

  function say(message) {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  }

  // ---- the connection -----------------------------------------------------------------------------------------

  function open() {
    drop();
    asked = null;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const wish = new URLSearchParams({
      since: String(last),
      language: (language ?? document.documentElement.lang).toLowerCase(),
    });
    const mine = new WebSocket(`${scheme}://${location.host}/ws/stream/${encodeURIComponent(stream)}/?${wish}`);
    socket = mine;
    timers.opening = setTimeout(again, OPENING_MS);
    mine.addEventListener("open", () => clearTimeout(timers.opening));
    mine.addEventListener("message", ({ data }) => mine === socket && hear(JSON.parse(data)));
    mine.addEventListener("close", ({ code }) => mine === socket && lose(code));
  }

  // Lets go of the present socket; what it may still say is not heard.
  function drop() {
    for (const timer of Object.values(timers)) clearTimeout(timer);
    const old = socket;
    socket = null;
    old?.close();
  }

  function lose(code) {
    drop();
    if (FINAL.has(code)) {
      end();
      become("offline");
      return;
    }
    failures = code === TOO_MANY ? Math.max(failures, ATTEMPTS_UNTIL_OFFLINE) + 1 : failures + 1;
    become(!navigator.onLine || failures > ATTEMPTS_UNTIL_OFFLINE ? "offline" : "reconnecting");
    // Half of the pause is left to chance, so that readers do not come back all at once after a restart.
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
    timers.retry = setTimeout(open, pause * (0.5 + Math.random() / 2));
  }

  function again() {
    lose(0);
  }

  // ---- noticing that something has changed --------------------------------------------------------------------

  function schedulePing() {
    clearTimeout(timers.ping);
    timers.ping = setTimeout(() => (document.hidden ? schedulePing() : ping()), PING_EVERY_MS);
  }

  function ping() {
    say({ ping: true });
    clearTimeout(timers.answer);
    timers.answer = setTimeout(again, ANSWER_MS);
    schedulePing();
  }

  // The network or the reader is back: find out at once whether the connection still stands.
  function wake() {
    if (ended || document.hidden) return;
    if (socket?.readyState === WebSocket.OPEN) ping();
    else if (socket === null) open();
  }

  function end() {
    ended = true;
    drop();
  }

  const listen = (target, name, act) => target.addEventListener(name, act, { signal: ending.signal });
  listen(window, "online", wake);
  listen(window, "offline", () => !ended && become("offline"));
  listen(window, "pageshow", (event) => event.persisted && wake());
  listen(document, "visibilitychange", wake);
  open();

  return {
    get last() {
      return last;
    },
    resume(number) {
      last = number;
      ended = false;
      failures = 0;
      open();
    },
    close() {
      end();
      ending.abort();
    },
  };
}
