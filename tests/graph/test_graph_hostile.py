"""A Graph that never ends, turns in circles, floods us or answers with the wrong types: bounded,
named, and the others go on. And what is read costs as much for each of many as for each of few."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from graph_log import AtMicrosoft, MailLog, account
from graph_resources import NOW, event, goid, message
from scripted_graph import ScriptedGraph

from activity.batch import Batch
from capture.dav import transport
from capture.dav.budget import Budget
from capture.graph.calendar_position import CalendarPosition, Held
from capture.graph.calendars import Calendar, GraphCalendars, _names
from capture.graph.contacts import GraphContacts
from capture.graph.folders import Folder, chosen
from capture.graph.window import Window
from scripted_dav import Reply, Seen

DAY = timedelta(days=1)
WANTED = Window(NOW - 700 * DAY, NOW + 90 * DAY)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pass may cost a third of a second without giving anything, not 70."""
    monkeypatch.setattr(transport, "Budget", lambda noun: Budget(noun, 0.3))


def page(rows: list[Any], following: str) -> Reply:
    return Reply(200, json.dumps({"value": rows, "@odata.nextLink": following}).encode())


def endless(graph: ScriptedGraph, path: str, rows: Callable[[], list[Any]]) -> Callable[[Seen], Reply | None]:
    numbers = itertools.count()

    def answer(seen: Seen) -> Reply | None:
        if seen.method == "POST":
            return None
        return page(rows(), f"{graph.base}/me/{path}?$skiptoken={next(numbers)}")

    return answer


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(
    ("path", "source", "repeats"),
    [("messages/delta", "microsoft_mail", False), ("messages/delta", "microsoft_mail", True),
     ("calendarView/delta", "microsoft_calendars", False), ("calendarView/delta", "microsoft_calendars", True),
     ("contacts/delta", "microsoft_contacts", False), ("contacts/delta", "microsoft_contacts", True),
     ("calendars?", "microsoft_calendars", True), ("mailFolders/delta", "microsoft_mail", True),
     ("contactFolders?", "microsoft_contacts", True)],
)  # fmt: skip
def test_pages_without_end_are_given_up_and_named_and_others_go_on(
    home: AtMicrosoft, graph: ScriptedGraph, other: ScriptedGraph, path: str, source: str, repeats: bool
) -> None:
    """Empty ones, and the same rows over and over."""
    graph.contact("Mia Berg", "mia@client.example")
    other.put(message(1))
    home.add("ben", url=other.host)
    row = {"id": "x1", **message(1), "displayName": "x", "name": "x", **event(1, NOW - DAY)}
    rows = [{**row, "emailAddresses": [{"address": "mia@client.example"}]}] if repeats else []
    graph.fault(path, endless(graph, path.rstrip("?"), lambda: rows), times=100_000)
    outcome = home.run("sync")
    assert outcome.code == 4
    told = {(one["account"], one["source"]) for one in home.ok("status")["accounts"] if one["error"]}
    assert told == {("ana", source)}
    assert len(graph.asked) < 400
    assert home.ok("status")["activities"] >= 1


@pytest.mark.parametrize("path", ["messages/delta", "calendarView/delta", "contacts/delta", "calendars?"])
def test_links_that_lead_in_a_circle_are_noticed(home: AtMicrosoft, graph: ScriptedGraph, path: str) -> None:
    graph.contact("Mia Berg", "mia@client.example")
    links = itertools.cycle(["a", "b"])
    graph.fault(path, lambda _: page([], f"{graph.base}/me/{path.rstrip('?')}?$skiptoken={next(links)}"), times=10_000)
    assert home.run("sync").code == 4
    assert [one for one in home.ok("status")["accounts"] if "in a circle" in str(one["error"])]
    assert len(graph.asked) < 100


