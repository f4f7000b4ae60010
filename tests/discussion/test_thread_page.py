"""A page of a thread costs the same however long the thread is."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forum.discussion.models import PATH_DIGITS, Post, ReadMark, Revision, Thread

PAGE = "/c/online/talk/art-1/"
MOST_QUERIES = 12


def fill(thread, author, count, start=1):
    """Root posts made in bulk, as the thread's services would have left them."""
    now = timezone.now()
    posts = Post.objects.bulk_create(
        [
            Post(
                thread=thread,
                number=number,
                path=f"{number:0{PATH_DIGITS}d}",
                author=author,
                state="published",
                created_at=now,
            )
            for number in range(start, start + count)
        ]
    )
    Revision.objects.bulk_create(
        [
            Revision(
                post=post,
                number=1,
                source=f"n{post.number}",
                html=f"<p>n{post.number}</p>",
                language="en",
                was_public=True,
            )
            for post in posts
        ]
    )
    Thread.objects.filter(pk=thread.pk).update(
        last_post_number=start + count - 1, post_count=start + count - 1
    )


def numbers(html):
    return [int(n) for n in re.findall(r"<p>n(\d+)</p>", html)]


def queries_of(client, path):
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = client.get(path)
    assert answer.status_code == 200
    return [query["sql"] for query in captured.captured_queries]


@pytest.mark.parametrize("signed_in", [True, False])
def test_the_number_of_queries_is_fixed(client, thread, alice, bob, signed_in):
    if signed_in:
        client.force_login(bob)
    fill(thread, alice, 10)
    few = queries_of(client, PAGE)
    fill(thread, alice, 1000, start=11)
    many = queries_of(client, PAGE)
    middle = queries_of(client, f"{PAGE}?after={500:0{PATH_DIGITS}d}")
    assert len(few) == len(many) == len(middle)
    assert len(many) <= MOST_QUERIES, "\n".join(many)


def test_pages_follow_each_other_without_gap_or_repeat(client, thread, alice):
    fill(thread, alice, 120)
    client.cookies["django_language"] = "en"
    seen, path = [], PAGE
    while path:
        html = client.get(path).content.decode()
        seen += numbers(html)
        found = re.search(r'rel="next" href="([^#]+)#talk"', html)
        path = PAGE + found[1] if found else None
    assert seen == list(range(1, 121))
    back = re.search(r'rel="prev" href="([^#]+)#talk"', html)
    assert numbers(client.get(PAGE + back[1]).content.decode()) == list(range(51, 101))


def test_a_permalink_opens_the_page_that_holds_the_post(client, thread, alice):
    fill(thread, alice, 120)
    post = Post.objects.get(number=77)
    answer = client.get(f"/posts/{post.pk}/", follow=True)
    assert numbers(answer.content.decode())[0] == 77


@pytest.mark.parametrize("cursor", ["abc", "1' OR 1=1", "9" * 30, "１２"])
def test_a_made_up_cursor_is_refused(client, thread, cursor):
    assert client.get(PAGE, {"after": cursor}).status_code == 400


def test_both_languages_are_rendered_once_and_kept(client, thread, alice, django_assert_num_queries):
    fill(thread, alice, 3)
    for language, word in (("en", "Endorse"), ("zh-hant", "附議")):
        client.cookies["django_language"] = language
        client.get(PAGE)
        assert word in client.get(PAGE).content.decode()


def test_the_outline_says_what_is_new_to_the_reader(client, thread, alice, bob):
    client.cookies["django_language"] = "en"
    fill(thread, alice, 4)
    client.force_login(bob)
    elsewhere = "/c/online/talk/art-2/"
    assert re.search(r'outline__new">4<', client.get(elsewhere).content.decode())
    client.get(PAGE)
    assert ReadMark.objects.get(user=bob).last_post_number == 4
    assert "outline__new" not in client.get(elsewhere).content.decode()


def test_the_page_speaks_the_readers_language(client, thread):
    client.cookies["django_language"] = "zh-hant"
    chinese = client.get(PAGE).content.decode()
    assert 'lang="zh-Hant-TW"' in chinese
    assert "第一條的條文" in chinese
    client.cookies["django_language"] = "en"
    english = client.get(PAGE).content.decode()
    assert "Text of art-1" in english
    assert "Courtesy translation" in english
