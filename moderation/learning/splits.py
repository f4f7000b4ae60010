"""Who is trained on, who validates, who tests: one person, and people who post nearly the same text, in one split.

Otherwise a model would be tested on people it has learnt by heart. The splits hang on the site's key alone, not on
the export: somebody who tests the model in one export is not trained on in the next.
"""

from __future__ import annotations

import re
import zlib

from django.utils.crypto import salted_hmac

SHINGLE = 5
BANDS, ROWS = 4, 5
"""MinHash (Broder 1997): texts that share 80 % of their runs of five characters meet with a chance of 0.8, at 90 %
of 0.97, at 20 % of 0.001. Whoever meets by chance is put into one split needlessly, which does no harm."""

_MASK = (1 << 64) - 1
_FACTORS = [((2 * place + 1) * 0x9E3779B97F4A7C15) & _MASK for place in range(BANDS * ROWS)]


class Splits:
    """Grows by `add`, one text at a time; keeps a few numbers of each text, never the text."""

    def __init__(self) -> None:
        self._parent: dict[int, int] = {}
        self._keys: dict[int, int] = {}
        self._seen: dict[int, int] = {}

    def add(self, author_id: int, text: str) -> None:
        self._know(author_id)
        for band in _bands(text):
            self._join(author_id, self._seen.setdefault(band, author_id))

    def split_of(self, author_id: int) -> str:
        """`train` for eight people of ten, `dev` and `test` for one each."""
        self._know(author_id)
        return {0: "dev", 1: "test"}.get(self._keys[self._root(author_id)] % 10, "train")

    def _know(self, author_id: int) -> None:
        if author_id not in self._parent:
            self._parent[author_id] = author_id
            digest = salted_hmac("moderation.learning.split", str(author_id), algorithm="sha256").digest()
            self._keys[author_id] = int.from_bytes(digest[:8], "big")

    def _root(self, author_id: int) -> int:
        while self._parent[author_id] != author_id:
            self._parent[author_id] = self._parent[self._parent[author_id]]
            author_id = self._parent[author_id]
        return author_id

    def _join(self, one: int, other: int) -> None:
        """The smallest key of a group speaks for it, in whatever order its people came."""
        low, high = sorted((self._root(one), self._root(other)), key=lambda root: self._keys[root])
        self._parent[high] = low


def _bands(text: str) -> list[int]:
    """Numbers of which nearly equal texts share one."""
    plain = re.sub(r"\W+", "", text).casefold()
    runs = {plain[at : at + SHINGLE] for at in range(max(len(plain) - SHINGLE + 1, 1))}
    hashes = [zlib.crc32(run.encode()) * 0x100000001B3 + 1 for run in runs]
    minima = [min((value * factor & _MASK) >> 20 for value in hashes) for factor in _FACTORS]
    return [
        hash((band, *minima[band * ROWS : (band + 1) * ROWS]))  # numbers alone: the same in every process
        for band in range(BANDS)
    ]
