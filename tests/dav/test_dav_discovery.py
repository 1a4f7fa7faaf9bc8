"""Which calendars there are, which of them are read, and what is said of the others."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme

from activity.batch import Batch
from activity.errors import ServerFault, SourceError
from capture.calendar.source import CalendarSource
from capture.dav.choice import Choice
from capture.dav.source import DavAccount
from scripted_dav import Reply, ScriptedDav, Seen, Start, multistatus, response

CALENDAR = "<d:resourcetype><d:collection/><c:calendar/></d:resourcetype>"
SYNCED = "<d:sync-token>t</d:sync-token>"


def listed(name: str, *more: str, kind: str = CALENDAR) -> str:
    return f"{kind}<d:displayname>{name}</d:displayname>{''.join(more)}"


def components(*names: str) -> str:
    inner = "".join(f'<c:comp name="{name}"/>' for name in names)
    return f"<c:supported-calendar-component-set>{inner}</c:supported-calendar-component-set>"


def privileges(*names: str) -> str:
    inner = "".join(f"<d:privilege><{name}/></d:privilege>" for name in names)
    return f"<d:current-user-privilege-set>{inner}</d:current-user-privilege-set>"


def of_type(*tags: str) -> str:
    return f"<d:resourcetype><d:collection/>{''.join(f'<{tag}/>' for tag in tags)}</d:resourcetype>"


class Homes:
    """A user at /ana/ whose calendars lie in `homes`: path of the home → path of a calendar → its
    properties."""

    def __init__(self, homes: dict[str, dict[str, str]]) -> None:
        self.homes = homes
        self.refused: dict[str, int] = {}

    def __call__(self, seen: Seen) -> Reply:
        if seen.path in self.refused:
            return Reply(self.refused[seen.path])
        if seen.path == "/":
            return multistatus(
                response("/", "<d:current-user-principal><d:href>/ana/</d:href></d:current-user-principal>")
            )
        if seen.path == "/ana/":
            homes = "".join(f"<d:href>{home}</d:href>" for home in self.homes)
            return multistatus(response("/ana/", f"<c:calendar-home-set>{homes}</c:calendar-home-set>"))
        if seen.path in self.homes:
            within = self.homes[seen.path].items() if seen.headers["depth"] == "1" else ()
            me = "<d:current-user-principal><d:href>/ana/</d:href></d:current-user-principal>"
            return multistatus(response(seen.path, me), *(response(path, text) for path, text in within))
        return multistatus(response(seen.path), token="t") if seen.method == "REPORT" else Reply(404)


def sync(
    url: str, cursors: dict[str, str] | None = None, only: tuple[str, ...] = (), ca_file: str | None = None
) -> list[Batch]:
    account = DavAccount(url, "ana", lambda: "canary", ca_file, Choice(only))
    return list(CalendarSource(account).batches(cursors or {}))


def read(batches: list[Batch]) -> list[str]:
    return [batch.place for batch in batches if batch.place and batch.error is None]


def errors(batches: list[Batch]) -> dict[str, SourceError]:
    return {batch.place: batch.error for batch in batches if batch.error is not None}


def test_all_calendars_of_all_homes_are_read(scripted: Start) -> None:
    server = Homes(
        {
            "/ana/cal/": {"/ana/cal/a/": listed("Work", SYNCED), "/ana/cal/b/": listed("Home", SYNCED)},
            "/shared/": {"/shared/team/": listed("Team", SYNCED)},
        }
    )
    url = scripted(server).url
    batches = sync(url)
    assert read(batches) == ["Work", "Home", "Team"]
    cursors = {batch.place: batch.cursor for batch in batches if batch.cursor}
    assert read(sync(url, cursors)) == ["Work", "Home", "Team"]


def test_a_home_that_is_closed_does_not_hide_the_others(scripted: Start) -> None:
    server = Homes(
        {"/ana/cal/": {"/ana/cal/a/": listed("Work", SYNCED)}, "/shared/": {"/shared/t/": listed("Team", SYNCED)}}
    )
    url = scripted(server).url
    cursors = {batch.place: batch.cursor for batch in sync(url) if batch.cursor}
    server.refused["/shared/"] = 403
    batches = sync(url, cursors)
    assert read(batches) == ["Work"]
    assert "no longer listed" in errors(batches)["Team"].message
    server.refused["/ana/cal/"] = 403
    with pytest.raises(SourceError):
        sync(url, cursors)


NO_CALENDARS = {
    "/h/inbox/": listed("Inbox", kind=of_type("c:schedule-inbox")),
    "/h/outbox/": listed("Outbox", kind=of_type("c:schedule-outbox")),
    "/h/notes/": listed("Notes", kind=of_type("s:notification")),
    "/h/holidays/": listed("Holidays", kind=of_type("c:calendar", "s:subscribed")),
    "/h/tasks/": listed("Tasks", components("VTODO")),
    "/h/boss/": listed("Boss", privileges("c:read-free-busy")),
    "/h/plain/": listed("Files", kind=of_type()),
}


def test_what_is_no_calendar_of_events_is_left_out(scripted: Start) -> None:
    calendars = {
        "/h/work/": listed("Work", SYNCED, components("VEVENT", "VTODO"), privileges("d:read", "d:write")),
        "/h/all/": listed("All", SYNCED, privileges("d:all")),
        "/h/unsaid/": listed("Unsaid", SYNCED),
    }
    batches = sync(scripted(Homes({"/h/": NO_CALENDARS | calendars})).url)
    assert sorted(read(batches)) == ["All", "Unsaid", "Work"]
    assert errors(batches) == {}


@pytest.mark.parametrize("also", ["c:schedule-inbox", "c:schedule-outbox", "s:notification"])
def test_what_is_a_calendar_is_one_whatever_else_it_is(scripted: Start, also: str) -> None:
    """As SOGo marks the calendar that everybody has there."""
    server = scripted(Homes({"/h/": {"/h/personal/": listed("Personal", SYNCED, kind=of_type("c:calendar", also))}}))
    assert read(sync(server.url)) == ["Personal"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Tasks", "holds no events, only VTODO"),
        ("boss", "no more than free and busy times"),
        ("/h/holidays/", "[[accounts.calendar_urls]]"),
    ],
)
def test_a_calendar_that_is_asked_for_and_left_out_says_why(scripted: Start, name: str, said: str) -> None:
    url = scripted(Homes({"/h/": NO_CALENDARS | {"/h/work/": listed("Work", SYNCED)}})).url
    batches = sync(url, only=("Work", name))
    assert read(batches) == ["Work"]
    assert said in errors(batches)[name].message


def test_a_calendar_that_was_read_and_may_not_be_any_more_says_why(scripted: Start) -> None:
    homes = Homes({"/h/": {"/h/work/": listed("Work", SYNCED), "/h/boss/": listed("Boss", SYNCED)}})
    url = scripted(homes).url
    cursors = {batch.place: batch.cursor for batch in sync(url) if batch.cursor}
    homes.homes["/h/"]["/h/boss/"] = listed("Boss", SYNCED, privileges("c:read-free-busy"))
    error = errors(sync(url, cursors))["Boss"]
    assert (
        error.message == "the calendar 'Boss' shows this user no more than free and busy times; its meetings were kept"
    )


def test_a_calendar_that_is_asked_for_and_not_there_names_those_that_are(scripted: Start) -> None:
    calendars = {"/h/work/": listed("Work", SYNCED), "/h/x/": listed("Play / Sport", SYNCED)}
    url = scripted(Homes({"/h/": calendars})).url
    batches = sync(url, only=("work", "Wrok"))
    assert read(batches) == ["Work"]
    assert errors(batches)["Wrok"].message == "there is no calendar 'Wrok'"
    assert errors(batches)["Wrok"].hint == "the server has: Work, Play / Sport"
    assert read(sync(url, only=("play / sport",))) == ["Play / Sport"]


def test_an_account_without_any_calendar_is_an_error(scripted: Start) -> None:
    with pytest.raises(ServerFault, match="lists no calendar"):
        sync(scripted(Homes({"/h/": NO_CALENDARS})).url)


def test_the_calendars_of_somebody_else_can_be_named(scripted: Start) -> None:
    server = Homes({"/ana/cal/": {"/ana/cal/a/": listed("Mine", SYNCED)}})
    mine = scripted(server).url
    assert read(sync(mine + "ana/cal/")) == ["Mine"]
    server.homes["/bob/cal/"] = {"/bob/cal/b/": listed("Bob's", SYNCED)}
    of_ana = Homes({"/ana/cal/": server.homes["/ana/cal/"]})

    def script(seen: Seen) -> Reply:
        return server(seen) if seen.path.startswith("/bob/") else of_ana(seen)

    assert read(sync(scripted(script).url + "bob/cal/")) == ["Bob's"]


def test_a_host_by_its_name_alone_is_enough(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    server = ScriptedDav(Homes({"/h/": {"/h/work/": listed("Work", SYNCED)}}), authority.issue_cert("localhost"))
    try:
        batches = sync(f"localhost:{server.port}", ca_file=str(tmp_path / "ca.pem"))
    finally:
        server.stop()
    assert read(batches) == ["Work"]


def test_a_refused_connection_names_host_and_port(scripted: Start) -> None:
    server = scripted(lambda _: Reply(404))
    port = server.port
    server.stop()
    with pytest.raises(SourceError, match=f"127.0.0.1:{port}"):
        sync(f"http://127.0.0.1:{port}/")


def test_one_calendar_that_is_closed_is_named_and_the_others_are_read(scripted: Start) -> None:
    def script(seen: Seen) -> Reply:
        if "sync-collection" in seen.body:
            return Reply(403) if seen.path == "/cal/a/" else multistatus(token="t")
        calendars = [response(path, listed("Work", SYNCED)) for path in ("/cal/a/", "/cal/b/")]
        return multistatus(*calendars) if "displayname" in seen.body else multistatus(response("/cal/"))

    batches = sync(scripted(script).url + "cal/")
    assert list(errors(batches)) == ["Work"]
    assert read(batches) == ["Work (b)"]
