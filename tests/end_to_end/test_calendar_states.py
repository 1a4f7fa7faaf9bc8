"""What `status` says when the calendar server fails: the kind of trouble, and that nothing is
gone."""

from __future__ import annotations

import socket

import pytest

from config_lines import caldav
from household import Household
from scripted_collections import ScriptedCalendar
from scripted_dav import Reply, Start

HTML = b"<html>Please log in</html>"
STATES = [
    pytest.param(Reply(401), "authentication", id="401"),
    pytest.param(Reply(403), "authentication", id="403"),
    pytest.param(Reply(404), "server-fault", id="404"),
    pytest.param(Reply(410), "server-fault", id="410"),
    pytest.param(Reply(412), "server-fault", id="412"),
    pytest.param(Reply(429), "throttled", id="429"),
    pytest.param(Reply(503, headers={"Retry-After": "86400"}), "throttled", id="503"),
    pytest.param(Reply(500, HTML), "server-fault", id="500-html"),
    pytest.param(Reply(200, HTML), "server-fault", id="200-html"),
    pytest.param(Reply(207, HTML), "server-fault", id="207-html"),
    pytest.param(Reply(302, headers={"Location": "https://elsewhere.invalid/"}), "untrusted", id="elsewhere"),
    pytest.param(Reply(raw=lambda one: one.connection.shutdown(socket.SHUT_RDWR)), "unreachable", id="cut"),
]


@pytest.mark.parametrize("kind", ["listing", "delta"])
@pytest.mark.parametrize(("reply", "code"), STATES)
def test_the_trouble_is_typed_and_nothing_is_gone(
    household: Household, scripted: Start, reply: Reply, code: str, kind: str
) -> None:
    dav = ScriptedCalendar()
    household.head += 'backfill = "50y"\n'  # its events have a date of their own
    household.set_account("ana", caldav(scripted(dav).url + "cal/"))
    household.import_contacts("Bob,bob@globex.example,Globex")
    household.ok("sync")
    (before,) = household.ok("status")["accounts"]
    dav.faults[kind] = reply
    if kind == "delta" and code == "server-fault" and reply.status == 410:  # a token that is gone
        assert household.run("sync").code == 0
        return
    assert household.run("sync").code == 1
    status = household.ok("status")
    (source,) = status["accounts"]
    assert source["error_code"] == code
    assert source["seen_through"] == before["seen_through"]
    assert (status["activities"], household.ok("check")["differences"]) == (6, 0)
    in_part = kind == "delta" and reply.status != 401
    assert [(one["place"], one["error_code"]) for one in source["places"]] == [("Work", code if in_part else None)]
    assert household.run("status").out.count("failing") == (2 if in_part else 1)


def test_what_is_listed_and_not_given_is_named_until_it_is_given_or_gone(household: Household, scripted: Start) -> None:
    dav = ScriptedCalendar()
    household.head += 'backfill = "50y"\n'
    household.set_account("ana", caldav(scripted(dav).url + "cal/"))
    household.import_contacts("Bob,bob@globex.example,Globex")
    household.ok("sync")
    dav.change(0)
    dav.put("never.ics", dav.text(9))
    dav.token = "t2"
    dav.faults["multiget"] = dav.multistatus(dav.member(dav.name(0), status=404), dav.member("never.ics", status=404))

    def skipped() -> list[str]:
        household.ok("sync")
        (source,) = household.ok("status")["accounts"]
        return [one["item"] for one in source["skipped_items"]]

    assert skipped() == [dav.name(0), "never.ics"]
    assert household.ok("status")["activities"] == 6
    del dav.faults["multiget"]
    dav.faults["delta"] = dav.multistatus(
        dav.member(dav.name(0), "<d:getetag>e9</d:getetag>"), dav.member("never.ics", status=404), token="t3"
    )
    assert skipped() == []
    assert household.ok("status")["activities"] == 6
