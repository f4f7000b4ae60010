"""The same jobs without a script, and without a mouse."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_walk import INSULT, THREAD

pytestmark = pytest.mark.browser

CITIZEN = "citizen2@demo.draftroom.example"
FACILITATOR = "facilitator2@demo.draftroom.example"
ELSEWHERE = THREAD.replace("art-5", "art-7")


def tab_to(page: Page, selector: str, *, most: int = 120) -> None:
    """Presses Tab until the focus stands on something that matches; fails when it never does."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            assert page.evaluate(
                """() => { const style = getComputedStyle(document.activeElement);
                return style.outlineStyle !== 'none' || style.boxShadow !== 'none'; }"""
            ), f"{selector} has the focus, but does not show it"
            return
    raise AssertionError(f"Tab never reaches {selector}")


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_a_citizen_and_a_facilitator_work_without_scripts(reader, language):
    citizen, facilitator = reader(language, scripts=False), reader(language, scripts=False)
    citizen.sign_in(CITIZEN)
    page = citizen.goto(ELSEWHERE)
    opinion = f"Every article needs a talk of its own, in {language}."
    page.fill("#composer textarea", opinion)
    page.click("#composer .composer__foot button")
    own = page.locator(".post", has_text=opinion)
    expect(own).to_be_visible()

    # Edit, and read both versions.
    own.locator("a[href$='/edit/']").click()
    page.fill("main textarea", opinion + " And a clock.")
    page.click("main form.form button[type=submit]")
    expect(page.locator(".post", has_text="And a clock.")).to_be_visible()
    page.locator(".post", has_text="And a clock.").locator(".post__edited").click()
    expect(page.locator("main ins")).to_contain_text("clock")

    # Reply, be nudged, insist, be held.
    page.goto(citizen.site.url + ELSEWHERE)
    page.locator(".post", has_text=opinion).locator("[data-reply]").click()
    insult = f"{INSULT[language]}!!"  # not the text of the walk, which may stand in the same thread
    page.fill("#composer textarea", insult)
    page.click("#composer .composer__foot button")
    page.click("#nudge button[name=insisted]")
    held = page.locator(".post--held", has_text=insult)
    expect(held).to_be_visible()
    number = held.get_attribute("data-id")

    # Somebody else endorses and reports; a facilitator decides.
    facilitator.sign_in(FACILITATOR)
    there = facilitator.goto(ELSEWHERE)
    there.locator(".post", has_text=opinion).locator("[data-endorse]").click()
    expect(there.locator(".post", has_text=opinion).locator(".post__count")).to_have_text("1")
    there.goto(facilitator.site.url + "/moderation/")
    links = there.locator(".queue__item a")
    for position in range(links.count()):
        links.nth(position).click()
        if there.locator(f".case a[href*='art-7'], .case[data-post='{number}']").count():
            break
        there.goto(facilitator.site.url + "/moderation/")
    there.locator("[data-claim]").click()
    there.locator("input[name=action][value=hide]").check()
    there.locator("[name=rule]").first.select_option("attack")
    there.fill("textarea[name=reason]", "Aimed at a person.")
    there.click(".case__decide button[type=submit]")

    page.goto(citizen.site.url + ELSEWHERE)
    expect(page.locator(f"#post-{number}.post--tombstone")).to_be_visible()


def test_an_empty_decision_keeps_what_was_chosen(reader):
    facilitator = reader("en", scripts=False)
    facilitator.sign_in(FACILITATOR)
    page = facilitator.goto("/moderation/?state=closed")
    page.locator(".queue__item a").first.click()
    if page.locator("input[name=action]").count() == 0:
        return
    page.locator("input[name=action]").first.check()
    page.click(".case__decide button[type=submit]")
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    expect(page.locator("input[name=action]").first).to_be_checked()


