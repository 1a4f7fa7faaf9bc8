"""What colleagues share on a mail server counts where the configuration names it, and `doctor` says
what does not."""

from __future__ import annotations

import config_lines
from household import Household
from scripted_imap import Box, ScriptedIMAP, Session, header

HOURS = {"Date": "Sun, 22 Nov 2026 09:00:00 +0000"}


def _namespaces(session: Session, tag: str, _: str) -> None:
    session.send('* NAMESPACE (("" "/")) (("Other Users/" "/")) NIL\r\n')
    session.ok(tag)


def test_what_a_colleague_shares_counts_where_it_is_named(household: Household, user: str) -> None:
    boxes = {
        "INBOX": Box({1: header(1, From="kim@globex.example", **HOURS)}),
        "Other Users/ben": Box({1: header(2, From="lee@globex.example", **HOURS)}),
        "Other Users/ben/Spam": Box({1: header(3, From="max@globex.example", **HOURS)}),
    }
    household.add_account("nobody", "nobody")
    household.import_contacts("Kim,kim@globex.example,", "Lee,lee@globex.example,", "Max,max@globex.example,")
    household.accounts.clear()
    with ScriptedIMAP(boxes, {"NAMESPACE": _namespaces}, capabilities="IMAP4rev1 AUTH=PLAIN NAMESPACE") as server:
        household.set_account("ana", config_lines.imap(server.port, user))
        household.ok("sync")
        assert [household.last(who)["touches"] for who in ("kim", "lee", "max")] == [1, 0, 0]
        assert "leaves out what others share: Other Users/ben" in household.run("doctor").out
        household.set_account("ana", 'shared_mailboxes = ["Other Users/ben"]\n', config_lines.imap(server.port, user))
        household.ok("sync")
        assert [household.last(who)["touches"] for who in ("kim", "lee", "max")] == [1, 1, 0]
        assert "reads what others share: Other Users/ben" in household.run("doctor").out
