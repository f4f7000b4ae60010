"""The sample talk: what the sample people say about the draft, and one post that a facilitator must look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from forum.accounts.models import User
from forum.consultations.models import Consultation
from forum.demo.people import spare_letters
from forum.discussion.gate import Action
from forum.discussion.models import Fragment, Post, PostState, Revision, Thread
from forum.discussion.rules import Rule
from forum.discussion.services import endorse, open_thread, submit_post
from moderation.screening import screen
from moderation.services.reports import report_post

HOURS_OF_POSTS = (9, 13, 20)
"""When people post, on each of the days before the loading; in the consultation's own time zone."""


@dataclass(frozen=True)
class Line:
    """One sample post. `answers` names the `key` of the post it replies to; `endorsed_by` people's keys."""

    key: str
    author: str
    anchor: str
    language: str
    text: str
    answers: str = ""
    endorsed_by: tuple[str, ...] = ()


LINES = (
    Line(
        "welcome",
        "facilitator",
        "_",
        "zh-hant",
        "歡迎來到這份草案的討論。對特定條文的意見請到該條的討論串，機關比較容易對照；"
        "對整份草案的看法就寫在這裡。嚴厲的批評完全可以，只請不要針對個人。",
    ),
    Line(
        "local",
        "citizen",
        "_",
        "zh-hant",
        "整體支持。但是第三條只講「法規命令」，地方的自治條例要不要一起適用？"
        "我們里上次改停車規定，大家是看到公告欄才知道的。",
        endorsed_by=("citizen2", "citizen3"),
    ),
    Line(
        "language",
        "citizen2",
        "_",
        "en",
        "Could the draft ask agencies to publish at least a summary in English and in the languages of migrant "
        "workers? Many of us live under these rules and cannot read the original easily.",
        endorsed_by=("citizen", "intermediary"),
    ),
    Line(
        "language-answer",
        "official",
        "_",
        "zh-hant",
        "謝謝提問。摘要翻譯目前沒有寫進條文，主要考量是小型機關的預算。"
        "我們會估算若只要求「一頁摘要」需要多少經費，並在這裡回報。",
        answers="language",
        endorsed_by=("citizen2",),
    ),
    Line(
        "sixty",
        "citizen",
        "art-6",
        "zh-hant",
        "六十日比第一版好多了。我參加的協會兩個月才開一次理監事會，三十日根本來不及。",
        endorsed_by=("citizen3", "citizen2"),
    ),
    Line(
        "urgent",
        "citizen2",
        "art-6",
        "en",
        'Who decides what is "urgent"? As written, the agency judges its own case. I suggest adding: *"the reason '
        'shall name the harm that 60 days of waiting would cause."*',
        endorsed_by=("citizen",),
    ),
    Line(
        "urgent-reply",
        "citizen3",
        "art-6",
        "zh-hant",
        "同意。去年就有「急迫」的草案，公告完放了半年才發布，根本看不出哪裡急迫。",
        answers="urgent",
    ),
    Line(
        "urgent-official",
        "official",
        "art-6",
        "zh-hant",
        "這個建議我們會帶回去研議：在第一項加上「並敘明不縮短期間所生之損害」。下週三以前在這裡回覆是否採納。",
        answers="urgent",
        endorsed_by=("citizen", "citizen2", "citizen3"),
    ),
    Line(
        "machine",
        "citizen2",
        "art-9",
        "en",
        "Good that only a person may hide a view. Please also publish how often the program was wrong, each month, "
        "for each language. Otherwise we cannot tell whether the tool is fair.",
        endorsed_by=("citizen",),
    ),
    Line(
        "harsh",
        "citizen",
        "art-9",
        "zh-hant",
        "第一項寫得很好，這條一定要留。以前留言罵政策就被刪，還說是「情緒性字眼」，這種作法真的很糟糕。",
        endorsed_by=("citizen2", "citizen3"),
    ),
    Line(
        "weekend",
        "facilitator2",
        "art-9",
        "en",
        "A question from a facilitator's side: does the 24-hour limit run on weekends? With two people on duty we can "
        "promise it; with one we cannot.",
    ),
    Line(
        "seven",
        "citizen3",
        "art-10",
        "zh-hant",
        "七日內回覆很好，可是「已收到，研議中」算不算回覆？建議寫清楚：回覆要說明採不採納，或者還缺什麼資料。",
        endorsed_by=("citizen", "citizen2"),
    ),
)