def test_who_asks_for_time_at_every_page_is_not_waited_for_without_end(
    graph: ScriptedGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time less than a pass waits by itself, and all together far more."""
    slept: list[float] = []
    monkeypatch.setattr("capture.graph.pacing.Silence.keep", lambda _, seconds: slept.append(seconds))
    turn = itertools.cycle([graph.error(429, "ApplicationThrottled", **{"Retry-After": "20"}), None])
    numbers = itertools.count()
    graph.fault(
        "messages/delta",
        lambda _: next(turn) or page([], f"{graph.base}/me/messages/delta?$skiptoken={next(numbers)}"),
        times=10_000,
    )
    with pytest.raises(Exception, match="come back later"):
        MailLog(graph).sync()
    assert sum(slept) <= 120


def test_rows_of_ten_megabytes_are_cut_to_what_is_kept(graph: ScriptedGraph) -> None:
    graph.put(message(1, {"Subject": "x" * 10_000_000, "X-Huge": "y" * 1000}))
    graph.put(message(2))
    log = MailLog(graph)
    log.sync()
    assert [len(one) for one in log.subjects()] == [500, len("Number 2")]
    assert all(len(batch or "") < 2000 for place, batch in log.cursors.items() if place)


def test_a_page_beyond_all_bounds_is_named_and_others_go_on(home: AtMicrosoft, graph: ScriptedGraph) -> None:
    graph.put(message(1), graph.folder("Kunden"))
    inbox = graph.well_known["inbox"]
    graph.fault(f"{inbox}/messages/delta", Reply(200, b'{"value": ["' + b"x" * 20_000_000), times=99)
    assert home.run("sync").code == 4
    (mail,) = [one for one in home.ok("status")["accounts"] if one["source"] == "microsoft_mail"]
    assert "more than 16 MB" in mail["error"]
    assert home.ok("status")["activities"] == 1


WRONG: list[Any] = [7, -1.5, "x", "\0\r\nFrom: eve@evil.example", [], [[]], [7], {}, {"x": 1}, None, True]


def test_wrong_types_in_mail_keep_no_other_message_from_being_read(graph: ScriptedGraph) -> None:
    """Every property in turn is each of them, and so are the fields of headers and of people."""
    good = message(1)
    rows: list[Any] = [*WRONG]
    for name, wrong in itertools.product(good, WRONG):
        rows.append({"id": f"{name}{len(rows)}", **good, name: wrong})
    for wrong in WRONG:
        rows.append({"id": f"h{len(rows)}", **good, "internetMessageHeaders": [wrong, {"name": wrong, "value": wrong}]})
        rows.append({"id": f"p{len(rows)}", **good, "from": {"emailAddress": wrong}})
        rows.append({"id": f"q{len(rows)}", **good, "toRecipients": [wrong, {"emailAddress": {"address": wrong}}]})
        rows.append({"id": wrong, **good})
    rows.append({"id": "right", **message(2)})
    link = f"{graph.base}/me/mailFolders/x/messages/delta?$deltatoken=1"
    inbox = graph.well_known["inbox"]
    told = json.dumps({"value": rows, "@odata.deltaLink": link}).encode()
    graph.fault(f"{inbox}/messages/delta", Reply(200, told))
    log = MailLog(graph)
    assert [one.error for one in log.sync() if one.error] == []
    assert "Number 2" in log.subjects()
    assert len(log.subjects()) > 40
    assert all(each.email != "eve@evil.example" for one in log.seen["INBOX"] for each in one.from_)


def test_wrong_types_in_a_calendar_keep_no_other_meeting_from_being_read(graph: ScriptedGraph) -> None:
    good = event(1, NOW - DAY)
    rows: list[Any] = [*WRONG]
    for name, wrong in itertools.product([*good, "start", "end"], WRONG):
        rows.append({"id": f"{name}{len(rows)}", **good, name: wrong})
    for wrong in WRONG:
        rows.append({"id": f"s{len(rows)}", **good, "start": {"dateTime": wrong, "timeZone": wrong}})
        rows.append({"id": f"a{len(rows)}", **good, "attendees": [wrong, {"emailAddress": wrong, "status": wrong}]})
    rows.append({"id": "right", **event(2, NOW - 2 * DAY)})
    link = f"{graph.base}/me/calendars/cal-default/calendarView/delta?$deltatoken=1!0!1!a!b"
    graph.fault("calendarView/delta", Reply(200, json.dumps({"value": rows, "@odata.deltaLink": link}).encode()))
    batches = list(calendars(graph))
    assert [one.error for one in batches if one.error] == []
    texts = [item.text for batch in batches for item in batch.items]  # type: ignore[union-attr]
    assert [text for text in texts if goid(2) in text]
    assert not [text for text in texts if "eve@evil.example" in text and "\nFrom:" in text]


def calendars(graph: ScriptedGraph, cursors: dict[str, str] | None = None) -> Iterator[Batch]:
    return GraphCalendars(account(graph), WANTED).batches(cursors or {})


def test_a_calendar_that_tells_the_same_again_and_again_says_nothing_new(
    home: AtMicrosoft, graph: ScriptedGraph
) -> None:
    graph.meet(event(1, NOW - DAY), "e1")
    graph.put(message(1))
    home.ok("sync")
    before = home.export()
    for _ in range(2):
        graph.meet(event(1, NOW - DAY), "e1")
        folder = graph.messages[graph.well_known["inbox"]]
        folder.changes.append((next(iter(folder.items)), None))
        home.ok("sync")
    assert home.export() == before


def _written(graph: ScriptedGraph, count: int) -> tuple[int, int]:
    """How much is written down of how far a calendar and contacts were read, page by page."""
    graph.page = 10
    for number in range(count):
        graph.meet(event(number, NOW - DAY), f"e{number}")
        graph.contact(f"P {number}", f"p{number}@client.example")
    found = sum(len(one.cursor or "") for one in calendars(graph))
    return found, sum(len(one.cursor or "") for one in GraphContacts(account(graph)).batches({}))


def test_what_is_written_down_of_a_first_reading_grows_with_it_and_not_with_its_square(
    graph: ScriptedGraph, other: ScriptedGraph
) -> None:
    few, many = _written(graph, 100), _written(other, 400)
    assert all(more <= 5 * less for less, more in zip(few, many, strict=True)), (few, many)


def test_a_first_reading_that_is_broken_off_goes_on_from_what_was_written_down(graph: ScriptedGraph) -> None:
    graph.page = 2
    for number in range(40):
        graph.meet(event(number, NOW - DAY), f"e{number}")
    cursors: dict[str, str] = {}
    for batch in itertools.islice(calendars(graph), 15):
        cursors |= {batch.place: batch.cursor} if batch.cursor is not None else {}
    graph.asked.clear()
    rest = [item for batch in calendars(graph, cursors) for item in batch.items]
    assert 12 <= len(rest) <= 20  # of 40, of which 28 were read
    assert not graph.paths("startDateTime")


def test_an_occurrence_finds_its_series_at_once_among_many() -> None:
    """What Graph says of an occurrence that was removed is its id alone."""

    def seconds(count: int) -> float:
        held = {f"s{n}": Held(0, f"S{n}", [f"o{n}.{k}" for k in range(5)]) for n in range(count)}
        position = CalendarPosition(WANTED, "", held=held)
        began = time.process_time()
        assert all(position.series_of(f"o{n}.4") == f"s{n}" for n in range(count))
        return time.process_time() - began

    few, many = min(seconds(2000) for _ in range(3)), min(seconds(8000) for _ in range(3))
    assert many <= 8 * few


def test_a_series_that_changed_is_found_by_its_new_occurrences_and_not_by_its_old() -> None:
    position = CalendarPosition(WANTED, "", held={"s": Held(0, "S", ["a"])})
    assert (position.series_of("a"), position.series_of("b")) == ("s", "")
    position.hold("s", Held(0, "S", ["b"]))
    assert (position.series_of("a"), position.series_of("b")) == ("", "s")
    del position.held["s"]
    assert position.series_of("b") == ""


def test_a_series_with_more_occurrences_than_anybody_has_is_named(
    graph: ScriptedGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capture.graph.calendar_reading._MOST_OCCURRENCES", 3)
    graph.series(1, [NOW - n * DAY for n in range(5)])
    graph.meet(event(2, NOW - DAY), "e2")
    batches = list(calendars(graph))
    assert ["more than 3 occurrences" in skip.reason for batch in batches for skip in batch.skipped] == [True]
    assert [item for batch in batches for item in batch.items]


def test_folders_of_one_name_and_folders_in_each_other_without_end() -> None:
    same = [Folder(f"F{number}", "AQroot", "Same") for number in range(2000)]
    deep = [Folder(f"D{number}", f"D{number - 1}", "Deep") for number in range(1000)]
    began = time.process_time()
    choice = chosen([*same, *deep], ())
    assert time.process_time() - began < 3
    names = [one.name for one in choice.read]
    assert len(set(names)) == 3000
    assert {"Same", "Same (2)", "Same (2000)", "Deep", "Deep/Deep"} <= set(names)


def test_calendars_of_one_name_are_numbered_at_once() -> None:
    began = time.process_time()
    names = _names([Calendar(f"C{number}", "Same") for number in range(2000)], {"old": "Same (2)"})
    assert time.process_time() - began < 3
    assert [names[one] for one in ("old", "C0", "C1", "C1999")] == ["Same (2)", "Same", "Same (3)", "Same (2001)"]


def test_full_pages_are_stored_several_at_a_time_and_requests_for_messages_are_full(
    graph: ScriptedGraph, other: ScriptedGraph
) -> None:
    """What a page leaves out is asked for by twenties, whatever a page holds."""
    graph.page, graph.headers_in_pages = 50, False
    for number in range(400):
        graph.put(message(number))
    log = MailLog(graph)
    log.sync()
    assert len(log.subjects()) == 400
    beside = [one for one in graph.asked if one.method == "POST"]
    assert len(beside) == 400 / 20 + 1  # the well-known folders
    other.page = 200
    for number in range(1250):
        other.put(message(number))
    stored = [len(one.items) for one in MailLog(other).sync() if one.items]
    assert stored == [1000, 250]
