"""A user's calendars or address books on a server: found, chosen, and read one after the other."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from activity.errors import AuthenticationFailed, ServerFault, SourceError, Throttled, Unreachable, UntrustedServer
from capture.dav.budget import Exhausted
from capture.dav.choice import EVERYTHING, Choice
from capture.dav.discovery import find_home
from capture.dav.listing import Collection, Listed, Listing, list_collections, name_places
from capture.dav.lookup import look_up
from capture.dav.position import Home
from capture.dav.reports import UnexpectedAnswer
from capture.dav.service import Service
from capture.dav.transport import Transport

# After these, the other collections of the same server would only fare the same, or make it worse.
_ENDS_THE_PASS = (Unreachable, UntrustedServer, Throttled, Exhausted)

B = TypeVar("B")


@dataclass(frozen=True, slots=True)
class DavAccount:
    """A user's account on a server, and which of its collections to read.

    `url` may be a URL of the server, the user, the collections or one of them, or an e-mail
    address, domain or host to look the server up from (RFC 6764). `password` gives an access token
    (RFC 6750) instead where `by_token`; `sign_in` is the command that brings another, where its user has
    signed in for it.
    """

    url: str
    username: str
    password: Callable[[], str]
    ca_file: str | None = None
    choice: Choice = EVERYTHING
    by_token: bool = False
    sign_in: str = ""


class DavSource(ABC, Generic[B]):
    """Yields the changes of each collection as batches of type B.

    The place name "" holds where the collections are; its batches bear a cursor only. A
    collection's place is the name it had when first seen.
    """

    def __init__(self, service: Service, account: DavAccount, now: Callable[[], datetime]) -> None:
        self._service = service
        self._account = account
        self._choice = account.choice
        self._now = now
        self._configured = f"{account.username} {account.url}"

    @abstractmethod
    def read(self, transport: Transport, collection: Collection, place: str, cursor: str | None) -> Iterator[B]:
        """What is new in one collection. May raise SourceError or UnexpectedAnswer."""

    @abstractmethod
    def note(self, place: str, cursor: str | None = None, error: SourceError | None = None) -> B:
        """A batch without any item."""

    def batches(self, cursors: Mapping[str, str]) -> Iterator[B]:
        """What is new since `cursors` (place name → the cursor last stored for it).

        Raises a SourceError where it cannot log in or find the collections; a single one that fails
        is a batch with its `error`, and the pass goes on with the next.
        """
        remembered = Home.from_text(cursors.get(""), self._configured)
        url = remembered.urls[0] if remembered else self._start()
        transport = self._transport(url)
        try:
            home, listing = self._listed(transport, remembered, url)
            home.places = name_places(self._choice.selected(listing.collections, home.places), home.places)
            if home.to_text() != cursors.get(""):
                yield self.note("", cursor=home.to_text())
            yield from self._missing(listing, home)
            yield from self._read(transport, self._choice.selected(listing.collections, home.places), home, cursors)
        finally:
            transport.close()

    def listing(self) -> list[Listed]:
        """All collections there are, read or not; nothing of them is fetched.

        Raises SourceError.
        """
        url = self._start()
        transport = self._transport(url)
        try:
            _, listing = self._listed(transport, None, url)
        finally:
            transport.close()
        places = name_places(listing.collections, {})
        selected = self._choice.selected(listing.collections, places)
        return [Listed(places[one.path], one in selected, one.syncs) for one in listing.collections]

    def _transport(self, url: str) -> Transport:
        one, noun = self._account, self._service.noun
        if one.by_token:
            return Transport(
                url, one.username, noun=noun, token=one.password, sign_in=one.sign_in, ca_file=one.ca_file,
                now=self._now,
            )  # fmt: skip
        return Transport(url, one.username, one.password(), noun, ca_file=one.ca_file, now=self._now)

    def _start(self) -> str:
        url = self._account.url.strip()
        if "://" not in url:
            return look_up(self._service, url, self._account.ca_file)
        parts = urlsplit(url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()

    def _listed(self, transport: Transport, remembered: Home | None, url: str) -> tuple[Home, Listing]:
        """The listing at the remembered home; where it has moved, at the one found anew."""
        if remembered:
            try:
                for home_url in remembered.urls:
                    transport.admit(home_url)
                return remembered, list_collections(transport, self._service, remembered)
            except UnexpectedAnswer as refused:
                if refused.status not in (404, 405, 410):
                    raise refused.error from None
            url = self._start()
            transport.admit(url)
        home = find_home(transport, self._service, url, self._configured)
        home.places = remembered.places if remembered else {}
        try:
            listing = list_collections(transport, self._service, home)
        except UnexpectedAnswer as refused:
            raise refused.error from None
        if not listing.collections and not home.places:
            noun = self._service.noun
            raise ServerFault(f"{transport.host} lists no {noun} there", f"check the URL of the {noun}s")
        return home, listing

    def _missing(self, listing: Listing, home: Home) -> Iterator[B]:
        """Collections that were read before, or are asked for, and are not listed."""
        listed = {collection.path for collection in listing.collections}
        reasons = {collection.path: reason for collection, reason in listing.left_out}
        for path, place in home.places.items():
            if path not in listed and self._choice.wants(path, place):
                yield self.note(place, error=self._vanished(place, reasons.get(path, "is no longer listed")))
        for name, error in self._choice.unmet(self._service, listing, home.places):
            yield self.note(name, error=error)

    def _read(
        self, transport: Transport, collections: list[Collection], home: Home, cursors: Mapping[str, str]
    ) -> Iterator[B]:
        ended: SourceError | None = None
        for collection in collections:
            place = home.places[collection.path]
            try:
                if ended:
                    raise ended
                transport.admit(collection.url)
                yield from self.read(transport, collection, place, cursors.get(place))
                transport.budget.earn(collections=1)
            except UnexpectedAnswer as refused:
                if refused.status == 401:
                    raise refused.error from None
                if isinstance(refused.error, _ENDS_THE_PASS):
                    ended = refused.error
                yield self.note(place, error=self._of_place(refused, place))
            except SourceError as error:
                if isinstance(error, _ENDS_THE_PASS):
                    ended = error
                yield self.note(place, error=error)

    def _of_place(self, refused: UnexpectedAnswer, place: str) -> SourceError:
        if refused.status in (404, 410):
            return self._vanished(place, f"is gone ({refused.status})")
        if refused.status == 403:
            message = f"the server does not let this user read the {self._service.noun} {place!r} (403)"
            return AuthenticationFailed(message, self._look_there)
        return refused.error

    def _vanished(self, place: str, how: str) -> ServerFault:
        service = self._service
        return ServerFault(f"the {service.noun} {place!r} {how}; its {service.contents} were kept", self._look_there)

    @property
    def _look_there(self) -> str:
        exclude = self._service.exclude_option
        return f"look at it on the server; if it was deleted on purpose, name it in {exclude}"
