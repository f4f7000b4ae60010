import re

import pytest
import time_machine
from django.test import override_settings
from django.urls import reverse

from forum.consultations import activity, services

from .conftest import at, draft_text
from .drafts import read


@pytest.fixture(autouse=True)
def in_the_opinion_stage():
    with time_machine.travel(at(6), tick=False):
        yield


@pytest.fixture
def published(consultation, publish, tmp_path):
    """The consultation with two versions; the first in English too."""
    version = publish(consultation, draft_text(3)).version
    services.import_translation(read(tmp_path, draft_text(3, chinese=False)), version=version, language="en")
    publish(consultation, draft_text(4, changed=2))
    return consultation


def get(client, url: str, language: str = "en", status: int = 200) -> str:
    client.cookies["django_language"] = language
    response = client.get(url, headers={"accept-language": language})
    assert response.status_code == status
    return response.content.decode()


def page(name: str, *arguments: object) -> str:
    return reverse(f"consultations:{name}", args=("parks", *arguments))


def test_the_list_says_what_is_open_until_when_and_what_happens_next(client, published):
    html = get(client, "/")
    assert "Park Opening Regulations" in html
    assert "Should parks open at night?" in html
    for said in ("Opinion stage open", "9 days left", "15 March 2026", "Next: Reflection", "20 March 2026"):
        assert re.search(re.escape(said), html.replace("15 Mar 2026", "15 March 2026")), said
    chinese = get(client, "/", "zh-hant")
    assert "公園夜間開放辦法草案" in chinese
    assert "公園該在夜間開放嗎？" in chinese


def test_open_consultations_stand_first_then_what_comes_then_what_was(client, consultation):
    def add(slug, *window):
        services.create_consultation(
            slug, title=slug, agency="x", question="x", language="en", level="central",
            stages=[services.StageWindow("opinion", *window)],
        )  # fmt: skip

    add("over", at(1), at(2))
    add("coming", at(10), at(12))
    add("closing-soon", at(1), at(7))
    html = get(client, "/")
    assert re.findall(r'href="/c/([a-z-]+)/"', html) == ["closing-soon", "parks", "coming", "over"]


def test_without_a_consultation_the_list_says_so(client, db):
    assert "No consultation yet" in get(client, "/")


@pytest.mark.parametrize("query", ["?page=0", "?page=x", "?page=-1"])
def test_a_page_that_is_no_number_is_not_found(client, db, query):
    get(client, f"/{query}", status=404)


def test_the_consultation_page_has_its_facts_stages_and_articles(client, published):
    html = get(client, page("detail"))
    for said in (
        "City",
        "local government",
        "Should parks open at night?",
        "Opinion",
        "Legislation",
        "Version 2",
    ):
        assert said in html
    assert re.findall(r'href="/c/parks/talk/([^/]+)/"', html).count("art-4") == 1
    assert 'href="/c/parks/compare/1/2/"' in html
    assert 'lang="zh-Hant-TW"' in html, "the new article has no translation and says which language it is in"


def test_the_consultation_page_counts_the_posts_where_somebody_keeps_count(client, published, monkeypatch):
    monkeypatch.setattr(activity, "_providers", [lambda _id: {"art-1": 7, "_": 3}])
    html = get(client, page("detail"))
    assert "7 posts" in html
    assert "3 posts" in html


def test_a_consultation_without_a_text_says_so(client, consultation):
    for name in ("detail", "draft"):
        assert "The draft text is not published yet" in get(client, page(name))


def test_the_whole_text_has_an_anchor_for_every_provision(client, published):
    html = get(client, page("draft"))
    ids = re.findall(r'id="((?:ch|art)-[^"]+)"', html)
    newest = published.versions.order_by("-number").first()
    assert ids == list(newest.sections.order_by("position").values_list("provision__anchor", flat=True))
    assert "Park area 1 is open at night." in html
    assert "公園不得於夜間開放第2區。" in html
    assert "courtesy translation" in html
    assert "courtesy" not in get(client, page("draft"), "zh-hant")


def test_an_older_version_has_its_own_address(client, published):
    html = get(client, page("draft") + "?version=1")
    assert "art-4" not in html
    assert "Go to the newest version" in html
    get(client, page("draft") + "?version=9", status=404)
    get(client, page("draft") + "?version=x", status=404)


def test_the_comparison_shows_what_changed_and_names_what_did_not(client, published):
    html = get(client, page("compare", 1, 2), "zh-hant")
    assert "公園<ins>不</ins>得於夜間開放第2區。" in html.replace("\n", "")
    assert "<ins>公園得於夜間開放第4區。</ins>" in html.replace("\n", "")
    assert re.findall(r'#(art-\d+)"', html) == ["art-1", "art-3"]


def test_the_comparison_is_in_the_readers_language_where_both_versions_have_it(client, published, tmp_path):
    second = published.versions.get(number=2)
    services.import_translation(
        read(tmp_path, draft_text(4, changed=2, chinese=False)), version=second, language="en"
    )
    html = get(client, page("compare", 1, 2)).replace("\n", "")
    assert "Park area 2 is <del>open</del><ins>closed</ins> at night." in html


def test_versions_of_other_consultations_are_not_found(client, published):
    get(client, page("compare", 1, 9), status=404)
    get(client, reverse("consultations:draft", args=("nowhere",)), status=404)
    services.create_consultation("other", title="x", agency="x", question="x", language="en", level="local")
    get(client, reverse("consultations:compare", args=("other", 1, 2)), status=404)


def test_what_a_draft_says_is_never_markup(client, consultation, publish):
    publish(consultation, "## 第一條 <script>x</script>\n\n文<img src=x>。\n\n說明：<script>y</script>\n")
    publish(consultation, "## 第一條 <script>z</script>\n\n文<img src=z>。\n\n說明：<script>w</script>\n")
    for name, arguments in (("detail", ()), ("draft", ()), ("compare", (1, 2))):
        html = get(client, page(name, *arguments))
        assert not re.search(r"<script>[xyzw]|<img", html)


@pytest.mark.parametrize("signed_in", [False, True])
def test_pages_cost_the_same_queries_whatever_the_size_of_the_draft(
    client, consultation, publish, django_assert_max_num_queries, django_user_model, signed_in
):
    if signed_in:
        client.force_login(django_user_model.objects.create_user(email="a@example.org", password="x"))
    counts = []
    for articles in (3, 60):
        publish(consultation, draft_text(articles))
        publish(consultation, draft_text(articles, changed=2))
        newest = consultation.versions.count()
        counted = []
        for url in ("/", page("detail"), page("draft"), page("compare", newest - 1, newest)):
            with django_assert_max_num_queries(12) as queries:
                get(client, url)
            counted.append(len(queries))
        counts.append(counted)
    assert counts[0] == counts[1]


def test_only_reading_is_possible(client, published):
    with override_settings(DEBUG=False):
        for url in ("/", page("detail"), page("draft"), page("compare", 1, 2)):
            assert client.post(url).status_code == 405


def test_reasons_keep_their_lines_and_their_emphasis(client, consultation, publish):
    publish(consultation, "## 第一條\n\n文。\n\n說明：\n一、明定。\n二、**甲案：**公司開放。\n")
    html = get(client, page("draft"), "zh-hant")
    assert "一、明定。<br>" in html
    assert "<strong>甲案</strong>：公司開放。" in html
