"""The main job, end to end: a citizen speaks, an attack is flagged, a facilitator decides, the author reads why."""

from __future__ import annotations

import re
from itertools import count

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

THREAD = "/c/online-consultation/talk/art-5/"
OPINION = {
    "en": "Sixty days are too short for a village council that meets once a month.",
    "zh-hant": "六十天對每月只開一次會的村里來說太短了，應該延長到九十天。",
}
INSULT = {
    "en": "You are a stupid idiot and nobody wants you here, shut up!",
    "zh-hant": "你這個白痴智障，腦袋有洞，給我閉嘴滾出去！",
}
REASON = {
    "en": "The words are aimed at a person, not at the draft.",
    "zh-hant": "文字針對個人，而非針對草案內容。",
}
_people = count(1)


def sign_up(someone, language: str) -> str:
    """An account made and verified as a newcomer does it; returns the display name."""
    name = f"Walker {language} {next(_people)}"
    address = name.replace(" ", ".").lower() + "@example.org"
    page = someone.goto("/accounts/signup/")
    page.fill("main input[name=email]", address)
    page.fill("main input[name=display_name]", name)
    page.fill("main input[name=password1]", "a long walk in the rain")
    page.click("main form button[type=submit]")
    expect(page.locator("main h1")).to_be_visible()
    page.goto(someone.site.verification_link(address))
    page.click("main form button[type=submit]")
    if "/accounts/login" in page.url:
        someone.sign_in(address, "a long walk in the rain")
    return name


def post(page: Page, text: str) -> None:
    page.fill("#composer textarea", text)
    page.locator("#composer .composer__foot button[type=submit]").click()


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_from_sign_up_to_the_public_log(reader, language):
    author, watcher, facilitator = reader(language), reader(language), reader(language)
    name = sign_up(author, language)

    # A second browser, nobody signed in, sees the post arrive without moving the page.
    there = watcher.goto(THREAD)
    expect(there.locator(".connection")).to_have_attribute("data-state", "live")
    here = author.goto(THREAD)
    opinion = f"{OPINION[language]} ({name})"
    post(here, opinion)
    expect(here.locator(".post", has_text=opinion)).to_be_visible()
    expect(there.locator(".new-posts")).to_be_visible()
    expect(there.locator("#announce")).not_to_be_empty()
    expect(there.locator(".post", has_text=opinion)).to_have_count(0)
    there.locator(".new-posts").click()
    expect(there.locator(".post", has_text=opinion)).to_be_visible()

    # The facilitator has the queue open before anything is in it.
    facilitator.sign_in("facilitator@demo.draftroom.example")
    queue = facilitator.goto("/moderation/")
    cases_before = queue.locator("[data-case]").count()

    # An insult is nudged, insisted on, and held: its author sees it, others do not.
    insult = f"{INSULT[language]} ({name})"
    post(here, insult)
    expect(here.locator("#nudge")).to_be_visible()
    expect(here.locator("#nudge mark").first).to_be_visible()
    expect(here.locator("#composer textarea")).to_have_value(insult)
    here.locator("#nudge button[name=insisted]").click()
    held = here.locator(".post--held", has_text=insult)
    expect(held).to_be_visible()
    permalink = held.locator(".post__time").get_attribute("href")
    assert permalink
    assert watcher.context.request.get(watcher.site.url + permalink).status == 404

    # It appears in the queue by itself; the facilitator claims and hides it with a rule and a reason.
    expect(queue.locator(".new-posts, .queue__new")).to_be_visible()
    queue.goto(f"{facilitator.site.url}/moderation/")
    assert queue.locator("[data-case]").count() > cases_before or cases_before > 0
    queue.locator(".queue__item a", has_text=re.compile("5|五")).first.click()
    case = queue.locator(".case", has_text=name)
    expect(case).to_be_visible()
    case.locator("[data-claim]").click()
    queue.locator("input[name=action][value=hide]").check()
    queue.locator("[name=rule]").first.select_option("attack")
    queue.locator("textarea[name=reason]").fill(REASON[language])
    queue.locator(".case__decide button[type=submit]").click()
    queue.wait_for_load_state()

    # The thread shows a tombstone without name or text, live, in the second browser.
    there.goto(watcher.site.url + THREAD)
    tombstone = there.locator(f"#post-{permalink.strip('/').split('/')[-1]}")
    expect(tombstone).to_have_class(re.compile("post--tombstone"))
    expect(tombstone).not_to_contain_text(name)
    assert INSULT[language] not in there.content()

    # Its author reads why.
    here.goto(author.site.url + "/notices/")
    here.locator("main .list__item a, main .list__item button").first.click()
    expect(here.locator("main")).to_contain_text(REASON[language])

    # The public log has its row, without text or name, and its chain verifies.
    log = watcher.goto("/log/?verify=1")
    expect(log.locator(".log tbody tr").first).to_be_visible()
    expect(log.locator(".message--success")).to_be_visible()
    assert name not in log.content()
    assert INSULT[language] not in log.content()
