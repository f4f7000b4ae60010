"""What the suite needs of its surroundings, and what it says when something of that is missing.

A test that needs more than the repository and its packages carries a marker; without that thing it is skipped
with the reason. `DRAFTROOM_REQUIRE_ALL=1` turns every skip into a failure: nothing goes untested unnoticed.
"""

from __future__ import annotations

import importlib.util
import inspect
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest_plugins = ["tests.moderation.log_guard"]

REQUIRE_ALL = os.environ.get("DRAFTROOM_REQUIRE_ALL", "") not in {"", "0"}
DATA_MARKERS = {"needs_civility_data": "CIVILITY_DATA", "needs_civic_data": "CIVIC_DATA"}


def find_chromium() -> str | None:
    """The browser to drive: the one that CHROMIUM names, else the first found under its usual names."""
    named = os.environ.get("CHROMIUM", "")
    candidates = [named] if named else ["chromium", "chromium-browser", "google-chrome"]
    return next((path for path in map(shutil.which, candidates) if path), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: Playwright's synchronous driver keeps an event loop in the main thread."""
    items.sort(key=_drives_browser_synchronously)


def _drives_browser_synchronously(item: pytest.Item) -> bool:
    is_async = inspect.iscoroutinefunction(getattr(item, "function", None))
    return item.get_closest_marker("browser") is not None and not is_async


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, variable in DATA_MARKERS.items():
        if item.get_closest_marker(marker) and not Path(os.environ.get(variable) or "\0").is_dir():
            pytest.skip(f"{variable} names no folder")
    if item.get_closest_marker("needs_torch") and not importlib.util.find_spec("torch"):
        pytest.skip("torch is not installed (pip install -r requirements-train.txt)")
    if item.get_closest_marker("browser") and not find_chromium():
        pytest.skip("Chromium is not installed (or set CHROMIUM to its path)")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Path of the Chromium program, for Playwright's `executable_path`."""
    path = find_chromium()
    if not path:
        pytest.skip("Chromium is not installed (or set CHROMIUM to its path)")
    return path


def _refuse_skip(report: Any) -> None:
    """Turns a skip into a failure when nothing may be skipped; expected failures stay what they are."""
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"DRAFTROOM_REQUIRE_ALL is set, but this was to be skipped: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    report = yield
    _refuse_skip(report)
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    reasons: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[reason.removeprefix("Skipped: ")] += 1
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"Skipped {count}: {reason}", yellow=True)
    if not reasons:
        terminalreporter.write_line("Nothing was skipped.")
