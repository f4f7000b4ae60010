"""The image and the four services together, as far as their files tell."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.operations.programs import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]


def test_the_image_is_built_in_stages_and_runs_without_rights() -> None:
    stages = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
    assert len(stages) == 2
    assert re.search(r"^USER 10001:10001$", stages[-1], re.MULTILINE)
    assert "HEALTHCHECK" in stages[-1]
    assert "pip install" not in stages[-1]


def test_the_image_holds_no_secret_and_takes_no_mode_but_production() -> None:
    last = DOCKERFILE.rpartition("FROM ")[2]
    assert "SECRET" not in DOCKERFILE
    assert "DRAFTROOM_MODE" not in last


def test_everything_the_image_copies_is_there_and_let_through() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(\S+)", DOCKERFILE, re.MULTILINE)
    assert copied
    for path in copied:
        assert (ROOT / path).exists()
        assert path in allowed


def test_four_services_start_in_order_and_are_watched(services: dict[str, Any]) -> None:
    assert set(services) == {"prepare", "web", "worker", "postgres", "redis"}
    for name in ("web", "worker"):
        assert services[name]["depends_on"] == {"prepare": {"condition": "service_completed_successfully"}}
    assert set(services["prepare"]["depends_on"]) == {"postgres", "redis"}
    assert all("healthcheck" in services[name] for name in ("worker", "postgres", "redis"))


def test_secrets_come_from_the_environment_and_their_absence_is_told(services: dict[str, Any]) -> None:
    environment = services["web"]["environment"]
    for name in ("SECRET_KEY", "SITE_URL", "EMAIL_URL", "MAIL_FROM"):
        assert environment[name].startswith(f"${{{name}:?must ")
    assert "${POSTGRES_PASSWORD:?must " in environment["DATABASE_URL"]
    assert services["postgres"]["environment"]["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?must ")


def test_only_the_site_can_be_reached_and_only_from_this_machine(services: dict[str, Any]) -> None:
    assert services["web"]["ports"] == ["127.0.0.1:${PORT:-8000}:8000"]
    assert not any("ports" in services[name] for name in services if name != "web")
