"""What both providers' clients are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

from activity.errors import AuthenticationFailed, SourceError
from capture.dav.refusals import trouble

Tell = Callable[[str], None]
"""Shows the user a line."""
AS_ITSELF = "an app that signs in as itself"
"""The state of an app with a certificate: there is nothing to remember."""
WAIT_SECONDS = 300


class Granted(NamedTuple):
    """`state` is what the client remembers, `token` an access token that is good for `seconds`.

    `user` is who signed in, "" where that is not told.
    """

    state: str
    token: str
    seconds: float
    user: str = ""


class NotGranted(AuthenticationFailed):
    """The provider says no; trying again changes nothing before the user has done something."""


class Client(Protocol):
    """Of one provider."""

    def in_browser(self, tell: Tell) -> Granted:
        """The user signs in in the browser of this machine (RFC 8252). Raises SourceError."""
        ...

    def by_code(self, tell: Tell) -> Granted:
        """The user types a code on another machine (RFC 8628). Raises SourceError."""
        ...

    def silently(self, state: str, audience: str, anew: bool) -> Granted:
        """A token by what is remembered; `anew`: not the one that was given before.

        Raises NotGranted where only the user can help, else SourceError.
        """
        ...


def session(ca_file: str | None) -> Any:
    """The HTTP client of both, which reads neither .netrc nor proxy variables."""
    import requests  # noqa: PLC0415 - an extra's

    class Bounded(requests.Session):
        def request(self, *args: Any, **kwargs: Any) -> Any:
            kwargs["timeout"] = kwargs.get("timeout") or 30
            kwargs["allow_redirects"] = False
            return super().request(*args, **kwargs)

    made = Bounded()
    made.trust_env = False
    made.verify = ca_file or True
    return made


@contextmanager
def in_plain_words(url: str) -> Iterator[None]:
    """Failures of the connection as a SourceError; of the exception, whose text may hold a secret, only
    the kind is told."""
    try:
        yield
    except SourceError:
        raise
    except ImportError:
        raise
    except Exception as error:  # noqa: BLE001 - the clients share no class of their own
        raise trouble(error, urlsplit(url).hostname or url) from None


def too_late(command: str) -> NotGranted:
    """WAIT_SECONDS are over; `command` is how to sign in."""
    return NotGranted("nobody signed in within five minutes", command)


def missing(package: str, extra: str) -> AuthenticationFailed:
    return AuthenticationFailed(
        f"signing in needs the package {package}", f"install it beside lasttouch: pipx install '.[{extra}]'"
    )
