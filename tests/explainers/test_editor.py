"""The editor: who may use it, what each button does, and that nothing typed is lost."""

import uuid

import pytest
from django.urls import reverse

from forum.explainers import services
from forum.explainers.content import content_of
from forum.explainers.forms import width
from forum.explainers.models import Explainer, ExplainerRevision
from forum.explainers.selectors import background_for
from tests.explainers.conftest import make_intermediary, make_person, text, typed

NEW = "/c/one/background/new/"


def edit_address(explainer):
    return f"/c/one/background/{explainer.pk}/edit/"


def field_errors(response, name):
    return [str(error) for error in response.context["form"].errors.get(name, [])]


# ---- who -----------------------------------------------------------------------------------------------


def test_visitors_are_asked_to_sign_in(consultation, as_):
    assert as_(None).get(NEW).headers["Location"].startswith("/accounts/login/")


def test_citizens_and_intermediaries_of_elsewhere_are_refused(
    citizen, consultation, other_consultation, publish, article, as_
):
    explainer = publish(article(1))
    for person in (citizen, make_intermediary("elsewhere", other_consultation)):
        client = as_(person)
        for address in (NEW, edit_address(explainer)):
            assert client.get(address).status_code == 403
            assert client.post(address, typed(text())).status_code == 403
    assert ExplainerRevision.objects.count() == 1


def test_whoever_lost_the_session_gets_the_text_back(consultation, publish, article, as_):
    for address in (NEW, edit_address(publish(article(1)))):
        response = as_(None).post(address, typed(text(plain="Long and typed with care, this one.")))
        assert response.status_code == 403
        assert "Long and typed with care, this one." in response.content.decode()
    assert ExplainerRevision.objects.count() == 1


# ---- saving and publishing -----------------------------------------------------------------------------


def test_saving_makes_a_draft(writer, article, as_):
    places = [str(article(1)), "whole"]
    response = as_(writer).post(NEW, typed(text(), places=places))
    revision = ExplainerRevision.objects.get()
    assert response.headers["Location"] == edit_address(revision.explainer) + "?in=en"
    assert not revision.explainer.is_published
    expected = text(provision_ids=frozenset({article(1)}), is_about_whole=True)
    assert content_of(revision) == expected


def test_a_draft_may_be_incomplete_but_has_a_title(writer, consultation, as_):
    content = text(sentence="", plain="", depth="", sources=())
    assert as_(writer).post(NEW, typed(content)).status_code == 302
    response = as_(writer).post(NEW, typed(text(title="")))
    assert response.status_code == 422
    assert field_errors(response, "title")


def test_publishing_puts_it_above_the_talk(writer, article, consultation, as_):
    response = as_(writer).post(NEW, typed(text(), act="publish", places=[str(article(2))]))
    explainer = Explainer.objects.get()
    assert response.headers["Location"] == f"/c/one/background/{explainer.pk}/?in=en"
    pinned = background_for(article(2), consultation_id=consultation.pk, language="en")
    assert [row.explainer_id for row in pinned] == [explainer.pk]


def test_publishing_says_beside_each_field_what_is_missing(writer, consultation, as_):
    response = as_(writer).post(NEW, typed(text(sentence="", plain="", depth=""), act="publish"))
    assert response.status_code == 422
    for name in ("sentence", "plain", "places"):
        assert field_errors(response, name)
    assert not Explainer.objects.exists()


def test_depth_needs_a_source_before_publishing(writer, article, as_):
    content = text(sources=())
    response = as_(writer).post(NEW, typed(content, act="publish", places=[str(article(1))]))
    assert field_errors(response, "depth") == ["Name at least one source for this layer before you publish."]


def test_publishing_an_edit_replaces_the_public_text(publish, article, colleague, consultation, as_):
    explainer = publish(article(1))
    content = text(plain="Better words.")
    as_(colleague).post(
        edit_address(explainer), typed(content, act="publish", base=1, places=[str(article(1))])
    )
    (pinned,) = background_for(article(1), consultation_id=consultation.pk, language="en")
    assert (pinned.plain, pinned.author) == ("<p>Better words.</p>\n", "colleague")


def test_a_repeated_press_makes_one_explainer(writer, article, as_):
    data = typed(text(), act="publish", places=[str(article(1))], key=str(uuid.uuid4()))
    for _ in range(2):
        assert as_(writer).post(NEW, data).status_code == 302
    assert (Explainer.objects.count(), ExplainerRevision.objects.count()) == (1, 1)


