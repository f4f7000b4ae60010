"""A site as a newcomer starts it, and browsers to walk through it.

`bin/serve` is started once on a free port with data of its own: on SQLite, or, with DATABASE_URL and REDIS_URL, on a
fresh PostgreSQL database beside the named one and on that Redis.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120
LOCALES = {"zh-hant": "zh-TW", "en": "en-US"}


@dataclass(frozen=True)
class Site:
    """A running demonstration: its address, its folder of sent mail, and the accounts that it told of."""

    url: str
    mail: Path
    password: str
    environment: dict[str, str]
    sessions: dict[str, list[Any]] = field(default_factory=dict)
    """Cookies of those who have signed in: signing in again and again would meet the limit of sign-ins a minute."""

    def manage(self, *arguments: str) -> None:
        """Runs a management command beside the site, as an operator would."""
        python = Path(self.environment.get("DRAFTROOM_VENV") or ROOT / ".venv") / "bin" / "python"
        subprocess.run([str(python), "manage.py", *arguments], cwd=ROOT, env=self.environment, check=True)

    def verification_link(self, address: str) -> str:
        """The link in the newest letter to `address`."""
        letters = sorted(self.mail.glob("*"), key=lambda path: path.stat().st_mtime, reverse=True)
        for letter in letters:
            for raw in reversed(letter.read_bytes().split(b"-" * 79)):
                if address.encode() not in raw:
                    continue
                message = message_from_bytes(raw.strip(), policy=policy.default)
                body = message.get_body(("plain",))
                found = re.search(r"https?://\S+/confirm-email/\S+", body.get_content() if body else "")
                if found:
                    return found[0]
        raise AssertionError(f"no letter with a link to {address}")


def _own_database() -> dict[str, str]:
    """The environment of the site's database; a PostgreSQL one is made anew beside the named one."""
    named = os.environ.get("DATABASE_URL", "")
    if not named.startswith("postgres"):
        return {}
    import psycopg

    with psycopg.connect(named, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS draftroom_browser WITH (FORCE)")
        connection.execute("CREATE DATABASE draftroom_browser")
    return {"DATABASE_URL": urlunsplit(urlsplit(named)._replace(path="/draftroom_browser"))}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _lighter_model(folder: Path) -> Path:
    """The shipped model without its network: a shadow that differs, and needs nothing that is not here."""
    folder.mkdir()
    for name in ("config.json", "ngrams.npz"):
        shutil.copy(ROOT / "models" / "weights" / name, folder)
    return folder


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    port = _free_port()
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DJANGO_SETTINGS_MODULE", "SITE_URL"}
    }
    environment |= {
        "DRAFTROOM_MODE": "demonstration",
        "DATA_DIR": str(folder),
        "PORT": str(port),
        "POST_RATE_LIMITS": "600/m",
        "SCREENING_TIMEOUT_MS": "10000",
        "CIVILITY_SHADOW_MODEL": str(_lighter_model(tmp_path_factory.mktemp("models") / "shadow")),
    } | _own_database()
    server = subprocess.Popen(
        [str(ROOT / "bin" / "serve")],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    output: list[str] = []
    ready = threading.Event()

    def read() -> None:
        assert server.stdout
        for line in server.stdout:
            output.append(line)
            if "Ctrl-C" in line:
                ready.set()

    threading.Thread(target=read, daemon=True).start()
    try:
        assert ready.wait(START_SECONDS), "".join(output)[-3000:]
        yield Site(
            url=f"http://127.0.0.1:{port}",
            mail=folder / "mail",
            password=(folder / "demo_password").read_text().strip(),
            environment=environment,
        )
    finally:
        server.send_signal(signal.SIGINT)
        assert server.wait(30) == 0, "".join(output)[-3000:]


@pytest.fixture(scope="session")
def chromium(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
            ],
        )
        yield browser
        browser.close()


@dataclass
class Reader:
    """One person at one browser."""

    context: BrowserContext
    page: Page
    site: Site
    errors: list[str]

    def goto(self, path: str) -> Page:
        self.page.goto(path if path.startswith("http") else self.site.url + path)
        return self.page

    def sign_in(self, email: str, password: str = "") -> None:
        if email in self.site.sessions:
            self.context.add_cookies(self.site.sessions[email])
            return
        self.goto("/accounts/login/")
        self.page.fill("main input[name=login]", email)
        self.page.fill("main input[name=password]", password or self.site.password)
        self.page.click("main form button[type=submit]")
        self.page.wait_for_url(lambda url: "/accounts/login" not in url)
        self.site.sessions[email] = [c for c in self.context.cookies() if c["name"] != "django_language"]


@pytest.fixture
def reader(site: Site, chromium: Browser):
    """Makes readers: `reader("en")`, `reader("zh-hant", theme="dark", width=360, scripts=False)`."""
    readers: list[Reader] = []

    def make(
        language: str = "en", *, theme: str = "light", width: int = 1280, scripts: bool = True
    ) -> Reader:
        context = chromium.new_context(
            locale=LOCALES[language],
            color_scheme=theme,  # type: ignore[arg-type]
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        # As if the language had been chosen in the masthead: signing in then leaves it as it is.
        context.add_cookies([{"name": "django_language", "value": language, "url": site.url}])
        page = context.new_page()
        made = Reader(context, page, site, [])
        page.on("pageerror", lambda error: made.errors.append(str(error)))
        page.on(
            "console",
            lambda message: made.errors.append(message.text) if "Content Security" in message.text else None,
        )
        readers.append(made)
        return made

    yield make
    for made in readers:
        made.context.close()
    assert [error for made in readers for error in made.errors] == []
