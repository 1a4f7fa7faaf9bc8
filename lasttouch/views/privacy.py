"""The page for a works council: what is kept, why, from where, for how long, and who sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta, tzinfo
from typing import Any

from activity.sharing import Level
from lasttouch.counting import counted
from lasttouch.keeping.privacy import Recipient, Report, Source, Told
from lasttouch.moments import local, utc
from store.deeds import Deed

PURPOSE = (
    "To know when we were last in touch with a customer or partner, who is owed an answer, and whom to get back to."
)
NEVER = (
    "the text of messages, and what is in attachments",
    "mail in Drafts, Junk and Trash, and what a never_log rule names",
    "private events, but for their time and people where an account says so",
    "counts or rankings of colleagues for anybody else",
)
FIELDS = {
    "mail": "date, Message-ID and what it answers, sender and recipients, subject, size, flags, and the headers that"
    " tell people from machines",
    "calendars": "title, time, organizer, attendees and their answers, as the calendar shows them",
    "contacts": "name, addresses, company, owner, tags, and in which file or address book they stand",
    "users": "what each says of contacts and activities, what they share, and whom they keep private",
    "accesses": "who looked at what is another's: when, by which command, whose account, how much of it",
}
LEVELS = {
    Level.NONE: "nothing",
    Level.DATES: "when somebody they know was last and is next in touch with the account, how, and whose account it is",
    Level.WHO: "each touch, and the contacts in it; never a Bcc, nor anybody who is no contact",
    Level.SUBJECTS: "subjects, the other headers that are kept, and names of attachments as well",
    Level.OWN: "everything: it is their own account, or one that they read",
}
_MOVES = "when the last touch of a contact moved, its kind, and what was before; by a number, without a name"
_TO_GET_BACK_TO = "names of those to get back to, and why as far as dates say it"
_ITS_PEOPLE = "of people who are there already: when the last touch was, its kind, and whose account it is"
TOLD = {
    "webhook": _MOVES,
    "hook": _MOVES,
    "folder": "name, addresses and company of every contact with a date, that date, its kind, and whose account it is",
    "calendar": _TO_GET_BACK_TO,
    "tasks": _TO_GET_BACK_TO,
    "tryton": _ITS_PEOPLE,
    "hubspot": _ITS_PEOPLE,
    "salesforce": _ITS_PEOPLE,
    "pipedrive": _ITS_PEOPLE,
}
"""Kind of a target → what it is told."""


def as_json(given: Report) -> dict[str, Any]:
    """The object of `privacy report --json`; see docs/json.md."""
    return {
        "as_of": utc(given.as_of),
        "purpose": PURPOSE,
        "never_kept": list(NEVER),
        "fields": [{"of": of, "kept": _kept(of, given)} for of in FIELDS],
        "levels": [{"level": _word(level), "shows": shows} for level, shows in LEVELS.items()],
        "share_at_most": None if given.at_most is None else _word(given.at_most),
        "sources": [
            {
                "account": one.account,
                "owner": one.owner,
                "user": one.user,
                "readers": list(one.readers),
                "kinds": list(one.kinds),
                "read_back_days": one.reads_back.days,
                "kept_days": None if one.keeps is None else one.keeps.days,
            }
            for one in given.sources
        ],
        "accesses_kept_days": given.accesses_kept.days,
        "recipients": [
            {
                "user": one.user,
                "role": one.role,
                "teams": list(one.teams),
                "sees": _sees(one.sees),
            }
            for one in given.recipients
        ],
        "targets": [
            {
                "target": one.target,
                "kind": one.kind,
                "where": one.where,
                "teams": list(one.teams),
                "told": TOLD[one.kind],
                "sees": _sees(one.sees),
            }
            for one in given.targets
        ],
        "forgotten": given.forgotten,
        "deeds": [{"at": utc(one.at), "by": one.by, "deed": one.kind, "detail": _detail(one)} for one in given.deeds],
    }


def text(given: Report, zone: tzinfo) -> list[str]:
    lines = [f"What lasttouch keeps, as of {local(given.as_of, zone)}", "", "Purpose", f"  {PURPOSE}", "", "Kept"]
    lines += [f"  {of}: {_kept(of, given)}" for of in FIELDS]
    lines += ["", "Never kept, or told", *(f"  {what}" for what in NEVER), "", "From where, and for how long"]
    lines += [_source(one) for one in given.sources]
    lines += [
        f"  accesses: {given.accesses_kept.days} days",
        f"  erased for good: {counted(given.forgotten, 'address', 'addresses')}; a keyed hash of each keeps them out",
        "",
        "What an account shares with colleagues",
        *(f"  {_word(level)}: {shows}" for level, shows in LEVELS.items()),
    ]
    if given.at_most is not None:
        lines.append(f"  No account shares more than {_word(given.at_most)}.")
    lines += ["", "Who sees what", *map(_recipient, given.recipients)]
    if not given.recipients:
        lines.append("  Whoever may open the log sees all of it: the configuration names no users.")
    lines.append("  Whoever administers the machine can open the file: no program keeps them from that.")
    if given.targets:
        lines += ["", "What is told to other programs and services", *map(_told, given.targets)]
    if given.deeds:
        lines += ["", "Erased, merged, retired"]
        lines += [
            f"  {local(one.at, zone)} {one.by or 'the service'}: {one.kind} ({_detail(one)})" for one in given.deeds
        ]
    return lines


def _kept(of: str, given: Report) -> str:
    kept = FIELDS[of]
    if given.keeps_attachments and of == "mail":
        kept = kept.replace("size, ", "size, names, types and sizes of attachments, ")
    if not given.keeps_subjects and of in ("mail", "calendars"):
        kept = kept.replace("subject, ", "").replace("title, ", "")
    return kept if given.keeps_unmatched or of != "mail" else f"{kept}; only with contacts"


def _source(one: Source) -> str:
    keeps = "kept for good" if one.keeps is None else f"kept for {_days(one.keeps)}"
    readers = f", read by {', '.join(one.readers)}" if one.readers else ""
    whose = f" of {one.user}" if one.user else ""
    return f"  {one.account}{whose}{readers}: {', '.join(one.kinds)}; read {_days(one.reads_back)} back, {keeps}"


def _recipient(one: Recipient) -> str:
    return f"  {one.user}{_of_teams(one.teams)}, {one.role}: {_seen(one.sees)}"


def _told(one: Told) -> str:
    """Only of accounts that let it be told something."""
    accounts = ", ".join(name for name, level in one.sees.items() if level > Level.NONE)
    where = f", {one.where}" if one.where else ""
    said = f"of {accounts}: {TOLD[one.kind]}" if accounts else "nothing: no account shares anything with it"
    return f"  {one.target}{_of_teams(one.teams)}, {one.kind}{where}: {said}"


def _of_teams(teams: Sequence[str]) -> str:
    return f" ({', '.join(teams)})" if teams else ""


def _seen(sees: Mapping[str, Level]) -> str:
    return ", ".join(f"{name} {_word(level)}" for name, level in sees.items() if level > Level.NONE) or "nothing"


def _sees(sees: Mapping[str, Level]) -> list[dict[str, str]]:
    return [{"account": name, "level": _word(level)} for name, level in sees.items()]


def _detail(one: Deed) -> str:
    return ", ".join(f"{name} {value}" for name, value in one.detail.items() if value not in ("", []))


def _word(level: Level) -> str:
    return level.name.lower()


def _days(length: timedelta) -> str:
    return f"{length.days:,} days"
