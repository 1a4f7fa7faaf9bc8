"""What a scripted Graph answers lists with: pages of rows, and what has changed since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice

from graph_resources import Json


@dataclass
class Collected:
    """Things that can be asked for what has changed: id → resource, and the order of changes."""

    items: dict[str, Json] = field(default_factory=dict)
    changes: list[tuple[str, Json | None]] = field(default_factory=list)

    def put(self, item_id: str, item: Json, row: Json | None = None) -> None:
        self.items[item_id] = {"id": item_id, **item}
        self.changes.append((item_id, row))

    def remove(self, item_id: str) -> None:
        self.items.pop(item_id, None)
        self.changes.append((item_id, {"id": item_id, "@removed": {"reason": "deleted"}}))


def pages(url: str, found: list[Json], query: dict[str, str], size: int) -> Json:
    first = int(query.get("$skip", 0))
    page: Json = {"value": found[first : first + size]}
    if first + size < len(found):
        kept = "&".join(f"{name}={value}" for name, value in query.items() if name != "$skip")
        page["@odata.nextLink"] = f"{url}?{kept}&$skip={first + size}".replace(" ", "%20")
    return page


def delta(
    url: str, of: Collected, query: dict[str, str], size: int, shown: Callable[[Json], Json] = lambda one: one
) -> Json:
    """What has changed since a token, which is how many changes there were; in a first round all
    there is."""
    select = query.get("$select", "")
    token = query.get("$deltatoken") or query.get("$skiptoken") or f"{len(of.changes)}.0.-1.{select}"
    until, offset, since, select = token.split(".", 3)
    if "$deltatoken" in query:
        until, offset = str(len(of.changes)), "0"
    first = int(offset)
    if int(since) < 0:
        count = len(of.items)
        part: list[tuple[str, Json | None]] = [(one, None) for one in islice(of.items, first, first + size)]
    else:
        latest = dict(of.changes[int(since) : int(until)])
        count, part = len(latest), list(latest.items())[first : first + size]
    query["$select"] = select
    rows = [row if row is not None else shown(of.items[one]) for one, row in part]
    page: Json = {"value": [one if "@removed" in one else selected(one, query) for one in rows]}
    if first + size < count:
        page["@odata.nextLink"] = f"{url}?$skiptoken={until}.{first + size}.{since}.{select}"
    else:
        page["@odata.deltaLink"] = f"{url}?$deltatoken=0.0.{until}.{select}"
    return page


def view(
    url: str,
    of: Collected,
    occurrences: dict[str, dict[str, Json]],
    query: dict[str, str],
    size: int,
    bare_masters: bool,
) -> Json:
    """The same of a calendar's window: single events, and of a series its occurrences, bare, behind
    their master unless `bare_masters`."""
    told = query.get("$deltatoken") or query.get("$skiptoken")
    token = told or f"{len(of.changes)}!0!-1!{query['startDateTime']}!{query['endDateTime']}"
    until, offset, since, first, last = token.split("!")
    if "$deltatoken" in query:
        until, offset = str(len(of.changes)), "0"
    if int(since) < 0:
        changed: dict[str, Json | None] = dict.fromkeys(of.items)
    else:
        changed = dict(of.changes[int(since) : int(until)])
    rows: list[Json] = []
    for item_id, row in changed.items():
        if row is not None:
            rows.append(row)
            continue
        one = of.items[item_id]
        inside = [
            {name: each[name] for name in ("id", "type", "start", "end", "seriesMasterId")}
            for each in occurrences.get(item_id, {}).values()
            if first <= each["start"]["dateTime"] <= last
        ]
        if one["type"] == "seriesMaster":
            rows += ([] if bare_masters or not inside else [one]) + inside
        elif first <= one["start"]["dateTime"] <= last:
            rows.append(one)
        elif int(since) >= 0:
            rows.append({"id": item_id, "@removed": {"reason": "deleted"}})
    page: Json = {"value": rows[int(offset) : int(offset) + size]}
    if int(offset) + size < len(rows):
        page["@odata.nextLink"] = f"{url}?$skiptoken={until}!{int(offset) + size}!{since}!{first}!{last}"
    else:
        page["@odata.deltaLink"] = f"{url}?$deltatoken=0!0!{until}!{first}!{last}"
    return page


def shown_message(one: Json, with_headers: bool) -> Json:
    return one if with_headers else {name: value for name, value in one.items() if name != "internetMessageHeaders"}


def selected(one: Json, query: dict[str, str]) -> Json:
    """Of a resource what was selected, with its id and what Graph always adds."""
    wanted = {"id", "@odata.type", *filter(None, query.get("$select", "").split(","))}
    if len(wanted) == 2:
        return one
    return {name: value for name, value in one.items() if name in wanted}
