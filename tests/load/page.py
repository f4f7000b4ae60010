"""The server's time for a thread's page, and its queries, as the thread grows from 100 to 100,000 posts."""

from __future__ import annotations

from tests.load.process import environment, manage, run_python


def main() -> None:
    with environment() as env:
        manage("prepare", "--files", env=env)
        manage("migrate", "--verbosity=0", env=env)
        print(run_python("-m", "tests.load.page_worker", env=env, core=0), end="")
