"""Real draft regulations, as text files, turned into a tree with anchors that outlive a version.

`parse_draft(path)` is the one entrance: it returns a `ParsedDraft` or raises `DraftRefusedError` with every
problem found, each with its file and line. Nothing here touches the database.
"""

from .parser import parse_draft
from .problems import DraftRefusedError, Note, Problem
from .tree import Background, ParsedDraft, ParsedSection, Taken

__all__ = [
    "Background",
    "DraftRefusedError",
    "Note",
    "ParsedDraft",
    "ParsedSection",
    "Problem",
    "Taken",
    "parse_draft",
]
