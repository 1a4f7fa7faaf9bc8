"""What is read from a DAV server: calendars or address books."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Service:
    """One kind of collection, in the words of its protocol and in ours.

    `protocol` is its name in DNS and in the well-known location (RFC 6764). Of the tags, `home` is
    the property of a user that says where the collections are, `kind` the resource type of one,
    `data` the property of an object that holds its text, `multiget` the report that asks for
    several. `component`: those that say what they hold must hold this (RFC 4791 §5.2.3), "" where
    they do not say. `noun` and `contents` are for messages, `option` and `exclude_option` those of
    the configuration that choose.
    """

    protocol: str
    namespace: str
    home: str
    kind: str
    data: str
    multiget: str
    noun: str
    contents: str
    option: str
    exclude_option: str
    component: str = ""
