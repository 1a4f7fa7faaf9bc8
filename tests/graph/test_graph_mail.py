"""Mail at Microsoft 365. Numbers are those of the requirements that docs/microsoft365.md lists."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from graph_log import AtMicrosoft, MailLog
from graph_resources import NOW, instant, message, person
from scripted_graph import ScriptedGraph

from capture.graph.mail_reading import AGAIN
from household import Household, mail
from scripted_dav import Reply

OUT_OF_OFFICE = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All", "In-Reply-To": "<x@acme.example>"}


def test_a_message_without_a_header_is_asked_for_alone_once(graph: ScriptedGraph) -> None:
    """Requirement 1: a page without headers; each message is fetched by itself, and has one
    there."""
    graph.headers_in_pages = False
    for number in range(3):
        graph.put(message(number, OUT_OF_OFFICE))
    log = MailLog(graph)
    log.sync()
    assert log.subjects() == ["Number 0", "Number 1", "Number 2"]
    assert {one.signs["auto-submitted"] for one in log.seen["INBOX"]} == {"auto-replied"}
    asked = graph.paths("/messages/AAMkMsg/")
    assert [one.partition("?")[2] for one in asked] == ["$select=internetMessageHeaders"] * 3


def test_what_its_row_told_of_a_message_holds_beside_a_header_that_came_alone(graph: ScriptedGraph) -> None:
    """A header may lack what the row has: who is in Bcc never stands in one."""
    graph.headers_in_pages = False
    told = message(1, None, bccRecipients=[person("mia@client.example", "Mia")])
    graph.put({**told, "internetMessageHeaders": [{"name": "Precedence", "value": "bulk"}]})
    graph.put(message(2, isDraft=True))
    log = MailLog(graph)
    log.sync()
    (one,) = log.seen["INBOX"]
    assert one.signs == {"precedence": "bulk"}
    assert (one.message_id, one.subject, one.date) == ("<m1@client.example>", "Number 1", one.internal_date)
    assert [[her.email for her in who] for who in (one.from_, one.to, one.bcc)] == [
        ["tom@client.example"], ["ana@acme.example"], ["mia@client.example"],
    ]  # fmt: skip


def test_a_message_without_any_header_is_named_and_is_nobodys(home: AtMicrosoft, graph: ScriptedGraph) -> None:
    """Requirement 1: still none when asked for alone, so it is skipped and named, and touches
    nobody."""
    graph.put(message(1, None))
    graph.put(message(2))
    home.contacts("Tom,tom@client.example,Client")
    home.ok("sync")
    assert home.last("Tom")["touches"] == 1
    (inbox,) = [p for s in home.ok("status")["accounts"] for p in s["skipped_items"]]
    assert inbox["item"] == "<m1@client.example>"
    assert "no header" in inbox["reason"]
    assert len(graph.paths("/messages/AAMkMsg/")) == 1


def test_what_was_sent_is_known_by_its_properties_bcc_included(home: AtMicrosoft, graph: ScriptedGraph) -> None:
    """Requirement 2: Sent Items have no header."""
    sent = {"from": person("ana@acme.example"), "sender": person("ana@acme.example")}
    graph.put(message(1, None, **sent, toRecipients=[person("tom@client.example")],
                      bccRecipients=[person("mia@client.example", "Mia")]), "sentitems")  # fmt: skip
    home.contacts("Tom,tom@client.example,Client", "Mia,mia@client.example,Client")
    home.ok("sync")
    for who in ("Tom", "Mia"):
        one = home.last(who)
        assert one["last_touch_kind"] == "outbound"
        assert one["last_outbound"] == instant(NOW - timedelta(days=60) + timedelta(minutes=1))
    assert graph.paths("/messages/AAMkMsg/") == []


def test_an_automatic_reply_is_one_by_the_same_evidence_as_over_imap(
    household: Household, user: str, graph: ScriptedGraph, home: AtMicrosoft
) -> None:
    """Requirements 3 and 27: its header, field by field, is what IMAP shows."""
    at = NOW - timedelta(days=2)
    headers = {name.replace("-", "_"): value for name, value in OUT_OF_OFFICE.items()}
    household.add_account("ana", user)
    household.receive(user, mail("tom@client.example", "ana@acme.example", at, "a@client.example", "Away", **headers))
    household.ok("sync")
    over_imap = household.ok("why", "a@client.example")
    household.database.unlink()
    home.write()
    graph.put(
        message(1, OUT_OF_OFFICE, internetMessageId="<a@client.example>", subject="Away", sentDateTime=instant(at))
    )
    home.ok("sync")
    over_graph = home.ok("why", "a@client.example")
    for name in ("verdict", "reason", "direction", "sets", "not_counted_because"):
        assert over_graph[name] == over_imap[name]
    assert over_graph["verdict"] == "auto-reply"


def test_imap_and_graph_copies_of_one_message_are_one_and_stay_what_the_header_says(
    household: Household, user: str, graph: ScriptedGraph, home: AtMicrosoft
) -> None:
    """Requirement 4: IMAP says auto-reply, Graph shows no header of it, in whatever order they
    come."""
    import config_lines

    at = NOW - timedelta(days=2)
    headers = {name.replace("-", "_"): value for name, value in OUT_OF_OFFICE.items()}
    written = {"internetMessageId": "<a@acme.example>", "sentDateTime": instant(at), "subject": "Away"}
    received = mail("tom@client.example", "ana@acme.example", at, "a@acme.example", "Away", **headers)
    sent = mail("ana@acme.example", "tom@client.example", at, "b@acme.example", "Gone", **headers)
    household.dovecot.append(user, "Sent", [sent])
    household.receive(user, received)
    graph.put(message(1, None, **written))
    own = {"from": person("ana@acme.example"), "toRecipients": [person("tom@client.example")], "subject": "Gone"}
    graph.put(message(2, None, **{**written, **own, "internetMessageId": "<b@acme.example>"}), "sentitems")
    for order in ("imap first", "graph first"):
        home.database.unlink(missing_ok=True)
        imap = config_lines.imap(household.dovecot.port, user)
        if order == "imap first":
            home.add("ana", imap)
        else:
            home.add("ana")
            home.ok("sync")
            home.add("ana", imap)
        home.contacts("Tom,tom@client.example,Client")
        home.ok("sync")
        home.ok("sync")
        for written_id in ("a@acme.example", "b@acme.example"):
            assert home.ok("why", written_id)["verdict"] == "auto-reply", (order, written_id)
        assert home.last("Tom")["touches"] == 0
        assert len(home.ok("why", "b@acme.example")["sightings"]) == 2
        assert home.ok("status")["activities"] == 2
        assert home.run("check").code == 0


def test_invitations_and_answers_by_mail_are_calendar_mail(home: AtMicrosoft, graph: ScriptedGraph) -> None:
    """Requirement 5."""
    for number, kind in enumerate(("eventMessageRequest", "eventMessageResponse", "eventMessage"), 1):
        graph.put(message(number, **{"@odata.type": f"#microsoft.graph.{kind}"}))
    graph.put(message(9, None, **{"@odata.type": "#microsoft.graph.eventMessageRequest"}))
    home.contacts("Tom,tom@client.example,Client")
    home.ok("sync")
    for number in (1, 2, 3, 9):
        assert home.ok("why", f"m{number}@client.example")["verdict"] == "calendar"
    assert home.last("Tom")["last_touch"] is None


LEGACY = "/o=ExchangeLabs/ou=Exchange Administrative Group/cn=Recipients/cn=ana"


def test_people_who_are_not_told_are_nobody_and_the_others_stay(graph: ScriptedGraph) -> None:
    """Requirement 6: from null, a legacy name, recipients null, empty, without address; isDraft
    null."""
    some = [person(LEGACY, "Ana"), {}, {"emailAddress": None}, person(None, "Nobody"), person("mia@client.example")]
    graph.put(message(1, {"From": "", "To": ""}, **{"from": None, "sender": None, "toRecipients": some}))
    graph.put(message(2, {"From": "", "To": ""}, ccRecipients=None, isDraft=None, subject=None))
    graph.put(message(3))
    log = MailLog(graph)
    log.sync()
    first, second, third = log.seen["INBOX"]
    assert (first.from_, [one.email for one in first.to]) == ((), ["mia@client.example"])
    assert ([one.email for one in second.from_], second.cc, second.subject) == (["tom@client.example"], (), "")
    assert third.message_id == "<m3@client.example>"


def test_a_page_without_rows_is_an_empty_one(graph: ScriptedGraph) -> None:
    """Requirement 6: `value` is null."""
    graph.put(message(1))
    log = MailLog(graph)
    log.sync()
    graph.put(message(2))
    link = f"{graph.base}/me/mailFolders/x/messages/delta?$deltatoken=9"
    empty = Reply(200, f'{{"value": null, "@odata.deltaLink": "{link}"}}'.encode())
    graph.fault("/messages/delta?$deltatoken=0.0.1", empty)
    assert log.subjects() == ["Number 1"]
    log.sync()
    assert log.subjects() == ["Number 1"]
    assert link in log.cursors["INBOX"]


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r", "\r\n\r\n", "\u2028", "\x0b"])
def test_a_value_that_breaks_off_makes_no_second_field(graph: ScriptedGraph, ending: str) -> None:
    """Requirement 7."""
    graph.put(message(1, {"Sender": f"a{ending}Auto-Submitted: auto-replied{ending}From: eve@evil.example{ending}"}))
    log = MailLog(graph)
    log.sync()
    (one,) = log.seen["INBOX"]
    assert "auto-submitted" not in one.signs
    assert (one.from_headers, [each.email for each in one.from_]) == (1, ["tom@client.example"])


@pytest.mark.parametrize("folder", ["inbox", "sentitems"])
def test_a_row_that_tells_of_a_flag_alone_changes_no_fact(home: AtMicrosoft, graph: ScriptedGraph, folder: str) -> None:
    """Requirement 8: a partial row is fetched whole; what was removed stays, and is not asked
    for."""
    ours = {"from": person("ana@acme.example"), "toRecipients": [person("tom@client.example")]}
    told = [message(1), message(2)] if folder == "inbox" else [message(n, None, **ours) for n in (1, 2)]
    first, second = (graph.put(one, folder) for one in told)
    home.contacts("Tom,tom@client.example,Client")
    home.ok("sync")
    before, facts = home.last("Tom"), home.export()
    changed = graph.messages[graph.well_known[folder]]
    changed.changes.append((first, {"id": first, "isRead": True}))
    changed.remove(second)
    home.ok("sync")
    after = home.last("Tom")
    assert {**after, "seen_through": 0, "read_back_to": 0} == {**before, "seen_through": 0, "read_back_to": 0}
    assert home.export() == facts
    assert len(graph.paths(f"/messages/{first}")) == 1
    assert not graph.paths(f"/messages/{second}")
    assert home.ok("why", "m1@client.example")["participants"]


def test_an_empty_page_goes_on_and_an_id_that_comes_twice_is_one(graph: ScriptedGraph) -> None:
    """Requirement 9."""
    item_id = graph.put(message(1))
    graph.put(message(2))
    folder = f"{graph.base}/me/mailFolders/{graph.well_known['inbox']}/messages/delta"
    graph.fault("messages/delta?$select", lambda seen: None if graph.well_known["inbox"] not in _plain(seen.path) else
                Reply(200, f'{{"value": [], "@odata.nextLink": "{folder}?$select=x"}}'.encode()))  # fmt: skip
    row = next(iter(graph.messages[graph.well_known["inbox"]].items.values()))
    graph.messages[graph.well_known["inbox"]].items[f"{item_id}again"] = row
    graph.fault("messages/delta?$select=x", lambda seen: _twice(graph, folder))
    log = MailLog(graph)
    batches = log.sync()
    assert log.subjects() == ["Number 1"]
    assert sum(len(one.items) for one in batches) == 1


def _plain(path: str) -> str:
    from urllib.parse import unquote

    return unquote(path)


def _twice(graph: ScriptedGraph, folder: str) -> Reply:
    import json

    row = next(iter(graph.messages[graph.well_known["inbox"]].items.values()))
    return Reply(200, json.dumps({"value": [row, row], "@odata.deltaLink": f"{folder}?$deltatoken=9"}).encode())


LOST = [(410, ""), (410, "syncStateNotFound"), (400, "resyncRequired"), (404, "InvalidSyncStateData"),
        (400, "SyncStateInvalid"), (400, "ErrorIdMalformed"), (410, "SyncStateNotFound")]  # fmt: skip


@pytest.mark.parametrize(("status", "code"), LOST)
def test_a_place_that_graph_has_forgotten_is_read_anew_and_nothing_is_removed(
    home: AtMicrosoft, graph: ScriptedGraph, status: int, code: str
) -> None:
    """Requirement 10: on the delta link; status says so, and once it is well no more."""
    for number in range(3):
        graph.put(message(number))
    home.contacts("Tom,tom@client.example,Client")
    home.ok("sync")
    graph.put(message(7))
    graph.messages[graph.well_known["inbox"]].items.pop(next(iter(graph.messages[graph.well_known["inbox"]].items)))
    graph.fault("/messages/delta?$deltatoken=0.0.3", graph.error(status, code))
    home.ok("sync")
    assert home.last("Tom")["touches"] == 4
    assert [one["item"] for s in home.ok("status")["accounts"] for one in s["skipped_items"]] == [AGAIN]
    home.ok("sync")
    assert [one["item"] for s in home.ok("status")["accounts"] for one in s["skipped_items"]] == []


@pytest.mark.parametrize(("status", "code"), LOST)
def test_a_place_that_is_forgotten_between_pages_is_begun_anew_once(
    graph: ScriptedGraph, status: int, code: str
) -> None:
    """Requirement 10: while following next links, for ever: an error, and no endless loop."""
    graph.page = 2
    for number in range(5):
        graph.put(message(number))
    graph.fault("$skiptoken=5", graph.error(status, code), times=1_000)
    log = MailLog(graph)
    batches = log.sync()
    assert [one.error is not None for one in batches if one.place == "INBOX"] == [False, False, False, True]
    assert len(graph.paths("$skiptoken=5")) == 2
    graph.faults.clear()
    log.sync()
    assert set(log.subjects()) == {f"Number {number}" for number in range(5)}


def test_a_link_to_another_server_gets_no_token(graph: ScriptedGraph, other: ScriptedGraph, home: AtMicrosoft) -> None:
    """Requirement 11: for next links and delta links, within a batch and alone."""
    graph.put(message(1))
    away = f'{{"value": [], "@odata.nextLink": "{other.base}/me/messages"}}'.encode()
    graph.fault("messages/delta", Reply(200, away), times=99)
    assert home.run("sync").code != 0
    graph.faults.clear()
    kept = f'{{"value": [], "@odata.deltaLink": "{other.base}/me/messages"}}'.encode()
    graph.fault("messages/delta", Reply(200, kept), times=99)
    home.run("sync")
    outcome = home.run("sync")
    assert outcome.code != 0
    assert other.asked == []
    assert "another server" in outcome.err + outcome.out


def test_a_pass_that_is_killed_between_pages_goes_on_from_there(graph: ScriptedGraph) -> None:
    """Requirement 12."""
    graph.page = 2
    for number in range(7):
        graph.put(message(number))
    log = MailLog(graph)
    stored = log.sync(stop_after=3)  # the folders, and two pages
    assert [len(one.items) for one in stored] == [0, 2, 2]
    graph.asked.clear()
    log.sync()
    assert log.subjects() == [f"Number {number}" for number in range(7)]
    inbox = [one for one in graph.paths("/messages/delta") if graph.well_known["inbox"] in one]
    assert len(inbox) == 2


def test_drafts_junk_and_what_holds_no_mail_are_left_out_by_their_well_known_names(graph: ScriptedGraph) -> None:
    """Whatever the mailbox's language; so is what lies in them, and what the user excludes."""
    for name in ("drafts", "junkemail", "deleteditems", "outbox", "conversationhistory"):
        graph.put(message(1), name)
        graph.put(message(2), graph.folder(f"In {name}", parent=graph.well_known[name]))
    graph.put(message(3), "archive")
    graph.put(message(4), graph.folder("Private"))
    graph.put(message(5), graph.folder("Kunden", parent=graph.well_known["inbox"]))
    graph.put(message(6, isDraft=True))
    log = MailLog(graph, exclude=("private",))
    log.sync()
    found = {place: log.subjects(place) for place in log.seen if log.subjects(place)}
    assert found == {"Archiv": ["Number 3"], "INBOX/Kunden": ["Number 5"]}


