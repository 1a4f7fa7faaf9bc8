"""Whom a title names."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity.address import Address
from activity.facts import Facts
from activity.participant import TITLE, Participant
from matchers.judge import judge
from matchers.policy import Policy
from matchers.titles import first_pair, may_name, name_key, pairs, phrases, the_one

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
POLICY = Policy(own_addresses=frozenset({"ana@acme.example"}))
CALL = Facts("meeting:1", "meeting", AT, (), subject="Call Iris van Dam", ends=AT)


def named(title: str, *names: str) -> str | None:
    """Which of these contacts."""
    holders: dict[str, set[int]] = {}
    for number, name in enumerate(names):
        if key := name_key(name):
            holders.setdefault(key, set()).add(number)
    found = the_one(title, {key: who for key, who in holders.items() if key in phrases(title)})
    return None if found is None else names[found]


@pytest.mark.parametrize(
    "title",
    [
        "Call Iris van Dam",
        "IRIS VAN DAM",
        "Lunch: Iris van Dam (Initech)",
        "iris van dam/prices",
        "Iris van Dam's offer",
        "Iris van Dam, and once more Iris van Dam",
    ],
)
def test_a_full_name_in_any_case_and_among_any_signs(title: str) -> None:
    assert named(title, "Iris van Dam", "Max Roth") == "Iris van Dam"


@pytest.mark.parametrize(
    "title",
    [
        "",
        "Call Iris",
        "Call van Dam",
        "Call Iris Dam",
        "Call Iris van Damme",
        "Call Iris van der Dam",
        "Dam Iris van",
        "Anna-Iris van Dam",
        "Íris van Dam",
        "Iris van Dam and Max Roth",
    ],
)
def test_less_than_the_name_another_one_and_two_people_are_nobody(title: str) -> None:
    assert named(title, "Iris van Dam", "Max Roth") is None


def test_a_letter_is_the_same_however_it_is_written_and_no_other() -> None:
    assert named("Kaffee mit Jo\u0308rg Mu\u0308ller", "Jörg Müller") == "Jörg Müller"
    assert named("Kaffee mit Jorg Muller", "Jörg Müller") is None


def test_two_contacts_of_one_name_are_nobody() -> None:
    assert named("Call Iris van Dam", "Iris van Dam", "Iris Van Dam") is None


def test_the_longer_name_is_meant() -> None:
    assert named("Call Mary Ann Lee", "Ann Lee", "Mary Ann Lee") == "Mary Ann Lee"
    assert named("Mary Ann Lee and Ann Lee", "Ann Lee", "Mary Ann Lee") is None


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Iris van Dam", "iris van dam"),
        ("Dam, Iris", "iris dam"),
        ("Dr. Iris Dam", "iris dam"),
        ("Iris", None),
        ("Mr Dam", None),
        ("", None),
        ("iris dam@initech.example", None),
        ("the office of our friends at the lake", None),
    ],
)
def test_what_a_title_must_hold(name: str, key: str | None) -> None:
    assert name_key(name) == key


@given(st.text(), st.text(), st.text(alphabet="abc ,'-", min_size=3))
def test_whatever_names_somebody_is_found_by_its_first_two_words(before: str, after: str, name: str) -> None:
    key = name_key(name)
    title = f"{before} {name} {after}"
    if key is not None and the_one(title, {key: {1}} if key in phrases(title) else {}) is not None:
        assert first_pair(key) in pairs(title)


@given(st.text())
def test_any_text_is_a_title_and_a_name(text: str) -> None:
    assert the_one(text, dict.fromkeys(phrases(text), ())) is None
    if (key := name_key(text)) is not None:
        assert name_key(key) in (key, None)


def test_only_a_meeting_at_a_time_of_ours_and_without_guests_is_open_to_it() -> None:
    ours, theirs = Address("ana@acme.example"), Address("max@other.example")
    assert may_name(CALL, POLICY)
    assert may_name(replace(CALL, participants=(Participant(ours, "organizer"),)), POLICY)
    assert may_name(replace(CALL, participants=(Participant(theirs, TITLE),)), POLICY)
    for other in (
        replace(CALL, subject=""),
        replace(CALL, kind="email"),
        replace(CALL, evidence={"all-day": "yes"}),
        replace(CALL, evidence={"invited": "1"}),
        replace(CALL, evidence={"noted": "met"}),
        replace(CALL, participants=(Participant(theirs, "organizer"),)),
        replace(CALL, participants=(Participant(ours, "attendee"),)),
    ):
        assert not may_name(other, POLICY)


@pytest.mark.parametrize(
    ("titles", "confirmed", "status", "touch"),
    [
        ("suggest", False, "", None),
        ("suggest", True, "", "meeting"),
        ("count", False, "", "meeting"),
        ("count", True, "CANCELLED", None),
    ],
)
def test_it_counts_where_that_was_said_of_all_or_of_this_one(
    titles: str, confirmed: bool, status: str, touch: str | None
) -> None:
    iris = Participant(Address("iris@initech.example"), TITLE)
    evidence = {"status": status} if status else {}
    facts = replace(CALL, participants=(iris,), confirmed=confirmed, evidence=evidence)
    assert judge(facts, replace(POLICY, titles=titles)).touches == (touch,)
