"""What others wrote, told so that a reader who obeys text does not obey theirs.

Names, addresses, subjects, and whatever else came from outside stand in fields named `…_untrusted`,
on one line, with what cannot be seen as visible escapes, and cut.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

LONGEST = 200
_LOOKED_AT = 4 * LONGEST
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_HIDDEN = frozenset(("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"))
# of other categories, and shown as nothing (Unicode, Default_Ignorable_Code_Point, and the blank of Braille)
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]")
_OF_OTHERS = frozenset(
    ("name", "address", "emails", "company", "tags", "subject", "reason", "because", "message_id", "place", "error",
     "answer", "not_counted_because", "evidence")
)  # fmt: skip
_SUBJECT = re.compile(r" \(“.*”\)", re.DOTALL)
_WORD = re.compile(r"“[^”]*” in the subject")


def one_line(text: str) -> str:
    """`text` on one line, with escapes for what is not seen or turns the rest round; cut at LONGEST."""
    shown = "".join(map(_shown, text[:_LOOKED_AT]))
    return shown if len(shown) <= LONGEST and len(text) <= _LOOKED_AT else f"{shown[: LONGEST - 1]}…"


def _shown(character: str) -> str:
    if character.isascii() and character.isprintable():
        return character
    if character in _ESCAPES:
        return _ESCAPES[character]
    category = unicodedata.category(character)
    if category == "Zs":
        return " "
    if category in _HIDDEN or _BLANK.match(character):
        number = ord(character)
        return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"
    return character


def told(value: Any, subjects: bool, documents: bool = True) -> Any:
    """JSON of a view as an assistant is told it; without `subjects` nothing of them, in sentences either.

    `documents`: are names of documents kept? Where they are, without `subjects`, it is not told of an activity that
    there are none either: else it would be known of each of the others that there are.
    """
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, Mapping):
        return dict(_fields(value, subjects, documents))
    return [told(one, subjects, documents) for one in value] if isinstance(value, list) else value


def _fields(value: Mapping[str, Any], subjects: bool, documents: bool) -> Iterator[tuple[str, Any]]:
    for key, given in value.items():
        if not subjects and (key == "subject" or (key == "attachments" and (documents or given))):
            continue
        if key == "evidence":  # the names of headers were chosen by us, what stands in them was not
            yield "evidence_untrusted", [one_line(f"{name}: {text}") for name, text in given.items()]
        elif key == "attachments":
            yield key, [dict(_document(one)) for one in given]
        elif key in _OF_OTHERS or (key == "by" and isinstance(given, list)):
            yield f"{key}_untrusted", told(given if subjects else _without_subject(given), subjects, documents)
        else:
            yield key, told(given, subjects, documents)


def _document(one: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Strangers choose all of it but the size."""
    for key, given in one.items():
        yield (key, given) if key == "size" else (f"{key}_untrusted", told(given, subjects=True))


def _without_subject(given: Any) -> Any:
    """Sentences quote subjects; where they may not be told, nothing from the first quotation mark to the last is."""
    if not isinstance(given, str):
        return given
    return _WORD.sub("a word in the subject", _SUBJECT.sub("", given))
