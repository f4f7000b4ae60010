from __future__ import annotations

from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import translation

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_theme_is_kept_in_a_cookie_and_written_by_the_server(client: Client, theme: str) -> None:
    response = client.post(reverse("accounts:theme"), {"theme": theme, "next": reverse("account_login")})
    assert response.headers["Location"] == reverse("account_login")
    page = client.get(reverse("account_login")).content.decode()
    assert f'data-theme="{theme}"' in page.split("<head>")[0]


def test_following_the_device_again_removes_the_cookie(client: Client) -> None:
    client.post(reverse("accounts:theme"), {"theme": "dark"})
    client.post(reverse("accounts:theme"), {"theme": "system"})
    assert "data-theme=" not in client.get(reverse("account_login")).content.decode().split("<head>")[0]


def test_unknown_theme_in_the_cookie_writes_nothing(client: Client) -> None:
    client.cookies["theme"] = 'dark" onload="alert(1)'
    assert "data-theme=" not in client.get(reverse("account_login")).content.decode().split("<head>")[0]


@pytest.mark.parametrize("address", ["https://example.com/", "//example.com/", "javascript:alert(1)"])
def test_theme_switch_leads_nowhere_else(client: Client, address: str) -> None:
    assert (
        client.post(reverse("accounts:theme"), {"theme": "dark", "next": address}).headers["Location"] == "/"
    )


def test_theme_switch_needs_a_post(client: Client) -> None:
    assert client.get(reverse("accounts:theme")).status_code == 405


def test_lost_session_shows_what_was_typed_and_no_password() -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post(
        reverse("account_login"),
        {"password": "a secret that is long enough", "text": "我要說的話，\n很長的一段。"},
    )
    page = response.content.decode()
    assert response.status_code == 403
    assert "很長的一段。" in page
    assert "a secret" not in page


@pytest.mark.parametrize("name", ["400", "403", "404", "429", "500"])
@pytest.mark.parametrize(("language", "word"), [("zh-hant", "您可以怎麼做"), ("en", "What you can do")])
def test_error_pages_need_no_request_and_say_what_to_do(name: str, language: str, word: str) -> None:
    with translation.override(language):
        assert word in render_to_string(f"{name}.html")


def test_missing_page_is_ours(client: Client) -> None:
    response = client.get("/nothing/here/")
    assert response.status_code == 404
    assert 'class="failure"' in response.content.decode()


def test_every_style_sheet_is_loaded_by_some_page() -> None:
    root = Path(__file__).resolve().parents[2]
    pages = "".join(
        path.read_text() for folder in ("forum", "moderation") for path in (root / folder).rglob("*.html")
    )
    assert {
        path.name for path in (root / "static/css").glob("*.css") if f"css/{path.name}" not in pages
    } == set()