def test_a_citizen_signs_in_and_speaks_by_keyboard(reader):
    citizen = reader("en")
    page = citizen.goto("/accounts/login/")
    if not page.evaluate("document.activeElement.matches('main input[name=login]')"):
        tab_to(page, "main input[name=login]")
    page.keyboard.type(CITIZEN)
    tab_to(page, "main input[name=password]")
    page.keyboard.type(citizen.site.password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/accounts/login" not in url)

    page.goto(citizen.site.url + ELSEWHERE)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.skip-link')")
    page.keyboard.press("Enter")
    tab_to(page, "#composer textarea")
    page.keyboard.type("The agency should answer every question within seven days.")
    tab_to(page, "#composer button[type=submit]")
    page.keyboard.press("Enter")
    own = page.locator(".post", has_text="The agency should answer every question within seven days.")
    expect(own).to_be_visible()
    expect(own).to_be_focused()
    tab_to(page, "a[href$='/withdraw/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/withdraw/")
    tab_to(page, "main form button[type=submit]")
    page.keyboard.press("Enter")
    expect(
        page.locator(".post", has_text="The agency should answer every question within seven days.")
    ).to_have_count(0)


def test_a_facilitator_decides_by_keyboard(reader):
    citizen, facilitator = reader("en"), reader("en")
    citizen.sign_in(CITIZEN)
    page = citizen.goto(ELSEWHERE)
    page.fill("#composer textarea", INSULT["en"] + " By keyboard.")
    page.click("#composer .composer__foot button")
    page.click("#nudge button[name=insisted]")
    expect(page.locator(".post--held", has_text="By keyboard.")).to_be_visible()

    facilitator.sign_in(FACILITATOR)
    queue = facilitator.goto("/moderation/")
    before = queue.locator(".queue__item").count()
    queue.keyboard.press("j")
    expect(queue.locator(".case")).to_be_visible()
    queue.keyboard.press("c")
    expect(queue.locator("[data-claim]")).to_have_text("Give back")
    queue.keyboard.press("2")
    queue.keyboard.press("r")
    queue.keyboard.type("Aimed at a person.")
    tab_to(queue, ".case__decide button[type=submit]")
    with queue.expect_navigation():
        queue.keyboard.press("Enter")
    queue.goto(f"{facilitator.site.url}/moderation/")
    expect(queue.locator(".queue__item")).to_have_count(before - 1)


def test_a_lost_connection_catches_up_with_exactly_what_was_missed(reader):
    watcher, citizen = reader("en"), reader("en")
    there = watcher.goto(ELSEWHERE)
    expect(there.locator(".connection")).to_have_attribute("data-state", "live")
    watcher.context.set_offline(True)
    there.evaluate("window.dispatchEvent(new Event('offline'))")
    citizen.sign_in(CITIZEN)
    here = citizen.goto(ELSEWHERE)
    for number in range(3):
        here.fill("#composer textarea", f"The council could extend the deadline to {number} weeks.")
        here.click("#composer .composer__foot button")
        expect(here.locator(".post", has_text=f"the deadline to {number} weeks.")).to_be_visible()
    watcher.context.set_offline(False)
    there.evaluate("window.dispatchEvent(new Event('online'))")
    expect(there.locator(".new-posts")).to_have_text("3 new posts")
    there.locator(".new-posts").click()
    said = there.locator(".post", has_text="The council could extend")
    expect(said).to_have_count(3)
    assert [f"deadline to {number} weeks" in said.nth(number).inner_text() for number in range(3)] == [
        True
    ] * 3


def test_changes_arrive_in_place(reader):
    watcher, citizen, other = reader("zh-hant"), reader("en"), reader("en")
    citizen.sign_in(CITIZEN)
    here = citizen.goto(ELSEWHERE)
    here.fill("#composer textarea", "This article should name the agency that answers.")
    here.click("#composer .composer__foot button")
    post = here.locator(".post", has_text="This article should name the agency that answers.")
    expect(post).to_be_visible()
    identity = post.get_attribute("id")
    there = watcher.goto(ELSEWHERE)
    expect(there.locator(".connection")).to_have_attribute("data-state", "live")
    post.locator("a[href$='/edit/']").click()
    here.fill("main textarea", "This article should name the office that answers.")
    here.click("main form.form button[type=submit]")
    expect(there.locator(f"#{identity}")).to_contain_text("This article should name the office that answers.")
    expect(there.locator(f"#{identity} [data-endorse]")).to_contain_text("附議")
    other.sign_in("citizen3@demo.draftroom.example")
    beside = other.goto(ELSEWHERE)
    beside.locator(f"#{identity} [data-endorse]").click()
    expect(there.locator(f"#{identity} .post__count")).to_have_text("1")
    here.goto(f"{citizen.site.url}/posts/{identity.removeprefix('post-')}/withdraw/")
    here.click("main form button[type=submit]")
    expect(there.locator(f"#{identity}")).to_have_class("post post--tombstone")


def test_the_page_never_jumps_under_a_reader(reader):
    watcher, citizen = reader("en", width=800), reader("en")
    citizen.sign_in(CITIZEN)
    quiet_place = THREAD.replace("art-5", "art-11")
    here = citizen.goto(quiet_place)
    for number in range(8):
        here.fill(
            "#composer textarea", f"The report should list opinion {number}.\n\n" + "It should be read. " * 20
        )
        here.click("#composer .composer__foot button")
        expect(here.locator(".post", has_text=f"list opinion {number}.")).to_be_visible()
    there = watcher.goto(quiet_place)
    expect(there.locator(".connection")).to_have_attribute("data-state", "live")
    read = there.locator(".post", has_text="list opinion 6.")
    read.evaluate("post => post.scrollIntoView({ block: 'center' })")
    before = read.bounding_box()["y"]

    # What stands above grows shorter, and something new arrives below.
    first = here.locator(".post", has_text="list opinion 0.").get_attribute("data-id")
    here.goto(f"{citizen.site.url}/posts/{first}/withdraw/")
    here.click("main form button[type=submit]")
    expect(there.locator(f"#post-{first}")).to_have_class("post post--tombstone")
    here.fill("#composer textarea", "The report should also be short enough to read.")
    here.click("#composer .composer__foot button")
    expect(there.locator(".new-posts")).to_be_visible()
    assert abs(read.bounding_box()["y"] - before) <= 2


def test_an_intermediary_publishes_background_by_keyboard(reader):
    intermediary = reader("en")
    intermediary.sign_in("intermediary@demo.draftroom.example")
    page = intermediary.goto("/c/online-consultation/background/new/")
    for field, text in {
        "title": "Who counts the days",
        "sentence": "The days are counted from the day after publication.",
        "plain": "The day of publication itself is not counted.",
    }.items():
        tab_to(page, f"[name={field}]")
        page.keyboard.type(text)
    tab_to(page, "input[name=places]")
    page.keyboard.press("Space")
    tab_to(page, "button[name=act][value=publish]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Who counts the days")
    assert not page.url.endswith("/background/new/")


def test_a_reader_reports_by_keyboard(reader):
    citizen = reader("en")
    citizen.sign_in(CITIZEN)
    page = citizen.goto(THREAD.replace("art-5", "art-10"))
    tab_to(page, ".post__report")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, "input[name=rule]")
    page.keyboard.press("Space")
    tab_to(page, "textarea[name=words]")
    page.keyboard.type("Belongs to another article.")
    tab_to(page, "main form button[type=submit]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".message--success")).to_be_visible()
