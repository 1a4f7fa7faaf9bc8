"""A 207 Multi-Status body (RFC 4918 §13) read while it arrives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from lxml import etree  # type: ignore[import-untyped]

from activity.errors import ServerFault
from capture.dav.refusals import TooLarge

DAV = "{DAV:}"
CALDAV = "{urn:ietf:params:xml:ns:caldav}"
CARDDAV = "{urn:ietf:params:xml:ns:carddav}"
CALENDARSERVER = "{http://calendarserver.org/ns/}"
MOST_MEMBERS = 200_000
_MOST_ELEMENTS = 10_000  # of a member that is not complete
_UNTOLD_BYTES = 64 * 1024  # after so many without the document's beginning, or a member's end, we have a look
_LONGEST_TAG = 4096  # characters; of an href too: file systems and servers allow less
_HREF, _STATUS, _PROPSTAT, _PROP = (DAV + name for name in ("href", "status", "propstat", "prop"))
_ROOT, _RESPONSE, _TOKEN = (DAV + name for name in ("multistatus", "response", "sync-token"))


class Property(NamedTuple):
    """What we read of a property: its text; of the elements in it, their tags, name attributes and
    hrefs."""

    text: str = ""
    tags: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    hrefs: tuple[str, ...] = ()

    @property
    def href(self) -> str:
        return self.hrefs[0] if self.hrefs else ""


_NO_PROPERTY = Property()


class Member(NamedTuple):
    """One response element: `status` is its own, 200 where only its properties have one."""

    href: str
    status: int
    properties: dict[str, Property]

    def text(self, name: str) -> str:
        return self.prop(name).text

    def tag(self, name: str) -> str:
        """A tag that is to be remembered, "" if there is none, or none that anybody could remember."""
        return fit(self.text(name))

    def prop(self, name: str) -> Property:
        return self.properties.get(name, _NO_PROPERTY)


@dataclass(slots=True)
class Multistatus:
    """`token` is the sync token of the whole (RFC 6578 §3.6), "" if there is none."""

    members: list[Member] = field(default_factory=list)
    token: str = ""


class MultistatusReader:
    """Takes the body piece by piece; keeps no more of it than its members.

    Document types are refused, as DAV has none: no entity is ever expanded or fetched.
    """

    def __init__(self, host: str) -> None:
        self._host = host
        self._parser = etree.XMLPullParser(
            events=("start", "end"),
            tag=(_ROOT, _RESPONSE, _TOKEN),
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        self._root: etree._Element | None = None
        self._result = Multistatus()
        self._untold = 0

    def feed(self, chunk: bytes) -> None:
        """Raises ServerFault for anything but a multistatus document."""
        try:
            self._parser.feed(chunk)
            self._untold = 0 if self._take() else self._untold + len(chunk)
        except etree.XMLSyntaxError as error:
            raise self._refused(error) from None
        if self._untold > _UNTOLD_BYTES:
            self._look_at_size()

    def close(self) -> Multistatus:
        """The whole, once the body is complete. Raises ServerFault if it is not."""
        try:
            self._parser.close()
            self._take()
        except etree.XMLSyntaxError as error:
            raise self._refused(error) from None
        if self._root is None:
            raise self._nonsense()
        return self._result

    def _take(self) -> bool:
        """Take over what is complete, and let go of its elements; whether there was anything."""
        members = self._result.members
        ended = False
        for event, element in self._parser.read_events():
            if event == "start":
                self._begin(element)
                continue
            if element.getparent() is not self._root:
                continue
            ended = True
            if element.tag == _RESPONSE:
                members.append(_member(element))
                if len(members) > MOST_MEMBERS:
                    raise TooLarge(f"{self._host} sent a listing without end")
            else:
                self._result.token = fit(element.text or "")
            element.clear()
            while element.getprevious() is not None:
                self._root.remove(element.getprevious())
        return ended

    def _begin(self, element: etree._Element) -> None:
        """Of the elements told, the first must be the document itself."""
        if self._root is None:
            if element.tag != _ROOT or element.getparent() is not None or element.getroottree().docinfo.doctype:
                raise self._nonsense()
            self._root = element

    def _look_at_size(self) -> None:
        self._untold = 0
        if self._root is None:
            raise self._nonsense()
        if any(count > _MOST_ELEMENTS for count, _ in enumerate(self._root.iter())):
            raise TooLarge(f"{self._host} sent a listing without end")

    def _refused(self, error: etree.XMLSyntaxError) -> ServerFault:
        if "huge text node" in str(error) or "Resource limit" in str(error):  # libxml2 stops at 10 MB of one text
            return TooLarge(f"{self._host} sent a value of more than 10 MB")
        return self._nonsense()

    def _nonsense(self) -> ServerFault:
        return ServerFault(
            f"{self._host} answered with something else than a listing",
            "check the URL; a login page of a network or proxy may stand in between",
        )


def _member(element: etree._Element) -> Member:
    href, status = "", 200
    properties: dict[str, Property] = {}
    for child in element:
        tag = child.tag
        if tag == _PROPSTAT:
            properties.update(_found(child))
        elif tag == _HREF:
            href = fit(child.text or "")
        elif tag == _STATUS:
            status = _code(child.text, 200)
    return Member(href, status, properties)


def _found(propstat: etree._Element) -> dict[str, Property]:
    """The properties of a propstat whose status is 200, which it is if it has none."""
    found: dict[str, Property] = {}
    for child in propstat:
        tag = child.tag
        if tag == _PROP:
            for one in child:
                if isinstance(name := one.tag, str):
                    found[name] = _property(one)
        elif tag == _STATUS and _code(child.text, 200) != 200:
            return {}
    return found


def _property(element: etree._Element) -> Property:
    if not len(element):
        return Property(element.text or "")
    inner = [found for found in element.iterdescendants() if isinstance(found.tag, str)]
    return Property(
        text=element.text or "",
        tags=frozenset(found.tag for found in inner),
        names=frozenset(name.upper() for found in inner if (name := found.get("name"))),
        hrefs=tuple(href for found in inner if found.tag == DAV + "href" and (href := (found.text or "").strip())),
    )


def fit(text: str) -> str:
    """A tag or href without blanks around it; "" where it is so long that it is none."""
    return "" if len(text) > _LONGEST_TAG else text.strip()


def _code(line: str | None, default: int) -> int:
    """The number in a status line ("HTTP/1.1 404 Not Found")."""
    words = (line or "").split()
    return int(words[1]) if len(words) > 1 and words[1].isascii() and words[1].isdigit() else default
