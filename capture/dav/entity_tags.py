"""Tags by which a server says that something is as it was (RFC 9110 §8.8.3)."""

from __future__ import annotations

import re

# What web servers on the way add to a tag, or take from it: the weak mark, the quotes, the name of the compression.
_DRESSED = re.compile(r'(?:W/)?"?(.*?)(?:(?:-|;|--)(?:gzip|br|df))?"?(?:-gzip)?', re.DOTALL)
_SECONDS = re.compile(
    r"[^0-9]*(?:[12][0-9]{9}(?:000)?|[0-9]{4}-?[0-9]{2}-?[0-9]{2}[T ][0-9]{2}:?[0-9]{2}:?[0-9]{2}"
    r"|[0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2})[^0-9]*"
)


def is_by_the_second(tag: str) -> bool:
    """Does the tag look like nothing but a time, in whole seconds?"""
    return _SECONDS.fullmatch(tag) is not None


def is_same_tag(one: str, other: str) -> bool:
    """Are these one entity tag, but for what is not its own?"""
    return one == other or (bool(one and other) and _bare(one) == _bare(other))


def _bare(tag: str) -> str:
    found = _DRESSED.fullmatch(tag)
    return found[1] if found else tag
