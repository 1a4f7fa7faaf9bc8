"""A pass over a file of ours: what it should say now, against what it says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from deliver.folder import held, put, text_of
from lasttouch.configuration.target_options import Target as Options
from lasttouch.keeping.agent import Agent
from lasttouch.moments import utc
from lasttouch.outward.collecting import told
from lasttouch.outward.held_back import held_back
from lasttouch.outward.outcome import Row
from store import debts, targets
from store.log import Log
from store.moved import NEVER, Last
from store.people import Person, people
from store.targets import Target
from store.transactions import writing


class Due(NamedTuple):
    """`text` is what the file is to say, `differs`: it says something else. `lasts` are the dates in it by contact,
    `rows` what is shown of it where it differs."""

    text: str
    differs: bool
    held: set[int]
    lasts: dict[int, Last]
    rows: Sequence[Row]


class Made(NamedTuple):
    """What a file is to say, and what of it is shown; None: the dates in it that are others than were told."""

    text: str
    rows: Sequence[Row] | None


class FilePass:
    """`path` is the file; `made` words what stands in it, of those whose dates are known, as of an instant."""

    def __init__(
        self,
        agent: Agent,
        target: Target,
        path: Path,
        made: Callable[[Log, list[Person], datetime], Made],
        now: datetime,
    ) -> None:
        self._agent, self._target, self._path, self._made, self._now = agent, target, path, made, now

    def prepare(self, view: Log) -> Due:
        everybody = sorted(people(view, self._now), key=lambda one: one.id)
        with self._agent.lock:
            unknown = held_back(self._agent.log, everybody, self._now)
            told_before = {one.contact_id: one.last for one in debts.delivered(self._agent.log, self._target.id)}
        before = {one.id: told_before.get(one.id, NEVER) for one in everybody}
        shown = [_as_told(one, before[one.id]) if one.id in unknown else one for one in everybody]
        text, rows = self._made(view, shown, self._now)
        differs = held(self._path) != text
        lasts = {one.id: Last(one.last_touch, one.last_touch_kind) for one in shown if one.last_touch is not None}
        if rows is None:
            rows = [
                Row(one.id, one.name, None, before[one.id].at, one.last_touch)
                for one in shown
                if before[one.id].at != one.last_touch
            ]
        return Due(text, differs, unknown, lasts, rows if differs else ())

    def act(self, due: Due) -> int:
        if due.differs:
            put(self._path, due.text)
        connection, target_id = self._agent.connection, self._target.id
        with self._agent.lock, writing(connection):
            known = debts.delivered(self._agent.log, target_id)
            gone = [one.remote for one in known if one.contact_id not in due.lasts]
            debts.drop_delivered(connection, target_id, gone)
            debts.keep_delivered(connection, target_id, [told(one, last) for one, last in due.lasts.items()])
            debts.settle(connection, [one.id for one in debts.owed(self._agent.log, target_id)])
            targets.change(connection, target_id, held=len(due.held), looked_at=self._now)
        return int(due.differs)


def _as_told(one: Person, last: Last) -> Person:
    """What is unknown stays as it was told before, or untold."""
    return one._replace(last_touch=last.at, last_touch_kind=last.kind, last_touch_by=None)


def sheet(form: str) -> Callable[[Log, list[Person], datetime], Made]:
    """Everybody with a date, as CSV or JSON."""

    def made(_: Log, shown: list[Person], __: datetime) -> Made:
        rows = [
            {
                "contact": one.id,
                "name": one.name,
                "emails": list(one.emails),
                "company": one.company,
                "lasttouch_at": utc(one.last_touch),
                "lasttouch_how": one.last_touch_kind,
                "lasttouch_by": one.last_touch_by,
            }
            for one in shown
            if one.last_touch is not None
        ]
        return Made(text_of(rows, form), None)

    return made


def path_of(agent: Agent, options: Options) -> Path:
    """A folder in place of a file gets one in it."""
    path = agent.loaded.folder / Path(options.path or "").expanduser()
    if options.kind == "folder" and (path.is_dir() or not path.suffix):
        return path / f"lasttouch.{options.format}"
    return path
