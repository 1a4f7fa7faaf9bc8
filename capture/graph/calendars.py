"""The calendars of a mailbox at Microsoft 365 as a source of meetings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote

from activity.address import normalise
from activity.batch import Batch
from activity.errors import ServerFault, SourceError
from activity.rights import PlaceRights
from capture.files.names import Names
from capture.graph.account import GraphAccount
from capture.graph.calendar_reading import CalendarReader
from capture.graph.client import GraphClient, Json
from capture.graph.refusals import ENDS_THE_PASS, Refused
from capture.graph.window import Window

PERMISSION = "Calendars.Read"
_PREFER = ('outlook.timezone="UTC"', 'outlook.body-content-type="text"', "odata.maxpagesize=100")


class Calendar(NamedTuple):
    """One that is listed. `owner` is a normalised address, "" where it is not told."""

    id: str
    name: str
    owner: str = ""
    is_default: bool = False


class Listed(NamedTuple):
    """For a display: the name, and whether it is read."""

    name: str
    read: bool


class GraphCalendars:
    """Yields the changes of each calendar; an `activity.batch.Source`.

    The place "" holds what the calendars were called when first seen. `wanted` is what meetings are
    read between. Calendars that belong to others are read only where `only` names them. `asks_rights`:
    who may read each calendar is told as well.
    """

    def __init__(
        self,
        account: GraphAccount,
        wanted: Window,
        only: Sequence[str] = (),
        exclude: Sequence[str] = (),
        private_events: str = "drop",
        asks_rights: bool = False,
    ) -> None:
        self._account = account
        self._wanted = wanted
        self._only = {name.strip().casefold() for name in only}
        self._exclude = {name.strip().casefold() for name in exclude}
        self._private_events = private_events
        self._asks_rights = asks_rights

    def listing(self) -> list[Listed]:
        """All calendars there are, read or not. Raises SourceError."""
        with self._client() as client:
            found = _listed(client)
        names = _names(found, {})
        return [Listed(names[one.id], self._is_wanted(one, names[one.id])) for one in found]

    def rights(self) -> dict[str, PlaceRights]:
        """Who may read each calendar that is read. Raises SourceError."""
        with self._client() as client:
            found = _listed(client)
            return self._rights(client, self._chosen(found, _names(found, {})))

    def batches(self, cursors: Mapping[str, str]) -> Iterator[Batch]:
        """See `Source`. A calendar that fails is a batch with its error, and the next one is read."""
        with self._client() as client:
            yield from self._batches(client, cursors)

    def _client(self) -> GraphClient:
        return GraphClient(self._account, "calendar", PERMISSION, _PREFER, sends_bodies=True)

    def _batches(self, client: GraphClient, cursors: Mapping[str, str]) -> Iterator[Batch]:
        found = _listed(client)
        remembered = _remembered(cursors.get(""))
        names = _names([one for one in found if self._is_wanted(one, remembered.get(one.id, one.name))], remembered)
        if (text := json.dumps(names)) != cursors.get(""):
            yield Batch("", cursor=text)
        chosen = self._chosen(found, names)
        if self._asks_rights:  # first: what somebody may not see any more is closed to them
            for place, told in self._rights(client, chosen).items():
                yield Batch(place, rights=told)
        yield from self._missing(found, names)
        readers = [
            (CalendarReader(client, _url(client, one), place, self._wanted, self._account.own_addresses,
                            self._private_events), place)
            for place, one in chosen.items()
        ]  # fmt: skip
        positions = [reader.position(cursors.get(place)) for reader, place in readers]
        links = [one.link for one in positions if one.link and client.may_batch(one.link)]
        answers: dict[str, Json | Refused] = dict(zip(links, client.batch(links), strict=True))
        for (reader, place), position in zip(readers, positions, strict=True):
            try:
                yield from reader.read(position, answers.get(position.link), cursors.get(place))
            except SourceError as error:
                if isinstance(error, ENDS_THE_PASS):
                    raise
                yield Batch(place, error=error)

    def _rights(self, client: GraphClient, chosen: Mapping[str, Calendar]) -> dict[str, PlaceRights]:
        from capture.graph.rights import rights_of  # noqa: PLC0415 - few accounts inherit their readers

        ids = {place: one.id for place, one in chosen.items()}
        return rights_of(client, ids, shows_private=self._private_events != "drop")

    def _chosen(self, found: Sequence[Calendar], names: Mapping[str, str]) -> dict[str, Calendar]:
        """Place → calendar, of those that are read."""
        return {names[one.id]: one for one in found if self._is_wanted(one, names.get(one.id, one.name))}

    def _is_wanted(self, one: Calendar, place: str) -> bool:
        called = {one.name.casefold(), place.casefold()}
        if called & self._exclude:
            return False
        if self._only:
            return bool(called & self._only)
        return one.is_default or not one.owner or one.owner in self._account.own_addresses

    def _missing(self, found: Sequence[Calendar], names: Mapping[str, str]) -> Iterator[Batch]:
        """Calendars that were read before, or are asked for, and are not listed."""
        listed = {one.id for one in found}
        for calendar_id, place in names.items():
            if calendar_id not in listed and place.casefold() not in self._exclude:
                message = f"the calendar {place!r} is no longer listed; its meetings were kept"
                hint = "if it was deleted on purpose, name it in exclude_calendars"
                yield Batch(place, error=ServerFault(message, hint))
        there = {one.name.casefold() for one in found} | {place.casefold() for place in names.values()}
        for name in sorted(self._only - there):
            known = ", ".join(one.name for one in found[:20])
            yield Batch(name, error=ServerFault(f"there is no calendar {name!r}", f"Microsoft lists: {known}"))


def _listed(client: GraphClient) -> list[Calendar]:
    found: dict[str, Calendar] = {}
    for page in client.pages(client.path("/calendars?$select=id,name,owner,isDefaultCalendar&$top=100")):
        for row in page:
            calendar_id, name, owner = row.get("id"), row.get("name"), row.get("owner")
            if isinstance(calendar_id, str):
                address = owner.get("address") if isinstance(owner, dict) else None
                known = normalise(address) if isinstance(address, str) else None
                named = name if isinstance(name, str) and name.strip() else "Calendar"
                found[calendar_id] = Calendar(calendar_id, named, known or "", row.get("isDefaultCalendar") is True)
    return list(found.values())


def _names(found: Sequence[Calendar], remembered: Mapping[str, str]) -> dict[str, str]:
    """The place of each by its id: the name it had when first seen."""
    names = dict(remembered)
    given = Names(names.values())
    for one in found:
        if one.id not in names:
            names[one.id] = given.distinct(one.name)
    return names


def _remembered(cursor: str | None) -> dict[str, str]:
    try:
        return {str(key): str(value) for key, value in json.loads(cursor or "{}").items()}
    except (AttributeError, ValueError, RecursionError):
        return {}


def _url(client: GraphClient, calendar: Calendar) -> str:
    return client.path(f"/calendars/{quote(calendar.id, safe='')}")
