"""What every answer tells a browser to refuse, and how cookies are marked."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.test import Client

from tests.operations.programs import PRODUCTION, manage

PAGES = ["/", "/accounts/login/", "/accounts/signup/", "/styleguide/", "/log/", "/no-such-page/"]
INLINE = re.compile(r"<style|<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)

# Runs inside a production process: what a visitor by https gets, as JSON.
PROBE = """
import json
from django.test import Client
client = Client(headers={"host": "talk.example.tw"})
page = client.get("/accounts/login/", secure=True)
plain = client.get("/accounts/login/")
health = client.get("/healthz")
foreign = client.get("/accounts/login/", secure=True, headers={"host": "elsewhere.example"})
spoofed = client.get("/accounts/login/", headers={"x-forwarded-proto": "https"})
client.get("/accounts/login/", secure=True)
print(json.dumps({
    "headers": dict(page.headers),
    "cookies": {name: dict(morsel) for name, morsel in page.cookies.items()},
    "plain": [plain.status_code, plain.headers.get("Location")],
    "health": health.status_code,
    "foreign": foreign.status_code,
    "spoofed": spoofed.status_code,
}))
"""


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["zh-hant", "en"])
def test_no_page_needs_or_allows_inline_code(client: Client, path: str, language: str) -> None:
    answer = client.get(path, headers={"accept-language": language})
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert not INLINE.findall(answer.content.decode())


@pytest.mark.django_db
def test_no_other_site_may_frame_the_pages_or_learn_their_addresses(client: Client) -> None:
    headers = client.get("/").headers
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, dict[str, str]]]:
    settings = {**PRODUCTION, "DATA_DIR": str(tmp_path_factory.mktemp("production"))}
    prepared = manage("prepare", **settings)
    assert prepared.returncode == 0, prepared.stderr
    run = manage("shell", "--no-imports", "-c", PROBE, **settings)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_production_cookies_travel_by_https_only_and_no_script_reads_them(visit) -> None:
    cookie = visit["cookies"]["csrftoken"]
    assert cookie["secure"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_production_session_cookie_is_as_safe(tmp_path: Path) -> None:
    names = [
        "SESSION_COOKIE_SECURE",
        "SESSION_COOKIE_HTTPONLY",
        "CSRF_COOKIE_SECURE",
        "LANGUAGE_COOKIE_SECURE",
    ]
    probe = (
        f"from django.conf import settings; print([getattr(settings, n) for n in {names}], settings.DEBUG)"
    )
    run = manage("shell", "--no-imports", "-c", probe, **PRODUCTION, DATA_DIR=str(tmp_path))
    assert run.stdout == "[True, True, True, True] False\n", run.stderr


def test_production_tells_browsers_to_come_by_https_for_a_year(visit) -> None:
    assert "max-age=31536000" in visit["headers"]["Strict-Transport-Security"]
    assert visit["plain"] == [301, "https://talk.example.tw/accounts/login/"]
    assert "wss://talk.example.tw" in visit["headers"]["Content-Security-Policy"]


def test_production_answers_health_checks_by_http(visit) -> None:
    assert visit["health"] == 200


def test_production_refuses_other_host_names(visit) -> None:
    assert visit["foreign"] == 400


def test_a_client_cannot_claim_https_for_itself(visit) -> None:
    assert visit["spoofed"] == 301
