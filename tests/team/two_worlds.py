"""Two worlds that differ in nothing that Ben may see, what goes on in them, and all that he can ask or do.

Ben has an account, and so has Cleo, who keeps the list; Ana shares nothing, or marks private whatever
is hers alone in one of the worlds. What stands in that one alone is a `Step` that is `hidden`. Whom she
lists exchanges nothing with Ben: see docs/decisions/2026-11-29-numbers.md, "Known".
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

PEOPLE = {
    "Bob Stone": ("bob@globex.example", "bob@home.example"),
    "Zoe Quill": ("zoe@quill.example", "zoe@gmail.com"),
    "Doc Hush": ("doc@clinic.example", "doc+desk@clinic.example"),
    "Lex Morn": ("lex@globex.example", "l.morn@gmail.com"),
    "Sam Hill": ("sam@hill.example", "sam@quill.example"),
}
COMPANIES = ("Globex", "Quill", "Clinic", "Hill & Co")
ADDRESSES = tuple(email for emails in PEOPLE.values() for email in emails)
WORDS = (*PEOPLE, *ADDRESSES, *COMPANIES, "globex.example", "nobody", "Bob Stne", "ana", "vip")


MET = ("Sam Hill", "Zoe Quill")
"""With whom Ben exchanges."""


class Step(NamedTuple):
    """Something that happens: `who` runs a command, or mail or a meeting comes to their account, which is read."""

    who: str
    words: tuple[str, ...] = ()
    hidden: bool = False
    mail: tuple[str, str, float] | None = None  # sender, recipients, days ago
    meets: tuple[str, float] | None = None  # whom, in so many days


def steps(chance: random.Random, asked: int) -> Iterator[Step]:
    """From a common beginning on; in so many places Ben asks or changes something."""
    yield from _begun(chance)
    for _ in range(asked):
        if chance.random() < 0.5:
            yield from _hidden(chance)
        if chance.random() < 0.15:
            sender = chance.choice([email for name in MET for email in PEOPLE[name]])
            yield Step("ben", mail=(sender, "ben@acme.example", chance.uniform(0.1, 60)))
        yield Step("ben", _bens(chance))


def _begun(chance: random.Random) -> Iterator[Step]:
    for name in MET:
        theirs, ours = f"{name} <{chance.choice(PEOPLE[name])}>", "ben@acme.example"
        yield Step("ben", mail=(theirs, ours, chance.uniform(3, 90)))
        yield Step("ben", mail=(ours, theirs, chance.uniform(1, 90)))
    for _ in range(3):
        yield from _hidden(chance)
    name = chance.choice(sorted(PEOPLE))
    yield Step("ben", ("contacts", "add", name, PEOPLE[name][0], "--company", chance.choice(COMPANIES)))
    yield from _hidden(chance)
    name = chance.choice(sorted(PEOPLE))
    yield Step("cleo", ("contacts", "add", name, PEOPLE[name][1], "--company", chance.choice(COMPANIES)))


def _hidden(chance: random.Random) -> Iterator[Step]:
    """Of Ana: mail one way or both, meetings, contacts that may be Ben's or the list's too, her words of them."""
    kind = chance.choice(("mail", "mail", "both", "meets", "list", "list", "words", "alias", "token", "file"))
    name = chance.choice(sorted(PEOPLE.keys() - (set() if kind in ("mail", "both", "meets") else set(MET))))
    one, other = chance.sample(PEOPLE[name], 2)
    ana = "ana@acme.example"
    if kind in ("mail", "both"):
        yield Step("ana", hidden=True, mail=(f"{name} <{one}>", ana, chance.uniform(0.2, 90)))
    if kind == "both":
        yield Step("ana", hidden=True, mail=(ana, one, chance.uniform(0.2, 90)))
    words: list[tuple[str, ...]] = []
    if kind == "meets":
        yield Step("ana", hidden=True, meets=(one, chance.uniform(-60, 30)))
    if kind == "list":
        words.append(("contacts", "add", f"{name} of Ana", one, "--company", chance.choice(COMPANIES)))
        words.append(("contacts", "edit", one, "--tag", chance.choice(("vip", "secret"))))
    if kind == "words":
        words.append(
            chance.choice(
                (
                    ("cadence", one, "9d"), ("ignore", one), ("snooze", one, "30d"), ("done", one),
                    ("note", one, "call", "--about", "secret"), ("sharing", "private", one),
                    ("contacts", "remove", one),
                )
            )
        )  # fmt: skip
    if kind == "alias":
        words += [("contacts", "alias", one, other), ("contacts", "merge", one, other)]
    if kind == "file":
        words.append(("contacts", "import", "hers.csv"))
    if kind == "token":
        words.append(("tokens", "add", f"ana{chance.random()}", "--scope", "read"))
    for some in words:
        yield Step("ana", some, hidden=True)


_ASKS: Sequence[str] = (
    "last", "last {}", "last --company", "last --company --quiet 60d", "last --company {}", "last --owner ana",
    "last --tag vip", "last --as-of yesterday", "last --sort touches", "stale", "stale --days 5", "stale --company {}",
    "today", "awaiting --all --settled", "awaiting --on them", "log", "log {}", "log --company {}", "upcoming",
    "unmatched", "unmatched --since 60d", "why {}", "why {activity}", "why {id}", "why <m3@x.example>", "contacts list",
    "contacts show {}", "contacts dossier {}", "contacts suggest", "contacts export", "companies list",
    "companies list --tag vip", "export", "changes", "drift", "handover ana --to ben", "handover ben --to ana",
    "access", "sharing show", "tokens list", "mcp --call find_people --arguments {who}",
    "mcp --call timeline --arguments {who}", "mcp --call who_needs_attention", "mcp --call why --arguments {what}",
)  # fmt: skip
_SAYS: Sequence[str] = (
    "contacts add {them}", "contacts add {them} --company {company}", "contacts add {name} {}",
    "contacts add {them} --owner ana", "contacts import", "contacts alias {} {}", "contacts alias {} {} --remove",
    "contacts merge {} {}", "contacts remove {}", "contacts forget {} --yes", "contacts forget {id} --yes",
    "contacts edit {} --publish", "contacts edit {} --owner ana", "contacts edit {} --company {company}",
    "contacts edit {} --tag vip", "contacts edit {} --untag vip", "contacts add --all-two-way",
    "contacts add --from-unmatched 1", "companies add {company} hill.example", "done {}", "done {} --undo",
    "done {activity}",
    "snooze {} 7d", "snooze {} --undo", "ignore {}", "ignore {} --undo", "note {} call", "note {} --undo",
    "cadence {} 9d", "cadence {company} 9d", "cadence --default 30d", "cadence {} --undo", "confirm {activity}",
    "sharing private {}", "sharing private {} --undo", "sharing private {company}", "sharing set dates",
    "tokens add t{n} --scope read", "tokens revoke t{n}", "tokens revoke {n}",
)  # fmt: skip


def _bens(chance: random.Random) -> tuple[str, ...]:
    """Something to ask, or to say; what is about persons is more often of those that somebody may have."""
    template = chance.choice(_ASKS if chance.random() < 0.4 else _SAYS)
    words = []
    name = chance.choice(sorted(PEOPLE))
    for word in template.replace("{them}", "{name} {email}").split():
        whom = chance.choice(ADDRESSES if "add" in template or chance.random() < 0.6 else WORDS)
        given = {
            "{}": whom,
            "{who}": json.dumps({"who": whom}),
            "{what}": json.dumps({"what": whom}),
            "{name}": name,
            "{email}": chance.choice(PEOPLE[name]),
            "{company}": chance.choice(COMPANIES),
        }
        words.append(given.get(word, word).replace("{n}", str(chance.randrange(1, 6))))
    if template == "contacts import":
        words.append("people.csv")
    if template.startswith("mcp"):
        return tuple(words)
    how = chance.choice((["--json"], ["--json"], [], ["--csv"] if template in ("last", "log", "unmatched") else []))
    return (*words, *how)
