from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_info, gettext

from forum.explainers.qr import qr_drawing

register = template.Library()


@register.filter
def language_name(code: str) -> str:
    """A language's name in the active language: `en` is "English" or "英文"."""
    return {"zh-hant": gettext("Chinese"), "en": gettext("English")}.get(code) or str(
        get_language_info(code)["name_local"]
    )


@register.filter
def own_language_name(code: str) -> str:
    """A language's name in itself, for links that lead into it."""
    return str(get_language_info(code)["name_local"])


@register.simple_tag
def qr(address: str) -> SafeString:
    """The QR code of an address, drawn inside the page."""
    return mark_safe(qr_drawing(address))  # noqa: S308 - segno's own drawing; the address is only in its dots
