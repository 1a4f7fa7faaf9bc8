"""What a tool may be given: told to whoever asks as JSON Schema, and held to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

from activity.errors import UsageError

LONGEST_TEXT = 200


class Argument(NamedTuple):
    """`kind`: text of at most LONGEST_TEXT characters, a number from `least` to `most`, a day, or one of `choices`.

    `default` is what holds where it is not given; one that is `needed` has none.
    """

    name: str
    kind: Literal["text", "number", "day", "choice"]
    about: str
    default: Any = None
    needed: bool = False
    least: int = 1
    most: int = 0
    choices: tuple[str, ...] = ()

    def schema(self) -> dict[str, Any]:
        of_kind: dict[str, dict[str, Any]] = {
            "text": {"type": "string", "maxLength": LONGEST_TEXT, **({"minLength": 1} if self.needed else {})},
            "number": {"type": "integer", "minimum": self.least, "maximum": self.most},
            "day": {"type": "string", "format": "date"},
            "choice": {"type": "string", "enum": list(self.choices)},
        }
        default = {} if self.default in (None, "") else {"default": self.default}
        return {**of_kind[self.kind], "description": self.about, **default}

    def allowed(self) -> str:
        """In words."""
        of_kind = {
            "text": f"text of {1 if self.needed else 0} to {LONGEST_TEXT} characters",
            "number": f"a whole number from {self.least} to {self.most}",
            "day": "a day such as 2026-11-01",
            "choice": f"one of {', '.join(self.choices)}",
        }
        return f"{self.name}: {of_kind[self.kind]}{', needed' if self.needed else ''}"

    def value(self, given: Any) -> Any:
        """What is meant. Raises ValueError for what is not allowed."""
        match self.kind, given:
            case "number", int() if not isinstance(given, bool) and self.least <= given <= self.most:
                return given
            case "text", str() if len(given) <= LONGEST_TEXT and _is_text(given) and (given.strip() or not self.needed):
                return given.strip()
            case "choice", str() if given in self.choices:
                return given
            case "day", str():
                return _day(given)
        raise ValueError(self.name)


def _is_text(given: str) -> bool:
    """Can it be asked for at all? Half a character cannot, nor can NUL."""
    return "\0" not in given and not any("\ud800" <= one <= "\udfff" for one in given)


def _day(given: str) -> date:
    """A day of four digits for the year, with room before and after it for the zones of the earth."""
    day = date.fromisoformat(given)
    if len(given) != len("2026-11-01") or not 1970 <= day.year <= 9990:
        raise ValueError(given)
    return day


def schema_of(arguments: Sequence[Argument]) -> dict[str, Any]:
    """As JSON Schema."""
    needed = [one.name for one in arguments if one.needed]
    return {
        "type": "object",
        "properties": {one.name: one.schema() for one in arguments},
        **({"required": needed} if needed else {}),
        "additionalProperties": False,
    }


def understood(arguments: Sequence[Argument], given: Mapping[str, Any]) -> dict[str, Any]:
    """Every argument with what is meant by it; not given, and given as null, are the same.

    Raises UsageError that says what is allowed.
    """
    known = {one.name: one for one in arguments}
    wrong = ["there is no such argument"] if set(given) - set(known) else []
    meant = {}
    for name, one in known.items():
        meant[name] = one.default
        if given.get(name) is None:
            wrong += [f"{name} is needed"] if one.needed else []
            continue
        try:
            meant[name] = one.value(given[name])
        except ValueError:
            wrong.append(f"{name} is not allowed so")
    if wrong:
        raise UsageError("; ".join(wrong), f"allowed are: {'; '.join(one.allowed() for one in arguments)}")
    return meant
