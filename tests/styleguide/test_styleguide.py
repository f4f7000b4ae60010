from __future__ import annotations

import re

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from forum.styleguide.views import PAGES

ADDRESSES = [reverse("styleguide:index"), *(reverse("styleguide:page", args=[name]) for name in PAGES)]
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(("language", "tag"), [("zh-hant", "zh-Hant-TW"), ("en", "en")])
@override_settings(DEMONSTRATION=True)
def test_every_page_of_the_style_guide_renders_in_both_languages(
    client: Client, address: str, language: str, tag: str
) -> None:
    response = client.get(address, {"language": language})
    assert response.status_code == 200
    assert f'<html lang="{tag}"' in response.content.decode()


@pytest.mark.django_db
@override_settings(DEMONSTRATION=True)
def test_english_style_guide_holds_no_chinese_but_the_language_switch(client: Client) -> None:
    page = client.get(ADDRESSES[0], {"language": "en"}).content.decode()
    assert not HAN.search(page.replace("繁體中文", ""))


@pytest.mark.django_db
@override_settings(DEMONSTRATION=True)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_style_guide_shows_the_theme_that_the_address_names(client: Client, theme: str) -> None:
    page = client.get(ADDRESSES[0], {"theme": theme}).content.decode()
    assert f'data-theme="{theme}"' in page.split("<head>")[0]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES)
@override_settings(DEMONSTRATION=False)
def test_style_guide_does_not_exist_outside_demonstration_mode(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


@pytest.mark.django_db
@override_settings(DEMONSTRATION=True)
def test_unknown_page_of_the_style_guide_is_not_found(client: Client) -> None:
    assert client.get(reverse("styleguide:page", args=["nothing"])).status_code == 404
