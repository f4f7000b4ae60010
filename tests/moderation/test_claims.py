"""A claim holds a case for one facilitator, for a while."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from moderation.errors import CaseChanged, ClaimedByAnother, SomebodyElseDecides
from moderation.models import Case
from moderation.services import claim_case, release_case

pytestmark = pytest.mark.django_db


def test_a_claim_holds_the_case_for_a_quarter_of_an_hour(held_case, fay):
    with time_machine.travel(timezone.now(), tick=False):
        case = claim_case(held_case.pk, actor=fay)
        assert case.claimed_by == fay
        assert case.claimed_until == timezone.now() + timedelta(minutes=15)
    assert case.version == held_case.version


def test_a_second_facilitator_is_told_that_the_case_is_taken(held_case, fay, finn):
    claim_case(held_case.pk, actor=fay)
    with pytest.raises(ClaimedByAnother):
        claim_case(held_case.pk, actor=finn)
    assert Case.objects.get().claimed_by == fay


def test_a_claim_that_ran_out_can_be_taken_over(held_case, fay, finn):
    claim_case(held_case.pk, actor=fay)
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert claim_case(held_case.pk, actor=finn).claimed_by == finn


def test_claiming_again_prolongs(held_case, fay):
    first = claim_case(held_case.pk, actor=fay).claimed_until
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        assert claim_case(held_case.pk, actor=fay).claimed_until > first


def test_a_claim_is_given_back(held_case, fay, finn):
    claim_case(held_case.pk, actor=fay)
    release_case(held_case.pk, actor=fay)
    assert claim_case(held_case.pk, actor=finn).claimed_by == finn


def test_nobody_gives_back_the_claim_of_another(held_case, fay, finn):
    claim_case(held_case.pk, actor=fay)
    release_case(held_case.pk, actor=finn)
    assert Case.objects.get().claimed_by == fay


def test_a_claimed_case_is_decided_by_its_holder_alone(held_case, fay, finn, decided):
    claim_case(held_case.pk, actor=finn)
    with pytest.raises(ClaimedByAnother):
        decided(held_case, actor=fay)
    assert decided(held_case, actor=finn).actor == finn


def test_a_closed_case_cannot_be_claimed(held_case, fay, decided):
    decided(held_case)
    with pytest.raises(CaseChanged):
        claim_case(held_case.pk, actor=fay)


def test_only_facilitators_of_the_consultation_claim(held_case, bob, stranger):
    for person in (bob, stranger):
        with pytest.raises(PermissionDenied):
            claim_case(held_case.pk, actor=person)
        with pytest.raises(PermissionDenied):
            release_case(held_case.pk, actor=person)


def test_facilitators_do_not_claim_cases_of_their_own_posts(insist, fay):
    case = Case.objects.get(post=insist(fay))
    with pytest.raises(SomebodyElseDecides):
        claim_case(case.pk, actor=fay)


def test_claiming_over_http_leads_back_to_the_case(client, held_case, fay, finn):
    client.force_login(fay)
    address = reverse("moderation:claim", args=[held_case.pk])
    assert client.get(address).status_code == 405
    assert client.post(address).url == reverse("moderation:case", args=[held_case.pk])
    client.force_login(finn)
    assert client.post(address).status_code == 409
