"""One post from the press of the button to the sockets of other readers, screening included.

The whole way over HTTP: session, CSRF check, rate limits, rules and classifier, sanitising, one transaction,
event, fragment, frame. Beside it, in the same run and one for one, the site's answer to a request that does
nothing.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import uvloop

from tests.load.listeners import Crowd, http
from tests.load.process import Server, environment, manage, run_python, serving, take_core
from tests.load.tables import percentile, show, verdict

READERS = 50
POSTS = 100
WARM_POSTS = 10
PAUSE_SECONDS = 0.1
P95_TARGET_MS = 250
OTHER = "another reader's socket"
TEXTS = (
    "第三條的公告期間太短，{} 天內地方團體來不及開會討論，建議至少六十天，並在公告時一併說明每一條的立法理由。",
    "I think {} days is too short for associations to meet. Sixty would let people outside the capital take "
    "part, and the reasons for each clause should be published with the draft.",
    "機關的回應如果只有「感謝您的意見」，大家很快就不會再來了。能不能要求逐點說明採納與不採納的理由？（{}）",
    "Section {} of the draft says what is published but not where. A single site with an export of all "
    "comments would help researchers and journalists, and would cost the agency little.",
)

WORDS = (
    "公告 期間 團體 理由 條文 機關 平台 意見 草案 地方 會議 資料 說明 採納 逐點 公開 網站 研究 記者 成本"
    " 道路 公園 學校 醫院 河川 橋梁 車站 市場 農地 漁港 山林 宿舍 圖書 路燈 公車 水庫".split(),
    "notice period group reason clause agency website comment draft local meeting record answer export public budget"
    " ferry harbour island journal kitchen lantern machine number orchard pepper quarter river summer timber umbrella"
    " village winter yellow zebra bridge castle doctor engine forest garden hospital iron jacket ladder".split(),
)
"""Mixed anew for each post, so that no two are nearly the same and none is held as a duplicate."""


def _text(number: int) -> str:
    at = number % len(TEXTS)
    words = random.Random(number).choices(WORDS[at % 2], k=40)
    return f"{TEXTS[at].format(number)} {(' ' if at % 2 else '').join(words)}"


def main() -> None:
    take_core(1)
    with environment(POST_RATE_LIMITS="100000/m") as env:
        manage("prepare", "--files", env=env)
        manage("migrate", "--verbosity=0", env=env)
        data = json.loads(run_python("-m", "tests.load.prepare", env=env))
        with serving("forum.config.asgi:application", env=env) as server:
            times = uvloop.run(_measure(server, data))
        scored = int(run_python("-m", "tests.load.prepare", "scored", env=env))
    _report(times, scored=scored)


async def _measure(server: Server, data: dict[str, Any]) -> dict[str, list[float]]:
    path = f"/ws/stream/{data['stream']}/?since=0&language=zh-hant"
    readers = Crowd(server.port, path, READERS, marker=b'"kind":"post"')
    await readers.connect()
    for number in range(WARM_POSTS):
        await _post(server, readers, data, number)
    first: list[float] = []
    every: list[float] = []
    answers: list[float] = []
    nothing: list[float] = []
    for number in range(WARM_POSTS, WARM_POSTS + POSTS):
        nothing.append(await _constant(server))
        answered, heard = await _post(server, readers, data, number)
        answers.append(answered)
        first.append(random.choice(heard))
        every.append(max(heard))
        await asyncio.sleep(PAUSE_SECONDS)
    readers.leave()
    return {
        "Django answering a constant": nothing,
        "answer to the author": answers,
        OTHER: first,
        f"all {READERS} sockets": every,
    }


async def _constant(server: Server) -> float:
    started = time.monotonic()
    await http(server.port, "/healthz")
    return (time.monotonic() - started) * 1000


async def _post(
    server: Server, readers: Crowd, data: dict[str, Any], number: int
) -> tuple[float, list[float]]:
    """Milliseconds from submit to the author's answer, and to each reader's socket."""
    token = "a" * 32
    session = data["sessions"][number % len(data["sessions"])]
    text = _text(number)
    headers = (
        f"Cookie: {data['session_cookie']}={session}; {data['csrf_cookie']}={token}\r\n"
        f"X-CSRFToken: {token}\r\nHX-Request: true\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
    )
    body = urlencode({"body": text, "key": str(uuid4())}).encode()
    readers.expect_one_each()
    started = time.monotonic()

    async def submit() -> float:
        await http(server.port, data["path"], method="POST", headers=headers, body=body)
        return (time.monotonic() - started) * 1000

    answered, heard = await asyncio.gather(submit(), readers.all_heard())
    return answered, [(now - started) * 1000 for now, _frame in heard]


def _report(times: dict[str, list[float]], *, scored: int) -> None:
    base = next(iter(times.values()))
    show(
        f"One post from submit, {POSTS} posts, {READERS} readers connected (ms)",
        ["", "p50", "p95", "p50 ratio"],
        [
            [name, percentile(ms, 0.5), percentile(ms, 0.95), percentile(ms, 0.5) / percentile(base, 0.5)]
            for name, ms in times.items()
        ],
    )
    print(f"\n  scored by the classifier: {scored} of {WARM_POSTS + POSTS} posts")
    verdict(f"p95 to {OTHER}", percentile(times[OTHER], 0.95), P95_TARGET_MS, " ms")
