"""Calendar files in which meetings come again under other UIDs."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from file_log import FileLog
from hypothesis import given, settings
from hypothesis import strategies as st

GUEST = "ATTENDEE;PARTSTAT={answer}:mailto:{who}@globex.example"


def event(
    uid: str, day: int = 2, title: str = "Review", who: str = "olga", answer: str = "ACCEPTED", *more: str
) -> str:
    lines = [
        f"DTSTART:202603{day:02d}T100000Z",
        "DURATION:PT1H",
        f"SUMMARY:{title}",
        GUEST.format(who=who, answer=answer),
    ]
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", *lines, *more, "END:VEVENT", ""])


def write(path: Path, *events: str, tick: int = 0) -> None:
    path.write_text("".join(["BEGIN:VCALENDAR\r\n", *events, "END:VCALENDAR\r\n"]), newline="")
    os.utime(path, ns=(tick, tick))


class Feed:
    """A file that is written anew before every pass."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "feed.ics"
        self.log = FileLog(folder)
        self.passes = 0

    def fetch(self, *events: str) -> list[str]:
        """The hrefs of what is new or changed."""
        self.passes += 1
        write(self.path, *events, tick=self.passes)
        batches = self.log.sync()
        assert not any(batch.skipped or batch.error for batch in batches)
        return [item.href for batch in batches for item in batch.items]  # type: ignore[union-attr]

    def uids(self) -> dict[str, set[str]]:
        return {
            href.partition("#")[2]: set(re.findall("UID:(.*)\r", one.text)) for href, one in self.log.objects.items()
        }


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    return Feed(tmp_path)


def test_what_only_has_another_uid_is_no_news(feed: Feed) -> None:
    assert feed.fetch(event("a1"), event("b1", day=9)) == ["feed.ics#a1", "feed.ics#b1"]
    for n in (2, 3, 4):
        assert feed.fetch(event(f"b{n}", day=9), event(f"a{n}")) == []
    assert feed.uids() == {"a1": {"a1"}, "b1": {"b1"}}


@pytest.mark.parametrize(
    "change",
    [
        {"answer": "DECLINED"},
        {"more": ("STATUS:CANCELLED",)},
        {"more": ("SEQUENCE:3", "LAST-MODIFIED:20260301T000000Z")},
        {"more": ("RRULE:FREQ=DAILY;COUNT=3",)},
    ],
)  # fmt: skip
def test_what_changed_as_well_is_the_same_meeting_changed(feed: Feed, change: dict[str, str | Sequence[str]]) -> None:
    feed.fetch(event("a1"), event("b1", day=9))
    more = change.pop("more", ())
    changed = event("a2", 2, "Review", "olga", str(change.get("answer", "ACCEPTED")), *more)
    assert feed.fetch(changed, event("b2", day=9)) == ["feed.ics#a1"]
    assert feed.uids() == {"a1": {"a1"}, "b1": {"b1"}}
    assert feed.fetch(changed.replace("a2", "a3"), event("b3", day=9)) == []


@pytest.mark.parametrize("other", [{"day": 3}, {"title": "Another"}, {"who": "pia"}])
def test_what_is_at_another_time_of_another_title_or_with_others_is_another_meeting(
    feed: Feed, other: dict[str, str]
) -> None:
    feed.fetch(event("a1"))
    assert feed.fetch(event("a2", **other)) == ["feed.ics#a2"]  # type: ignore[arg-type]
    assert set(feed.uids()) == {"a2"}


def test_a_series_with_what_overrides_it_keeps_its_uid(feed: Feed) -> None:
    def series(uid: str, until: int) -> tuple[str, str]:
        rule = f"RRULE:FREQ=DAILY;UNTIL=202603{until:02d}T235959Z"
        return event(uid, 2, "Daily", "olga", "ACCEPTED", rule), event(
            uid, 4, "Daily", "olga", "ACCEPTED", "RECURRENCE-ID:20260303T100000Z"
        )

    feed.fetch(*series("s1", until=10))
    assert feed.fetch(*series("s2", until=10)) == []
    assert feed.fetch(*series("s3", until=12)) == ["feed.ics#s1"]
    assert feed.uids() == {"s1": {"s1"}}


