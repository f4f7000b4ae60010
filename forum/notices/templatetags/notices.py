from django import template

from forum.notices.kinds import sentence_of
from forum.notices.models import Notice

register = template.Library()


@register.filter
def sentence(notice: Notice) -> str:
    """What the notice says, in the active language."""
    return sentence_of(notice.kind, notice.context)
