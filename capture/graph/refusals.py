"""What Graph's refusals mean (learn.microsoft.com/graph/errors), by status and by the code in the body."""

from __future__ import annotations

import json
import re
from typing import Any

from activity.errors import AuthenticationFailed, ServerFault, SourceError, Throttled, Unreachable
from capture.dav.budget import Exhausted

# After these, the rest of the same mailbox would only fare the same, or make it worse.
ENDS_THE_PASS = (Unreachable, Throttled, AuthenticationFailed, Exhausted)
BEGUN_ANEW = "Microsoft has forgotten how far it was read, so it is read from the start again; nothing is removed"
PASSING = frozenset((429, 500, 502, 503, 504, 509))
_DENIED = ("accessdenied", "requestdenied", "forbidden", "unauthorizedaccess", "consentrequired", "consent_required")
_LOST = frozenset((
    "syncstatenotfound", "syncstateinvalid", "resyncrequired", "invalidsyncstatedata", "erroridmalformed",
    "errorinvalididmalformed", "errorinvalidsyncstatedata", "resyncchangesapplydifferences",
    "resyncchangesuploaddifferences",
))  # fmt: skip
_FULL = frozenset(("errorquotaexceeded", "quotalimitreached", "insufficientstorage"))
_CODE = re.compile(r"[A-Za-z0-9_.]{1,60}")


class Refused(Exception):
    """An answer other than the one hoped for; what it means is for whoever asked to say.

    `code` is Graph's own, "" where there is none.
    """

    def __init__(self, status: int, code: str, error: SourceError) -> None:
        super().__init__(error.message)
        self.status = status
        self.code = code
        self.error = error

    @property
    def is_gone(self) -> bool:
        """What was asked for is not there."""
        return self.status == 404

    @property
    def has_lost_its_place(self) -> bool:
        """Graph does not know any more how far was read: begin anew."""
        return self.status == 410 or (self.status in (400, 404, 409) and self.code.lower() in _LOST)

    @property
    def is_full(self) -> bool:
        """The mailbox is over its quota, and so Graph keeps no place of ours."""
        return self.status == 507 or self.code.lower() in _FULL


def refused(host: str, status: int, body: Any, wanted: str, permission: str, sign_in: str = "") -> Refused:
    """`wanted` is what was asked for, in words; `permission` the one that it takes; `sign_in` the command
    that brings another token, "" where another program does."""
    code = code_of(body)
    said = f"{status} {code}" if code else str(status)
    if status == 401 and not _is_denied(code):
        error: SourceError = AuthenticationFailed(
            f"{host} refused the access token ({said})",
            sign_in or "does token_command print one that is made for Graph, and for this organisation?",
        )
    elif status in (401, 403) or _is_denied(code):
        error = AuthenticationFailed(
            f"Microsoft does not let us read the {wanted} ({said}): the permission {permission} is missing",
            f"{sign_in or 'sign in again'}, and agree to {permission}; where only administrators may agree, one of"
            " yours must grant it"
            " (Entra: the app's API permissions; app-only: RBAC for Applications in Exchange)",
        )
    elif status in (429, 503):
        error = Throttled(f"{host} asks to come back later ({said})", "nothing to do; it is tried again")
    elif status == 404:
        error = ServerFault(f"{host} has no such {wanted} ({said})", "check the mailbox's name in the configuration")
    else:
        error = ServerFault(f"{host} answered with {said} when asked for the {wanted}", "it is tried again")
    return Refused(status, code, error)


def code_of(body: Any) -> str:
    """The code of an error's body, "" where it has none that can be shown."""
    if isinstance(body, bytes):
        try:
            body = json.loads(body or b"null")
        except (ValueError, RecursionError):
            return ""
    error = body.get("error") if isinstance(body, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def _is_denied(code: str) -> bool:
    return any(word in code.lower() for word in _DENIED)
