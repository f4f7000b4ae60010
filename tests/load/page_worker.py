"""Fills four threads and asks for their pages in turn, in one process without a server: what is timed is
Django."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402

from forum.common.markdown import render  # noqa: E402
from forum.consultations.sample import load_sample  # noqa: E402
from forum.discussion.fragments import fragment_key, load_posts, render_fragment  # noqa: E402
from forum.discussion.models import PATH_DIGITS, Fragment, Post, PostState, Revision, Thread  # noqa: E402
from forum.discussion.services import open_thread  # noqa: E402
from tests.load.tables import percentile, show, verdict  # noqa: E402

SIZES = (100, 1_000, 10_000, 100_000)
REQUESTS = 60
FEWEST_REQUESTS = 20
BUDGET_SECONDS = 140
"""On a slow or busy machine there are fewer requests, not less than FEWEST_REQUESTS."""
AUTHORS = 50
CHUNK = 5_000
LANGUAGE = "zh-hant"
TEXT = (
    "公告期間應讓地方團體來得及開會討論，並逐條附上立法理由；意見與回應要能整批下載，讓人查得到誰說了什麼。"
    * 8
)
RATIO_TARGET = 1.3
QUERIES_TARGET = 12


@dataclass
class Case:
    """One kind of request: the milliseconds it took each time, those of them on the processor, and its queries."""

    name: str
    path: str
    client: Client
    times: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    queries: int = 0


def main() -> None:
    settings.ALLOWED_HOSTS = ["*"]
    started = time.monotonic()
    consultation = load_sample()
    authors = [
        get_user_model().objects.create_user(f"a{number}@example.tw", None, display_name=f"Author {number}")
        for number in range(AUTHORS)
    ]
    provisions = consultation.provisions.filter(anchor__in=[f"art-{n + 1}" for n in range(len(SIZES))])
    threads = [open_thread(consultation, provision) for provision in provisions.order_by("anchor")]
    for thread, size in zip(threads, SIZES, strict=True):
        fill(thread, size=size, authors=[author.pk for author in authors])
    filled = time.monotonic() - started
    cases = list(all_cases(threads, reader=authors[0]))
    for case in cases:
        measure_queries(case)
    for _ in range(REQUESTS):
        for case in cases:
            ask(case)
        if time.monotonic() - started > BUDGET_SECONDS and len(cases[0].times) >= FEWEST_REQUESTS:
            break
    report(cases, filled=filled)


def fill(thread: Thread, *, size: int, authors: list[int]) -> None:
    """Adds published posts of about 400 characters with stored fragments: a third of them begin, the others
    reply."""
    html = render(TEXT)
    fragment = ""
    for start in range(0, size, CHUNK):
        numbers = range(start + 1, min(start + CHUNK, size) + 1)
        posts = Post.objects.bulk_create(
            Post(
                thread=thread,
                number=number,
                path=path(number),
                depth=(number - 1) % 3,
                author_id=authors[number % len(authors)],
                state=PostState.PUBLISHED,
            )
            for number in numbers
        )
        Revision.objects.bulk_create(
            Revision(post=post, number=1, source=TEXT, html=html, language=LANGUAGE, was_public=True)
            for post in posts
        )
        fragment = fragment or render_fragment(load_posts([posts[0].pk])[0], LANGUAGE)
        Fragment.objects.bulk_create(
            Fragment(post=post, language=LANGUAGE, key=fragment_key(1), html=fragment) for post in posts
        )
    Thread.objects.filter(pk=thread.pk).update(last_post_number=size, post_count=size)


def path(number: int) -> str:
    first = number - (number - 1) % 3
    return "".join(f"{level:0{PATH_DIGITS}d}" for level in range(first, number + 1))


def all_cases(threads: list[Thread], *, reader: Any) -> Iterator[Case]:
    visitor, signed_in = Client(), Client()
    signed_in.force_login(reader, backend=settings.AUTHENTICATION_BACKENDS[0])
    for client in (visitor, signed_in):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = LANGUAGE
    yield Case("Django answering a constant", "/healthz", visitor)
    addresses = [reverse("discussion:thread", args=[one.consultation.slug, one.anchor]) for one in threads]
    for name, client in (("visitor", visitor), ("signed in", signed_in)):
        for size, address in zip(SIZES, addresses, strict=True):
            yield Case(f"{name}, {size:,} posts", address, client)
    middle = f"{addresses[-1]}?after={path(SIZES[-1] // 2)}"
    yield Case(f"signed in, middle of {SIZES[-1]:,}", middle, signed_in)
    yield Case(f"signed in, end of {SIZES[-1]:,}", f"{addresses[-1]}?before={'9' * PATH_DIGITS}", signed_in)


def measure_queries(case: Case) -> None:
    """Counts the queries of a page seen before; the first visit also makes the reader's read mark."""
    ask(case)
    with CaptureQueriesContext(connection) as captured:
        ask(case)
    case.queries = len(captured)
    case.times.clear()
    case.busy.clear()


def ask(case: Case) -> None:
    started, busy = time.perf_counter(), time.process_time()
    answer = case.client.get(case.path)
    case.busy.append((time.process_time() - busy) * 1000)
    case.times.append((time.perf_counter() - started) * 1000)
    if answer.status_code != 200:
        raise SystemExit(f"{case.path} answered {answer.status_code}.")


def report(cases: list[Case], *, filled: float) -> None:
    p50 = {case.name: percentile(case.times, 0.5) for case in cases}
    constant = p50[cases[0].name]
    runs = f"{len(cases[0].times)} requests each, in turn; threads filled in {filled:.0f} s"
    show(
        f"Thread page of {settings.POSTS_PER_PAGE} posts on {connection.vendor} ({runs})",
        ["", "p50 ms", "p95 ms", "p50 ms of processor", "over constant", "queries"],
        [
            [
                one.name,
                p50[one.name],
                percentile(one.times, 0.95),
                percentile(one.busy, 0.5),
                p50[one.name] / constant,
                str(one.queries),
            ]
            for one in cases
        ],
    )
    print()
    busy = {case.name: percentile(case.busy, 0.5) for case in cases}
    for name in ("visitor", "signed in"):
        large, small = f"{name}, {SIZES[-1]:,} posts", f"{name}, {SIZES[0]:,} posts"
        verdict(
            f"{name}: {SIZES[-1]:,} posts against {SIZES[0]:,}", p50[large] / p50[small], RATIO_TARGET, "x"
        )
        verdict("  the same of the processor's time", busy[large] / busy[small], RATIO_TARGET, "x")
    counts = {case.queries for case in cases if case.name.startswith("signed in, 1")}
    verdict(f"queries of a signed-in reader, {len(counts)} different number(s)", max(counts), QUERIES_TARGET)


if __name__ == "__main__":
    main()
