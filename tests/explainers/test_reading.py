"""The public pages of background, and that nothing unpublished is on any of them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forum.accounts.models import Role
from forum.explainers import services
from forum.notices.models import Notice
from tests.explainers.conftest import make_intermediary, make_person, text

SECRET = "Nobody may read this yet"


@pytest.fixture
def hidden(consultation, writer, article):
    """A draft that was never published."""
    content = text(
        title=SECRET, sentence=SECRET, plain=SECRET, depth=SECRET, provision_ids=frozenset({article(1)})
    )
    return services.create_explainer(consultation.pk, author=writer, content=content).explainer


@pytest.fixture
def half_hidden(publish, writer, article):
    """A published explainer with a newer draft in English and a draft alone in Chinese."""
    explainer = publish(article(1))
    for language, base in (("en", 1), ("zh-hant", 0)):
        content = text(language, title=SECRET, sentence=SECRET, plain=SECRET, depth=SECRET)
        services.save_revision(explainer.pk, author=writer, content=content, base=base)
    return explainer


def addresses(explainer, slug="one"):
    base = f"/c/{slug}/background/{explainer.pk}/"
    return [
        base,
        base + "?in=zh-hant",
        base + "qr.svg",
        base + "history/",
        base + "history/?in=zh-hant",
        base + "edit/",
    ]


@pytest.fixture(params=["visitor", "citizen", "facilitator", "intermediary elsewhere"])
def outsider(request, consultation, other_consultation):
    if request.param == "visitor":
        return None
    if request.param == "intermediary elsewhere":
        return make_intermediary("elsewhere", other_consultation)
    person = make_person(request.param)
    if request.param == "facilitator":
        Role.objects.create(user=person, consultation=consultation, kind="facilitator")
    return person


def test_a_draft_does_not_exist_for_outsiders(hidden, outsider, as_):
    client = as_(outsider)
    for address in addresses(hidden):
        response = client.get(address)
        assert response.status_code == 404, address
        assert SECRET not in response.content.decode()
    assert SECRET not in client.get("/c/one/background/").content.decode()


def test_a_newer_draft_is_on_no_page_of_a_published_explainer(half_hidden, outsider, as_):
    client = as_(outsider)
    for address in [*addresses(half_hidden)[:-1], "/c/one/background/", "/c/one/background/?in=zh-hant"]:
        response = client.get(address)
        assert response.status_code == 200, address
        assert SECRET not in response.content.decode()
        assert "is not published yet" not in response.content.decode()


def test_the_number_of_a_draft_is_not_to_be_compared_with(half_hidden, outsider, as_):
    base = f"/c/one/background/{half_hidden.pk}/history/"
    for query in ("?to=2", "?from=2", "?from=1&to=2", "?in=zh-hant&to=1", "?to=x"):
        assert as_(outsider).get(base + query).status_code == 404


def test_what_was_withdrawn_does_not_exist_for_outsiders(publish, article, outsider, as_):
    explainer = publish(article(1))
    services.withdraw_publication(explainer.pk)
    for address in addresses(explainer):
        assert as_(outsider).get(address).status_code == 404


def test_intermediaries_see_the_drafts(hidden, half_hidden, colleague, as_):
    client = as_(colleague)
    for address in [*addresses(hidden), "/c/one/background/"]:
        assert client.get(address).status_code == 200
    assert SECRET in client.get(f"/c/one/background/{hidden.pk}/").content.decode()
    assert SECRET in client.get("/c/one/background/").content.decode()


def test_an_explainer_is_not_found_under_another_consultation(publish, article, other_consultation, as_):
    explainer = publish(article(1))
    for address in addresses(explainer, slug="two"):
        assert as_(None).get(address).status_code == 404


def test_the_page_shows_three_layers_sources_author_and_licence(publish, article, as_):
    explainer = publish(article(1))
    page = as_(None).get(f"/c/one/background/{explainer.pk}/").content.decode()
    for piece in (
        text().title,
        text().sentence,
        "<strong>answer</strong>",
        text().depth,
        "https://law.moj.gov.tw/a",
        "Written by writer",
        "not reviewed yet",
        "CC BY 4.0",
        "第 1 條 公開",
    ):
        assert piece in page


def test_the_page_describes_itself_to_other_sites(publish, article, as_, settings):
    explainer = publish(article(1))
    page = as_(None).get(f"/c/one/background/{explainer.pk}/").content.decode()
    address = f"{settings.SITE_URL}/c/one/background/{explainer.pk}/"
    assert f'<link rel="canonical" href="{address}">' in page
    assert f'<meta property="og:description" content="{text().sentence}">' in page
    assert '<link rel="license" href="https://creativecommons.org/licenses/by/4.0/">' in page


def test_a_drafts_page_asks_not_to_be_found_and_describes_nothing(hidden, writer, as_):
    page = as_(writer).get(f"/c/one/background/{hidden.pk}/").content.decode()
    assert "noindex" in page
    assert "og:title" not in page


def test_hostile_titles_are_text(publish, article, as_):
    explainer = publish(article(1), title='"><script>alert(1)</script>', sentence='" onload="alert(1)')
    for address in [*addresses(explainer)[:4], "/c/one/background/"]:
        page = as_(None).get(address).content.decode()
        assert "<script>alert" not in page
        assert '" onload="' not in page


def test_the_page_holds_its_qr_code_without_inline_style(publish, article, as_):
    explainer = publish(article(1))
    page = as_(None).get(f"/c/one/background/{explainer.pk}/").content.decode()
    assert '<svg viewBox="0 0' in page
    assert "style=" not in page


def test_the_qr_file_is_an_svg_of_the_pages_address(publish, article, as_, settings):
    from forum.explainers.qr import qr_file

    explainer = publish(article(1))
    response = as_(None).get(f"/c/one/background/{explainer.pk}/qr.svg")
    assert response["Content-Type"] == "image/svg+xml"
    assert response.content == qr_file(f"{settings.SITE_URL}/c/one/background/{explainer.pk}/")
    assert b"style=" not in response.content


def test_a_text_in_the_other_language_says_so_and_names_its_language(publish, article, as_):
    explainer = publish(article(1))
    client = as_(None)
    client.cookies["django_language"] = "zh-hant"
    page = client.get(f"/c/one/background/{explainer.pk}/").content.decode()
    assert "這裡先顯示英文版" in page
    assert f'lang="en">{text().title}</h1>' in page


def test_the_history_shows_what_changed(publish, article, writer, as_):
    explainer = publish(article(1))
    content = text(plain="Whoever asks gets a **reply**.", provision_ids=frozenset({article(1)}))
    services.publish_revision(services.save_revision(explainer.pk, author=writer, content=content, base=1).pk)
    page = as_(None).get(f"/c/one/background/{explainer.pk}/history/").content.decode()
    assert "<ins>reply</ins>" in page
    assert "<del>answer</del>" in page
    first = as_(None).get(f"/c/one/background/{explainer.pk}/history/?to=1").content.decode()
    assert "This is the first revision." in first


def test_an_empty_list_invites(consultation, as_):
    assert "No background yet" in as_(None).get("/c/one/background/").content.decode()


def test_an_unknown_consultation_is_not_found(db, as_):
    assert as_(None).get("/c/nowhere/background/").status_code == 404


@pytest.mark.parametrize(
    "path", ["/c/one/background/", "/c/one/background/{}/", "/c/one/background/{}/history/"]
)
def test_the_number_of_queries_does_not_grow(publish, article, as_, path):
    explainer = publish(article(1))
    client = as_(None)
    with CaptureQueriesContext(connection) as few:
        client.get(path.format(explainer.pk))
    for number in (1, 2, 3, 4):
        publish(article(number), article(1))
    with CaptureQueriesContext(connection) as many:
        client.get(path.format(explainer.pk))
    assert len(few) == len(many)


# ---- withdrawing and reviewing --------------------------------------------------------------------------


def test_only_intermediaries_of_this_consultation_withdraw(publish, article, outsider, as_):
    explainer = publish(article(1))
    response = as_(outsider).post(f"/c/one/background/{explainer.pk}/withdraw/")
    assert response.status_code == (302 if outsider is None else 403)
    explainer.refresh_from_db()
    assert explainer.is_published


def test_an_intermediary_withdraws(publish, article, colleague, as_):
    explainer = publish(article(1))
    client = as_(colleague)
    assert client.get(f"/c/one/background/{explainer.pk}/withdraw/").status_code == 405
    for _ in range(2):
        assert client.post(f"/c/one/background/{explainer.pk}/withdraw/").status_code == 302
    explainer.refresh_from_db()
    assert not explainer.is_published


def test_another_intermediary_reviews_and_the_page_says_so(publish, article, colleague, as_):
    explainer = publish(article(1))
    address = f"/c/one/background/{explainer.pk}/"
    client = as_(colleague)
    assert "Mark as reviewed" in client.get(address).content.decode()
    client.post(address + "review/", {"revision": explainer.placed_by_id})
    assert "reviewed by colleague" in as_(None).get(address).content.decode()
    assert Notice.objects.get().url == address + "?in=en"
    again = as_(colleague).post(address + "review/", {"revision": explainer.placed_by_id})
    assert again.status_code == 409


def test_the_author_is_not_offered_the_review_and_is_refused(publish, article, writer, as_):
    explainer = publish(article(1))
    address = f"/c/one/background/{explainer.pk}/"
    assert "Mark as reviewed" not in as_(writer).get(address).content.decode()
    assert as_(writer).post(address + "review/", {"revision": explainer.placed_by_id}).status_code == 409


@pytest.mark.parametrize("revision", ["", "x", "0", "9" * 40])
def test_a_review_of_nothing_is_not_found(publish, article, colleague, as_, revision):
    explainer = publish(article(1))
    response = as_(colleague).post(f"/c/one/background/{explainer.pk}/review/", {"revision": revision})
    assert response.status_code == 404


def test_a_revision_of_another_explainer_is_not_reviewed_here(publish, article, colleague, as_):
    one, other = publish(article(1)), publish(article(2))
    response = as_(colleague).post(f"/c/one/background/{one.pk}/review/", {"revision": other.placed_by_id})
    assert response.status_code == 404
    assert not other.revisions.exclude(reviewed_at=None).exists()


def test_outsiders_do_not_review(publish, article, outsider, as_):
    explainer = publish(article(1))
    response = as_(outsider).post(
        f"/c/one/background/{explainer.pk}/review/", {"revision": explainer.placed_by_id}
    )
    assert response.status_code == (302 if outsider is None else 403)
