"""One tree of errors; each carries its wording, a hint and the exit code of the command that meets it."""

from __future__ import annotations


def in_words(error: BaseException, otherwise: str = "the connection broke off") -> str:
    """What the system says of a failure, else what we can say of it: never the name of a class."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return str(getattr(error, "strerror", None) or otherwise)


def in_json(code: str, message: str, hint: str) -> dict[str, dict[str, str]]:
    """What a program is answered through any door in place of what it asked for (docs/json.md)."""
    return {"error": {"code": code, "message": message, "hint": hint}}


class LasttouchError(Exception):
    """Anything a user can be told about in one sentence.

    `message` names the thing and what is wrong with it, `hint` says what to do next
    (empty where there is nothing useful to say). Neither ever holds a secret.
    """

    code = "failed"
    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(LasttouchError):
    code = "usage"
    exit_code = 2


class ConfigError(LasttouchError):
    code = "config"
    exit_code = 3


class PartialFailure(LasttouchError):
    code = "partial"
    exit_code = 4


class DatabaseInUse(LasttouchError):
    code = "in-use"
    exit_code = 5


class NotFound(LasttouchError):
    code = "not-found"
    exit_code = 6


class NotPermitted(LasttouchError):
    """Not for who asks; says nothing about what is there."""

    code = "not-permitted"


class DatabaseError(LasttouchError):
    code = "database"


class ForeignDatabase(DatabaseError):
    """Another program's, or a newer version's: whatever was read out of it might not mean what we think."""


class SourceError(LasttouchError):
    """A mail or calendar source could not be read; what it holds is unknown, not absent.

    Every one is of exactly one of the classes below, by which whoever tries again decides when.
    """

    code = "source"


class Unreachable(SourceError):
    """No connection, a time-out, or a connection lost on the way. Worth another try soon."""

    code = "unreachable"


class UntrustedServer(SourceError):
    """TLS could not be established as asked; no credential was sent."""

    code = "untrusted"


class AuthenticationFailed(SourceError):
    """The server refused the credentials, or they could not be had."""

    code = "authentication"


class Throttled(SourceError):
    """The server asked us to come back later; `retry_after` is in seconds, an hour at most, None if it did not say."""

    code = "throttled"
    longest_wait = 3600.0

    def __init__(self, message: str, hint: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, hint)
        self.retry_after = None if retry_after is None else min(retry_after, self.longest_wait)


class SourceBusy(SourceError):
    """Another process is reading this source right now; nothing is wrong with it."""

    code = "busy"


class ServerFault(SourceError):
    """The server answered, but with nonsense or with an error of its own."""

    code = "server-fault"


class OurMistake(SourceError):
    """Nothing is wrong with the source: a defect of lasttouch kept it from being read to its end."""

    code = "our-mistake"


class FieldGone(LasttouchError):
    """A target has not got the field that is ours to write, or does not let us write it."""

    code = "field-gone"


class SwitchedOff(LasttouchError):
    """Whoever was told of changes wants to hear of no more."""

    code = "switched-off"


class Superseded(LasttouchError):
    """The log follows another configuration by now; what was read under the old one must not be stored."""

    code = "superseded"


class LeaseLost(LasttouchError):
    """Somebody else reads this source, or tells this target, by now: what we have of it must not be stored."""

    code = "lease-lost"