INSULT = Line(
    "insult",
    "citizen3",
    "art-9",
    "zh-hant",
    "樓上的你是不是腦袋有問題？白痴才會相信這種鬼話，滾回去念書，丟人現眼的垃圾。",
)


def load_talk(consultation: Consultation, people: dict[str, User]) -> bool:
    """Posts the sample talk, unless the consultation has any; False, with nothing posted, while the classifier
    cannot be used."""
    if Post.objects.filter(thread__consultation=consultation).exists():
        return True
    if screen("Good morning.", timeout_ms=None) is None:
        return False
    _post_all(consultation, people)
    return True


@transaction.atomic
def _post_all(consultation: Consultation, people: dict[str, User]) -> None:
    posts: dict[str, Post] = {}
    for line, at in zip(LINES, _moments(len(LINES), zone=ZoneInfo(consultation.time_zone)), strict=True):
        thread = _thread(consultation, line.anchor)
        posts[line.key] = post = _post(line, thread=thread, people=people, parent=posts.get(line.answers))
        for key in line.endorsed_by:
            if post.state == PostState.PUBLISHED:
                endorse(user=people[key], post_id=post.pk)
        _date(post, at=at)
    _open_case(_post(INSULT, thread=_thread(consultation, INSULT.anchor), people=people, parent=None), people)
    spare_letters(people)


def _moments(count: int, *, zone: ZoneInfo) -> list[datetime]:
    """So many moments up to yesterday evening, oldest first."""
    today = timezone.now().astimezone(zone).date()
    days = range(-(-count // len(HOURS_OF_POSTS)), 0, -1)
    moments = [
        datetime.combine(today - timedelta(days=day), time(hour), tzinfo=zone)
        for day in days
        for hour in HOURS_OF_POSTS
    ]
    return moments[-count:]


def _date(post: Post, *, at: datetime) -> None:
    """As if it had been posted then; a talk in which everybody spoke at once would look strange."""
    Post.objects.filter(pk=post.pk).update(created_at=at, state_changed_at=at)
    Revision.objects.filter(post=post).update(created_at=at)
    Fragment.objects.filter(post=post).delete()


def _open_case(insult: Post, people: dict[str, User]) -> None:
    """A held post has its case; one that the classifier let through is reported by a reader."""
    if insult.state == PostState.PUBLISHED:
        report_post(insult.pk, reporter=people["citizen2"], rule=Rule.ATTACK, words="")


def _thread(consultation: Consultation, anchor: str) -> Thread:
    provision = None if anchor == "_" else consultation.provisions.get(anchor=anchor)
    return open_thread(consultation, provision)


def _post(line: Line, *, thread: Thread, people: dict[str, User], parent: Post | None) -> Post:
    """Submits a post as its author would; asked to think again, the author posts it as it is."""
    insisted = None
    for _ in range(2):
        outcome = submit_post(
            author=people[line.author],
            thread_id=thread.pk,
            source=line.text,
            language=line.language,
            parent_id=parent.pk if parent and parent.state == PostState.PUBLISHED else None,
            insisted=insisted,
        )
        if outcome.post is not None:
            return outcome.post
        assert outcome.verdict is not None
        assert outcome.verdict.action is Action.NUDGE
        insisted = outcome.verdict.nudge_id
    raise RuntimeError(f"the sample post {line.key} was nudged twice")