def test_a_translation_is_written_beside_the_original(publish, article, writer, as_):
    explainer = publish(article(1))
    page = as_(writer).get(edit_address(explainer) + "?in=zh-hant")
    assert text().sentence in page.content.decode()
    assert page.context["form"].initial["places"] == [str(article(1))]
    as_(writer).post(
        edit_address(explainer), typed(text("zh-hant", title="譯"), act="publish", places=[str(article(1))])
    )
    assert {row.language for row in explainer.publications.all()} == {"en", "zh-hant"}


def test_a_place_of_another_consultation_is_refused(writer, other_consultation, article, as_):
    response = as_(writer).post(NEW, typed(text(), places=[str(article(1, of=other_consultation))]))
    assert response.status_code == 422
    assert field_errors(response, "places")
    assert not Explainer.objects.exists()


def test_who_comes_from_a_thread_finds_its_place_ticked(writer, article, as_):
    page = as_(writer).get(NEW, {"place": article(3)})
    assert page.context["form"].initial["places"] == [str(article(3))]


# ---- conflicts -----------------------------------------------------------------------------------------


def test_when_somebody_saved_meanwhile_both_texts_are_shown_and_none_is_lost(
    publish, article, writer, colleague, as_
):
    explainer = publish(article(1))
    theirs = text(plain="Their careful words.", provision_ids=frozenset({article(1)}))
    services.save_revision(explainer.pk, author=colleague, content=theirs, base=1)

    mine = typed(text(plain="My careful words."), base=1, places=[str(article(1))])
    response = as_(writer).post(edit_address(explainer), mine)
    page = response.content.decode()
    assert response.status_code == 409
    assert "<del>Their</del><ins>My</ins> careful words." in page
    assert ">\nMy careful words.</textarea>" in page
    assert ">Their careful words.</textarea>" in page
    assert explainer.revisions.count() == 2

    again = as_(writer).post(edit_address(explainer), mine | {"base": str(response.context["desk"].base)})
    assert again.status_code == 302
    assert [row.plain for row in explainer.revisions.order_by("number")] == [
        text().plain,
        "Their careful words.",
        "My careful words.",
    ]


@pytest.mark.parametrize("base", ["", "x", "-1", "9" * 5000, "²"])
def test_a_base_that_is_no_number_is_a_conflict_not_a_failure(publish, article, writer, as_, base):
    response = as_(writer).post(edit_address(publish(article(1))), typed(text(plain="x"), base=base))
    assert response.status_code == 409


# ---- preview and sources, without a script and with one --------------------------------------------------


def test_the_preview_renders_as_readers_will_see_it_and_saves_nothing(writer, consultation, as_):
    response = as_(writer).post(NEW, typed(text(), act="preview"))
    page = response.content.decode()
    assert response.status_code == 200
    assert "Whoever asks gets an <strong>answer</strong>." in page
    assert ">\nWhoever asks gets an **answer**.</textarea>" in page
    assert not Explainer.objects.exists()


def test_the_live_preview_is_the_same_part_alone(writer, consultation, as_):
    response = as_(writer).post(NEW, typed(text(), act="preview"), headers={"HX-Request": "true"})
    page = response.content.decode()
    assert "<strong>answer</strong>" in page
    assert "<form" not in page


def test_the_preview_leaves_out_what_would_be_refused(writer, consultation, as_):
    content = text(plain="turned \u202e round", depth="<script>alert(1)</script>")
    response = as_(writer).post(NEW, typed(content, act="preview"), headers={"HX-Request": "true"})
    page = response.content.decode()
    assert "\u202e" not in page
    assert "<script>" not in page


def test_the_previews_are_for_intermediaries_alone(citizen, consultation, as_):
    response = as_(citizen).post(NEW, typed(text(), act="preview"), headers={"HX-Request": "true"})
    assert response.status_code == 403


def test_another_source_is_a_button_that_keeps_everything_typed(writer, article, as_):
    data = typed(text(title="", plain="Half a tho"), act="add_source", places=[str(article(1))])
    response = as_(writer).post(NEW, data)
    page = response.content.decode()
    assert response.status_code == 200
    assert "Half a tho" in page
    assert "field--error" not in page
    assert 'value="https://law.moj.gov.tw/a"' in page
    assert page.count('class="source-row"') == 2
    assert response.context["form"]["places"].value() == [str(article(1))]


def test_a_source_marked_to_go_goes(writer, article, as_):
    data = typed(text(), **{"sources-0-DELETE": "on"})
    as_(writer).post(NEW, data)
    assert content_of(ExplainerRevision.objects.get()).sources == ()


