"""A pass over a directory: its people and ours compared, a plan made, and then acted on, batch by batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from deliver import plan as planning
from deliver.batches import batches
from deliver.plan import Edited, Known, Plan, Step, Wanted
from deliver.values import BLANK, Directory, Value, Write, Written
from deliver.values import Person as There
from lasttouch.configuration.target_options import Target as Options
from lasttouch.keeping.agent import Agent
from lasttouch.outward.held_back import held_back
from lasttouch.outward.matching import Matched, matched
from lasttouch.outward.outcome import Row
from store import debts, targets
from store.debts import Delivered
from store.log import Log
from store.moved import NEVER, Last
from store.people import Person, people
from store.targets import Target
from store.transactions import writing

LOOK_AGAIN = timedelta(days=1)
LOOK_FOR_MISSING = timedelta(hours=1)
"""How long ago all its people were looked at, where a date moved of somebody it did not have then."""


_GONE = There("", "", (), BLANK)


class Prepared(NamedTuple):
    """A plan with what it was made of: `rows` are its steps with the names of ours, `links` are key → contact, `whole`:
    everybody there was looked at."""

    plan: Plan
    rows: Sequence[Row]
    blanks: Sequence[str]
    links: Mapping[str, int]
    ambiguous: Mapping[int, Sequence[str]]
    known: Mapping[str, Delivered]
    whole: bool
    waiting: Sequence[int]


class Done(NamedTuple):
    """How many fields were written and blanked; contact → why it was refused."""

    written: int
    blanked: int
    refused: Mapping[int, str]


class DirectoryPass:
    """One pass; `directory` is asked only where something is to be known or done."""

    def __init__(self, agent: Agent, target: Target, options: Options, directory: Directory, now: datetime) -> None:
        self._agent, self._target, self._options = agent, target, options
        self._directory, self._now = directory, now

    def prepare(self, view: Log, whole: bool = False) -> Prepared:
        """Read and decide; nothing is written there, and nothing here. `whole`: look at everybody anyway."""
        with self._agent.lock:
            log = self._agent.log
            rows = debts.owed(log, self._target.id)
            known = {one.remote: one for one in debts.delivered(log, self._target.id)}
            blanks = debts.to_blank(log, self._target.id)
            lost = debts.lost_contacts(log, {one.contact_id for one in known.values()})
        concerned = {one.contact_id for one in rows if one.parked is None}
        looked = self._target.looked_at
        linked = {one.contact_id for one in known.values()}
        unsure = self._to_be_read(view, [one for one in known.values() if one.unsure])
        is_due = looked is None or self._now - looked >= LOOK_AGAIN
        is_missing = bool(concerned - linked) and (looked is None or self._now - looked >= LOOK_FOR_MISSING)
        if whole or is_due or is_missing or lost:
            return self._by_everybody(view, known, blanks, lost)
        keys = [key for key, one in known.items() if one.contact_id in concerned or key in unsure]
        reads = keys if self._options.conflict == "leave" else [key for key in keys if key in unsure]
        there = planning.by_key(self._directory.read(reads)) if reads else {}
        gone = set(reads) - set(there)
        links = {key: known[key].contact_id for key in keys if key not in gone}
        ours = people(view, self._now, sorted(set(links.values())))
        made = self._plan(ours, links, known, there)
        return Prepared(made, _rows(made, ours), blanks, links, {}, known, False, sorted(concerned - linked))

    def _to_be_read(self, view: Log, unsure: Sequence[Delivered]) -> set[str]:
        """Those of these that may be written once it is known what they hold."""
        ids = sorted({one.contact_id for one in unsure})
        if not ids:
            return set()
        persons = people(view, self._now, ids)
        with self._agent.lock:
            held = held_back(self._agent.log, persons, self._now)
        return {one.remote for one in unsure if one.contact_id not in held}

    def _by_everybody(
        self, view: Log, known: Mapping[str, Delivered], blanks: Sequence[str], lost: set[int]
    ) -> Prepared:
        there = planning.by_key(self._directory.people())
        everybody = people(view, self._now)
        found: Matched = matched(there.values(), everybody)
        kept = {key: one for key, one in known.items() if one.contact_id not in lost}
        made = self._plan(everybody, found.whose, kept, there)
        with self._agent.lock:
            refused = targets.unblanked(self._agent.log, self._target.id)
        blanks = [*blanks, *(key for key in refused if key not in found.whose and there.get(key, _GONE).value != BLANK)]
        return Prepared(made, _rows(made, everybody), blanks, found.whose, found.ambiguous, kept, True, ())

    def _plan(
        self,
        persons: Sequence[Person],
        links: Mapping[str, int],
        known: Mapping[str, Delivered],
        there: Mapping[str, There],
    ) -> Plan:
        linked = set(links.values())
        ours = [one for one in persons if one.id in linked]
        with self._agent.lock:
            held = held_back(self._agent.log, ours, self._now) if ours else set()
        values = {one.id: value_of(one) for one in ours}
        rows = [
            Wanted(
                key, contact_id,
                None if contact_id in held else values.get(contact_id, BLANK),
                _known(known.get(key)), there.get(key),
            )
            for key, contact_id in links.items()
        ]  # fmt: skip
        return planning.plan(rows, self._options.conflict, self._directory.days_only)

    def note(self, made: Prepared) -> list[Edited]:
        """Keep what was found before anything is written; those edits that were not reported before."""
        with self._agent.lock, writing(self._agent.connection):
            connection, target_id = self._agent.connection, self._target.id
            before = targets.notes_of(self._agent.log, target_id, "edited")
            told = {one.contact: _edited_in_words(one) for one in made.plan.edited}
            new = [one for one in made.plan.edited if before.get(one.contact) != told[one.contact]]
            notes = {(contact_id, "edited"): text for contact_id, text in told.items()}
            if made.whole:
                targets.drop_notes(
                    connection, target_id, "ambiguous", targets.notes_of(self._agent.log, target_id, "ambiguous")
                )
                notes |= {(contact_id, "ambiguous"): _ambiguous(keys) for contact_id, keys in made.ambiguous.items()}
                gone = [
                    one.remote for one in debts.delivered(self._agent.log, target_id) if one.remote not in made.links
                ]
                debts.drop_delivered(connection, target_id, gone)
                doubtful = [_unsure(step, made.known.get(step.write.key)) for step in made.plan.steps]
                still = set(targets.unblanked(self._agent.log, target_id)) & set(made.blanks)
                targets.keep_unblanked(connection, target_id, still, self._now)
                debts.keep_delivered(connection, target_id, doubtful)  # they are owed it, whatever becomes of us now
            targets.note(connection, target_id, notes, self._now)
            self._acknowledge(made.plan.right)
            self._settle_the_rest(made)
        return new

    def _settle_the_rest(self, made: Prepared) -> None:
        """Whom it does not have, and whose field is left to somebody, is owed nothing; whoever is held back is."""
        connection, target_id = self._agent.connection, self._target.id
        pending = {step.contact for step in made.plan.steps} | made.plan.held
        rows = debts.owed(self._agent.log, target_id)
        if made.whole:
            debts.settle(connection, [one.id for one in rows if one.contact_id not in pending])
        else:
            left = {one.contact for one in made.plan.edited if one.left} - pending
            debts.settle(connection, [one.id for one in rows if one.contact_id in left])
            looked = self._target.looked_at or self._now
            waiting = set(made.waiting)
            for one in rows:
                if one.contact_id in waiting:  # whom it may have by the time it is looked at next
                    debts.put_off(connection, one.id, one.attempts, looked + LOOK_FOR_MISSING)
        columns = {"looked_at": self._now} if made.whole else {}
        targets.change(connection, target_id, held=len(made.plan.held), **columns)

    def act(self, made: Prepared) -> Done:
        """Do what was planned. What raises leaves what was done by then acknowledged."""
        blanked = self._blank(made.blanks)
        written = 0
        refused: dict[int, str] = {}
        for some in batches(made.plan.steps, self._directory.batch):
            outcome = self._write(some, made.known)
            written += len(outcome.done)
            refused |= {
                step.contact: outcome.refused[step.write.key] for step in some if step.write.key in outcome.refused
            }
        return Done(written, blanked, refused)

    def _blank(self, keys: Sequence[str]) -> int:
        """What is refused, though it is there, is tried again when everybody is looked at."""
        connection, target_id = self._agent.connection, self._target.id
        done = 0
        for some in batches(keys, self._directory.batch):
            outcome = self._directory.write([Write(key, BLANK) for key in some])
            held = self._directory.read(list(outcome.refused)) if outcome.refused else []
            left = [one.key for one in held if one.value != BLANK]  # whoever is gone has no field to blank
            with self._agent.lock, writing(connection):
                debts.blanked(connection, target_id, some)
                before = set(targets.unblanked(self._agent.log, target_id)) - set(some)
                targets.keep_unblanked(connection, target_id, [*before, *left], self._now)
            done += len(outcome.done)
        return done

    def _write(self, steps: Sequence[Step], known: Mapping[str, Delivered]) -> Written:
        connection, target_id = self._agent.connection, self._target.id
        with self._agent.lock, writing(connection):  # whatever becomes of us now, it is read before it is written again
            debts.keep_delivered(connection, target_id, [_unsure(step, known.get(step.write.key)) for step in steps])
        outcome = self._directory.write([step.write for step in steps])
        refused = outcome.refused
        with self._agent.lock, writing(connection):
            self._acknowledge([(s.write.key, s.contact, s.write.value) for s in steps if s.write.key not in refused])
            back = [
                known[s.write.key]._replace(unsure=False)
                for s in steps
                if s.write.key in refused and s.write.key in known
            ]
            debts.keep_delivered(connection, target_id, back)
            new = [s.write.key for s in steps if s.write.key in refused and s.write.key not in known]
            debts.drop_delivered(connection, target_id, new)
            notes = {(s.contact, "refused"): refused[s.write.key] for s in steps if s.write.key in refused}
            targets.note(connection, target_id, notes, self._now)
            ids = {contact_id for contact_id, _ in notes}
            for one in debts.owed(self._agent.log, target_id, ids):
                debts.park(connection, one.id, notes[one.contact_id, "refused"])
            if outcome.done:  # what fails after this fails for the first time
                targets.change(connection, target_id, attempts=0)
        return outcome

    def _acknowledge(self, written: Iterable[tuple[str, int, Value]]) -> None:
        """Within a transaction: this is what it has now, and what was owed of these is settled."""
        connection, target_id = self._agent.connection, self._target.id
        rows = list(written)
        debts.keep_delivered(  # whoever has no date yet is known all the same: the first is written at once
            connection, target_id,
            [Delivered(key, contact, Last(value.at, value.how), value.by, False) for key, contact, value in rows],
        )  # fmt: skip
        ids = sorted({contact for _, contact, _ in rows})
        debts.settle(connection, [one.id for one in debts.owed(self._agent.log, target_id, ids)])
        targets.drop_notes(connection, target_id, "refused", ids)


def _rows(made: Plan, persons: Sequence[Person]) -> list[Row]:
    names = {one.id: one.name for one in persons}
    return [
        Row(step.contact, names.get(step.contact, ""), step.write.key, step.before.at, step.write.value.at)
        for step in made.steps
    ]


def value_of(person: Person) -> Value:
    """What our fields are to hold of a contact."""
    return Value(person.last_touch, person.last_touch_kind, person.last_touch_by)


def _known(one: Delivered | None) -> Known | None:
    return None if one is None else Known(Value(one.last.at, one.last.kind, one.by_whom), one.unsure)


def _unsure(step: Step, known: Delivered | None) -> Delivered:
    if known is not None:
        return known._replace(contact_id=step.contact, unsure=True)
    return Delivered(step.write.key, step.contact, NEVER, None, unsure=True)


def _edited_in_words(one: Edited) -> str:
    holds = "empty" if one.holds.at is None else f"{one.holds.at:%Y-%m-%d %H:%M} UTC"
    then = "it is left so" if one.left else "ours was written again"
    return f"somebody edited our field of {one.key} there: it was {holds}; {then}"


def _ambiguous(keys: Sequence[str]) -> str:
    return f"not written: {', '.join(keys)} there share an address with each other, or with another contact here"
