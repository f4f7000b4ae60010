"""One event to N sockets of one process: the hub against a bare broadcast, both under the same uvicorn."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import uvloop

from tests.load.listeners import Crowd, http
from tests.load.process import Server, environment, manage, serving, take_core
from tests.load.tables import median, percentile, show, verdict

SIZES = (200, 1_000)
ROUNDS = 3
EVENTS = 25
PAUSE_SECONDS = 0.05
P99_TARGET = 1.5
MEMORY_TARGET = 3.0

MARKER = b'"at":'
BARE, HUB = "bare uvicorn broadcast", "Draftroom"
PROGRAMS = {BARE: "tests.load.broadcast_bare:application", HUB: "tests.load.broadcast_hub:application"}


@dataclass(frozen=True)
class Round:
    p50_ms: float
    p99_ms: float
    us_a_socket: float
    kb_a_connection: float


def main() -> None:
    take_core(1)
    started = time.monotonic()
    rounds: dict[tuple[str, int], list[Round]] = {}
    with environment() as env:
        manage("migrate", "--verbosity=0", env=env)
        for number in range(ROUNDS):
            for size in SIZES:
                for name, program in PROGRAMS.items():
                    # A process and a stream for each round: what is measured has not been used before.
                    with serving(program, env=env) as server:
                        measured = uvloop.run(_measure(server, stream=number * 10_000 + size, size=size))
                    rounds.setdefault((name, size), []).append(measured)
    _report(rounds, seconds=time.monotonic() - started)


async def _measure(server: Server, *, stream: int, size: int) -> Round:
    path = f"/ws/stream/bench-{stream}/?language=en&since="
    # The first sockets pay for what a process loads once; they are not counted.
    warm = Crowd(server.port, f"{path}0", 10, marker=MARKER)
    await warm.connect()
    await _one_event(server, warm, stream)
    before_kb = server.resident_kb()
    crowd = Crowd(server.port, f"{path}1", size, marker=MARKER)
    await crowd.connect()
    await asyncio.sleep(0.5)
    after_kb = server.resident_kb()
    for _ in range(3):
        await _one_event(server, crowd, stream)
    ages: list[float] = []
    cpu = server.cpu_seconds()
    for _ in range(EVENTS):
        ages += await _one_event(server, crowd, stream)
        await asyncio.sleep(PAUSE_SECONDS)
    cpu = server.cpu_seconds() - cpu
    crowd.leave()
    warm.leave()
    return Round(
        p50_ms=percentile(ages, 0.5),
        p99_ms=percentile(ages, 0.99),
        us_a_socket=cpu / EVENTS / size * 1e6,
        kb_a_connection=(after_kb - before_kb) / size,
    )


async def _one_event(server: Server, crowd: Crowd, stream: int) -> list[float]:
    """Milliseconds from the event to each socket."""
    crowd.expect_one_each()
    await http(server.port, f"/event/{stream}")
    return [(now - _written_at(frame)) * 1000 for now, frame in await crowd.all_heard()]


def _written_at(frame: bytes) -> float:
    start = frame.index(MARKER) + len(MARKER)
    return float(frame[start : frame.index(b",", start)])


def _report(rounds: dict[tuple[str, int], list[Round]], *, seconds: float) -> None:
    names = ("p50_ms", "p99_ms", "us_a_socket", "kb_a_connection")
    rows: list[list[float | str]] = []
    ratios: dict[int, list[float]] = {}
    for size in SIZES:
        for name in PROGRAMS:
            values = [median([getattr(one, field) for one in rounds[name, size]]) for field in names]
            rows.append([name, str(size), *values])
        pairs = list(zip(rounds[HUB, size], rounds[BARE, size], strict=True))
        ratios[size] = [median([getattr(ours, f) / getattr(bare, f) for ours, bare in pairs]) for f in names]
        rows.append(["ratio", str(size), *ratios[size]])
    runs = f"{ROUNDS} interleaved rounds of {EVENTS} events, medians; {seconds:.0f} s"
    show(
        f"One event of 600 bytes to N sockets of one process ({runs})",
        ["", "N", "p50 ms", "p99 ms", "us of server/socket", "KB/connection"],
        rows,
    )
    print()
    verdict("p99 against bare at 1,000 sockets", ratios[SIZES[-1]][1], P99_TARGET, "x")
    verdict("memory of an idle connection against bare", ratios[SIZES[-1]][3], MEMORY_TARGET, "x")
