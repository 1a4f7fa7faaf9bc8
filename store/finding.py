"""Reading: whom or what the user means by a few words."""

from __future__ import annotations

import re
from typing import NamedTuple

from activity.address import normalise, normalise_domain
from store.addresses import site_of
from store.cards import HANDED_ON
from store.codes import DIRECTION
from store.lists import among
from store.log import Log

_FOREMOST = f"""SELECT a.id FROM activity a WHERE a.id IN ({{}})
    ORDER BY a.direction_code IS NOT {DIRECTION["outbound"]}, a.verdict_code, NOT EXISTS (
        SELECT 1 FROM participation p JOIN address r ON r.id = p.address_id
        WHERE p.activity_id = a.id AND p.touch_code IS NOT NULL AND r.contact_id IS NOT NULL), a.id"""
_ID = re.compile(r"#(\d{1,18})", re.ASCII)


def find_contacts(log: Log, who: str) -> list[int]:
    """Contact ids for a name, a part of one, an address, a domain, a company or an id ("#7"); empty for nobody.

    The first reading that fits anybody holds: id, address, whole name, company, domain, part of a name.
    """
    word = who.strip()
    pattern = f"%{escaped(word)}%"
    address = normalise(word) or ""
    domain = normalise_domain(word.lstrip("@"))
    attempts: list[tuple[str, object]] = [
        ("SELECT id FROM contact WHERE id = ?", int(number[1]) if (number := _ID.fullmatch(word)) else -1),
        (f"SELECT contact_id FROM contact_email e WHERE email = ? AND NOT {HANDED_ON}", address),
        ("SELECT contact_id FROM address WHERE email = ? AND contact_id IS NOT NULL", address),
        ("SELECT id FROM contact WHERE lower(name) = lower(?)", word),
        ("SELECT c.id FROM contact c JOIN company o ON o.id = c.company_id WHERE lower(o.name) = lower(?)", word),
        ("SELECT contact_id FROM contact_email WHERE email LIKE ? ESCAPE '\\'", f"%@{escaped(domain)}"),
        ("SELECT c.id FROM contact c JOIN company_domain d ON d.company_id = c.company_id WHERE d.domain = ?", domain),
        ("SELECT id FROM contact WHERE name LIKE ? ESCAPE '\\'", pattern),
        ("SELECT c.id FROM contact c JOIN company o ON o.id = c.company_id WHERE o.name LIKE ? ESCAPE '\\'", pattern),
        ("SELECT contact_id FROM contact_email WHERE email LIKE ? ESCAPE '\\'", pattern),
    ]
    for query, value in attempts:
        if word and (found := {row_id for (row_id,) in log.execute(query, (value,))}):
            return sorted(found)
    return []


def is_called(log: Log, contact_id: int, who: str) -> bool:
    """Is `who` the contact's whole name, its id, or one of its addresses?"""
    if _ID.fullmatch(who.strip()) or normalise(who):
        return True
    query = "SELECT 1 FROM contact WHERE id = ? AND lower(name) = lower(?)"
    return log.execute(query, (contact_id, who.strip())).fetchone() is not None


def company_calls(log: Log, company_id: int) -> set[str]:
    """A company's name and its domains, case folded."""
    query = "SELECT name FROM company WHERE id = ?1 UNION SELECT domain FROM company_domain WHERE company_id = ?1"
    return {name.casefold() for (name,) in log.execute(query, (company_id,))}


STRANGERS_BY_NAME = 20
SHORTEST_PART = 3  # of a name, to be looked for among strangers


class Unlisted(NamedTuple):
    """An address of the log that is no contact's; `is_ours` if it is an own one."""

    address_id: int
    email: str
    name: str
    is_ours: bool


def find_unlisted(log: Log, who: str) -> list[Unlisted]:
    """Whom an address means that is no contact's, or a domain: the unlisted people there; else a part of a name.

    By name those with whom most was exchanged come first, and a few of them only.
    """
    columns = "SELECT id, email, name, rule = 'self' FROM address WHERE contact_id IS NULL"
    if (email := normalise(who.strip())) is not None:
        rows = log.execute(f"{columns} AND email = ?", (email,))
    else:
        site = site_of(normalise_domain(who.strip().lstrip("@")))
        rows = log.execute(f"{columns} AND site = ? AND rule <> 'self' ORDER BY email", (site,))
    found = [Unlisted(row_id, email, name, bool(ours)) for row_id, email, name, ours in rows]
    return found or _unlisted_by_name(log, who.strip())


