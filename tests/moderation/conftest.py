from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from forum.accounts.models import Role, User
from forum.consultations.models import (
    Consultation,
    DraftVersion,
    Provision,
    Section,
    SectionTranslation,
    Stage,
)
from forum.discussion import gate as gates
from forum.discussion.services import open_thread, submit_post
from moderation.models import Case, Signal
from moderation.screening import engine
from moderation.services import decide
from tests.moderation.stub import KeywordClassifier, ShadowClassifier, engine_of, engine_without_weights

ATTACK = "You idiot, this paragraph is wrong."
HARSH = "This paragraph is a disgrace and should be struck."


@pytest.fixture(autouse=True)
def classifier():
    """The keyword classifier in place of the real one."""
    made = KeywordClassifier()
    replaced = engine.use(engine_of(made))
    gates.gate.cache_clear()
    yield made
    engine.use(replaced)


@pytest.fixture
def use_engine(classifier):
    def use(other):
        engine.use(other)

    return use


@pytest.fixture
def use_shadow(settings):
    """Configures a shadow model, and puts an engine in its place; none is there to begin with."""
    replaced = engine.use_shadow(engine_without_weights())

    def use(other):
        settings.CIVILITY_SHADOW_MODEL = "other/model"
        engine.use_shadow(other)

    yield use
    engine.use_shadow(replaced)


@pytest.fixture
def shadowed(use_shadow):
    """A shadow that goes by other keywords; returns it."""
    made = ShadowClassifier()
    use_shadow(engine_of(made))
    return made


@pytest.fixture
def make_user(db):
    def make(name, language="en"):
        return User.objects.create_user(
            f"{name.lower()}@example.org", "a long password", display_name=name, language=language
        )

    return make


@pytest.fixture
def make_consultation(db):
    def make(slug="online"):
        now = timezone.now()
        consultation = Consultation.objects.create(
            slug=slug,
            level="central",
            language="zh-hant",
            title="線上諮詢辦法",
            agency="數位部",
            question="？",
        )
        Stage.objects.create(
            consultation=consultation,
            kind="opinion",
            opens_at=now - timedelta(days=100),
            closes_at=now + timedelta(days=100),
        )
        version = DraftVersion.objects.create(
            consultation=consultation, number=1, digest="0", published_at=now
        )
        provision = Provision.objects.create(consultation=consultation, anchor="art-1")
        section = Section.objects.create(
            version=version,
            provision=provision,
            position=1,
            kind="article",
            ordinal="1",
            label="第一條",
            heading="目的",
            text="為了線上諮詢，訂定本辦法。",
        )
        SectionTranslation.objects.create(
            section=section,
            language="en",
            label="Article 1",
            heading="Purpose",
            text="For online consultation.",
        )
        return consultation

    return make


@pytest.fixture
def consultation(make_consultation):
    return make_consultation()


@pytest.fixture
def elsewhere(make_consultation):
    return make_consultation("elsewhere")


@pytest.fixture
def thread(consultation):
    return open_thread(consultation, consultation.provisions.get(anchor="art-1"))


@pytest.fixture
def make_facilitator(make_user):
    def make(name, consultation):
        user = make_user(name)
        Role.objects.create(user=user, consultation=consultation, kind="facilitator")
        return user

    return make


@pytest.fixture
def alice(make_user):
    """A citizen who writes."""
    return make_user("Alice")


@pytest.fixture
def bob(make_user):
    """Another citizen."""
    return make_user("Bob")


@pytest.fixture
def fay(make_facilitator, consultation):
    return make_facilitator("Fay", consultation)


@pytest.fixture
def finn(make_facilitator, consultation):
    return make_facilitator("Finn", consultation)


@pytest.fixture
def stranger(make_facilitator, elsewhere):
    """A facilitator of another consultation."""
    return make_facilitator("Stranger", elsewhere)


@pytest.fixture
def say(thread):
    def say(author, source=HARSH, **options):
        options.setdefault("thread_id", thread.pk)
        return submit_post(author=author, source=source, language="en", **options)

    return say


@pytest.fixture
def at_home(say):
    """Makes a person no newcomer: an account of a month, and so many published posts; three make them established."""

    def at_home(person, *, posts=1):
        User.objects.filter(pk=person.pk).update(created_at=timezone.now() - timedelta(days=30))
        for number in range(posts):
            assert say(person, f"Remark number {number}").post.state == "published"
        return person

    return at_home


@pytest.fixture
def signals_of():
    """The kinds of a post's signals."""
    return lambda post: sorted(Signal.objects.filter(post=post).values_list("kind", flat=True))


@pytest.fixture
def insist(say):
    """Posts a text all the same after its nudge."""

    def insist(author, source=ATTACK, **options):
        nudged = say(author, source, **options)
        return say(author, source, insisted=nudged.verdict.nudge_id, **options).post

    return insist


@pytest.fixture
def held_case(insist, alice):
    """The case of Alice's held insult."""
    return Case.objects.get(post=insist(alice))


@pytest.fixture
def decided(fay):
    """Decides a case as it is now."""

    def decided(
        case, action="hide", *, actor=fay, rule="attack", reason="It calls a person an idiot.", **more
    ):
        case.refresh_from_db()
        return decide(
            case_id=case.pk,
            expected_version=case.version,
            actor=actor,
            action=action,
            rule=rule,
            reason=reason,
            **more,
        )

    return decided
