"""Who may read a calendar at Microsoft 365, by its calendarPermissions.

Of a mailbox's mail Graph tells nothing of the kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from activity.errors import Throttled
from activity.rights import PlaceRights
from capture.graph.client import GraphClient, rows
from capture.graph.messages import address_of
from capture.graph.refusals import Refused

REFUSED = "Microsoft does not let us ask who may read it"
_ALL = frozenset(("read", "write", "delegateWithoutPrivateEventAccess", "delegateWithPrivateEventAccess"))
_PRIVATE = frozenset(("delegateWithPrivateEventAccess",))


def rights_of(client: GraphClient, wanted: Mapping[str, str], shows_private: bool) -> dict[str, PlaceRights]:
    """Place → its rights, of place → calendar. Raises Throttled.

    Whoever sees no more than when somebody is busy, or titles, reads nothing here. `shows_private`:
    private events are kept by their time, so that only who may see these is a reader.
    """
    urls = [client.path(f"/calendars/{quote(one, safe='')}/calendarPermissions?$top=100") for one in wanted.values()]
    found = {}
    for place, answer in zip(wanted, client.batch(urls), strict=True):
        if not isinstance(answer, Refused):
            found[place] = read_permissions(rows(answer), _PRIVATE if shows_private else _ALL)
        elif isinstance(answer.error, Throttled):
            raise answer.error
        else:
            found[place] = PlaceRights(unknown=REFUSED)
    return found


def read_permissions(told: list[dict[str, Any]], roles: frozenset[str]) -> PlaceRights:
    """Never raises. An entry without an address is for everybody of the organisation."""
    readers, others = set(), set()
    for one in told:
        if str(one.get("role")) not in roles:
            continue
        if (address := address_of(one)) is not None:
            readers.add(address.email.casefold())
            continue
        whose = one.get("emailAddress")
        name = whose.get("name") if isinstance(whose, dict) else None
        others.add(name[:80] if isinstance(name, str) and name else "everybody")
    return PlaceRights(frozenset(readers), "", tuple(sorted(others)))
