"""Structured header values (RFC 5322 §3.2.2, RFC 2045 §5.1, RFC 2231), read tolerantly and in
linear time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from urllib.parse import unquote

LONGEST = 2000  # characters of one header that are looked at; a longer one is hostile or broken
_REPEATED = 4  # header fields of one name that are looked at, topmost first

_LEXEME = re.compile(r'\\.|["()]', re.DOTALL)
_PLAIN_TYPE = re.compile(
    r"(?:text/(?:plain|html)|multipart/(?:alternative|mixed|related|signed|encrypted))(?=[\s;]|\Z)", re.IGNORECASE
)
_PARAMETER = re.compile(r';\s*([^\s=;"]{1,80})\s*=\s*("(?:[^"\\]|\\.)*"?|[^;\s]*)', re.DOTALL)
_TYPE = re.compile(r"\s*([a-z0-9.+-]+)\s*/\s*([a-z0-9.+-]+)", re.IGNORECASE)
_NOT_IN_TOKEN = re.compile(r"[^a-z0-9-]+")
_LONGEST_TOKEN = 40
_WORD = re.compile(r"[a-z0-9_-]+")
_AUTO_REPLY = frozenset(("auto_reply", "auto-reply", "autoreply"))
_PRECEDENCE_HEADERS = {"precedence": "Precedence", "x-precedence": "X-Precedence", "preference": "Preference"}
_PRECEDENCES = frozenset(("bulk", "junk", "list", "auto_reply"))


def fields(value: str) -> list[str]:
    """The fields of one name, topmost first, each cut to what is looked at."""
    if "\n" not in value:
        return [value[:LONGEST]]
    return [field[:LONGEST] for field in value.split("\n", _REPEATED)[:_REPEATED]]


def without_comments(field: str, keep_quoted: bool = True) -> str:
    """`field` without its comments, nested ones too (RFC 5322 §3.2.2); quoted strings emptied if so
    asked."""
    if "(" not in field and '"' not in field:
        return field
    kept: list[str] = []
    depth, quoted, start = 0, False, 0
    for lexeme in _LEXEME.finditer(field):
        mark = lexeme[0]
        if quoted:
            if mark == '"':
                quoted = False
                kept.append(field[start : lexeme.end()] if keep_quoted else '""')
                start = lexeme.end()
        elif mark == "(":
            if depth == 0:
                kept.append(field[start : lexeme.start()])
            depth += 1
        elif mark == ")" and depth:
            depth -= 1
            start = lexeme.end()
        elif mark == '"' and depth == 0:
            kept.append(field[start : lexeme.start()])
            quoted, start = True, lexeme.start()
    if depth == 0 and not quoted:
        kept.append(field[start:])
    elif quoted and keep_quoted:
        kept.append(field[start:])  # the closing quote is missing
    return " ".join(kept)


def is_closed(field: str) -> bool:
    """Does every comment and quoted string in `field` end?"""
    if "(" not in field and '"' not in field:
        return True
    depth, quoted = 0, False
    for lexeme in _LEXEME.finditer(field):
        mark = lexeme[0]
        if mark == '"' and depth == 0:
            quoted = not quoted
        elif not quoted:
            depth += (mark == "(") - (mark == ")" and depth > 0)
    return depth == 0 and not quoted


@lru_cache(maxsize=1024)
def keyword(field: str) -> str:
    """The first word of a field in lower case, comments and parameters aside; "" if there is none."""
    found = _WORD.search(without_comments(field[:LONGEST]).lower())
    return found[0] if found else ""


@lru_cache(maxsize=1024)
def auto_submitted(value: str) -> str:
    """The keyword of Auto-Submitted (RFC 3834 §5) by which a program sent this; "" for no and for
    none."""
    for field in fields(value):
        word = keyword(field)
        if word and word != "no":
            return word
    return ""


def precedence(signs: Mapping[str, str]) -> tuple[str, str]:
    """The header that says how a message was sent, as it is written, and its word, "auto_reply"
    however spelt; ("", "") where none says anything known. cPanel's BoxTrapper says it in the other
    two."""
    for name, title in _PRECEDENCE_HEADERS.items():
        if name not in signs:
            continue
        word = keyword(signs[name])
        word = "auto_reply" if word in _AUTO_REPLY else word
        if word in _PRECEDENCES and (title != "Preference" or word == "auto_reply"):
            return title, word
    return "", ""


def is_plain_type(value: str) -> bool:
    """A quick look: is this one Content-Type, of the many that say nothing of who wrote the
    message?"""
    return _PLAIN_TYPE.match(value) is not None and "\n" not in value


def media_types(value: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Each Content-Type: type/subtype and the values of report-type and method, all in lower case."""
    for field in fields(value):
        text = without_comments(field)
        found = _TYPE.match(text)
        if found:
            yield f"{found[1]}/{found[2]}".lower(), _parameters(text[found.end() :])


def _parameters(text: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, raw in _PARAMETER.findall(text):
        base, star, section = name.lower().partition("*")
        if base not in {"report-type", "method"} or (base in values and not star):
            continue
        value = re.sub(r"\\(.)", r"\1", raw.strip('"')) if raw.startswith('"') else raw
        if star and name.endswith("*"):  # RFC 2231 §4: charset'language'percent-encoded
            value = unquote(value.split("'", 2)[-1])
        values[base] = (values.get(base, "") if section.strip("*") else "") + value.lower()
    return {base: _NOT_IN_TOKEN.sub("", value)[:_LONGEST_TOKEN] for base, value in values.items()}
