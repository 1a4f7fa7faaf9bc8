"""Address lists of mail headers (RFC 5322 §3.4), parsed in linear time and never with an exception."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from operator import itemgetter

from activity.address import Address, normalise
from capture.mail.encoded_words import LONGEST, decode_words

PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|<[^<>]*>|[^",;:<>()\\]+|\\.|.', re.DOTALL)
_SIMPLE = re.compile(r"\s*([^\s\",;:<>()@\[\]\\]+@[A-Za-z0-9.-]+)\s*")
_NAMED = re.compile(r"\s*(\"?)([^\"\\,;:<>()@=]*)\1\s*<([^\s\",;:<>()@\[\]\\]+@[A-Za-z0-9.-]+)>\s*")
_UNQUOTE = re.compile(r"\\(.)", re.DOTALL)
_LOOSE = re.compile(r"\s*([.@])\s*")  # white space within an address (RFC 5322 §4.4, obs-domain)
_LOOSE_DOT = re.compile(r"\s+\.\s*(?=\w)")
_QUOTED_ADDRESS = re.compile(r'"[^"@]*@[^"]*"')
_BEHIND_ANGLE = re.compile(r"(?<=>)\s*[,;]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
NAME_CHARACTERS = 200
ADDRESS_CHARACTERS = 1000
CACHED_CHARACTERS = 150
MOST = 20_000


def parse_addresses(value: str) -> tuple[Address, ...]:
    """All readable addresses of a From, To, Cc or Bcc value, in order; groups are flattened.

    What is no address is left out; a display name is never taken for one, whatever it looks like.
    Of a list without end the first MOST are read.
    """
    return _parse_cached(value) if len(value) <= CACHED_CHARACTERS else _parse_list(value)


@lru_cache(maxsize=8192)
def _parse_cached(value: str) -> tuple[Address, ...]:
    """A value that may well come again: the same people write to the same people."""
    found = _simple(value)
    return _parse_list(value) if found is None else found


def _parse_list(value: str) -> tuple[Address, ...]:
    members = value.split(",", MOST)
    if len(members) == 1 or len(members) > MOST:
        return _parse(value)
    listed: list[Address] = []
    for member in members:
        one = _simple_cached(member) if len(member) <= CACHED_CHARACTERS else None
        if one is None:
            return _parse(value)
        listed += one
    return tuple(listed)


def _simple(value: str) -> tuple[Address, ...] | None:
    """The address of a value as most are, without quoting or comments; None for any other value."""
    if not value.isprintable():
        return None
    if simple := _SIMPLE.fullmatch(value):
        name, seen = "", simple[1]
    elif named := _NAMED.fullmatch(value):
        name, seen = " ".join(named[2].split()), named[3]
    else:
        return None
    email = normalise(seen)
    return (Address(email, name, seen),) if email else ()


def is_plain(value: str) -> bool:
    """Is it one address as most are written, with a plain name or none?"""
    return len(value) <= CACHED_CHARACTERS and _simple_cached(value) is not None


_simple_cached = lru_cache(maxsize=8192)(_simple)


def _parse(value: str) -> tuple[Address, ...]:
    if _lacks_a_quote(value) and _QUOTED_ADDRESS.search(value):
        return _parse_unpaired(value)  # a quote that lacks its pair has taken the next one, and people between them
    found: list[Address] = []
    phrase: list[str] = []
    angle: str | None = None
    comment: list[str] = []
    depth = 0

    named = 0  # how much of the phrase stood before the angle bracket

    def flush(end: int | None = None) -> None:
        nonlocal angle
        found.extend(_members("".join(phrase[:end]), angle, "".join(comment)))
        del phrase[:end]
        comment.clear()
        angle = None

    for piece in map(itemgetter(0), PIECE.finditer(value)):
        if len(found) >= MOST:
            return tuple(found[:MOST])
        if depth:
            depth += (piece == "(") - (piece == ")")
            if depth and len(comment) < 50:
                comment.append(piece)
        elif piece == "(":
            depth = 1
        elif piece in (",", ";"):
            flush()
        elif piece == ":" and angle is None and "@" not in "".join(phrase[-8:]):
            phrase.clear()  # the name of a group
        elif piece[0] == "<" and len(piece) > 1:
            if angle is not None and "@" in angle:  # the comma between two is missing
                flush(named)
            angle, named = piece[1:-1], len(phrase)
        else:
            phrase.append(piece)
    if depth:  # a comment without end would swallow everybody behind it
        return _parse(value.replace("(", " "))
    flush()
    return tuple(found)


def _parse_unpaired(value: str) -> tuple[Address, ...]:
    """A list with an odd number of quotes: where a member, which ends with its angle bracket, has
    one too many, none of its quotes counts."""
    found: list[Address] = []
    for member in _BEHIND_ANGLE.split(value, MOST):
        found += _parse(member.replace('"', " ") if _lacks_a_quote(member) else member)
    return tuple(found)


def _lacks_a_quote(value: str) -> bool:
    if '"' not in value:
        return False
    return (_UNQUOTE.sub("", value) if "\\" in value else value).count('"') % 2 == 1


def _members(phrase: str, angle: str | None, comment: str) -> Iterator[Address]:
    """What stands between two commas: one address as a rule, none, or several that nothing parts
    but blanks."""
    if angle is None:
        phrase = phrase.strip()
        if "=?" in phrase and "@" not in phrase:  # a whole member in one encoded word
            phrase = decode_words(phrase.strip('"'))
            if "=?" not in phrase and ("<" in phrase or "," in phrase):
                yield from _parse(phrase)
                return
        for seen, name in _bare(phrase, comment.strip()):
            yield from _address(seen, name)
        return
    route = angle.lstrip()[:1] == "@"  # RFC 5322 §4.4, obs-route
    seen = (angle.rpartition(":")[2] if route else angle).strip()
    if "=?" in seen and "@" not in seen:
        seen = decode_words(seen)
    if len(seen) <= ADDRESS_CHARACTERS:
        seen = _LOOSE.sub(r"\1", seen)
    one = list(_address(seen, phrase.strip().strip("<>").strip()))
    yield from one or (_parse(seen) if seen.count("@") > 1 and "<" not in seen else ())


def _address(seen: str, name: str) -> Iterator[Address]:
    if seen[:7].lower() == "mailto:":
        seen = seen[7:]
    if email := _normalised(seen):
        yield Address(email, _name(name), _CONTROL.sub("", seen)[:NAME_CHARACTERS])


def _normalised(seen: str) -> str | None:
    email = normalise(seen) if 2 < len(seen) <= ADDRESS_CHARACTERS else None
    return email if email and email.rpartition("@")[0].strip() else None  # ""@x.example is nobody


def _bare(text: str, comment: str) -> list[tuple[str, str]]:
    """Addresses without angle brackets, each with the name beside it."""
    if _normalised(text):
        return [(text, comment)]
    if len(text) <= ADDRESS_CHARACTERS:
        text = _LOOSE_DOT.sub(".", text)
    if "<" in text:  # the closing bracket is missing
        name, _, rest = text.rpartition("<")
        if name.count("@") and _normalised(before := name.rpartition("<")[2].strip()):
            return [(before, ""), (rest.strip(), "")]
        return [(rest.strip(), name)]
    words = [word.strip("[]<>") for word in text.split(maxsplit=MOST)]
    at = {word: seen for word in words if "@" in word and _normalised(seen := _unlinked(word))}
    if len(at) > 1:
        return [(seen, "") for seen in at.values()]
    return [(seen, " ".join(one for one in words if one != word)) for word, seen in at.items()]


def _unlinked(word: str) -> str:
    return word[7:] if word[:7].lower() == "mailto:" else word


def _name(raw: str) -> str:
    raw = raw[:LONGEST]
    if len(raw) > 1 and raw[0] == raw[-1] == '"':
        raw = _UNQUOTE.sub(r"\1", raw[1:-1])
    if "=?" in raw:
        raw = decode_words(raw)
    return " ".join(_CONTROL.sub(" ", raw).split())[:NAME_CHARACTERS]
