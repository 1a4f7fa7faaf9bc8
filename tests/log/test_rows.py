"""What an activity does not have is NULL in its row: nothing else takes no room, and means nothing
to SQL users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from activity.meeting import of_organizer

if TYPE_CHECKING:
    from fed_log import Log

ANA, BOB = "ana@acme.example", "bob@globex.example"
_ABSENT = "SELECT thread, ends, reason, replies_to, subject, evidence, revision FROM activity ORDER BY id"


def test_a_plain_first_message_has_nothing_beyond_what_it_is(log: Log) -> None:
    log.mail(BOB, ANA, 1)
    assert log.connection.execute(_ABSENT).fetchall() == [(None,) * 7]
    assert log.connection.execute("SELECT touch_code, answer FROM participation ORDER BY role_code").fetchall() == [
        (0, None),
        (None, None),
    ]


def test_an_answer_belongs_to_the_conversation_that_its_first_message_began(log: Log) -> None:
    first = log.mail(BOB, ANA, 1)
    log.mail(ANA, BOB, 2, answers=first)
    (began,) = log.connection.execute("SELECT identity_hash FROM activity WHERE identity = ?", (first,)).fetchone()
    threads = log.connection.execute("SELECT thread, replies_to FROM activity ORDER BY id").fetchall()
    assert threads == [(None, None), (began, first)]


def test_a_meeting_ends_and_has_its_revision(log: Log) -> None:
    log.meet(BOB, 3)
    ends, revision = log.connection.execute("SELECT ends, revision FROM activity").fetchone()
    assert (ends, revision) == (int(log.day(3).timestamp()) + 3600, of_organizer("1"))
    answers = log.connection.execute("SELECT answer FROM participation ORDER BY role_code").fetchall()
    assert answers == [(None,), ("ACCEPTED",)]


def test_what_only_some_of_many_rows_have_is_theirs_and_the_order_stays(log: Log) -> None:
    one = {"sender": BOB, "to": ANA}
    subjects = ["Offer" if n in (2, 149) else "" for n in range(250)]
    log.mail_batch([
        {**one, "days": 1 + n / 1000, "message_id": f"<m{n}@x>", "subject": it} for n, it in enumerate(subjects)
    ])  # fmt: skip
    rows = log.connection.execute("SELECT identity, subject FROM activity ORDER BY id").fetchall()
    assert [identity for identity, _ in rows] == [f"<m{n}@x>" for n in range(250)]
    assert [n for n, (_, subject) in enumerate(rows) if subject == "Offer"] == [2, 149]
    assert {subject for _, subject in rows} == {"Offer", None}
