"""How far a mailbox was read, and what that leaves to do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.mail.mailboxes import MailboxState
from capture.mail.position import SET_CHARACTERS, Position, UidSet, resume, uid_sets, unchanged

DAY, EARLIER, LATER = "2025-06-01", "2024-06-01", "2026-06-01"
HERE = Position(7, 101, DAY)


def members(uid_set: UidSet) -> list[int]:
    found = []
    for part in uid_set.text.split(","):
        first, _, last = part.partition(":")
        found += range(int(first), int(last or first) + 1)
    return found


@given(st.sets(st.integers(1, 3000), min_size=1), st.integers(1, 700))
def test_sets_cover_exactly_the_uids_in_order(uids: set[int], most: int) -> None:
    sets = list(uid_sets(sorted(uids), most))
    assert [uid for one in sets for uid in members(one)] == sorted(uids)
    for one in sets:
        assert len(members(one)) <= most
        assert one[1:] == (members(one)[0], members(one)[-1], len(members(one)))


@given(st.sets(st.integers(1, 2**32 - 1), min_size=1, max_size=3000))
def test_sets_of_scattered_uids_stay_short(uids: set[int]) -> None:
    sets = list(uid_sets(sorted(uids), 5000))
    assert [uid for one in sets for uid in members(one)] == sorted(uids)
    assert max(len(one.text) for one in sets) <= SET_CHARACTERS


def test_a_whole_mailbox_is_one_range() -> None:
    assert list(uid_sets(range(1, 5001), 5000)) == [UidSet("1:5000", 1, 5000, 5000)]
    assert list(uid_sets([], 5000)) == []


@given(st.none() | st.integers(0, 2**32), st.integers(1, 2**32), st.dates())
def test_a_position_survives_its_cursor(validity: int | None, next_uid: int, since: object) -> None:
    position = Position(validity, next_uid, str(since))
    assert Position.from_cursor(position.cursor()) == position


@pytest.mark.parametrize(
    "cursor",
    [None, "", "null", "{}", "[]", "[7, 101]", '[7, "101", "2025-06-01"]', '["7", 101, "2025-06-01"]', '[7, 101, "x"]',
     "[7, 101, 3]", "not json", "[" * 100_000],
)  # fmt: skip
def test_a_cursor_that_is_not_ours_is_no_position(cursor: str | None) -> None:
    assert Position.from_cursor(cursor) is None


@pytest.mark.parametrize(
    ("position", "state", "since", "expected"),
    [
        (HERE, MailboxState(7, 101, 100), DAY, True),
        (HERE, MailboxState(7, 101, 90), DAY, True),  # some were expunged
        (HERE, MailboxState(7, 102, 101), DAY, False),
        (HERE, MailboxState(7, 50, 49), DAY, False),  # UIDNEXT went back
        (HERE, MailboxState(8, 101, 100), DAY, False),
        (HERE, MailboxState(6, 101, 100), DAY, False),  # any change, not only a rise
        (HERE, MailboxState(0, 101, 100), DAY, False),
        (Position(0, 101, DAY), MailboxState(0, 101, 100), DAY, True),
        (HERE, MailboxState(None, 101, 100), DAY, False),
        (Position(None, 101, DAY), MailboxState(None, 101, 100), DAY, False),  # nothing vouches for the UIDs
        (Position(None, 1, DAY), MailboxState(None, None, 0), DAY, False),
        (HERE, MailboxState(7, None, 100), DAY, False),
        (HERE, MailboxState(7, None, 0), DAY, True),
        (HERE, MailboxState(7, 200, 0), DAY, True),
        (HERE, MailboxState(8, 1, 0), DAY, False),
        (HERE, None, DAY, False),
        (None, MailboxState(7, 101, 100), DAY, False),
        (HERE, MailboxState(7, 101, 100), EARLIER, False),  # older mail is wanted now
        (HERE, MailboxState(7, 101, 100), LATER, True),
    ],
)
def test_unchanged(position: Position | None, state: MailboxState | None, since: str, expected: bool) -> None:
    assert unchanged(position, state, since) is expected


@pytest.mark.parametrize(
    ("position", "state", "since", "expected"),
    [
        (HERE, MailboxState(7, 150, 149), DAY, HERE),
        (HERE, MailboxState(7, 101, 100), DAY, HERE),
        (HERE, MailboxState(7, None, 100), DAY, HERE),
        (HERE, MailboxState(8, 150, 149), DAY, Position(8, 1, DAY)),
        (HERE, MailboxState(6, 150, 149), DAY, Position(6, 1, DAY)),
        (HERE, MailboxState(None, 150, 149), DAY, Position(None, 1, DAY)),
        (Position(None, 101, DAY), MailboxState(None, 150, 149), DAY, Position(None, 1, DAY)),
        (HERE, MailboxState(7, 50, 49), DAY, Position(7, 1, DAY)),
        (HERE, MailboxState(7, 150, 149), EARLIER, Position(7, 1, EARLIER)),
        (None, MailboxState(7, 150, 149), DAY, Position(7, 1, DAY)),
    ],
)
def test_resume(position: Position | None, state: MailboxState, since: str, expected: Position) -> None:
    assert resume(position, state, since) == expected
