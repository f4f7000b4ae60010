"""The configuration table tells of every variable that the program reads, and of no other."""

from __future__ import annotations

import re

from tests.operations.programs import ROOT

READERS = re.compile(r"(?:env\.\w+|_required)\(\s*\"([A-Z_]+)\"")


def test_the_table_and_the_settings_name_the_same_variables() -> None:
    read = set(READERS.findall((ROOT / "forum" / "config" / "settings.py").read_text()))
    told = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert told == read
