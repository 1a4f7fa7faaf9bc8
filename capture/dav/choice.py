"""Which collections the configuration asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from activity.errors import ServerFault
from capture.dav.hrefs import collection_path
from capture.dav.listing import Collection, Listing
from capture.dav.service import Service

_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """The names given in the configuration: display names in any case, last parts of paths, or
    paths.

    `only` are those to read, none for all; `exclude` those to leave out.
    """

    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def selected(self, collections: list[Collection], places: Mapping[str, str]) -> list[Collection]:
        return [one for one in collections if self._is_wanted(_names(one, places))]

    def wants(self, path: str, place: str) -> bool:
        """Is this collection, no longer listed, among those to read?"""
        return self._is_wanted({_key(place), path})

    def unmet(self, service: Service, listing: Listing, places: Mapping[str, str]) -> Iterator[tuple[str, ServerFault]]:
        """Names that are asked for and cannot be read, each with the error that says why."""
        found = {key for one in listing.collections for key in _names(one, places)}
        found |= {_key(place) for place in places.values()}
        left_out = {key: reason for one, reason in listing.left_out for key in _names(one, places)}
        for name in self.only:
            key = _key(name)
            if key in found:
                continue
            if key in left_out:
                yield name, ServerFault(f"the {service.noun} {name!r} {left_out[key]}", _take_out(service))
            else:
                yield name, ServerFault(f"there is no {service.noun} {name!r}", _those_there(service, listing))

    def _is_wanted(self, names: set[str]) -> bool:
        wanted, unwanted = {_key(name) for name in self.only}, {_key(name) for name in self.exclude}
        return (not wanted or bool(wanted & names)) and not unwanted & names


EVERYTHING = Choice()


def _take_out(service: Service) -> str:
    return f"take it out of {service.option}"


def _those_there(service: Service, listing: Listing) -> str:
    names = list(dict.fromkeys(one.name for one in listing.collections))
    if not names:
        return f"the server lists no {service.noun} at all"
    shown = ", ".join(names[:_MOST_NAMED])
    return f"the server has: {shown}" + (f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else "")


def _names(collection: Collection, places: Mapping[str, str]) -> set[str]:
    """What a collection may be called in the configuration."""
    place = places.get(collection.path, collection.name)
    return {_key(collection.name), _key(place), _key(collection.segment), collection.path}


def _key(name: str) -> str:
    """A path for what looks like one or like a URL, else the name without regard to case."""
    if name.startswith("/") or "://" in name:
        return collection_path(urlsplit(name).path)
    return name.strip().casefold()
