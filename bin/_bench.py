"""Runs the benchmarks in the project's environment."""

from __future__ import annotations

import os
import sys

import _environment


def main() -> None:
    python = _environment.ready("requirements-dev.txt")
    os.chdir(_environment.ROOT)
    os.execv(python, [str(python), "-m", "tests.load", *sys.argv[1:]])


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
