"""Cyrus in its four namespaces: what is ours, what others share, and what is junk among either."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from cyrus_server import CyrusServer, cyrus_folder
from mail_log import Log, message

from capture.mail.idle import Watch
from capture.mail.mailboxes import FOREIGN
from capture.mail.server import MailServer
from capture.mail.source import MailSource

HANG_GUARD = 60.0


@pytest.fixture(scope="module", params=list(itertools.product((True, False), repeat=2)))
def namespace(request: pytest.FixtureRequest, cyrus: CyrusServer) -> Iterator[CyrusServer]:
    """Each of the four; the shared Cyrus is the first of them, and says what to do where there is
    none."""
    altnamespace, unixhierarchysep = request.param
    if altnamespace and unixhierarchysep:
        yield cyrus
        return
    assert cyrus_folder()
    server = CyrusServer(altnamespace=altnamespace, unixhierarchysep=unixhierarchysep)
    try:
        yield server.start()
    finally:
        server.stop()


def server_of(cyrus: CyrusServer, user: str) -> MailServer:
    cyrus.add_user(user)
    return MailServer("127.0.0.1", cyrus.port, "none", user, lambda: cyrus.password, None, 20.0)


def test_our_own_mailboxes_are_read_and_drafts_junk_and_trash_are_not(namespace: CyrusServer, user: str) -> None:
    root, below = namespace.root, namespace.delimiter
    for name in ("Clients", f"Clients{below}Acme", "Sent", "Junk", "Drafts", "Trash", f"Trash{below}Old", "Outbox"):
        namespace.append(user, root + name, [message(name.replace(below, "-"))])
    namespace.append(user, "INBOX", [message(1)])
    log = Log(server_of(namespace, user))
    log.sync()
    assert set(log.seen) == {"INBOX", f"{root}Clients", f"{root}Clients{below}Acme", f"{root}Sent"}
    assert log.count() == 4
    assert log.sync() == []


def test_what_a_colleague_shares_is_read_when_it_is_named_and_its_junk_never(namespace: CyrusServer, user: str) -> None:
    colleague, below = f"{user}colleague", namespace.delimiter
    shared = ["INBOX", *(namespace.root + name for name in ("Junk", "Drafts", f"Clients{below}Acme"))]
    for number, name in enumerate(shared):
        namespace.append(colleague, name, [message(number)])
        namespace.share(colleague, name, user)
    namespace.append(user, "INBOX", [message("own")])
    server = server_of(namespace, user)
    theirs = namespace.others + colleague
    log = Log(server)
    log.sync()
    assert log.ids() == {("INBOX", "<own@client.example>")}
    left_out = {box.name: why for box, why in MailSource(server, log.since).choice().left_out}
    assert left_out[theirs] == FOREIGN
    assert left_out[f"{theirs}{below}Junk"] == "junk"
    named = Log(server, shared=(theirs,))
    named.sync()
    assert {place: found for place in named.seen if place != "INBOX" and (found := named.subjects(place))} == {
        theirs: ["Number 0"],
        f"{theirs}{below}Clients{below}Acme": ["Number 3"],
    }


def test_new_mail_is_told_of_in_inbox_and_sent_mail(namespace: CyrusServer, user: str) -> None:
    namespace.append(user, "INBOX", [message(1)])
    source = MailSource(server_of(namespace, user), Log(server_of(namespace, user)).since)
    inbox, sent = source.worth_watching()
    assert (inbox.name, sent.name) == ("INBOX", f"{namespace.root}Sent")
    watch = Watch(server_of(namespace, user), inbox)
    namespace.append(user, "INBOX", [message(2)])
    assert watch.wait(HANG_GUARD) == "changed"
    watch.close()