def _unlisted_by_name(log: Log, who: str) -> list[Unlisted]:
    rows = log.execute(
        "SELECT a.id, a.email, a.name FROM address a JOIN stranger s ON s.address_id = a.id"
        " WHERE a.name LIKE ? ESCAPE '\\' ORDER BY s.exchanges DESC, s.last_touch DESC, a.email LIMIT ?",
        (f"%{escaped(who)}%", STRANGERS_BY_NAME if len(who) >= SHORTEST_PART else 0),
    )
    return [Unlisted(row_id, email, name, False) for row_id, email, name in rows]


_LONGEST_PART = 5_000  # characters; SQLite refuses patterns of more than 50,000 bytes


def escaped(word: str) -> str:
    """`word` for a LIKE pattern with ESCAPE '\\\\': its own wildcards mean themselves; of a long one its beginning."""
    return re.sub(r"([\\%_])", r"\\\1", word[:_LONGEST_PART])


def near_names(log: Log, who: str, companies_only: bool = False) -> list[str]:
    """A few names of contacts and companies, or of companies alone, that look like `who`."""
    from difflib import get_close_matches  # noqa: PLC0415 - only where nobody was found

    query = "SELECT name FROM company" if companies_only else "SELECT name FROM contact UNION SELECT name FROM company"
    names = sorted(name for (name,) in log.execute(query))
    parts = {part.casefold(): name for name in names for part in (name, *name.split())}
    near = get_close_matches(who.casefold(), parts, n=5, cutoff=0.6)
    return list(dict.fromkeys(parts[part] for part in near))[:3]


def find_activity(log: Log, word: str) -> int | None:
    """The first of `find_activities`."""
    return next(iter(find_activities(log, word)), None)


def find_activities(log: Log, word: str) -> list[int]:
    """The ids of the activities given by an id, by a Message-ID with or without brackets, or by a meeting's UID.

    More than one where others bear the same Message-ID or UID: first what one of us sent, then what a person did,
    then what touches a contact, the oldest row first.
    """
    if word.isdecimal():
        number = int(word) if len(word) < 19 else -1
        return [row_id for (row_id,) in log.execute("SELECT id FROM activity WHERE id = ?", (number,))]
    from store.identities import bearing  # noqa: PLC0415 - brings OpenSSL in, which no other question needs

    bare = word.strip().strip("<>")
    spellings = (word.strip(), f"<{bare}>", f"meeting:{bare}")
    found = bearing(log, spellings)
    ids = next((found[identity] for identity in spellings if identity in found), [])
    return list(among(log, _FOREMOST, ids)) if len(ids) > 1 else ids


def contacts_like(log: Log, words: str, limit: int) -> list[tuple[str, str]]:
    """(name, address) of contacts whose name has a word beginning so, or whose address begins so."""
    begun, within = f"{escaped(words)}%", f"% {escaped(words)}%"
    return log.execute(
        "SELECT c.name, coalesce(e.email, '') FROM contact c"
        " LEFT JOIN contact_email e ON e.contact_id = c.id"
        " WHERE c.name LIKE ?1 ESCAPE '\\' OR c.name LIKE ?2 ESCAPE '\\' OR e.email LIKE ?1 ESCAPE '\\'"
        " ORDER BY c.name, c.id, e.position LIMIT ?3",
        (begun, within, limit),
    ).fetchall()


def company_names_like(log: Log, words: str, limit: int) -> list[str]:
    """Companies whose name has a word beginning so."""
    query = "SELECT name FROM company WHERE name LIKE ?1 ESCAPE '\\' OR name LIKE ?2 ESCAPE '\\' ORDER BY name LIMIT ?3"
    return [name for (name,) in log.execute(query, (f"{escaped(words)}%", f"% {escaped(words)}%", limit))]
