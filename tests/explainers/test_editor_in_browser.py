"""The editor and its pages in Chromium: live with a script, whole without one, accessible either way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from forum.explainers.models import Explainer, ExplainerRevision
from tests.explainers.conftest import text

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NEW = "/c/one/background/new/"
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="module")
def browser(chromium_path: str, django_db_setup: None) -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, in which Django would refuse the database.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, live_server: Any) -> Iterator[Any]:
    """Opens a page as somebody (None: nobody); afterwards nothing may have been complained of in the console."""
    complaints: list[str] = []
    contexts = []

    def act(person: Any, address: str, *, language: str = "en", theme: str = "", **options: Any) -> Page:
        context = browser.new_context(base_url=live_server.url, reduced_motion="reduce", **options)
        contexts.append(context)
        cookies = {"django_language": language, "theme": theme}
        if person is not None:
            client = Client()
            client.force_login(person)
            cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": n, "value": v, "url": live_server.url} for n, v in cookies.items() if v]
        )
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if is_complaint(said) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        return page

    yield act
    for context in contexts:
        context.close()
    assert not complaints


def is_complaint(said: ConsoleMessage) -> bool:
    """Chromium also notes each answer that is no success; the pages that refuse something are meant to be."""
    return said.type == "error" and "the server responded with a status of" not in said.text


def write(page: Page) -> None:
    page.get_by_label("Title").fill("A title")
    page.get_by_label("In one sentence").fill("One sentence.")
    page.get_by_label("In plain words").fill("Plain **words**.")


def test_the_preview_follows_the_typing_under_the_content_security_policy(writer, open_page):
    page = open_page(writer, NEW)
    write(page)
    page.locator("#preview strong", has_text="words").wait_for()
    assert not ExplainerRevision.objects.exists()


def test_another_source_keeps_what_is_typed_and_takes_the_cursor(writer, open_page):
    page = open_page(writer, NEW)
    write(page)
    page.get_by_label("Web address").fill("https://law.moj.gov.tw/")
    page.get_by_role("button", name="Add another source").click()
    page.locator("[name=sources-1-title]:focus").wait_for()
    assert page.locator("[name=sources-0-url]").input_value() == "https://law.moj.gov.tw/"
    assert page.get_by_label("Title").input_value() == "A title"


def test_the_sentence_is_counted_as_the_server_counts(writer, open_page):
    page = open_page(writer, NEW)
    page.get_by_label("In one sentence").fill("法 a")
    assert page.locator(".counter").inner_text() == "4 / 280"


@pytest.mark.parametrize("javascript", [True, False])
def test_an_explainer_is_written_and_published(writer, consultation, open_page, javascript):
    page = open_page(writer, NEW, java_script_enabled=javascript)
    write(page)
    if not javascript:
        page.get_by_role("button", name="Preview").click()
        assert page.locator("#preview strong").inner_text() == "words"
        page.get_by_role("button", name="Add another source").click()
        assert page.locator(".source-row").count() == 1
        assert page.get_by_label("In plain words").input_value() == "Plain **words**."
    page.get_by_label("第 2 條").check()
    page.get_by_role("button", name="Publish").click()
    page.wait_for_url("**/background/*/?in=en")
    assert page.get_by_role("heading", name="A title").is_visible()
    assert Explainer.objects.get().is_published


def test_enter_in_a_field_saves_a_draft_and_publishes_nothing(writer, consultation, open_page):
    page = open_page(writer, NEW)
    write(page)
    page.get_by_label("Title").press("Enter")
    page.wait_for_url("**/edit/?in=en")
    assert not Explainer.objects.get().is_published


@pytest.mark.parametrize(("language", "theme"), [("zh-hant", "light"), ("en", "dark")])
def test_axe_finds_nothing_and_no_page_scrolls_sideways(publish, article, writer, open_page, language, theme):
    explainer = publish(article(1))
    base = f"/c/one/background/{explainer.pk}/"
    for address in (
        "/c/one/background/",
        base,
        base + "history/",
        base + "edit/",
        NEW,
        "/notices/",
        "/demo/mail/",
    ):
        page = open_page(
            writer, address, language=language, theme=theme, viewport={"width": 360, "height": 800}
        )
        page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
        found = Axe().run(page, options=WCAG)
        assert found.violations_count == 0, address + found.generate_report()
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert beyond <= 0, address


def test_a_conflict_shows_both_texts(publish, article, writer, colleague, open_page):
    from forum.explainers.services import save_revision

    explainer = publish(article(1))
    page = open_page(writer, f"/c/one/background/{explainer.pk}/edit/?in=en")
    page.get_by_label("In plain words").fill("Mine.")
    theirs = text(plain="Theirs.", provision_ids=frozenset({article(1)}))
    save_revision(explainer.pk, author=colleague, content=theirs, base=1)
    page.get_by_role("button", name="Save as draft").click()
    page.get_by_text("Their text, to copy from").click()
    assert page.locator("#their-plain").input_value() == "Theirs."
    assert page.locator("[name=plain]").input_value() == "Mine."
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()
