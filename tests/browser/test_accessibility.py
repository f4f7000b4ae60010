"""No page breaks a rule of WCAG 2.2 AA, in either language and either theme, wide or on a phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.test_walk import INSULT

pytestmark = pytest.mark.browser

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
CONSULTATION = "/c/online-consultation/"
LOOKS = [("en", "light"), ("zh-hant", "dark")]
PAGES = {
    "": [
        "/",
        CONSULTATION,
        f"{CONSULTATION}draft/",
        f"{CONSULTATION}compare/1/2/",
        f"{CONSULTATION}background/",
        f"{CONSULTATION}background/1/",
        f"{CONSULTATION}background/1/history/",
        f"{CONSULTATION}talk/_/",
        f"{CONSULTATION}talk/art-5/",
        "/log/",
        "/accounts/login/",
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/demo/mail/",
        "/styleguide/",
        "/nowhere/",
    ],
    "citizen": [
        f"{CONSULTATION}talk/art-5/",
        "/notices/",
        "/accounts/profile/",
        "/accounts/privacy/",
        "/accounts/email/",
    ],
    "facilitator": [
        "/moderation/",
        "/moderation/?state=waiting",
        "/moderation/?state=closed",
        "/moderation/policy/online-consultation/",
        "/moderation/models/",
    ],
    "intermediary": [f"{CONSULTATION}background/new/", f"{CONSULTATION}background/1/edit/"],
}


def violations(page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize(("language", "theme"), LOOKS)
@pytest.mark.parametrize("who", list(PAGES))
def test_pages_break_no_rule(reader, who, language, theme):
    someone = reader(language, theme=theme)
    if who:
        someone.sign_in(f"{who}@demo.draftroom.example")
    broken = {}
    for path in PAGES[who]:
        if found := violations(someone.goto(path)):
            broken[path] = found
    assert not broken, "\n".join(f"{path}\n  " + "\n  ".join(found) for path, found in broken.items())


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_pages_fit_a_phone(reader, language):
    someone = reader(language, width=360)
    for path in PAGES[""]:
        page = someone.goto(path)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 360, f"{path} is {width} px wide"


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_the_pages_along_a_posts_way_break_no_rule(reader, language, theme):
    citizen, facilitator = reader(language, theme=theme), reader(language, theme=theme)
    citizen.sign_in("citizen3@demo.draftroom.example")
    broken: dict[str, list[str]] = {}

    def check(page, name: str) -> None:
        if found := violations(page):
            broken[name] = found

    page = citizen.goto(f"{CONSULTATION}talk/art-8/")
    page.click("#composer .composer__foot button")
    page.locator("[aria-invalid=true]").wait_for()
    check(page, "composer with an error")
    page.fill("#composer textarea", f"{INSULT[language]} {language} {theme}")
    page.click("#composer .composer__foot button")
    page.locator("#nudge").wait_for()
    check(page, "nudge")
    page.click("#nudge button[name=insisted]")
    held = page.locator(".post--held").last
    held.wait_for()
    check(page, "thread with a held post")
    number = held.get_attribute("data-id")
    for name in ("edit", "withdraw", "history"):
        check(citizen.goto(f"/posts/{number}/{name}/"), name)
    check(citizen.goto(f"/moderation/posts/{number}/why/"), "reasons")
    page = citizen.goto(f"{CONSULTATION}talk/art-6/")
    page.locator(".post__report").first.click()
    check(page, "report")

    facilitator.sign_in("facilitator@demo.draftroom.example")
    page = facilitator.goto("/moderation/")
    page.locator(".queue__item a").first.click()
    page.locator(".case").wait_for()
    page.locator("details.masked summary").first.click()
    check(page, "queue with a case")
    page.locator("[data-claim]").click()
    page.locator("input[name=action]").first.wait_for()
    page.click(".case__decide button[type=submit]")
    page.locator("[aria-invalid=true]").first.wait_for()
    check(page, "decision with errors")
    assert not broken, "\n".join(f"{name}\n  " + "\n  ".join(found) for name, found in broken.items())


POLICY = "/moderation/policy/online-consultation/"
PROMOTE = (
    "from forum.accounts.models import User; "
    "User.objects.filter(email='official@demo.draftroom.example').update(is_superuser={})"
)


@pytest.fixture
def administrator(site):
    """The sample official, who looks after the whole site for a while."""
    site.manage("shell", "-c", PROMOTE.format(True))
    yield "official@demo.draftroom.example"
    site.manage("shell", "-c", PROMOTE.format(False))


@pytest.mark.parametrize(("language", "theme", "width"), [("en", "light", 1280), ("zh-hant", "dark", 360)])
def test_setting_a_policy_breaks_no_rule_and_works_without_scripts(
    reader, administrator, language, theme, width
):
    found: dict[str, list[str]] = {}

    def check(page, name: str) -> None:
        if broken := violations(page):
            found[name] = broken
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name

    someone = reader(language, theme=theme, width=width)
    someone.sign_in(administrator)
    page = someone.goto(POLICY)
    check(page, "policy")
    page.fill("[name=spam_hold_at]", "high")
    page.press("[name=spam_hold_at]", "Enter")
    page.locator("[aria-invalid=true]").wait_for()
    check(page, "with an error")
    assert page.input_value("[name=spam_hold_at]") == "high"
    page.fill("[name=spam_hold_at]", "0.9" if width > 400 else "0.91")
    page.press("[name=spam_hold_at]", "Enter")
    page.locator("button[value=switch]").wait_for()
    check(page, "compared")

    plain = reader(language, theme=theme, width=width, scripts=False)
    plain.sign_in(administrator)
    page = plain.goto(POLICY)
    page.fill("[name=spam_hold_at]", "0.9" if width > 400 else "0.91")
    page.click("button[value=compare]")
    page.fill("[name=reason]", f"{language} {theme}")
    page.click("button[value=switch]")
    page.locator(".message--success").wait_for()
    assert f"{language} {theme}" in page.inner_text(".policy__history")
    assert not found, "\n".join(f"{name}\n  " + "\n  ".join(one) for name, one in found.items())
