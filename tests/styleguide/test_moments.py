from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.template import Context, Template
from django.utils import translation

from forum.common.templatetags.draftroom import initial, relative, time_left

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("away", "english", "chinese"),
    [
        (timedelta(seconds=20), "just now", "剛剛"),
        (timedelta(minutes=-1, seconds=-5), "1 minute ago", "1 分鐘前"),
        (timedelta(hours=3), "in 3 hours", "3 小時後"),
        (timedelta(days=-1), "1 day ago", "1 天前"),
        (timedelta(days=9, hours=5), "in 9 days", "9 天後"),
        (timedelta(days=90), "in 3 months", "3 個月後"),
    ],
)
@time_machine.travel(NOW, tick=False)
def test_distance_from_now_in_both_languages(away: timedelta, english: str, chinese: str) -> None:
    with translation.override("en"):
        assert relative(NOW + away) == english
    with translation.override("zh-hant"):
        assert relative(NOW + away) == chinese


@time_machine.travel(NOW, tick=False)
def test_time_left_ends_with_the_stage() -> None:
    with translation.override("en"):
        assert time_left(NOW + timedelta(days=9, hours=3)) == "9 days left"
        assert time_left(NOW + timedelta(minutes=59)) == "59 minutes left"
        assert time_left(NOW) == "closed"


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("language", "written"), [("en", "23 Nov 2026, 11:00"), ("zh-hant", "2026年11月23日 11:00")]
)
def test_moment_says_the_date_in_full_and_survives_without_scripts(language: str, written: str) -> None:
    template = Template("{% load draftroom %}{% moment then %}|{% moment_relative then %}")
    with translation.override(language):
        plain, with_distance = template.render(Context({"then": NOW})).split("|")
    assert f">{written}</time>" in plain
    assert 'datetime="2026-11-23T11:00:00+08:00"' in plain
    assert written in with_distance
    assert "moment__relative" in with_distance


@pytest.mark.parametrize(
    ("name", "letter"),
    [("林思妤", "林"), ("kāi", "K"), ("🙂 amy", "🙂"), ("", "–"), (None, "–"), ("（甲）", "甲")],
)
def test_initial_is_the_first_thing_that_can_be_read(name: str | None, letter: str) -> None:
    assert initial(name) == letter
