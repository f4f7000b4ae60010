"""The review queue in the browser: live without a jump, by keyboard, and without JavaScript."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

FIRST, SECOND = "facilitator@demo.draftroom.example", "facilitator2@demo.draftroom.example"
CITIZEN = "citizen@demo.draftroom.example"
THREAD = "/c/online-consultation/talk/art-7/"


@pytest.fixture
def reported(reader):
    """Has a citizen post something and another one report it; returns the text."""

    def reported(text: str) -> str:
        author, other = reader("en"), reader("en")
        author.sign_in("citizen2@demo.draftroom.example")
        page = author.goto(THREAD)
        page.fill("#composer textarea", text)
        page.locator("#composer .composer__foot button[type=submit]").click()
        mine = page.locator(".post", has_text=text)
        expect(mine).to_be_visible()
        other.sign_in(CITIZEN)
        there = other.goto(THREAD)
        there.locator(".post", has_text=text).locator(".post__report").click()
        there.locator("input[name=rule][value=off_topic]").check()
        there.fill("textarea[name=words]", "Belongs to another article.")
        there.locator("main form button[type=submit]").click()
        expect(there.locator(".message--success")).to_be_visible()
        return text

    return reported


def live(page: Page) -> None:
    expect(page.locator(".queue .connection")).to_have_attribute("data-state", "live")


def test_a_new_case_announces_itself_and_nothing_moves(reader, reported):
    facilitator = reader("en")
    facilitator.sign_in(FIRST)
    queue = facilitator.goto("/moderation/")
    live(queue)
    before = queue.locator("#queue-list").inner_text()
    reported("Fourteen days would be enough for small changes.")
    expect(queue.locator("[data-new]")).to_have_text(re.compile(r"^1 "))
    expect(queue.locator("[data-announce]")).to_have_text(re.compile(r"^1 "))
    ids = [row.get_attribute("data-case") for row in queue.locator("[data-case]").all()]
    assert before.splitlines()[0] == queue.locator("#queue-list").inner_text().splitlines()[0]
    queue.keyboard.press("n")
    expect(queue.locator(".queue__item")).to_have_count(len(ids) + 1)
    expect(queue.locator("[data-new]")).to_be_hidden()


def test_a_case_is_decided_by_keyboard_alone(reader, reported):
    text = reported("The agency should answer in a table.")
    facilitator = reader("en")
    facilitator.sign_in(FIRST)
    queue = facilitator.goto("/moderation/")
    for _ in range(30):
        queue.keyboard.press("j")
        expect(queue.locator(".queue__link[aria-current]")).to_have_count(1)
        current = queue.locator(".queue__link[aria-current]").get_attribute("href")
        assert current
        expect(queue.locator(".case")).to_have_attribute("data-case", re.findall(r"\d+", current)[0])
        if text in (queue.locator(".case").text_content() or ""):
            break
    expect(queue.get_by_text(text)).to_be_hidden()
    queue.keyboard.press("m")
    expect(queue.locator("[data-mask]").get_by_text(text)).to_be_visible()
    queue.keyboard.press("c")
    expect(queue.locator('.case form[action*="/release/"]')).to_be_visible()
    queue.keyboard.press("1")
    queue.keyboard.press("r")
    queue.keyboard.type("jkmn: it is about the article.")
    queue.keyboard.press("Control+Enter")
    expect(queue.locator(".message--success")).to_be_visible()
    closed = facilitator.goto("/moderation/?state=closed")
    closed.locator(".queue__link").first.click()
    expect(closed.locator(".case")).to_contain_text("jkmn: it is about the article.")


def test_keys_can_be_switched_off(reader):
    facilitator = reader("en")
    facilitator.sign_in(FIRST)
    queue = facilitator.goto("/moderation/")
    queue.locator("[data-keys-switch]").uncheck()
    queue.reload()
    queue.keyboard.press("j")
    expect(queue.locator(".queue__link[aria-current]")).to_have_count(0)


def test_who_comes_second_is_warned_and_keeps_the_reason(reader, reported):
    text = reported("The minutes need a deadline as well.")
    first, second = reader("en"), reader("zh-hant")
    first.sign_in(FIRST)
    second.sign_in(SECOND)
    mine = first.goto("/moderation/")
    for link in [one.get_attribute("href") for one in mine.locator(".queue__link").all()]:
        first.goto(link or "")
        if text in (mine.locator(".case").text_content() or ""):
            break
    live(mine)
    mine.fill("textarea[name=reason]", "My own careful reason.")
    theirs = second.goto(mine.url)
    theirs.locator("input[name=action][value=keep]").check()
    theirs.fill("textarea[name=reason]", "與這一條有關。")
    theirs.locator(".case__decide button[type=submit]").click()
    expect(theirs.locator(".message--success")).to_be_visible()
    expect(mine.locator("[data-changed]")).to_be_visible()
    expect(mine.locator("textarea[name=reason]")).to_have_value("My own careful reason.")
    mine.locator("input[name=action][value=hide]").check()
    mine.locator(".case__decide button[type=submit]").click()
    expect(mine.locator(".message--error")).to_be_visible()
    expect(mine.locator("textarea[name=reason]")).to_have_value("My own careful reason.")


def test_without_javascript_a_case_is_claimed_and_decided(reader, reported):
    text = reported("The summary should be public, too.")
    facilitator = reader("en", scripts=False)
    facilitator.sign_in(FIRST)
    page = facilitator.goto("/moderation/")
    for link in [one.get_attribute("href") for one in page.locator(".queue__link").all()]:
        facilitator.goto(link or "")
        if text in (page.locator(".case").text_content() or ""):
            break
    page.locator("[data-claim]").click()
    page.locator("input[name=action][value=keep]").check()
    page.fill("textarea[name=reason]", "It is about the article.")
    page.locator(".case__decide button[type=submit]").click()
    expect(page.locator(".message--success")).to_be_visible()
