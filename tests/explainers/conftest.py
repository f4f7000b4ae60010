from __future__ import annotations

import pytest
from django.utils import timezone

from forum.accounts.models import Role, User
from forum.consultations.models import Consultation, DraftVersion, Provision, Section
from forum.explainers import services
from forum.explainers.content import Content, SourceLine


def make_person(name, language="en"):
    return User.objects.create_user(
        f"{name}@example.tw", "a long password", display_name=name, language=language
    )


def make_consultation(slug, *, articles=4):
    consultation = Consultation.objects.create(
        slug=slug, level="central", language="zh-hant", title="草案", agency="機關", question="您怎麼看？"
    )
    version = DraftVersion.objects.create(
        consultation=consultation, number=1, digest="0" * 64, published_at=timezone.now()
    )
    for number in range(1, articles + 1):
        add_article(version, number)
    return consultation


def add_article(version, number):
    provision, _ = Provision.objects.get_or_create(consultation=version.consultation, anchor=f"art-{number}")
    return Section.objects.create(
        version=version,
        provision=provision,
        position=number,
        kind="article",
        ordinal=str(number),
        label=f"第 {number} 條",
        heading="公開",
    )


@pytest.fixture
def consultation(db):
    return make_consultation("one")


@pytest.fixture
def other_consultation(db):
    return make_consultation("two")


@pytest.fixture
def article(consultation):
    """The id of a provision, by the number of its article."""

    def find(number, of=consultation):
        return Provision.objects.get(consultation=of, anchor=f"art-{number}").pk

    return find


@pytest.fixture
def writer(consultation):
    return make_intermediary("writer", consultation)


@pytest.fixture
def colleague(consultation):
    return make_intermediary("colleague", consultation)


@pytest.fixture
def citizen(db):
    return make_person("citizen")


def make_intermediary(name, consultation):
    person = make_person(name)
    Role.objects.create(user=person, consultation=consultation, kind="intermediary")
    return person


def text(language="en", **changes):
    """A complete content; give what differs."""
    fields = {
        "title": "Why agencies must answer",
        "sentence": "An agency must answer every question within seven days.",
        "plain": "Whoever asks gets an **answer**.",
        "depth": "The rule follows older practice.",
        "sources": (SourceLine(title="Administrative Procedure Act", url="https://law.moj.gov.tw/a"),),
        "is_about_whole": False,
    }
    return Content(language=language, **(fields | changes))


@pytest.fixture
def publish(consultation, writer):
    """Publishes an explainer and returns it; give places and what differs in the text."""

    def act(*provision_ids, author=writer, consultation_id=consultation.pk, **changes):
        content = text(provision_ids=frozenset(provision_ids), **changes)
        revision = services.create_explainer(consultation_id, author=author, content=content)
        services.publish_revision(revision.pk)
        revision.explainer.refresh_from_db()
        return revision.explainer

    return act


def typed(content, *, act="save", base=0, key="", places=(), **changes):
    """A content as the editor's form sends it."""
    data = {
        "act": act,
        "base": str(base),
        "key": key,
        "language": content.language,
        "title": content.title,
        "sentence": content.sentence,
        "plain": content.plain,
        "depth": content.depth,
        "places": list(places),
        "sources-TOTAL_FORMS": str(len(content.sources) + 1),
        "sources-INITIAL_FORMS": "0",
        "sources-MIN_NUM_FORMS": "0",
        "sources-MAX_NUM_FORMS": "20",
    }
    for index, line in enumerate(content.sources):
        data |= {f"sources-{index}-title": line.title, f"sources-{index}-url": line.url}
        data |= {f"sources-{index}-publisher": line.publisher, f"sources-{index}-accessed_on": ""}
    return data | changes


@pytest.fixture
def as_(client):
    """Signs somebody in (None: nobody), with English as the page's language."""

    def act(person):
        client.logout()
        if person is not None:
            client.force_login(person)
        client.cookies["django_language"] = "en"
        return client

    return act
