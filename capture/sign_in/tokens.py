"""Access tokens of an account that has signed in, renewed silently."""

from __future__ import annotations

import time
from collections.abc import Callable

from activity.errors import AuthenticationFailed
from capture.credentials import Secret
from capture.sign_in.keeping import Kept
from capture.sign_in.provider import AS_ITSELF, Client, NotGranted, Tell
from capture.sign_in.settings import SignInSettings

EARLY = 300.0  # seconds before its end that a token is renewed
SELDOM = 60.0  # seconds between renewals of tokens that are good, as far as we know


def client_of(settings: SignInSettings) -> Client:
    if settings.provider == "google":
        from capture.sign_in.google import GoogleClient  # noqa: PLC0415

        return GoogleClient(settings)
    from capture.sign_in.microsoft import MicrosoftClient  # noqa: PLC0415

    return MicrosoftClient(settings)


def sign_in(settings: SignInSettings, tell: Tell, by_code: bool, to_file: bool) -> tuple[str, str]:
    """Who has signed in ("" where that is not told), and where that is kept; by code, too, where this
    machine has no browser. Raises SourceError."""
    from capture.sign_in.browser import has_browser  # noqa: PLC0415 - who asks for a token needs none

    kept = Kept(settings.file, settings.account, to_file)
    kept.load()
    client = client_of(settings)
    audience = settings.audiences()[0]
    if settings.certificate is not None:
        granted = client.silently(AS_ITSELF, audience, anew=True)
    else:
        granted = client.by_code(tell) if by_code or not has_browser() else client.in_browser(tell)
    with kept.lock:
        kept.state, kept.refused = granted.state, ""
        kept.access = {audience: (granted.token, time.time() + granted.seconds)}
        kept.save()
    return granted.user, kept.place


def token_of(settings: SignInSettings, audience: str, clock: Callable[[], float] = time.time) -> Secret:
    """Gives an access token; asked again, another one, for the last was refused.

    What the provider has refused is not asked for again before the user has signed in anew.
    """
    given: list[tuple[str, float]] = []

    def token() -> str:
        kept = Kept(settings.file, settings.account)
        with kept.lock:
            if not kept.load():
                if settings.certificate is None:
                    raise AuthenticationFailed(f"{settings.account} has not signed in yet", settings.command)
                kept.state = AS_ITSELF
            if kept.refused:
                raise settings.again(kept.refused)
            known, ends = kept.access.get(audience, ("", 0.0))
            refused = bool(given) and given[-1][0] == known and clock() - given[-1][1] < SELDOM
            if known and ends - EARLY > clock() and not refused:
                given.append((known, clock()))
                return known
            try:
                granted = client_of(settings).silently(kept.state, audience, anew=refused)
            except NotGranted as error:
                kept.refused, kept.access = error.message, {}
                kept.save()
                raise settings.again(error.message) from None
            kept.state = granted.state
            kept.access[audience] = (granted.token, clock() + granted.seconds)
            kept.save()
            given.append((granted.token, clock()))
            return granted.token

    return token


def standing(settings: SignInSettings) -> str:
    """Why the account must sign in (again); "" where it need not, as far as is known here."""
    kept = Kept(settings.file, settings.account)
    if not kept.load():
        return "" if settings.certificate is not None else f"{settings.account} has not signed in yet"
    return kept.refused
