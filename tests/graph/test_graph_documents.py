"""What documents messages at Microsoft 365 come with: asked for only where that is wanted, and done
without."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from graph_log import AtMicrosoft, MailLog
from graph_resources import NOW, instant, message
from scripted_graph import ScriptedGraph

from activity.attachment import Attachment
from capture.graph.attachments import attachments_of
from capture.sign_in.settings import SignInSettings
from config_lines import head, imap
from household import Household, mail

PDF = Attachment("offer.pdf", "application/pdf", 84_000)


def with_document(graph: ScriptedGraph, number: int, *names: str) -> None:
    graph.attach(graph.put(message(number, hasAttachments=True)), *names)


def test_documents_are_asked_for_in_batches_where_there_are_any(graph: ScriptedGraph) -> None:
    for number in range(30):
        with_document(graph, number, "offer.pdf")
    graph.put(message(30))
    log = MailLog(graph, names_attachments=True)
    log.sync()
    assert [one.attachments for one in log.seen["INBOX"]] == [(PDF,)] * 30 + [()]
    asked = graph.paths("/attachments")
    assert len(asked) == 30
    assert all("$select=name,contentType,size" in one for one in asked)
    assert len(graph.paths("$batch")) <= 4
    assert log.sync() == []


def test_nobody_who_did_not_ask_needs_the_right(graph: ScriptedGraph) -> None:
    with_document(graph, 1, "offer.pdf")
    log = MailLog(graph)
    log.sync()
    assert (log.seen["INBOX"][0].attachments, graph.paths("/attachments")) == ((), [])


def test_without_the_right_mail_is_read_and_doctor_says_what_is_missing(
    home: AtMicrosoft, graph: ScriptedGraph
) -> None:
    home.head = head(store_attachments=True)
    home.write()
    with_document(graph, 1, "offer.pdf")
    with_document(graph, 2, "plan.pdf")
    denied = graph.error(403, "ErrorAccessDenied")
    graph.fault("/attachments", denied, times=100)
    home.ok("sync")
    assert [one["attachments"] for one in home.ok("log")] == [[], []]
    (told,) = [one for one in home.ok("doctor") if one["check"] == "attachments"]
    assert (told["status"], "Mail.Read is missing" in told["message"]) == ("warning", True)
    graph.faults.clear()
    (told,) = [one for one in home.ok("doctor") if one["check"] == "attachments"]
    assert told["status"] == "ok"


def test_one_that_cannot_be_told_has_none_and_the_others_have_theirs(graph: ScriptedGraph) -> None:
    with_document(graph, 1, "offer.pdf")
    with_document(graph, 2, "offer.pdf")
    graph.fault("/attachments", graph.error(404, "ErrorItemNotFound"))
    log = MailLog(graph, names_attachments=True)
    log.sync()
    assert sorted(len(one.attachments) for one in log.seen["INBOX"]) == [0, 1]


def test_what_is_no_document_and_what_is_elsewhere() -> None:
    kind = "#microsoft.graph."
    page = {
        "value": [
            {"@odata.type": f"{kind}fileAttachment", "name": "logo.png", "contentType": "image/png", "isInline": True},
            {"@odata.type": f"{kind}fileAttachment", "name": "smime.p7s", "contentType": "application/pkcs7-signature"},
            {"@odata.type": f"{kind}itemAttachment", "name": "Old talk", "contentType": None, "size": 5},
            {"@odata.type": f"{kind}referenceAttachment", "name": "plan.xlsx", "contentType": None, "size": 0},
            {"name": None, "contentType": None, "size": None},
            {"name": "a\u2028b/c.pdf", "contentType": "application/PDF; name=x", "size": True},
        ]
    }  # fmt: skip
    assert attachments_of(page) == (
        Attachment("Old talk", "message/rfc822", 5),
        Attachment("plan.xlsx", "message/external-body", 0),
        Attachment("", "application/octet-stream", None),
        Attachment("c.pdf", "application/pdf", None),
    )
    assert attachments_of({"value": None}) == ()


def test_copies_by_imap_and_graph_tell_the_same_documents(
    household: Household, user: str, graph: ScriptedGraph, home: AtMicrosoft
) -> None:
    at = NOW - timedelta(days=2)
    named = {"Content_Type": "application/pdf", "Content_Disposition": "attachment; filename=offer.pdf"}
    household.receive(user, mail("tom@client.example", "ana@acme.example", at, "a@client.example", "Offer", **named))
    home.head = head(store_attachments=True)
    password = f"printf %s {household.dovecot.password}"
    home.add("ana", imap(household.dovecot.port, user, password_env=None, password_command=password))
    same = {"internetMessageId": "<a@client.example>", "sentDateTime": instant(at)}
    graph.attach(graph.put(message(1, hasAttachments=True, **same)), "offer.pdf", size=30)
    home.ok("sync")
    (one,) = home.ok("log")
    assert [document["name"] for document in one["attachments"]] == ["offer.pdf"]
    assert len(one["sightings"]) == 2


@pytest.mark.parametrize("wanted", [False, True])
def test_whoever_signs_in_is_asked_for_the_right_only_where_names_are_wanted(wanted: bool) -> None:
    settings = SignInSettings("ana", "microsoft", "app", ("mail",), Path("x"), names_attachments=wanted)
    asked = [one.rpartition("/")[2] for one in settings.consented("graph")]
    assert asked == ["Mail.ReadBasic", *(["Mail.Read"] if wanted else [])]
    assert [one.rpartition("/")[2] for one in settings.scopes("graph")] == ["Mail.ReadBasic"]
