"""The documents that a BODYSTRUCTURE (RFC 3501 §7.4.2) names."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import decode_params, unquote
from itertools import takewhile

from activity.attachment import Attachment
from capture.mail.documents import LETTERS, Parameters, Part, documents
from capture.mail.fetch_response import MALFORMED, parsed

# Without any of these, all there is is text; names and images come with one of them, too.
_TELLING = (
    b"attachment",
    b"name",
    b'("application"',
    b'("image"',
    b'("audio"',
    b'("video"',
    b'("message"',
    b'("model"',
)
_MOST_PARTS = 1000
_MOST_PARAMETERS = 200


def attachments_of(structure: object) -> tuple[Attachment, ...]:
    """Of a BODYSTRUCTURE as it was sent (`BODYSTRUCTURE (…)`), or as imapclient parses it; none for None.

    Never raises: what cannot be understood names none.
    """
    try:
        if isinstance(structure, bytes):
            lowered = structure.lower()
            if all(lowered.find(word) < 0 for word in _TELLING):  # `in` tries a number first, and costs more
                return ()
            structure = parsed(structure)
        return documents(_parts(structure))
    except MALFORMED:
        return ()


def _parts(structure: object) -> Iterator[Part]:
    """The parts without parts in their order, at any depth of multiparts; what is in an attached message is not."""
    waiting: list[tuple[object, str, bool]] = [(structure, "", True)]
    for _ in range(_MOST_PARTS):
        if not waiting:
            return
        part, within, is_first = waiting.pop()
        match part:
            case (tuple(), *_):
                inner = takewhile(lambda one: isinstance(one, tuple), part)
                subtype = next((_text(one) for one in part if isinstance(one, bytes)), "mixed").lower()
                waiting += reversed([(one, subtype, number == 0) for number, one in enumerate(inner)])
            case (bytes() as top, bytes() as sub, parameters, identity, _, encoding, octets, *more):
                kind = f"{_text(top)}/{_text(sub)}".lower()
                # behind the octets: the lines of a text; envelope, structure and lines of a message; then a digest
                disposition, told = _disposition(more[4 if kind in LETTERS else 2 if kind.startswith("text/") else 1 :])
                yield Part(
                    kind,
                    within,
                    is_first,
                    _parameters(parameters),
                    disposition,
                    told,
                    bool(identity),
                    _text(encoding).lower(),
                    octets if isinstance(octets, int) else None,
                )


def _disposition(behind: list[object]) -> tuple[str, Parameters]:
    match behind:
        case [(bytes() as word, told), *_]:
            return _text(word).lower(), _parameters(told)
    return "", {}


def _parameters(told: object) -> Parameters:
    """RFC 2231's pieces put together; servers hand them on as they were written, or as one."""
    if not isinstance(told, tuple):
        return {}
    pairs = [
        (_text(name).lower(), _text(value))
        for name, value in zip(told[::2], told[1::2], strict=False)
        if isinstance(name, bytes) and isinstance(value, bytes | int)
    ]
    try:
        decoded = decode_params([("", ""), *pairs[:_MOST_PARAMETERS]])[1:]
    except (TypeError, ValueError):  # pieces that do not go together
        return {}
    return {
        name: (*value[:2], unquote(value[2])) if isinstance(value, tuple) else unquote(value) for name, value in decoded
    }


def _text(octets: object) -> str:
    if not isinstance(octets, bytes):
        return str(octets) if isinstance(octets, int) else ""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("cp1252", "replace")
