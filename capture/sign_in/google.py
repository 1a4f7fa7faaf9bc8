"""Signing in at Google, by its own client (google-auth-oauthlib)."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from activity.errors import AuthenticationFailed
from capture.credentials import checked_token
from capture.sign_in.provider import WAIT_SECONDS, Granted, NotGranted, Tell, in_plain_words, missing, session, too_late
from capture.sign_in.settings import SignInSettings

_AUTHORISE = "https://accounts.google.com/o/oauth2/auth"
_TOKEN = "https://oauth2.googleapis.com/token"  # noqa: S105 - a URL
_ERROR = re.compile(r"[a-z_]{1,60}")


class GoogleClient:
    """Instances are cheap to make; Google's packages are imported when one is asked for something."""

    def __init__(self, settings: SignInSettings) -> None:
        self._settings = settings
        self._authorise = f"{settings.url}/o/oauth2/auth" if settings.url else _AUTHORISE
        self._token = f"{settings.url}/token" if settings.url else _TOKEN

    def in_browser(self, tell: Tell) -> Granted:
        """With PKCE; the answer comes to a loopback port."""
        return self._by_loopback(tell, opens=True)

    def by_code(self, tell: Tell) -> Granted:
        """Google gives no device code for mail and calendars: the address is shown, to be opened on
        this machine, or through a tunnel to it."""
        return self._by_loopback(tell, opens=False)

    def silently(self, state: str, audience: str, anew: bool) -> Granted:
        try:
            from google.auth import exceptions  # noqa: PLC0415
            from google.auth.transport.requests import Request  # noqa: PLC0415
            from google.oauth2.credentials import Credentials  # noqa: PLC0415
        except ImportError:
            raise missing("google-auth-oauthlib", "google") from None
        credentials: Any = Credentials(  # type: ignore[no-untyped-call]
            None,
            refresh_token=json.loads(state)["refresh_token"],
            token_uri=self._token,
            client_id=self._settings.client_id,
            client_secret=self._secret(),
        )
        with in_plain_words(self._token):
            try:
                credentials.refresh(Request(session(self._settings.ca_file)))
            except exceptions.RefreshError as error:
                if getattr(error, "retryable", False):
                    raise
                raise self._refused(error.args) from None
        return self._granted(credentials)

    def _by_loopback(self, tell: Tell, opens: bool) -> Granted:
        try:
            from google_auth_oauthlib.flow import InstalledAppFlow  # noqa: PLC0415 - 0.4 s, and an extra
        except ImportError:
            raise missing("google-auth-oauthlib", "google") from None
        config = {"client_id": self._settings.client_id, "client_secret": self._secret() or "",
                  "auth_uri": self._authorise, "token_uri": self._token}  # fmt: skip
        flow = InstalledAppFlow.from_client_config(
            {"installed": config}, self._settings.scopes("google"), autogenerate_code_verifier=True
        )
        flow.oauth2session.trust_env = False
        flow.oauth2session.verify = self._settings.ca_file or True
        if opens:
            tell("Opening the browser …")
        with in_plain_words(self._authorise):
            try:
                credentials = flow.run_local_server(
                    host="127.0.0.1", port=0, open_browser=opens, timeout_seconds=WAIT_SECONDS, prompt="consent",
                    authorization_prompt_message=None if opens else "Open in a browser: {url}",
                    success_message="You are signed in; this window may be closed.",
                )  # fmt: skip
            except Exception as error:
                if (told := getattr(error, "error", None)) is not None:  # oauthlib's: what the provider says
                    raise self._refused((told,)) from None
                if type(error).__name__ == "WSGITimeoutError":
                    raise too_late(self._settings.command) from None
                raise
        return self._granted(credentials)

    def _secret(self) -> str | None:
        secret = self._settings.client_secret
        return secret() if secret is not None else None

    def _granted(self, credentials: Any) -> Granted:
        if not credentials.refresh_token or not credentials.token:
            raise AuthenticationFailed("Google gave no token that can be renewed", self._settings.command)
        seconds = 0.0
        if credentials.expiry is not None:
            seconds = (credentials.expiry.replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds()
        state = json.dumps({"refresh_token": credentials.refresh_token})
        return Granted(state, checked_token(credentials.token, self._settings.command), seconds)

    def _refused(self, told: Any) -> NotGranted:
        """Of what Google says only its code is told."""
        text = " ".join(str(one) for one in told)
        error = found[0] if (found := _ERROR.search(text)) else "it was refused"
        if "access_denied" in text:
            rights = ", ".join(self._settings.scopes("google"))
            return NotGranted(
                f"Google grants nothing to this app (access_denied): consent to {rights} is missing",
                f"agree to it when you sign in ({self._settings.command}); where only administrators may, one of yours"
                " must trust the app in the Admin console, under API controls",
            )
        if "invalid_grant" in text:
            error = "invalid_grant; if the app's consent screen is in Testing, that happens every 7 days"
        return NotGranted(f"Google does not grant a token ({error})", self._settings.command)