def test_more_than_twenty_sources_are_refused(writer, consultation, as_):
    data = typed(text(), **{"sources-TOTAL_FORMS": "22"})
    for index in range(22):
        data |= {f"sources-{index}-title": "x", f"sources-{index}-url": f"https://example.tw/{index}"}
    assert as_(writer).post(NEW, data).status_code == 422


@pytest.mark.parametrize("forms", ["", "x", "100000"])
def test_a_tampered_form_count_is_refused_and_keeps_the_text(writer, consultation, as_, forms):
    response = as_(writer).post(NEW, typed(text(), **{"sources-TOTAL_FORMS": forms}))
    assert response.status_code == 422
    assert "Whoever asks gets" in response.content.decode()


# ---- bad input -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "ftp://example.tw/file",
        "//example.tw/",
        "/relative",
        "https://law.moj.gov.tw@evil.example/",
        "https://exa\u202emple.tw/",
        "https://example.tw/\x00",
        "https://example.tw/" + "x" * 600,
        "not an address",
    ],
)
def test_an_address_that_is_no_honest_web_address_is_refused_beside_its_field(writer, consultation, as_, url):
    response = as_(writer).post(NEW, typed(text(), **{"sources-0-url": url}))
    assert response.status_code == 422
    assert response.context["sources"].errors[0]["url"]
    assert text().sentence in response.content.decode()
    assert not Explainer.objects.exists()


@pytest.mark.parametrize(
    "bad",
    ["a\u202eb", "a\x00b", "a\x07b", "a\u2066b", "z" + "\u0301" * 12],
    ids=["rlo", "nul", "bell", "lri", "zalgo"],
)
@pytest.mark.parametrize(
    "name", ["title", "sentence", "plain", "depth", "sources-0-title", "sources-0-publisher"]
)
def test_characters_that_deceive_are_refused_beside_the_field(writer, consultation, as_, name, bad):
    response = as_(writer).post(NEW, typed(text(), **{name: bad}))
    assert response.status_code == 422
    source, _, field = name.rpartition("-")
    form = response.context["sources"].forms[0] if source else response.context["form"]
    assert form.errors[field]
    assert not Explainer.objects.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", "x" * 81),
        ("title", "two\nlines"),
        ("sentence", "x" * 281),
        ("sentence", "字" * 141),
        ("sentence", "one.\ntwo."),
        ("plain", "x" * 4_001),
        ("depth", "x" * 20_001),
    ],
)
def test_too_long_is_said_beside_the_field_with_the_limit(writer, consultation, as_, name, value):
    response = as_(writer).post(NEW, typed(text(), **{name: value}))
    assert response.status_code == 422
    assert field_errors(response, name)


@pytest.mark.parametrize("sentence", ["字" * 140, "x" * 280])
def test_the_sentence_holds_140_han_or_280_latin_characters(writer, consultation, as_, sentence):
    assert width(sentence) == 280
    assert as_(writer).post(NEW, typed(text(sentence=sentence))).status_code == 302


def test_a_day_that_has_not_come_is_refused(writer, consultation, as_):
    response = as_(writer).post(NEW, typed(text(), **{"sources-0-accessed_on": "2999-01-01"}))
    assert response.context["sources"].errors[0]["accessed_on"]


@pytest.mark.parametrize("language", ["", "fr", "zh"])
def test_an_unknown_language_is_refused(writer, consultation, as_, language):
    response = as_(writer).post(NEW, typed(text(), language=language))
    assert response.status_code == 422


def test_an_unknown_act_or_key_only_saves(writer, consultation, as_):
    response = as_(writer).post(NEW, typed(text(), act="destroy", key="no uuid"))
    assert response.status_code == 302
    assert not Explainer.objects.get().is_published


def test_the_editor_speaks_both_languages(writer, consultation, as_):
    client = as_(writer)
    assert "Save as draft" in client.get(NEW).content.decode()
    client.cookies["django_language"] = "zh-hant"
    assert "存成草稿" in client.get(NEW).content.decode()


def test_the_editors_page_is_not_kept_by_caches(writer, consultation, as_):
    assert "no-store" in as_(writer).get(NEW)["Cache-Control"]


def test_addresses_are_the_agreed_ones(publish, article):
    explainer = publish(article(1))
    assert reverse("explainers:new", args=["one"]) == NEW
    assert reverse("explainers:edit", args=["one", explainer.pk]) == edit_address(explainer)
    assert reverse("explainers:detail", args=["one", explainer.pk]) == f"/c/one/background/{explainer.pk}/"


def test_an_intermediary_who_lost_the_office_is_refused(publish, article, as_):
    person = make_person("former")
    assert as_(person).get(edit_address(publish(article(1)))).status_code == 403
