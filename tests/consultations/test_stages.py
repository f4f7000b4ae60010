from datetime import timedelta

import pytest

from forum.consultations import selectors
from forum.consultations.stages import Act

from .conftest import at

SECOND = timedelta(seconds=1)
ALL = frozenset(Act)
ANSWERS = frozenset({Act.REPLY, Act.ENDORSE})
NONE: frozenset[Act] = frozenset()


@pytest.mark.parametrize(
    ("moment", "kind", "general", "sections"),
    [
        (at(1) - SECOND, None, NONE, NONE),
        (at(1), "proposal", ALL, NONE),
        (at(5) - SECOND, "proposal", ALL, NONE),
        (at(5), "opinion", ALL, ALL),
        (at(15) - SECOND, "opinion", ALL, ALL),
        (at(15), None, NONE, NONE),
        (at(20) - SECOND, None, NONE, NONE),
        (at(20), "reflection", ANSWERS, ANSWERS),
        (at(25) - SECOND, "reflection", ANSWERS, ANSWERS),
        (at(25), "legislation", NONE, NONE),
        (at(30), None, NONE, NONE),
    ],
)
def test_a_stage_opens_and_closes_on_the_second(consultation, moment, kind, general, sections):
    stage = selectors.current_stage(consultation, at=moment)
    assert (stage.kind if stage else None) == kind
    assert selectors.allowed_actions(consultation, at=moment, general=True) == general
    assert selectors.allowed_actions(consultation, at=moment, general=False) == sections


@pytest.mark.parametrize(
    ("moment", "flags", "following"),
    [
        (at(1) - SECOND, (False, True, False, False), "proposal"),
        (at(5), (True, False, False, False), "reflection"),
        (at(17), (False, False, True, False), "reflection"),
        (at(26), (False, False, False, False), None),
        (at(30), (False, False, False, True), None),
    ],
)
def test_the_situation_says_what_is_and_what_comes(consultation, moment, flags, following):
    found = selectors.situation(consultation.stages.all(), moment)
    assert (found.is_open, found.is_before, found.is_between, found.is_over) == flags
    assert (found.next_stage.kind if found.next_stage else None) == following


def test_the_line_of_stages_has_past_present_and_future(consultation):
    found = selectors.situation(consultation.stages.all(), at(6))
    assert [(s.stage.kind, s.state) for s in found.steps] == [
        ("proposal", "past"),
        ("opinion", "current"),
        ("reflection", "next"),
        ("legislation", "next"),
    ]