def test_what_leaves_the_feed_is_gone_and_may_come_back(feed: Feed) -> None:
    feed.fetch(event("a1"), event("b1", day=9))
    feed.fetch(event("a2"))
    assert set(feed.uids()) == {"a1"}
    assert feed.fetch(event("a3"), event("b3", day=9)) == ["feed.ics#b3"]


def test_two_of_the_same_at_once_are_one_and_stay_one(feed: Feed) -> None:
    assert feed.fetch(event("a1"), event("a2")) == ["feed.ics#a1"]
    assert feed.fetch(event("a2"), event("a1")) == []
    assert feed.fetch(event("a2")) == []  # the one that was shown is gone
    assert feed.fetch(event("a3"), event("a4")) == []
    assert feed.uids() == {"a1": {"a1"}}


def test_two_at_once_that_differ_in_an_answer_are_two(feed: Feed) -> None:
    """Whoever was asked twice declines once."""
    feed.fetch(event("a1", answer="DECLINED"), event("a2"))
    assert set(feed.uids()) == {"a1", "a2"}


def test_two_files_of_the_same_feed_show_the_same_meetings(tmp_path: Path) -> None:
    log = FileLog(tmp_path)
    write(tmp_path / "a.ics", event("a1"))
    write(tmp_path / "b.ics", event("a2"))
    log.sync()
    assert {href: re.findall("UID:(.*)\r", one.text) for href, one in log.objects.items()} == {
        "a.ics#a1": ["a1"],
        "b.ics#a1": ["a1"],
    }
    (tmp_path / "a.ics").unlink()
    log.sync()
    write(tmp_path / "b.ics", event("a3"), tick=9)
    assert not any(batch.items for batch in log.sync())
    assert set(log.objects) == {"b.ics#a1"}


def test_events_without_a_uid_are_known_by_what_they_are(feed: Feed) -> None:
    bare = event("x").replace("UID:x\r\n", "")
    assert len(feed.fetch(bare)) == 1
    assert feed.fetch(bare.replace("DURATION", "SEQUENCE:1\r\nDURATION"))[0] in feed.log.objects
    assert len(feed.log.objects) == 1
    assert feed.fetch(event("x")) == ["feed.ics#x"]


def test_a_position_of_before_is_read_on(feed: Feed) -> None:
    feed.fetch(event("a1"), event("b1", day=9))
    for place, cursor in feed.log.cursors.items():
        feed.log.cursors[place] = re.sub(r'(:"[0-9a-f]{16})[^"]{24}"', r'\1"', cursor)
    assert feed.fetch(event("a1"), event("b1", day=9), event("c1", day=10)) == ["feed.ics#c1"]
    assert feed.fetch(event("a2"), event("b2", day=9), event("c2", day=10)) == []


@settings(deadline=None)
@given(
    st.lists(
        st.sets(st.tuples(st.integers(1, 6), st.sampled_from(["Review", "Talk"])), min_size=1), min_size=1, max_size=6
    ),
    st.data(),
)
def test_however_uids_change_every_meeting_is_there_once(
    fetched: list[set[tuple[int, str]]], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        feed = Feed(Path(folder))
        for number, meetings in enumerate(fetched):
            fresh = data.draw(st.booleans())
            order = data.draw(st.permutations(sorted(meetings)))
            feed.fetch(*(event(f"{day}{title}-{number if fresh else 0}", day, title) for day, title in order))
            starts = [
                re.findall(r"DTSTART:202603(\d\d).*\r\n(?:.*\r\n)*?SUMMARY:(.*)\r", one.text)[0]
                for one in feed.log.objects.values()
            ]
            assert sorted((int(day), title) for day, title in starts) == sorted(meetings)
