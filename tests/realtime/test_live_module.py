"""`static/js/live.js` in a browser, with a socket and a clock of the test's own."""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright

pytestmark = pytest.mark.browser

MODULE = Path(__file__).resolve().parents[2] / "static/js/live.js"
PAGE = """<!doctype html><html lang="zh-Hant"><script type="module">
import { connect } from "/live.js";
window.seen = []; window.states = []; window.resets = 0;
window.follow = (options) => { window.live = connect({
  onEvent: (event) => { window.seen.push(event.number); if (event.fails) throw new Error("page"); },
  onReset: () => window.resets++, onState: (state) => window.states.push(state), ...options }); };
window.ready = true;
</script></html>"""
FAKE_SOCKET = """
window.sockets = [];
window.WebSocket = class extends EventTarget {
  static OPEN = 1;
  constructor(address) { super(); this.address = address; this.readyState = 0; this.sent = []; sockets.push(this); }
  send(text) { this.sent.push(JSON.parse(text)); }
  close() { this.readyState = 3; }
  accept() { this.readyState = 1; this.dispatchEvent(new Event("open")); }
  say(message) { this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(message) })); }
  end(code) { this.readyState = 3; this.dispatchEvent(new CloseEvent("close", { code })); }
};
"""


class Browser:
    def __init__(self, page: Page) -> None:
        self.page = page

    async def follow(self, **options: Any) -> None:
        await self.page.evaluate("options => follow(options)", {"stream": "note-1", **options})

    async def accept(self) -> None:
        await self.page.evaluate("sockets.at(-1).accept()")

    async def say(self, *messages: dict[str, Any]) -> None:
        await self.page.evaluate("all => all.forEach((one) => sockets.at(-1).say(one))", list(messages))

    async def events(self, *numbers: int) -> None:
        await self.say({"events": [{"number": number} for number in numbers]})

    async def end(self, code: int) -> None:
        await self.page.evaluate("code => sockets.at(-1).end(code)", code)

    async def pass_time(self, seconds: float) -> None:
        await self.page.clock.run_for(round(seconds * 1000))

    async def ask(self, expression: str) -> Any:
        return await self.page.evaluate(expression)


@pytest.fixture
async def browser(chromium_path):
    async with async_playwright() as playwright, _page(playwright, chromium_path) as page:
        yield Browser(page)


@asynccontextmanager
async def _page(playwright, chromium_path):
    chromium = await playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
    page = await chromium.new_page()
    await page.clock.install()
    await page.add_init_script(FAKE_SOCKET)
    await page.route("**/live.js", lambda route: route.fulfill(path=MODULE, content_type="text/javascript"))
    await page.route("http://forum.test/", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    await page.goto("http://forum.test/")
    await page.wait_for_function("window.ready")
    await page.clock.pause_at(await page.evaluate("Date.now() + 60_000"))
    yield page
    await chromium.close()


async def test_it_names_the_stream_the_last_number_and_the_page_s_language(browser):
    await browser.follow(since=7)
    address = await browser.ask("sockets[0].address")
    assert address == "ws://forum.test/ws/stream/note-1/?since=7&language=zh-hant"


async def test_events_are_handed_over_once_in_order(browser):
    await browser.follow(since=1)
    await browser.accept()
    await browser.events(2, 3)
    await browser.events(1, 2, 3)
    await browser.events(3, 4)
    assert await browser.ask("[seen, live.last]") == [[2, 3, 4], 4]


async def test_a_gap_is_asked_for_once_and_filled(browser):
    await browser.follow()
    await browser.accept()
    await browser.events(1)
    await browser.events(4)
    await browser.say({"events": [{"number": 2}, {"number": 3}, {"number": 4}]})
    assert await browser.ask("[seen, sockets[0].sent]") == [[1, 2, 3, 4], [{"since": 1}]]


async def test_a_gap_that_stays_makes_a_new_connection(browser):
    await browser.follow()
    await browser.accept()
    await browser.say({"live": 2}, {"live": 2})
    await browser.pass_time(1)
    assert await browser.ask("[sockets.length, sockets[0].sent, states]") == [
        2,
        [{"since": 0}],
        ["reconnecting"],
    ]


async def test_after_a_lost_connection_it_goes_on_from_the_last_number(browser):
    await browser.follow()
    await browser.accept()
    await browser.events(1, 2)
    await browser.say({"live": 2})
    await browser.end(1012)
    assert await browser.ask("states") == ["live", "reconnecting"]
    await browser.pass_time(1)
    assert "since=2" in await browser.ask("sockets[1].address")
    await browser.accept()
    await browser.say({"live": 2})
    assert await browser.ask("states") == ["live", "reconnecting", "live"]


@pytest.mark.parametrize("chance", [0, 0.5, 1])
async def test_pauses_between_attempts_grow_and_end_at_half_a_minute(browser, chance):
    await browser.ask(f"Math.random = () => {chance}")
    await browser.follow()
    for longest in (1, 2, 4, 8, 16, 30, 30, 30):
        before = await browser.ask("sockets.length")
        await browser.end(1006)
        await browser.pass_time(longest * (0.5 + chance / 2) - 0.001)
        assert await browser.ask("sockets.length") == before
        await browser.pass_time(0.001)
        assert await browser.ask("sockets.length") == before + 1
    assert await browser.ask("states") == ["reconnecting", "offline"]


async def test_an_attempt_that_never_opens_is_given_up(browser):
    await browser.follow()
    await browser.pass_time(12)
    assert await browser.ask("sockets.length") == 2


async def test_a_refused_reader_does_not_come_back(browser):
    for code in (4400, 4403):
        await browser.follow()
        await browser.end(code)
        await browser.pass_time(120)
    assert await browser.ask("[sockets.length, states]") == [2, ["offline", "offline"]]


async def test_a_reset_ends_it_until_the_page_has_been_brought_up_to_date(browser):
    await browser.follow()
    await browser.accept()
    await browser.say({"reset": True})
    await browser.pass_time(120)
    assert await browser.ask("[sockets.length, resets]") == [1, 1]
    await browser.ask("live.resume(300)")
    assert "since=300" in await browser.ask("sockets[1].address")


async def test_when_the_network_is_back_it_does_not_wait(browser):
    await browser.follow()
    await browser.end(1006)
    await browser.ask("window.dispatchEvent(new Event('online'))")
    assert await browser.ask("sockets.length") == 2


async def test_a_connection_that_is_silently_dead_is_found_out(browser):
    await browser.follow()
    await browser.accept()
    await browser.say({"live": 0})
    await browser.ask("document.dispatchEvent(new Event('visibilitychange'))")
    assert await browser.ask("sockets[0].sent") == [{"ping": True}]
    await browser.say({"pong": 0})
    await browser.pass_time(31)
    assert await browser.ask("sockets[0].sent") == [{"ping": True}, {"ping": True}]
    await browser.pass_time(10)
    assert await browser.ask("[sockets.length, sockets[0].readyState]") == [2, 3]


async def test_an_event_that_the_page_cannot_show_does_not_cost_it_the_next(browser):
    await browser.follow()
    await browser.accept()
    await browser.say({"events": [{"number": 1, "fails": True}, {"number": 2}]})
    assert await browser.ask("seen") == [1, 2]


async def test_a_closed_one_stays_closed(browser):
    await browser.follow()
    await browser.accept()
    await browser.ask("live.close()")
    await browser.ask("window.dispatchEvent(new Event('online'))")
    await browser.pass_time(120)
    assert await browser.ask("[sockets.length, sockets[0].readyState]") == [1, 3]
