"""Measures Draftroom against baselines made in the same run; the ratios are what counts.

live      one event to N sockets of one process, against a bare uvicorn broadcast
post      one post from submit to another reader's socket, with 50 readers connected
page      the server's time for a thread's page as the thread grows
civility  the classifier (python -m models bench)

Each takes less than three minutes. The server has one processor core to itself and the measuring client
another, where the machine has two.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable

from tests.load import live, page, post

BENCHES: dict[str, Callable[[], None]] = {"live": live.main, "post": post.main, "page": page.main}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="bin/bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bench", choices=[*BENCHES, "civility"])
    wanted, rest = parser.parse_known_args()
    if wanted.bench == "civility":
        os.execv(sys.executable, [sys.executable, "-m", "models", "bench", *rest])
    if rest:
        parser.error(f"bin/bench {wanted.bench} takes no arguments")
    BENCHES[wanted.bench]()


if __name__ == "__main__":
    main()
