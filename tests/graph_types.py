"""Answers of a scripted Graph compared with the types that Microsoft publishes (CSDL, OData
4.01)."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

_NS = "{http://docs.oasis-open.org/odata/ns/edm}"
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,12})?(Z|[+-]\d\d:\d\d)")
_SIMPLE: dict[str, type | tuple[type, ...]] = {
    "String": str, "Guid": str, "Date": str, "DateTimeOffset": str, "Duration": str, "TimeOfDay": str, "Binary": str,
    "Boolean": bool, "Int16": int, "Int32": int, "Int64": int, "Double": (int, float),
}  # fmt: skip


class _Type(NamedTuple):
    base: str
    properties: dict[str, tuple[str, bool]]


class Types:
    """The declared types; `mistakes` compares."""

    def __init__(self, path: Path) -> None:
        self._types: dict[str, _Type] = {}
        self._enums: dict[str, set[str]] = {}
        for one in ElementTree.parse(path).getroot():
            name = str(one.get("Name"))
            if one.tag == f"{_NS}EnumType":
                self._enums[name] = {str(member.get("Name")) for member in one}
            else:
                own = {str(p.get("Name")): (str(p.get("Type")), p.get("Nullable") != "false") for p in one}
                self._types[name] = _Type((one.get("BaseType") or "").rpartition(".")[2], own)

    def mistakes(self, value: Any, name: str, at: str = "") -> list[str]:
        """Where a value is not of the type `name`: what is not declared, another type, an unknown
        member."""
        if collection := re.fullmatch(r"Collection\((.*)\)", name):
            if not isinstance(value, list):
                return [f"{at}: {value!r} is no list"]
            return [
                one
                for number, each in enumerate(value)
                for one in self.mistakes(each, collection[1], f"{at}[{number}]")
            ]
        simple = name.removeprefix("Edm.")
        if simple != name:
            return self._simple(value, simple, at)
        name = name.rpartition(".")[2]
        if name in self._enums:
            return [] if value in self._enums[name] else [f"{at}: {value!r} is no {name}"]
        if not isinstance(value, dict):
            return [f"{at}: {value!r} is no {name}"]
        actual = str(value.get("@odata.type", "")).rpartition(".")[2] or name
        if not self._derives(actual, name):
            return [f"{at}: a {actual} is no {name}"]
        declared = self._properties(actual)
        found = []
        for key, each in value.items():
            if "@" in key:
                continue
            if key not in declared:
                found.append(f"{at}.{key}: {actual} has no such property")
            elif each is None:
                found += [] if declared[key][1] else [f"{at}.{key}: null, and not nullable"]
            else:
                found += self.mistakes(each, declared[key][0], f"{at}.{key}")
        return found

    def _simple(self, value: Any, name: str, at: str) -> list[str]:
        is_right = isinstance(value, _SIMPLE[name]) and (name == "Boolean" or not isinstance(value, bool))
        is_right &= name != "DateTimeOffset" or bool(_INSTANT.fullmatch(str(value)))
        return [] if is_right else [f"{at}: {value!r} is no {name}"]

    def _properties(self, name: str) -> dict[str, tuple[str, bool]]:
        one = self._types[name]
        return {**(self._properties(one.base) if one.base else {}), **one.properties}

    def _derives(self, name: str, base: str) -> bool:
        while name in self._types:
            if name == base:
                return True
            name = self._types[name].base
        return False


@cache
def types() -> Types:
    return Types(Path(__file__).with_name("graph_types.xml"))
