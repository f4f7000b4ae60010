"""Takes the README's pictures from a running demonstration into docs/screenshots/."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import _environment

FOLDER = _environment.ROOT / "docs" / "screenshots"
TALK = "/c/online-consultation/talk/art-6/"
# name: (address, language, theme, width, height, who is signed in, what to click before)
PICTURES = {
    "thread": (TALK, "zh-TW", "light", 1360, 1500, "citizen", ""),
    "thread-dark": (TALK, "en-US", "dark", 1360, 1500, "", ""),
    "phone": (TALK, "zh-TW", "light", 390, 1400, "", ""),
    "consultation": ("/c/online-consultation/", "en-US", "light", 1360, 1100, "", ""),
    "compare": ("/c/online-consultation/compare/1/2/", "zh-TW", "light", 1360, 1000, "", ""),
    "queue": ("/moderation/", "en-US", "light", 1360, 1250, "facilitator", ".queue__item a"),
    "editor": ("/c/online-consultation/background/1/edit/", "en-US", "light", 1360, 1200, "intermediary", ""),
}


def take(address: str, password: str) -> None:
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(parents=True, exist_ok=True)
    chromium = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, (path, locale, theme, width, height, who, click) in PICTURES.items():
            context = browser.new_context(
                locale=locale,
                color_scheme=theme,  # type: ignore[arg-type]
                viewport={"width": width, "height": height},
            )
            page = context.new_page()
            if who:
                page.goto(f"{address}/accounts/login/")
                page.fill("main input[name=login]", f"{who}@demo.draftroom.example")
                page.fill("main input[name=password]", password)
                page.click("main form button[type=submit]")
                page.wait_for_url(lambda url: "/accounts/login" not in url)
            page.goto(address + path)
            if click:
                page.locator(click).first.click()
            page.wait_for_timeout(800)
            page.screenshot(path=FOLDER / f"{name}.png")
            context.close()
        browser.close()


def main() -> None:
    if "--here" not in sys.argv:
        python = _environment.ready("requirements-dev.txt")
        os.execv(python, [str(python), __file__, "--here", *sys.argv[1:]])
    addresses = [argument for argument in sys.argv[1:] if argument.startswith("http")]
    data = Path(os.environ.get("DATA_DIR") or _environment.ROOT / "var")
    password = data / "demo_password"
    if not password.exists():
        sys.exit(f"No demonstration has run on the data in {data}; start bin/serve, or set DATA_DIR.")
    take(addresses[0] if addresses else "http://127.0.0.1:8000", password.read_text().strip())


if __name__ == "__main__":
    main()
