"""First sentences of reasons, to be completed by hand; in the language of the author who will read them."""

from __future__ import annotations

from django.utils.translation import gettext, override


def openings(language: str) -> list[str]:
    with override(language):
        return [
            gettext("This passage speaks about a person rather than about the draft: "),
            gettext("The point about the draft is welcome; these words about another participant are not: "),
            gettext("This advertises something that has nothing to do with the draft: "),
            gettext("This names or describes a private person: "),
            gettext("This is sharp criticism of the draft, which is what this place is for. It stays."),
        ]
