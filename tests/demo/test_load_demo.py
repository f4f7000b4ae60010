"""The demonstration's sample: loaded once, complete, in both languages, and impossible in production."""

from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forum.accounts.models import Role, User
from forum.consultations.models import Consultation
from forum.demo.background import SAMPLES
from forum.demo.talk import INSULT, LINES
from forum.discussion.models import Post
from forum.explainers.forms import ExplainerForm, SourceForm, SourceFormSet
from forum.explainers.models import Explainer, Publication
from forum.explainers.selectors import background_for, drafts, places
from forum.notices.models import Notice
from moderation.models import Case
from tests.demo.conftest import OneWordClassifier

pytestmark = pytest.mark.django_db


def load():
    told = StringIO()
    call_command("load_demo", stdout=told, stderr=told)
    return told.getvalue()


def counts():
    models = (User, EmailAddress, Role, Consultation, Explainer, Publication, Post, Case, Notice)
    return {model.__name__: model.objects.count() for model in models}


@pytest.fixture
def loaded(data_folder, use_classifier):
    use_classifier(OneWordClassifier())
    return load()


def test_the_accounts_are_told_and_can_sign_in(loaded, data_folder, client):
    password = (data_folder / "demo_password").read_text()
    assert password in loaded
    for key in ("citizen", "facilitator", "intermediary", "official"):
        address = f"{key}@demo.draftroom.example"
        assert address in loaded
        response = client.post("/accounts/login/", {"login": address, "password": password})
        assert response.status_code == 302, key
        assert "_auth_user_id" in client.session
        client.logout()


def test_the_password_is_this_installations_own_and_readable_by_its_owner_alone(loaded, data_folder):
    kept = data_folder / "demo_password"
    assert kept.stat().st_mode & 0o077 == 0
    assert len(kept.read_text()) > 20


def test_everybody_has_the_office_that_the_name_says(loaded):
    for kind, count in (("facilitator", 2), ("intermediary", 2), ("official", 1)):
        held = Role.objects.filter(kind=kind)
        assert held.count() == count
        assert all(role.user.email.startswith(kind) for role in held)
    assert not User.objects.filter(is_superuser=True).exists()


def test_loading_again_changes_nothing(loaded):
    before = counts()
    assert load() == loaded
    assert counts() == before


def test_loading_again_asks_little_of_the_database(loaded):
    with CaptureQueriesContext(connection) as queries:
        load()
    assert len(queries) < 30


def test_a_lost_password_file_means_a_new_password(loaded, data_folder, client):
    old = (data_folder / "demo_password").read_text()
    (data_folder / "demo_password").unlink()
    load()
    new = (data_folder / "demo_password").read_text()
    assert new != old
    user = User.objects.get(email="citizen@demo.draftroom.example")
    assert user.check_password(new)


def test_without_a_classifier_the_talk_comes_with_a_later_start(data_folder, use_classifier):
    use_classifier(None)
    assert "left out for now" in load()
    assert not Post.objects.exists()
    use_classifier(OneWordClassifier())
    assert "left out" not in load()
    assert Post.objects.count() == len(LINES) + 1


def test_the_talk_is_public_but_for_the_insult_which_has_a_case(loaded):
    held = Post.objects.exclude(state="published")
    assert [post.revisions.get().source for post in held] == [INSULT.text]
    assert Case.objects.get().post == held.get()


def test_an_insult_that_the_classifier_lets_through_is_reported(data_folder, use_classifier):
    class Blind(OneWordClassifier):
        def score(self, text):
            return type(super().score(text))(attack=0.01)

    use_classifier(Blind())
    load()
    assert not Post.objects.exclude(state="published").exists()
    assert Case.objects.get().post.revisions.get().source == INSULT.text


def test_the_talk_speaks_both_languages_and_goes_back_some_days(loaded):
    languages = {line.language for line in LINES}
    assert languages == {"zh-hant", "en"}
    first, last = Post.objects.order_by("created_at").first(), Post.objects.order_by("created_at").last()
    assert (last.created_at - first.created_at).days >= 3


def test_the_background_stands_above_the_talk_in_both_languages(loaded):
    consultation = Consultation.objects.get()
    article = consultation.provisions.get(anchor="art-6").pk
    for language in ("zh-hant", "en"):
        (pinned,) = background_for(article, consultation_id=consultation.pk, language=language)
        assert not pinned.is_fallback
        assert pinned.sources
        (about_all,) = background_for(None, consultation_id=consultation.pk, language=language)
        assert about_all.is_reviewed == (language == "zh-hant")


def test_one_explainer_is_still_a_draft(loaded):
    consultation = Consultation.objects.get()
    assert {row.title for row in drafts(consultation.pk)} == {
        sample.title for made in SAMPLES if made.is_draft for sample in (made.chinese, made.english)
    }


@pytest.mark.parametrize("index", range(len(SAMPLES)))
@pytest.mark.parametrize("language", ["chinese", "english"])
def test_the_sample_texts_pass_the_editors_own_checks(loaded, index, language):
    content = getattr(SAMPLES[index], language)
    form = ExplainerForm(
        {name: getattr(content, name) for name in ("language", "title", "sentence", "plain", "depth")},
        places=places(Consultation.objects.get(), language="en"),
    )
    assert form.is_valid(), form.errors
    for line in content.sources:
        row = SourceForm({name: getattr(line, name) for name in SourceFormSet.FIELDS})
        assert row.is_valid(), row.errors


def test_the_pages_show_the_sample_in_both_languages(loaded, client):
    for language, word in (("zh-hant", "為什麼是六十日"), ("en", "Why sixty days")):
        client.cookies["django_language"] = language
        slug = Consultation.objects.get().slug
        for address in (f"/c/{slug}/background/", f"/c/{slug}/talk/art-6/"):
            assert word in client.get(address).content.decode(), address


# ---- production ------------------------------------------------------------------------------------------------


def test_the_command_refuses_in_production(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError):
        load()
    assert not User.objects.exists()


def test_the_app_refuses_to_start_in_production(settings):
    settings.PRODUCTION = True
    with pytest.raises(ImproperlyConfigured):
        apps.get_app_config("demo").ready()
