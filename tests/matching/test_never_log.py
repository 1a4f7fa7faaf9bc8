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