def test_a_folder_that_is_renamed_is_not_read_again(graph: ScriptedGraph) -> None:
    folder = graph.folder("Kunden")
    graph.put(message(1), folder)
    log = MailLog(graph)
    log.sync()
    graph.folders.put(folder, {"displayName": "Clients", "parentFolderId": "AQroot"})
    graph.put(message(2), folder)
    log.sync()
    assert log.subjects("Kunden") == ["Number 1", "Number 2"]
    assert "Clients" not in log.seen


def test_older_mail_than_is_wanted_is_passed_over_and_a_longer_wish_reads_it(graph: ScriptedGraph) -> None:
    graph.put(message(1))
    graph.put(message(2, receivedDateTime=instant(NOW - timedelta(days=900))))
    log = MailLog(graph, since=(NOW - timedelta(days=90)).date())
    log.sync()
    assert log.subjects() == ["Number 1"]
    log.since = date(2020, 1, 1)
    log.sync()
    assert set(log.subjects()) == {"Number 1", "Number 2"}


def test_where_a_full_mailbox_keeps_no_place_a_listing_serves(home: AtMicrosoft, graph: ScriptedGraph) -> None:
    """Requirement 25: ErrorQuotaExceeded on delta."""
    graph.page = 2
    for number in range(5):
        graph.put(message(number))
    home.contacts("Tom,tom@client.example,Client")
    graph.fault("messages/delta", graph.error(507, "ErrorQuotaExceeded"), times=1_000)
    home.ok("sync")
    assert home.last("Tom")["touches"] == 5
    graph.put(message(8))
    graph.asked.clear()
    home.ok("sync")
    assert home.last("Tom")["touches"] == 6
    graph.faults.clear()
    graph.put(message(9))
    home.ok("sync")
    assert home.last("Tom")["touches"] == 7


def test_a_poll_that_finds_nothing_new_is_two_requests_for_twenty_folders(graph: ScriptedGraph) -> None:
    for number in range(17):
        graph.put(message(number), graph.folder(f"Folder {number}"))
    log = MailLog(graph)
    log.sync()
    graph.asked.clear()
    assert log.sync() == []
    assert sum(one.method == "POST" for one in graph.asked) == 2
    assert len(graph.asked) == 2 + 20 + 1  # the batches, and what they hold: 20 folders, and the list of them


def test_a_first_look_costs_no_request_beside_its_pages(graph: ScriptedGraph) -> None:
    """The folders, and the names they go by, are one batch; twenty messages without a header another."""
    graph.headers_in_pages = False
    for number in range(40):
        graph.put(message(number))
    MailLog(graph).sync()
    whole = [one for one in graph.asked if one.headers.get("user-agent")]
    pages = graph.paths("/delta")
    assert len(whole) <= 40 / 20 + len(pages), graph.paths()
