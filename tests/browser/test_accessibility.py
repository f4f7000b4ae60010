"""No page breaks a rule of WCAG 2.2 AA, in either language and either theme, wide or on a phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
CONSULTATION = "/c/online-consultation/"
PAGES = {
    "": [
        "/",
        CONSULTATION,
        f"{CONSULTATION}draft/",
        f"{CONSULTATION}compare/1/2/",
        f"{CONSULTATION}background/",
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
    "facilitator": ["/moderation/", "/moderation/?state=closed"],
    "intermediary": [f"{CONSULTATION}background/new/"],
}


def violations(page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh-hant"])
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
        assert not violations(page), path


def test_the_queue_with_a_case_breaks_no_rule(reader):
    someone = reader("zh-hant")
    someone.sign_in("facilitator@demo.draftroom.example")
    page = someone.goto("/moderation/")
    page.locator(".queue__item a").first.click()
    page.locator(".case").wait_for()
    assert not violations(page)
