"""Rules as people write them, and whom they forbid."""

from __future__ import annotations

import pytest

from matchers.never_log import NeverLog, checked_rule

PEOPLE = (
    "a@health.example", "b@sub.health.example", "law@x.example", "q@xn--mnchen-3ya.example", "bob@unhealth.example",
)  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "forbidden"),
    [
        ("Health.Example.", (0, 1)),
        (" @health.example ", (0, 1)),
        ("*@health.example", (0,)),
        ("*.health.example", (1,)),
        ("*@*health.example.", (0, 1, 4)),
        ("Law@X.Example", (2,)),
        ("law@*", (2,)),
        ("l?w@x.example", (2,)),
        ("münchen.example", (3,)),
        ("*@München.example", (3,)),
        ("*", (0, 1, 2, 3, 4)),
    ],
)
def test_a_rule_in_any_spelling_forbids_whom_it_means(rule: str, forbidden: tuple[int, ...]) -> None:
    forbids = NeverLog([checked_rule(rule)])
    assert [person for person in PEOPLE if forbids(person)] == [PEOPLE[number] for number in forbidden]
    assert checked_rule(checked_rule(rule)) == checked_rule(rule)


@pytest.mark.parametrize(
    "rule", ["", " ", "health", "a b", "Lawyer <law@x.example>", "a@b@c", "@", "law@", "a.example, b.example"]
)
def test_a_rule_that_could_forbid_nobody_is_a_mistake(rule: str) -> None:
    with pytest.raises(ValueError, match="no address, no domain and no pattern"):
        checked_rule(rule)


GMAIL_SPELLINGS = ("law.yer@gmail.com", "lawyer+case@googlemail.com", "l.a.w.yer@googlemail.com", "lawyer@gmail.com")


@pytest.mark.parametrize("rule", ["lawyer@gmail.com", "law.yer@googlemail.com", "lawye*@gmail.com", "googlemail.com"])
def test_at_gmail_a_rule_forbids_every_spelling_of_the_mailbox(rule: str) -> None:
    forbids = NeverLog([checked_rule(rule)])
    assert [one for one in GMAIL_SPELLINGS if not forbids(one)] == []
    assert forbids("a.lawyer@gmail.com") == (rule == "googlemail.com")


def test_an_address_forbids_its_tags_and_a_tagged_one_only_itself() -> None:
    law = NeverLog([checked_rule("law@x.example")])
    assert law("law+divorce@x.example")
    assert not law("l.aw@x.example")
    tagged = NeverLog([checked_rule("me+shop@x.example")])
    assert tagged("me+shop@x.example")
    assert not tagged("me@x.example")
    assert not tagged("me+other@x.example")
