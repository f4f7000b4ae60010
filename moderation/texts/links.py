"""Links in every written form, and the sites that they lead to."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from publicsuffixlist import PublicSuffixList

SHARED_HOSTS = frozenset(
    "facebook.com fb.com fb.me fb.watch youtube.com youtu.be google.com instagram.com threads.net threads.com x.com"
    " twitter.com tiktok.com line.me t.me wa.me medium.com vocus.cc matters.town dcard.tw ptt.cc wikipedia.org"
    " github.com hackmd.io notion.site change.org".split()
)
"""Where anybody publishes anything: two links to one of these have nothing in common unless their paths agree."""

SHORTENERS = frozenset(
    "bit.ly buff.ly cutt.ly goo.gl is.gd lihi.cc lihi1.cc lihi2.cc lihi3.cc myppt.cc ow.ly pics.ee ppt.cc pse.is rb.gy"
    " rebrand.ly reurl.cc s.id shorturl.at t.co t.ly tiny.cc tinyurl.com v.gd".split()
)
"""Services that hide where a link leads; those met most in Taiwan and the large ones elsewhere."""

_FILE_ENDINGS = frozenset("ai md mov pl ps py rs sh so zip".split())
_ENGLISH_WORDS = frozenset("am as at be by do in is it me my no now one so to us".split())
"""Endings that stand after a full stop when its blank was forgotten: "the end.It is"."""

_STOP = r"""\s<>"'`|(){}\[\]，。、；：！？（）「」『』【】《》〈〉…"""
_WRITTEN_OUT = re.compile(r" ?(?:\[\.\]|\(\.\)|\[dot\]|\(dot\)|\[點\]|\(點\)) ?", re.IGNORECASE)
_LINK = re.compile(
    rf"(?:h(?:tt|xx)ps?|ftp)://(?P<full>(?:(?!h(?:tt|xx)ps?://)[^{_STOP}])*+)"
    # A run of host characters is taken whole or not at all, so that no text costs more than one pass.
    rf"|(?<![a-z0-9@._/+\-])(?P<host>[a-z0-9][a-z0-9.\-]*+)(?![@_])(?P<tail>(?::[0-9]{{1,5}})?+(?:[/?\#][^{_STOP},;]*+)?+)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Link:
    """One link. `site` is the registered domain (with path and query at SHARED_HOSTS and SHORTENERS)."""

    domain: str
    site: str

    @property
    def is_shortened(self) -> bool:
        return self.domain in SHORTENERS


@dataclass(frozen=True)
class Links:
    """The links of a text in order; a Markdown link whose words repeat its address is one."""

    found: tuple[Link, ...]

    def __len__(self) -> int:
        return len(self.found)

    @cached_property
    def sites(self) -> dict[str, int]:
        """Site -> links to it, the most frequent first."""
        return dict(Counter(link.site for link in self.found).most_common())

    @property
    def shortened(self) -> int:
        return sum(link.is_shortened for link in self.found)


def links_in(text: str, *, official: Iterable[str] = ()) -> Links:
    """Links with a scheme, with www. and as bare domains (best-offer.top/x), also where Han stands beside them;
    neither e-mail addresses nor file names nor "Article 3.2". Domains at or below `official` do not count.

    A bare name is a domain if the Public Suffix List (publicsuffix.org) knows its ending. Time is linear in the text.
    """
    text = _WRITTEN_OUT.sub(".", _visible(unicodedata.normalize("NFKC", text)))
    trusted = tuple(domain.lower() for domain in official)
    matches = [(match, host, tail) for match in _LINK.finditer(text) for host, tail in _parts(match)]
    starts = [match.start() for match, _host, _tail in matches[1:]] + [len(text)]
    return Links(
        tuple(
            _link(host, tail)
            for (match, host, tail), following in zip(matches, starts, strict=False)
            if text[match.end() : following] not in ("](", "](<")  # the words of a Markdown link
            and not any(host == one or host.endswith(f".{one}") for one in trusted)
        )
    )


def _visible(text: str) -> str:
    return "".join(char for char in text if unicodedata.category(char) != "Cf")


def _parts(match: re.Match[str]) -> Iterator[tuple[str, str]]:
    """Host and what follows it, if it is a host."""
    full = match["full"]
    if full is None:
        if not _is_domain(match["host"], has_path=bool(match["tail"])):
            return
        host, tail = match["host"], match["tail"]
    else:
        # Browsers read a backslash as a slash; what stands before "@" is a user's name, not the host.
        authority = re.split(r"[/\\?#,;!]", full, maxsplit=1)[0]
        host, tail = authority.rpartition("@")[2].partition(":")[0], full[len(authority) :]
    if host := host.strip(".-").lower():
        yield host, tail


def _link(host: str, tail: str) -> Link:
    domain = _suffixes().privatesuffix(host) or host
    return Link(domain=domain, site=_site(domain, tail))


def _site(domain: str, tail: str) -> str:
    if domain not in SHARED_HOSTS and domain not in SHORTENERS:
        return domain
    return domain + tail.partition("#")[0].rstrip("/.,;!?")


def _is_domain(host: str, *, has_path: bool) -> bool:
    host = host.rstrip(".-")
    ending = host.rpartition(".")[2]
    if not ending or ending == host or ending.isdigit() or ".." in host or len(host) > 253:
        return False
    if _suffixes().privatesuffix(host.lower()) is None:
        return False
    if has_path or host.lower().startswith("www."):
        return True
    if ending.istitle() and not host.rpartition(".")[0].istitle():
        return False  # "consulted.Now"
    return ending.lower() not in _FILE_ENDINGS | _ENGLISH_WORDS


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)
