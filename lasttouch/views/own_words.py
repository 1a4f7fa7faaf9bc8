"""What the user says, and what was said of somebody or something, as JSON and in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from lasttouch.moments import local, utc
from store.rows import instant

if TYPE_CHECKING:
    from lasttouch.keeping.statements import Statement
    from store.said import Said

_SENTENCES = {
    "ignore": "ignore: never in a list",
    "ignored": "ignore: never made a contact",
    "removed": "contacts remove: no contact any more, and not made one again",
    "confirm": "confirm: it did happen",
}


def as_json(said: Statement) -> dict[str, Any]:
    """The object of `done --json` and of all that is said in a word; see docs/json.md."""
    return {
        "word": said.word,
        "undone": said.undone,
        "contact": said.contact,
        "name": said.name,
        "company": said.company,
        "activity": said.activity,
        "until": utc(said.until),
        "days": said.days,
        "at": utc(said.by.at),
        "by": said.by.owner,
    }


def text(said: Statement, zone: tzinfo) -> str:
    """The same for people: what holds now."""
    name = said.name
    match said.word:
        case "done":
            what = name if said.activity is None else f"activity {said.activity}"
            if said.undone:
                return f"Open again: {what}."
            return f"Done: {what}. A newer message opens it again; --undo takes it back."
        case "snooze":
            return (
                f"{name} is no longer put off."
                if said.undone
                else f"{name} is put off until {local(said.until, zone)}."
            )
        case "ignore":
            return (
                f"{name} may be in lists again."
                if said.undone
                else f"{name} is in no list any more; --undo takes it back."
            )
        case "confirm":
            told = f"Activity {said.activity} is {'no longer ' if said.undone else ''}confirmed."
            return told if name is None else f"{told} Its title names {name}."
        case "cadence":
            whom = name or said.company or "everybody else"
            return f"No cadence any more: {whom}." if said.undone else f"{whom}: every {said.days} days."
        case "note":
            return f"Taken back: the note that was activity {said.activity}."
        case kind:
            what = f"{kind} with {name}, {local(said.moment, zone)}, activity {said.activity}"
            return f"Noted: {what}; --undo takes it back."


def sentence(said: Statement, zone: tzinfo) -> str:
    """The same where a button stands beside it that takes it back."""
    return text(said, zone).removesuffix("; --undo takes it back.").removesuffix(".") + "."


def said_json(words: Sequence[Said]) -> list[dict[str, Any]]:
    """The array `said` of `why --json`; see docs/json.md."""
    return [
        {"word": one.kind, "until": utc(_until(one)), "days": _days(one), "at": utc(one.at), "by": one.by}
        for one in words
    ]


def said_lines(words: Sequence[Said], zone: tzinfo) -> list[str]:
    """The same for people, a line each."""
    return [f"  you said      {one}" for one in said_sentences(words, zone)]


def said_sentences(words: Sequence[Said], zone: tzinfo) -> list[str]:
    """What was said, when and by whom."""
    return [f"{_sentence(one, zone)} ({_spoken(one, zone)})" for one in words]


def _sentence(one: Said, zone: tzinfo) -> str:
    if one.kind == "snooze":
        return f"snooze until {local(_until(one), zone)}, or until they write"
    if one.kind == "cadence":
        return f"cadence of {one.value} day{'' if one.value == 1 else 's'}"
    if one.kind == "done":
        return f"done: settled as far as {local(one.through, zone)}"
    return _SENTENCES.get(one.kind, one.kind)


def _spoken(one: Said, zone: tzinfo) -> str:
    return f"{local(one.at, zone)[:10]}, {one.by}" if one.by else local(one.at, zone)[:10]


def _until(one: Said) -> datetime | None:
    return instant(one.value) if one.kind == "snooze" else None


def _days(one: Said) -> int | None:
    return one.value if one.kind == "cadence" else None
