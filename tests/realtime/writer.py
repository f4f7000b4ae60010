"""A process of its own that writes notes, as the background worker does.

python -m tests.realtime.writer KEY TEXT... writes each text and prints its number; with `--threads N` the
texts are shared out among simultaneous threads.
"""

from __future__ import annotations

import argparse
import os
from concurrent.futures import ThreadPoolExecutor

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.db import connections  # noqa: E402

from tests.realtime import kinds  # noqa: E402

kinds.register()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("key")
    parser.add_argument("texts", nargs="+")
    wanted = parser.parse_args()

    def write(texts: list[str]) -> None:
        for text in texts:
            print(kinds.write_note(text, wanted.key), flush=True)
        connections.close_all()

    with ThreadPoolExecutor(wanted.threads) as writers:
        list(writers.map(write, [wanted.texts[n :: wanted.threads] for n in range(wanted.threads)]))


if __name__ == "__main__":
    main()
