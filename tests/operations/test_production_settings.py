"""A production setting that is missing or unsafe stops the start with one clear line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.operations.programs import PRODUCTION, manage

REFUSED = [
    ("SECRET_KEY", None, "SECRET_KEY must be set in production."),
    ("SECRET_KEY", "  ", "SECRET_KEY must be set in production."),
    ("SECRET_KEY", "short", "SECRET_KEY must be at least 50 random characters in production."),
    ("SECRET_KEY", "ab" * 30, "SECRET_KEY must be at least 50 random characters in production."),
    ("SITE_URL", None, "SITE_URL must be set in production."),
    ("SITE_URL", "http://talk.example.tw", "SITE_URL must begin with https:// in production."),
    ("SITE_URL", "talk.example.tw", "SITE_URL must be an address like"),
    ("SITE_URL", "https://talk.example.tw/forum", "SITE_URL must be an address like"),
    ("EMAIL_URL", None, "EMAIL_URL must be set in production."),
    ("MAIL_FROM", None, "MAIL_FROM must be set in production."),
    ("EMAIL_URL", "consolemail://", "EMAIL_URL must name a mail server in production"),
    ("EMAIL_URL", "dummymail://", "EMAIL_URL must name a mail server in production"),
    ("EMAIL_URL", "smtp://mail.example.tw:not-a-port", "EMAIL_URL"),
    ("ALLOWED_HOSTS", "talk.example.tw,*", "ALLOWED_HOSTS must not contain * in production."),
    ("TRUSTED_PROXIES", "0.0.0.0/0", "TRUSTED_PROXIES must not be everybody in production."),
    ("TRUSTED_PROXIES", "proxy", "TRUSTED_PROXIES must list IP addresses or networks."),
    (
        "DATABASE_URL",
        "mysql://127.0.0.1/draftroom",
        "DATABASE_URL must name a PostgreSQL or SQLite database.",
    ),
    ("DATABASE_URL", "nonsense", "DATABASE_URL must name a PostgreSQL or SQLite database."),
    ("DATABASE_URL", "sqlite://:memory:", "DATABASE_URL must name a database that outlives the process."),
    ("REDIS_URL", "127.0.0.1:6379", "REDIS_URL must be an address like"),
    ("DRAFTROOM_MODE", "staging", "DRAFTROOM_MODE must be production, demonstration or test."),
    ("PORT", "http", "PORT has a value that cannot be read."),
    ("SCREENING_TIMEOUT_MS", "soon", "SCREENING_TIMEOUT_MS has a value that cannot be read."),
    ("POST_RATE_LIMITS", "often", "POST_RATE_LIMITS must list limits like"),
    ("LOG_LEVEL", "loud", "LOG_LEVEL must be DEBUG"),
    ("DATA_DIR", "/dev/null/data", "DATA_DIR must be a folder that can be written"),
    ("TIME_ZONE", "Mars/Olympus", "TIME_ZONE must be a name like"),
    ("CIVILITY_LABELS", "toxic", "CIVILITY_LABELS must give attack or spam"),
    ("CIVILITY_LABELS", "attack=toxic,attack=insult", "CIVILITY_LABELS must give attack or spam"),
    ("CIVILITY_LABELS", "attack=toxic++insult", "CIVILITY_LABELS must be like"),
    ("CIVILITY_SHADOW_LABELS", "rude=toxic", "CIVILITY_SHADOW_LABELS must give attack or spam"),
    ("CIVILITY_THRESHOLDS", "attack=0.5", "CIVILITY_THRESHOLDS must be like"),
    ("CIVILITY_THRESHOLDS", "attack=0.5/high/0.9", "CIVILITY_THRESHOLDS must be like"),
    ("CIVILITY_THRESHOLDS", "attack=0.5/0.9/0.7", "CIVILITY_THRESHOLDS must be like"),
    ("CIVILITY_SHADOW_THRESHOLDS", "spam=0.5/0.7/1.9", "CIVILITY_SHADOW_THRESHOLDS must be like"),
]


@pytest.mark.parametrize(("name", "value", "message"), REFUSED)
def test_a_missing_or_unsafe_production_setting_stops_every_program_with_one_line(
    name: str, value: str | None, message: str, tmp_path: Path
) -> None:
    settings: dict[str, str | None] = {**PRODUCTION, "DATA_DIR": str(tmp_path), name: value}
    for command in ("run_site", "check"):
        run = manage(command, **settings)
        assert run.returncode != 0
        assert run.stdout == ""
        assert run.stderr.count("\n") == 1, run.stderr
        assert run.stderr.startswith(f"Draftroom cannot start: {message}")


def test_production_is_the_mode_when_none_is_named(tmp_path: Path) -> None:
    run = manage(
        "check", **{**PRODUCTION, "DRAFTROOM_MODE": None, "SECRET_KEY": None, "DATA_DIR": str(tmp_path)}
    )
    assert run.stderr == "Draftroom cannot start: SECRET_KEY must be set in production.\n"


def test_a_refused_value_is_not_repeated_in_the_message(tmp_path: Path) -> None:
    secret = "postgres://owner:hunter2@[broken/db"
    run = manage("check", **PRODUCTION, DATA_DIR=str(tmp_path), DATABASE_URL=secret)
    assert run.returncode != 0
    assert "hunter2" not in run.stderr


def test_the_deployment_check_is_clean_with_good_settings(tmp_path: Path) -> None:
    run = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION, DATA_DIR=str(tmp_path))
    assert run.returncode == 0, run.stderr
    assert "no issues" in run.stdout


PROBE = (
    "from django.conf import settings as s\n"
    "print(s.CIVILITY_LABELS, s.CIVILITY_THRESHOLDS, s.CIVILITY_SHADOW_LABELS, s.CIVILITY_SHADOW_THRESHOLDS)"
)


@pytest.mark.needs_torch
def test_outputs_and_thresholds_of_a_transformers_model_are_read(tmp_path: Path) -> None:
    run = manage(
        "shell",
        "--no-imports",
        "-c",
        PROBE,
        **PRODUCTION,
        DATA_DIR=str(tmp_path),
        CIVILITY_LABELS="attack=toxic+insult, spam=LABEL_1",
        CIVILITY_SHADOW_THRESHOLDS="attack=0.5/0.7/0.9",
    )
    labels = "{'attack': ['toxic', 'insult'], 'spam': ['LABEL_1']}"
    assert (
        run.stdout
        == f"{labels} {{}} {{}} {{'attack': {{'nudge_at': 0.5, 'flag_at': 0.7, 'hold_at': 0.9}}}}\n"
    )


def test_a_transformers_model_without_torch_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u; f = u.find_spec\n"
        "u.find_spec = lambda name, package=None: None if name == 'torch' else f(name, package)\n"
    )
    settings = {**PRODUCTION, "DATA_DIR": str(tmp_path), "PYTHONPATH": str(tmp_path)}
    run = manage("check", **settings, CIVILITY_SHADOW_LABELS="attack=toxic")
    assert run.returncode != 0
    assert run.stderr == (
        "Draftroom cannot start: CIVILITY_SHADOW_LABELS is for a transformers model, "
        "which needs torch: pip install torch.\n"
    )


def test_a_database_that_does_not_answer_is_told_in_one_line(tmp_path: Path) -> None:
    unreachable = "postgres://nobody@127.0.0.1:9/nothing"
    run = manage("prepare", **PRODUCTION, DATA_DIR=str(tmp_path), DATABASE_URL=unreachable)
    assert run.returncode != 0
    assert "CommandError: The database that DATABASE_URL names does not answer:" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_redis_that_does_not_answer_is_told_in_one_line(tmp_path: Path) -> None:
    run = manage("prepare", **PRODUCTION, DATA_DIR=str(tmp_path), REDIS_URL="redis://127.0.0.1:9/0")
    assert run.returncode != 0
    assert "CommandError: The Redis that REDIS_URL names does not answer:" in run.stderr
    assert "Traceback" not in run.stderr


def test_demonstration_pages_and_accounts_do_not_exist_in_production(tmp_path: Path) -> None:
    production = {**PRODUCTION, "DATA_DIR": str(tmp_path)}
    probe = (
        "from django.conf import settings; from django.urls import Resolver404, resolve\n"
        "for path in ('/styleguide/', '/demo/mail/'):\n"
        "    try: resolve(path); print(path, 'exists')\n"
        "    except Resolver404: pass\n"
        "print(settings.DEMONSTRATION, 'forum.demo' in settings.INSTALLED_APPS)\n"
    )
    run = manage("shell", "--no-imports", "-c", probe, **production)
    assert run.stdout == "False False\n", run.stderr
    refused = manage("load_demo", **production)
    assert refused.returncode != 0
    assert not (tmp_path / "secret_key").exists()
