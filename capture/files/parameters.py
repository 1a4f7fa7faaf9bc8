"""Parameters of a header field (RFC 2231), where the standard library fails at some that strangers write."""

from __future__ import annotations

from email.message import Message
from email.utils import collapse_rfc2231_value

_FAILS = (TypeError, ValueError)  # pieces with and without numbers, numbers of thousands of digits, NUL in a charset


def parameters(header: Message, field: str) -> dict[str, object]:
    """Name → value, as `Message.get_params` gives it; none where they cannot be put together."""
    try:
        return dict(header.get_params([], field)[1:])
    except _FAILS:
        return {}


def parameter(header: Message, name: str) -> str:
    """Of its Content-Type, decoded; "" where there is none, or none that can be."""
    try:
        return collapse_rfc2231_value(header.get_param(name, ""))
    except _FAILS:
        return ""
