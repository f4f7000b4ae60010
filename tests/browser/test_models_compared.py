"""A shadow model at work: the worker scores what people write, and facilitators look at the difference."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import LOOKS, violations

pytestmark = pytest.mark.browser

PAGE = "/moderation/models/"
WORKER_SECONDS = 60


@pytest.fixture
def compared(reader):
    """The page with what the worker has scored of the sample talk; loads it anew until there is something."""

    def compared(*args, **options):
        someone = reader(*args, **options)
        someone.sign_in("facilitator@demo.draftroom.example")
        page = someone.goto(PAGE)

        def scored() -> bool:
            page.reload()
            return page.locator(".histogram").count() == 2

        for _ in range(WORKER_SECONDS):
            if scored():
                return page
            page.wait_for_timeout(1000)
        raise AssertionError("the worker has scored nothing in the shadow model")

    return compared


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_the_comparison_breaks_no_rule_with_everything_open(compared, language, theme):
    page = compared(language, theme=theme)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert violations(page) == []


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_the_comparison_fits_a_phone_and_a_zoomed_window(compared, language):
    page = compared(language, width=320)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_comparison_works_without_scripts(compared):
    page = compared("en", scripts=False)
    page.select_option("#compared-days", "7")
    page.locator(".compared__choice button").click()
    expect(page).to_have_url(re.compile(r"days=7"))
    expect(page.locator("#compared-days")).to_have_value("7")


def test_the_queue_leads_to_the_comparison_by_keyboard(reader):
    someone = reader("en")
    someone.sign_in("facilitator@demo.draftroom.example")
    page = someone.goto("/moderation/")
    page.get_by_role("link", name="Models compared").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Models compared")
