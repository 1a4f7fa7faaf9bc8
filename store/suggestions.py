"""Reading: what may speak for two being one person.

Rows alone; what follows from them is decided elsewhere.
"""

from __future__ import annotations

from typing import NamedTuple

from store.codes import INBOUND, OUTBOUND
from store.log import Log

MOST = 50

# somebody at a stranger's address writes in a conversation that we began with one contact alone
_ANSWERS = f"""SELECT c.id, c.name, r.email, r.name, count(DISTINCT v.id) AS answers
    FROM stranger s JOIN address r ON r.id = s.address_id
    CROSS JOIN participation p ON p.address_id = r.id AND p.touch_code = {INBOUND}
    CROSS JOIN activity v ON v.id = p.activity_id AND v.thread IS NOT NULL
    CROSS JOIN activity w ON w.identity_hash = v.thread AND w.at < v.at
    CROSS JOIN participation q ON q.activity_id = w.id AND q.touch_code = {OUTBOUND}
    JOIN address k ON k.id = q.address_id JOIN contact c ON c.id = k.contact_id
    WHERE s.inbound > 0
        AND (SELECT count(*) FROM participation o WHERE o.activity_id = w.id AND o.touch_code = {OUTBOUND}) = 1
    GROUP BY c.id, c.name, r.id, r.email, r.name ORDER BY answers DESC, r.email, c.id LIMIT {MOST}"""


class Signer(NamedTuple):
    """An address of the log that is no contact's, the name it signs with, and how much was
    exchanged."""

    address: str
    name: str
    exchanges: int


class Answerer(NamedTuple):
    """An address that is no contact's and answers what was written to a contact alone."""

    contact_id: int
    contact: str
    address: str
    name: str
    answers: int


def contact_names(log: Log) -> list[tuple[int, str]]:
    """(id, name) of all contacts, in the order of their ids."""
    return log.execute("SELECT id, name FROM contact ORDER BY id").fetchall()


def signers(log: Log) -> list[Signer]:
    """Those who sign with a name of two words at least, with whom most was exchanged first."""
    rows = log.execute(
        "SELECT r.email, r.name, s.exchanges FROM stranger s JOIN address r ON r.id = s.address_id"
        " WHERE s.exchanges > 0 AND instr(trim(r.name), ' ') > 0 ORDER BY s.exchanges DESC, r.email"
    )
    return [Signer(*row) for row in rows]


def answerers(log: Log) -> list[Answerer]:
    """A few, who answer most first."""
    return [Answerer(*row) for row in log.execute(_ANSWERS)]
