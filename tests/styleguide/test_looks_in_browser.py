"""The style guide in Chromium: accessible, within its width, usable by keyboard, and quiet in the console."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import LazySettings
from django.urls import reverse
from playwright.sync_api import Browser, Page, sync_playwright

from forum.styleguide.views import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADDRESSES = [reverse("styleguide:index"), *(reverse("styleguide:page", args=[name]) for name in PAGES)]
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WIDTHS_PX = [320, 360, 768, 1280, 1680]
"""320 px is 1280 px at 400 % zoom (WCAG 1.4.10)."""


@pytest.fixture(scope="module")
def browser(chromium_path: str, django_db_setup: None) -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, in which Django would refuse the database.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def demonstration(settings: LazySettings) -> None:
    settings.DEMONSTRATION = True


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert not complaints


@pytest.mark.parametrize(("language", "theme"), [("zh-hant", "light"), ("en", "dark")])
@pytest.mark.parametrize("address", ADDRESSES)
def test_axe_finds_nothing(page: Page, live_server: Any, address: str, language: str, theme: str) -> None:
    page.goto(f"{live_server.url}{address}?language={language}&theme={theme}")
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("language", ["zh-hant", "en"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_page_never_scrolls_sideways(page: Page, live_server: Any, address: str, language: str) -> None:
    for width in WIDTHS_PX:
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{live_server.url}{address}?language={language}")
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert beyond <= 0, f"{beyond} px too wide at {width} px"


@pytest.mark.parametrize("address", ADDRESSES)
def test_targets_are_large_enough(page: Page, live_server: Any, address: str) -> None:
    """24 by 24 CSS px, links within sentences apart (WCAG 2.5.8)."""
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{live_server.url}{address}?language=en")
    small = page.evaluate(
        """() => [...document.querySelectorAll('a, button, summary, input, select, textarea')]
            .filter((element) => element.checkVisibility() && !element.matches('p a, li a, dd a, .skip-link'))
            .filter((element) => { const box = element.getBoundingClientRect();
                                   return box.width && (box.width < 24 || box.height < 24); })
            .map((element) => element.outerHTML.slice(0, 80))"""
    )
    assert small == []


def test_everything_reached_by_tab_shows_its_focus(page: Page, live_server: Any) -> None:
    page.goto(f"{live_server.url}{reverse('styleguide:page', args=['thread'])}?language=en")
    unmarked = []
    for _ in range(80):
        page.keyboard.press("Tab")
        state = page.evaluate(
            """() => { const element = document.activeElement; const style = getComputedStyle(element);
                       return [element.tagName, style.outlineStyle, parseFloat(style.outlineWidth),
                               element.outerHTML.slice(0, 80)]; }"""
        )
        if state[0] == "BODY":
            break
        if state[1] == "none" or state[2] < 2:
            unmarked.append(state[3])
    assert not unmarked


def test_theme_changes_without_a_reload_and_is_kept(page: Page, live_server: Any) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(f"{live_server.url}{reverse('account_login')}")
    page.evaluate("window.sameDocument = true")
    page.locator(".theme-switch__to-dark").click()
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    assert page.evaluate("window.sameDocument === true")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.locator(".theme-switch__to-light").click()
    page.wait_for_function("document.documentElement.dataset.theme === 'light'")


def test_focus_goes_with_the_theme_switch(page: Page, live_server: Any) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(f"{live_server.url}{reverse('account_login')}")
    page.locator(".theme-switch__to-dark").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    assert page.evaluate("document.activeElement.classList.contains('theme-switch__to-light')")


def test_theme_changes_without_scripts(browser: Browser, live_server: Any) -> None:
    context = browser.new_context(java_script_enabled=False, color_scheme="light")
    page = context.new_page()
    page.goto(f"{live_server.url}{reverse('account_login')}")
    page.locator(".theme-switch__to-dark").click()
    page.wait_for_load_state()
    assert 'data-theme="dark"' in page.content()
    context.close()


def test_han_is_never_slanted(page: Page, live_server: Any) -> None:
    page.goto(f"{live_server.url}{reverse('styleguide:index')}?language=zh-hant")
    slanted = page.evaluate(
        """() => [...document.querySelectorAll('em, i, cite, dfn, address')]
            .filter((element) => /\\p{Script=Han}/u.test(element.textContent))
            .filter((element) => getComputedStyle(element).fontStyle !== 'normal').length"""
    )
    assert slanted == 0
    assert page.evaluate("getComputedStyle(document.documentElement).fontSynthesisStyle") == "none"


def test_dates_say_how_far_away_they_are(page: Page, live_server: Any) -> None:
    page.goto(f"{live_server.url}{reverse('styleguide:page', args=['thread'])}?language=en")
    distance = page.locator("#post-1 .moment__relative")
    distance.wait_for()
    assert distance.inner_text() == "4 days ago"
