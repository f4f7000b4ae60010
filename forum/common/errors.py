"""Broken rules, as errors that carry their own status and a sentence for the reader."""

from __future__ import annotations

from django.utils.functional import Promise


class DomainError(Exception):
    """A rule of the forum was broken; rendered once, by `DomainErrorMiddleware`.

    `code` is stable and machine readable, `message` a translatable sentence, `status` the HTTP status.
    """

    code = "refused"
    status = 409

    def __init__(self, message: str | Promise, *, code: str = "", status: int = 0) -> None:
        super().__init__(code or self.code)
        self.message = message
        self.code = code or self.code
        self.status = status or self.status
