from django.test import Client


def test_the_site_answers_a_health_check():
    assert Client().get("/healthz").content == b"ok"
